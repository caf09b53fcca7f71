{
  lib,
  craneArguments,
  closestName,
  ...
}:
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    foldl'
    isAttrs
    isString
    match
    split
    ;
  inherit (lib)
    findFirst
    optional
    partition
    ;
  inherit (craneArguments) arguments reaches parts;

  # Whether a name is that of a variable: only variables are in capitals.
  isVariable = name: match "[A-Z][A-Z0-9_]*" name != null;
  known = partition isVariable (attrNames arguments);
  knownNear = name: if isVariable name then known.right else known.wrong;
  isCompiling = name: match craneArguments.compilingVariables name != null;

  message = where: said where "";
  said = where: what: why: instead: ''
    cratesieve: `${where}` of mkWorkspace${what}: ${why}
    ${instead}'';

  # ---- Flags -----------------------------------------------------------------------------------------

  # The words of flags for Cargo. Words after `--` are for programs.
  wordsOf =
    text:
    (foldl'
      (
        read: word:
        if read.isAtEnd || word == "--" then
          read // { isAtEnd = true; }
        else
          read // { words = read.words ++ [ word ]; }
      )
      {
        isAtEnd = false;
        words = [ ];
      }
      (filter (word: isString word && word != "") (split "[[:space:]]+" text))
    ).words;
  firstOf = expression: text: findFirst (word: match expression word != null) null (wordsOf text);

  # Where the target for which Cargo compiles is set.
  targetFlag =
    { place, crate }:
    {
      expression = "--target(=.*)?";
      why = "the target is an argument of its own, which all derivations get";
      instead = "write `${
        if place == "commonArgs" then "commonArgs" else "crates.${crate}"
      }.CARGO_BUILD_TARGET`";
    };
  targets = "--(bin|example|test|bench)(=.*)?|--(bins|lib|examples|tests|benches|all-targets)";
  refusedFlags =
    { place, crate }@at:
    [
      (targetFlag at)
      {
        expression = "(-Z)?build-std(=.*)?";
        why = "the packages of the standard library are not in Cargo.lock, so no build has them";
        instead = "use a target for which the toolchain has the standard library";
      }
      {
        expression = "--locked|--frozen";
        why = "the Cargo.lock of each crate is pruned";
        instead = "leave it out: the build has the locked versions only, and fails if Cargo.lock would change";
      }
      {
        expression = "-p.*|--package(=.*)?|--workspace|--all|--exclude(=.*)?";
        why = "each crate has derivations of its own";
        instead = "leave it out: `workspace.crates.<name>.package` is the package of one crate";
      }
      {
        expression = "--release|-r|--profile(=.*)?";
        why = "the profile is an argument of its own";
        instead = "write `CARGO_PROFILE`, or `checks.profile` for checks";
      }
      {
        expression = "--(manifest-path|target-dir)(=.*)?";
        why = "cratesieve decides it";
        instead = "leave it out";
      }
    ]
    ++ (
      if place == "package" || place == "cargo" then
        [
          {
            expression = "--features(=.*)?|-F.*|--all-features|--no-default-features";
            why = "it compiles the closure of the crate again in this one derivation";
            instead = "move it to `crates.${crate}.cargoExtraArgs`, which all derivations of the crate get";
          }
        ]
      else
        [
          {
            expression = targets;
            why = "the layers of its dependencies get these flags too, and have no such target";
            instead = "write `crates.${crate}.package.cargoExtraArgs` for the package; `cargoClippyExtraArgs` and `cargoTestExtraArgs` for checks";
          }
        ]
    );
  flagProblems =
    flags: where: text:
    concatMap (
      flag:
      let
        word = firstOf flag.expression text;
      in
      optional (word != null) (said where " has ${word}" flag.why flag.instead)
    ) flags;
in
/**
  What is wrong with arguments for crane: those that the library does not take, those that would have no
  effect where they stand, and likely typing errors.

  # Type

  ```
  checkCraneArguments :: {
    place :: String,        # "commonArgs", "crates", "cargo", or a part: "package", ...
    where :: String,        # what a user would write: "crates.api.package"
    crate ? "<name>" :: String,
    strategy :: String,
    args :: AttrSet,
  } -> [String]
  ```
*/
{
  place,
  where,
  crate ? "<name>",
  strategy,
  args,
}:
let
  isPart = elem place (parts ++ [ "cargo" ]);

  misplaced =
    at: name: row:
    let
      reach = reaches.${row};
      part = findFirst (other: elem other parts) null reach.places;
    in
    if isPart && row == "compiled" then
      compiling at name
    else if row == "files" then
      message at "all derivations see the same files of a crate, and use each other's artifacts"
        "move it to `crates.${crate}`, the crate whose files it changes"
    else if row == "vendor" then
      message at "vendored packages are the same for all crates" "move it to commonArgs"
    else if row == "identity" then
      message at "all derivations of a crate have it from Cargo.toml"
        "write `crates.${crate}.package.${name}`, which only the package gets"
    else if reach.places == [ "commonArgs" ] then
      message at "${reach.text} is one for all crates" "move it to commonArgs"
    else
      message at "it only reaches ${reach.text}"
        "move it to `crates.${crate}${if part == null then "" else ".${part}"}`";
  compiling =
    at: name:
    message at "it compiles the closure of the crate again in this one derivation"
      "move it to `crates.${crate}`, whose derivations all get it${
        if place == "package" then
          ""
        else if place == "cargo" then
          ", or use `profile`"
        else
          ", or use `checks.profile`"
      }";

  problemsOf =
    at: name:
    let
      row = arguments.${name} or null;
      near = closestName (knownNear name) name;
    in
    if row == null then
      if isPart && isCompiling name then
        [ (compiling at name) ]
      else
        optional (near != null) (
          message at "did you mean `${near}`?" "write `env.${name}` if it is a variable of this name"
        )
    else if isAttrs row then
      [ (message at row.why row.instead) ]
    else if !(elem place reaches.${row}.places) then
      [ (misplaced at name row) ]
    else if reaches.${row}.isOfArtifacts or false && strategy == "layered" then
      [
        (message at "the strategy \"layered\" has layers instead of crane's artifacts"
          "leave it out, or write `strategy = \"per-crate\"`"
        )
      ]
    else if name == "CARGO_BUILD_TARGET" && place == "crates" && at != "${where}.${name}" then
      [
        (message at "dependents of the crate get its `env` too, and need not be for this target"
          "write `crates.${crate}.${name}`"
        )
      ]
    else if !(isString args.${name} or null) then
      [ ]
    else if name == "cargoBuildExtraArgs" || name == "cargoExtraArgs" then
      flagProblems (refusedFlags { inherit place crate; }) at args.${name}
    else if match "cargo[A-Z].*" name != null then
      flagProblems [ (targetFlag { inherit place crate; }) ] at args.${name}
    else
      [ ];
  # The problems with variables. Any name is allowed, but some names have a meaning for Cargo.
  variableProblems =
    name: optional (isVariable name && arguments ? ${name} || isPart && isCompiling name) name;
in
concatMap (name: problemsOf "${where}.${name}" name) (attrNames args)
++ concatMap (name: problemsOf "${where}.env.${name}" name) (
  concatMap variableProblems (attrNames (if isAttrs args.env or { } then args.env or { } else { }))
)
