{ lib, checkCraneArguments, ... }:
let
  inherit (builtins)
    concatStringsSep
    elem
    head
    map
    toJSON
    ;
  inherit (lib) optional splitString;
in
/**
  The mistakes in a call of `crates.<name>.cargo`, as messages.

  # Type

  ```
  checkCargoCall :: {
    name, strategy, command :: String,
    from :: Any,          # the user's: what the command starts from
    isSeveral :: Bool,    # whether Cargo gets the crate and another package, to unify features
    args :: AttrSet,      # the user's other arguments
  } -> [String]
  ```
*/
{
  name,
  strategy,
  command,
  from,
  isSeveral,
  args,
}:
let
  starts = [
    "check"
    "package"
  ];
  ofOnePackage = [
    "run"
    "rustc"
    "rustdoc"
  ];
  isOfOnePackage = elem (head (splitString " " command)) ofOnePackage;
  remedy = if from == "check" then "write `from = \"package\"`, or build" else "build";
in
optional (!elem from starts) ''
  cratesieve: `from` of `crates.${name}.cargo` is ${toJSON from}
  give one of: ${concatStringsSep ", " (map toJSON starts)}''
++ optional (isSeveral && isOfOnePackage) ''
  cratesieve: `crates.${name}.cargo` with `cargo ${command}`: this command takes one package, but `from = "${from}"` selects two, so that Cargo unifies features
  ${remedy} the target with `command = "build"`, and run it in `postBuild`''
++ checkCraneArguments {
  place = "cargo";
  where = "crates.${name}.cargo";
  crate = name;
  inherit strategy args;
}
