{ lib, paths }:
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
    listToAttrs
    map
    mapAttrs
    replaceStrings
    ;
  inherit (lib)
    concatStringsSep
    sublist
    ;

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

  # Arguments that the library sets itself. With other values, derivations of one crate would see different
  # sources or packages, and Cargo would not notice.
  reserved = [
    "cargoArtifacts"
    "cargoLock"
    "cargoLockContents"
    "cargoLockParsed"
    "cargoToml"
    "cargoTomlContents"
    "cargoVendorDir"
    "dummySrc"
    "name"
    "patchPhase"
    "patches"
    "pname"
    "postPatch"
    "postUnpack"
    "prePatch"
    "sourceRoot"
    "src"
    "srcs"
    "unpackPhase"
    "version"
  ];

  # Settings of the whole workspace, which `craneLib.vendorCargoDeps` takes.
  vendorSettings = [
    "outputHashes"
    "overrideVendorCargoPackage"
    "overrideVendorGitCheckout"
    "registries"
  ];

  # Arguments that people often misspell. A derivation takes any attribute, so a misspelt one has no effect and
  # no error. The list need not be complete.
  usual = listToAttrs (
    map
      (name: {
        name = folded name;
        value = name;
      })
      [
        "buildInputs"
        "cargoBuildExtraArgs"
        "cargoCheckExtraArgs"
        "cargoClippyExtraArgs"
        "cargoDocExtraArgs"
        "cargoExtraArgs"
        "cargoNextestExtraArgs"
        "cargoTestExtraArgs"
        "checkInputs"
        "depsBuildBuild"
        "env"
        "nativeBuildInputs"
        "nativeCheckInputs"
        "outputHashes"
        "propagatedBuildInputs"
        "propagatedNativeBuildInputs"
        "strictDeps"
      ]
  );
  # A name without the most frequent mistakes: capitals, a plural, a dash.
  folded =
    name:
    replaceStrings [ "inputs" "args" "hashes" "deps" "-" "_" ] [ "input" "arg" "hash" "dep" "" "" ] (
      lib.toLower name
    );
  mistakenIn =
    args: filter (name: usual ? ${folded name} && usual.${folded name} != name) (attrNames args);
  mistaken = where: name: ''
    cratesieve: `${where}.${name}` of mkWorkspace: nobody knows this argument
    write `${usual.${folded name}}`'';

  # Settings that change the files of a crate in all of its derivations.
  changing = [
    "patches"
    "postPatch"
  ];

  # Variables that would move Cargo's target directory, which layers are made of. CARGO_TARGET_DIR is
  # allowed, because crane respects it.
  placing = [
    "CARGO_BUILD_BUILD_DIR"
    "CARGO_BUILD_TARGET_DIR"
  ];

  reservedIn =
    args:
    filter (name: args ? ${name}) (reserved ++ placing)
    ++ map (name: "env.${name}") (filter (name: args.env or { } ? ${name}) placing);
in
/**
  Checks the arguments of `mkWorkspace`, before any of them is used.

  # Type

  ```
  checkArguments :: {
    src, manifest, workspaceRoot, strategy, features, linker, commonArgs, crates, checks,
    readManifest, linkers,
  } -> {
    root :: Path,          # the workspace root
    workspace :: String,   # the workspace root relative to the source root
    shape :: Manifest,
    settings :: AttrSet,   # of crates
    changes :: { ${crate} :: { patches ? [StorePath], postPatch ? String } }, # of their files
    commonArgs :: AttrSet, # without the settings of the vendor directory
    vendorSettings :: AttrSet,
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
  readManifest,
  linkers,
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
  problems =
    lib.optional (!elem strategy strategies) ''
      cratesieve: `strategy` of mkWorkspace is ${builtins.toJSON strategy}
      give one of: ${concatStringsSep ", " (map builtins.toJSON strategies)}''
    ++ lib.optional (!elem features unifications) ''
      cratesieve: `features` of mkWorkspace is ${builtins.toJSON features}
      give one of: ${concatStringsSep ", " (map builtins.toJSON unifications)}''
    ++ lib.optional (features == "workspace" && strategy != "layered") ''
      cratesieve: `features = "workspace"` of mkWorkspace goes with `strategy = "layered"`, and not with ${builtins.toJSON strategy}
      leave out one of them''
    ++
      lib.optional (!(linker == null || isFunction linker || isString linker && linkers ? ${linker}))
        ''
          cratesieve: `linker` of mkWorkspace is ${
            if isString linker then builtins.toJSON linker else "a ${builtins.typeOf linker}"
          }
          give one of: ${concatStringsSep ", " (map builtins.toJSON (attrNames linkers))}, or a function of a stdenv to another one''
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
      its crates are: ${concatStringsSep ", " (attrNames shape.crates)}''
    ++ lib.optional (reservedIn commonArgs != [ ]) (decided "commonArgs" (head (reservedIn commonArgs)))
    ++ map (mistaken "commonArgs") (mistakenIn commonArgs);
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
  settings = mapAttrs (
    name: args:
    let
      surplus =
        lib.subtractLists changing (reservedIn args) ++ filter (setting: args ? ${setting}) vendorSettings;
    in
    if mistakenIn args != [ ] then
      throw (mistaken "crates.${name}" (head (mistakenIn args)))
    else if surplus == [ ] then
      removeAttrs args (changing ++ [ "checks" ])
    else
      throw (decided "crates.${name}" (head surplus))
  ) crates;
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
  changes = mapAttrs (_: args: lib.getAttrs (filter (name: args ? ${name}) changing) args) crates;
  decided = where: name: ''
    cratesieve: `${where}.${name}` of mkWorkspace: ${
      if elem name vendorSettings then
        "vendored packages are the same for all crates"
      else
        "cratesieve decides `${name}` itself"
    }
    ${
      if elem name vendorSettings then
        "move it to commonArgs"
      else if
        elem name (
          changing
          ++ [
            "patchPhase"
            "prePatch"
            "postUnpack"
          ]
        )
      then
        "give `patches` or `postPatch` to the crate whose files they change: all derivations see the same files of it then, and use each other's artifacts"
      else
        "leave it out"
    }'';
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
    commonArgs = removeAttrs commonArgs vendorSettings;
    vendorSettings = lib.getAttrs (filter (name: commonArgs ? ${name}) vendorSettings) commonArgs;
  }
