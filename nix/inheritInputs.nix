{ lib, craneArguments, ... }:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    head
    listToAttrs
    map
    removeAttrs
    ;
  inherit (lib) genAttrs unique;

  # Settings that a crate passes on to every crate that is built from it.
  inputs = filter (name: name != "env" && craneArguments.arguments.${name} == "inputs") (
    attrNames craneArguments.arguments
  );
in
/**
  The settings of a crate's derivations: its own settings override the common ones, and the inputs and
  the environment of every crate in its closure are added.

  Lists of inputs are joined without duplicates. A variable of `env` that two crates of the closure
  set to different values is an error, unless the crate itself or `commonArgs` sets it.

  # Type

  ```
  inheritInputs :: {
    name :: String | null, # null for the whole workspace
    closure :: [String],
    commonArgs :: AttrSet,
    settings :: { ${crate} :: AttrSet },
  } -> AttrSet
  ```
*/
{
  name,
  closure,
  commonArgs,
  settings,
}:
let
  own = if name == null then { } else settings.${name} or { };
  given = [
    commonArgs
  ]
  ++ map (crate: settings.${crate}) (filter (crate: settings ? ${crate}) closure);
  isSet = input: lib.any (args: args ? ${input}) given;
  joined = genAttrs (filter isSet inputs) (
    input: unique (concatMap (args: args.${input} or [ ]) given)
  );

  inherited = concatMap (
    crate:
    map (variable: {
      name = variable;
      inherit crate;
      value = settings.${crate}.env.${variable};
    }) (attrNames (settings.${crate}.env or { }))
  ) (filter (crate: crate != name && settings ? ${crate}) closure);
  decided = (commonArgs.env or { }) // (own.env or { });
  agreed =
    variable:
    let
      first = head (filter (found: found.name == variable.name) inherited);
    in
    if first.value == variable.value then
      variable
    else
      throw ''
        cratesieve: ${
          if name == null then "the workspace" else "crate `${name}`"
        } inherits two values of `env.${variable.name}`: ${builtins.toJSON first.value} from crate `${first.crate}`, ${builtins.toJSON variable.value} from crate `${variable.crate}`
        set ${if name == null then "commonArgs" else "crates.${name}"}.env.${variable.name}'';
  env =
    listToAttrs (map agreed (filter (variable: !(decided ? ${variable.name})) inherited)) // decided;
in
removeAttrs commonArgs [ "env" ]
// removeAttrs own [ "env" ]
// joined
// (if env == { } then { } else { inherit env; })
