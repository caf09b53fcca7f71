{
  lib,
  paths,
  readManifest,
  linkers,
  craneArguments,
  closestName,
  checkCraneArguments,
  withPart,
  ...
}:
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    hasContext
    head
    isFunction
    isPath
    isString
    length
    map
    mapAttrs
    ;
  inherit (lib)
    concatStringsSep
    sublist
    ;
  inherit (craneArguments) parts;

  strategies = [
    "layered"
    "per-crate"
    "shared"
  ];

  # For which packages Cargo unifies features: for the built package alone, or for all members.
  unifications = [
    "package"
    "workspace"
  ];

  # What a check of a crate may run.
  kinds = [
    "clippy"
    "test"
    "nextest"
    "doc"
  ];
  checkOptions = [
    "profile"
    "run"
    "apart"
  ];
  quoted = names: concatStringsSep ", " (map builtins.toJSON names);

  # Settings that change the files of a crate in all of its derivations.
  changing = [
    "patches"
    "postPatch"
  ];

  namesOf =
    reach:
    filter (name: craneArguments.arguments.${name} == reach) (attrNames craneArguments.arguments);
  # Settings of the whole workspace, which `craneLib.vendorCargoDeps` and `devShell` take.
  vendorSettings = namesOf "vendor";
  shellSettings = namesOf "shell";
  pick = names: args: lib.getAttrs (filter (name: args ? ${name}) names) args;
in
/**
  Checks the arguments of `mkWorkspace`, before any of them is used.

  # Type

  ```
  checkArguments :: {
    src, manifest, workspaceRoot, strategy, features, linker, commonArgs, crates, checks,
  } -> {
    root :: Path,          # the workspace root
    workspace :: String,   # the workspace root relative to the source root
    shape :: Manifest,
    settings :: AttrSet,   # of crates
    changes :: { ${crate} :: { patches ? [StorePath], postPatch ? String } }, # of their files
    parts :: { ${crate} :: { package ?, check ?, ... :: AttrSet } }, # for single derivations
    commonArgs :: AttrSet, # for all of them
    vendorSettings, shellSettings :: AttrSet,
    checks :: { profile :: String, apart :: Bool, of :: { ${crate} :: [Kind] } },
    linkWith :: Nixpkgs -> Stdenv -> Stdenv, # if there is a `linker`
  }
  ```
*/
{
  src,
  manifest,
  workspaceRoot,
  strategy,
  features,
  linker,
  commonArgs,
  crates,
  checks,
}:
let
  # Checked first: a `src` that is no path makes all other messages wrong.
  checkedSrc =
    if isPath src then
      src
    else if isString src && !hasContext src && lib.hasPrefix "/" src then
      /. + src
    else
      throw ''
        cratesieve: `src` of mkWorkspace is ${
          if isString src && hasContext src then
            "a string with context (`${src}`), of which every file would be an input of every crate"
          else if isString src then
            "the relative path `${src}`"
          else
            "a ${builtins.typeOf src}, of which every file would be an input of every crate"
        }
        give a path: src = ./.;'';
  root = builtins.seq checkedSrc (if isPath workspaceRoot then workspaceRoot else /. + workspaceRoot);

  shape = builtins.seq checkedSrc (readManifest manifest);
  climbs = if shape.sourceRoot == "." then 0 else length (paths.components shape.sourceRoot);
  rootParts = paths.components (toString root);
  workspace = paths.fromComponents (sublist (length rootParts - climbs) climbs rootParts);
  sourceRoot = "/" + concatStringsSep "/" (sublist 0 (length rootParts - climbs) rootParts);
  isOutside = path: paths.below (toString checkedSrc) (toString (root + "/${path}")) == null;
  # Crates and files that do not lie below the source root.
  strays =
    if !isOutside shape.sourceRoot then
      [ ]
    else
      map (name: "the path dependency `${name}` (${shape.crates.${name}.path})") (
        filter (name: isOutside shape.crates.${name}.path) (attrNames shape.crates)
      )
      ++ concatMap (
        name:
        map (path: "${path}, which crate `${name}` reads,") (filter isOutside shape.crates.${name}.include)
      ) (attrNames shape.crates)
      ++ [ "something that the workspace reads" ];

  unknown = filter (name: !(shape.crates ? ${name})) (attrNames crates);
  # The crate that a user means who writes the name of a program, of a library or of a directory.
  meant =
    name:
    let
      crateWhere =
        is: lib.findFirst (crate: is crate shape.crates.${crate}) null (attrNames shape.crates);
      libraryOf =
        crate: entry:
        (builtins.fromTOML (builtins.readFile (root + "/${entry.path}/Cargo.toml"))).lib.name
          or (builtins.replaceStrings [ "-" ] [ "_" ] crate);
      found = filter (guess: guess.crate != null) [
        {
          what = "a program";
          crate = crateWhere (_: entry: entry.bins ? ${name});
        }
        {
          what = "the library";
          crate = crateWhere (crate: entry: entry ? lib && libraryOf crate entry == name);
        }
        {
          what = "the directory";
          crate = crateWhere (_: entry: entry.path == name || baseNameOf entry.path == name);
        }
      ];
      near = closestName (attrNames shape.crates) name;
    in
    if found != [ ] then
      "`${name}` is ${(head found).what} of the crate `${(head found).crate}`: write `crates.${(head found).crate}`"
    else if near != null then
      "did you mean `${near}`?"
    else
      "its crates are: ${concatStringsSep ", " (attrNames shape.crates)}";
  problems =
    lib.optional (!elem strategy strategies) ''
      cratesieve: `strategy` of mkWorkspace is ${builtins.toJSON strategy}
      give one of: ${concatStringsSep ", " (map builtins.toJSON strategies)}''
    ++ lib.optional (!elem features unifications) ''
      cratesieve: `features` of mkWorkspace is ${builtins.toJSON features}
      give one of: ${concatStringsSep ", " (map builtins.toJSON unifications)}''
    ++ lib.optional (features == "workspace" && strategy != "layered") ''
      cratesieve: `features = "workspace"` of mkWorkspace needs `strategy = "layered"`, and the strategy is ${builtins.toJSON strategy}
      write `strategy = "layered"`, or leave `features` out''
    ++
      lib.optional (!(linker == null || isFunction linker || isString linker && linkers ? ${linker}))
        ''
          cratesieve: `linker` of mkWorkspace is ${
            if isString linker then builtins.toJSON linker else "a ${builtins.typeOf linker}"
          }
          give one of: ${concatStringsSep ", " (map builtins.toJSON (attrNames linkers))}, or a function from a stdenv to another stdenv''
    ++ (
      if !builtins.isAttrs checks then
        [
          ''
            cratesieve: `checks` of mkWorkspace is a ${builtins.typeOf checks}
            give a set with some of: ${quoted checkOptions}''
        ]
      else
        map (option: ''
          cratesieve: `checks.${option}` of mkWorkspace: there is no such option
          give some of: ${quoted checkOptions}'') (lib.subtractLists checkOptions (attrNames checks))
        ++ kindProblems "checks.run" (checks.run or [ ])
        ++ lib.optional (!isString (checks.profile or "")) ''
          cratesieve: `checks.profile` of mkWorkspace is a ${builtins.typeOf checks.profile}
          give the name of one of Cargo's profiles, such as "dev"''
        ++ lib.optional (!builtins.isBool (checks.apart or false)) ''
          cratesieve: `checks.apart` of mkWorkspace is a ${builtins.typeOf checks.apart}
          give true or false''
    )
    ++ lib.optional (strays != [ ]) ''
      cratesieve: ${head strays} lies outside `src`, ${toString checkedSrc}
      give mkWorkspace a `src` that holds it, ${sourceRoot}, and the path of cratesieve.json as `manifest`''
    ++ lib.optional (unknown != [ ]) ''
      cratesieve: `crates.${head unknown}` of mkWorkspace: there is no crate `${head unknown}` in the workspace
      ${meant (head unknown)}''
    ++ craneProblems {
      place = "commonArgs";
      where = "commonArgs";
    } commonArgs;
  # The problems of arguments for crane, and of the parts among them.
  craneProblems =
    given: args:
    checkCraneArguments (
      given
      // {
        inherit strategy;
        args = removeAttrs args parts;
      }
    )
    ++ concatMap (
      part:
      let
        where = "${given.where}.${part}";
      in
      if !builtins.isAttrs args.${part} then
        [
          ''
            cratesieve: `${where}` of mkWorkspace is a ${builtins.typeOf args.${part}}
            give a set of arguments for crane''
        ]
      else
        checkCraneArguments (
          given
          // {
            inherit strategy where;
            place = part;
            args = args.${part};
          }
        )
    ) (filter (part: args ? ${part}) parts);
  kindProblems =
    where: given:
    if !builtins.isList given then
      [
        ''
          cratesieve: `${where}` of mkWorkspace is a ${builtins.typeOf given}
          give a list with some of: ${quoted kinds}''
      ]
    else
      map (kind: ''
        cratesieve: `${where}` of mkWorkspace has ${builtins.toJSON kind}
        give some of: ${quoted kinds}'') (lib.subtractLists kinds given);
  # Lazy: the settings of a crate are checked only if the crate is used.
  checked = mapAttrs (
    name: args:
    let
      problems = craneProblems {
        place = "crates";
        where = "crates.${name}";
        crate = name;
      } (removeAttrs args [ "checks" ]);
    in
    if problems != [ ] then throw (head problems) else args
  ) crates;
  settings = mapAttrs (_: args: removeAttrs args (changing ++ parts ++ [ "checks" ])) checked;
  kindsOf =
    name: _:
    let
      kinds =
        crates.${name}.checks or checks.run or [
          "clippy"
          "test"
          "doc"
        ];
      problems = kindProblems "crates.${name}.checks" kinds;
    in
    if problems != [ ] then throw (head problems) else kinds;
  changes = mapAttrs (_: pick changing) checked;
in
if problems != [ ] then
  throw (head problems)
else
  {
    inherit
      root
      workspace
      shape
      settings
      changes
      ;
    src = checkedSrc;
    checks = {
      profile = checks.profile or commonArgs.CARGO_PROFILE or "dev";
      apart = checks.apart or false;
      # Lazy: the checks of a crate are read only if the crate is used.
      of = mapAttrs kindsOf shape.crates;
    };
    linkWith = if isFunction linker then _: linker else linkers.${linker};
    commonArgs = removeAttrs commonArgs (vendorSettings ++ shellSettings ++ parts);
    vendorSettings = pick vendorSettings commonArgs;
    shellSettings = pick shellSettings commonArgs;
    parts = mapAttrs (
      name: _:
      let
        args = checked.${name} or { };
      in
      lib.genAttrs (filter (part: commonArgs ? ${part} || args ? ${part}) parts) (
        part: withPart (commonArgs.${part} or { }) (args.${part} or { })
      )
    ) shape.crates;
  }
