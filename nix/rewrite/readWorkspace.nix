{
  lib,
  paths,
  describeMember,
  checkEdges,
  readLock,
  readConfigurations,
  ...
}:
let
  inherit (builtins)
    addErrorContext
    attrNames
    concatMap
    elem
    filter
    fromTOML
    head
    isAttrs
    isString
    mapAttrs
    pathExists
    readFile
    removeAttrs
    ;
  inherit (lib) attrValues hasPrefix;
in
/**
  The contents of the Cargo.toml files and Cargo.lock of a workspace. Each file is read once, when it is
  needed. A crate throws if its path dependencies are not those of the manifest.

  # Type

  ```
  readWorkspace :: { root :: Path, shape :: Manifest, manifest :: String } -> {
    rootToml :: AttrSet,
    configurations,                       # Cargo's configuration, see readConfigurations
    rustcWrapper :: String | null,        # the wrapper of rustc that it sets
    tomls, described, versions :: { ${crate} :: ... },
    readmes :: { ${crate} :: String | null }, # the readme that Cargo finds if Cargo.toml names none
    homes :: { ${crate} :: String },      # the directory of the workspace that it inherits from
    homeToml :: String -> AttrSet,        # the Cargo.toml of a workspace, by its directory
    lock :: Lock,
    hasLock :: Bool,
  }
  ```
*/
{
  root,
  shape,
  manifest,
}:
let
  rootName = toString root;
  stale = what: ''
    cratesieve: ${manifest} is stale: ${what}
    run: nix run .#gen'';

  join = paths.joinFrom root;
  readToml =
    path: addErrorContext "while reading ${rootName}/${path}" (fromTOML (readFile (root + "/${path}")));

  rootToml =
    if pathExists (root + "/Cargo.toml") then
      readToml "Cargo.toml"
    else
      throw ''
        cratesieve: there is no Cargo.toml at ${rootName}
        give mkWorkspace the directory of the workspace as `workspaceRoot`, if the manifest is elsewhere'';

  tomls = mapAttrs (
    name: entry:
    let
      file = join entry.path "Cargo.toml";
      toml = if entry.path == "." then rootToml else readToml file;
    in
    if !pathExists (root + "/${file}") then
      throw (
        stale "crate `${name}` is not in ${entry.path}: there is no Cargo.toml"
        + "\n(In a git repository, first `git add` the crate: a flake sees only files that git tracks.)"
      )
    else if toml.package.name or null != name then
      throw (stale "the crate in ${entry.path} is not `${name}`")
    else
      toml
  ) shape.crates;

  # The directory of the workspace that a crate inherits from.
  home =
    name: entry:
    if !entry.member && entry.workspace == "." && tomls.${name} ? workspace then
      entry.path
    else
      entry.workspace;
  homes = mapAttrs home shape.crates;
  homeToml = directory: if directory == "." then rootToml else readToml (join directory "Cargo.toml");

  described = mapAttrs (
    name: entry:
    let
      described = describeMember {
        directory = entry.path;
        toml = tomls.${name};
        rootDirectory = homes.${name};
        root = homeToml homes.${name};
        workspaceRoot = rootName;
      };
      artifact = head described.artifacts;
    in
    if described.artifacts != [ ] then
      throw ''
        cratesieve: crate `${name}` depends on `${artifact}` with `artifact` (${join entry.path "Cargo.toml"}), which cratesieve does not build
        build `${artifact}` separately, leave `artifact` out, and pass the path of the program in a variable: crates.${name}.env of mkWorkspace''
    else
      checkEdges {
        inherit
          name
          entry
          described
          manifest
          ;
        inherit (shape) crates;
      } described
  ) shape.crates;

  configurations = readConfigurations { inherit root shape manifest; };
  wrapper = configurations.setting [
    "build"
    "rustc-wrapper"
  ];

  # Path patches in the root Cargo.toml are edges too: from third-party packages to crates of the repository.
  patchedHere = concatMap (
    entries:
    map (key: entries.${key}.package or key) (
      filter (key: isAttrs entries.${key} && entries.${key} ? path) (attrNames entries)
    )
  ) (attrValues (rootToml.patch or { }));
  replacedByPath = filter (key: isAttrs rootToml.replace.${key} && rootToml.replace.${key} ? path) (
    attrNames (rootToml.replace or { })
  );
  unknownPatches = filter (name: !elem name shape.patched) patchedHere;

  version =
    name: toml:
    let
      version = toml.package.version or "0.0.0";
    in
    if isString version then version else (homeToml homes.${name}).workspace.package.version or "0.0.0";
in
{
  rootToml =
    if replacedByPath != [ ] then
      throw ''
        cratesieve: [replace] in Cargo.toml replaces `${head replacedByPath}` with a directory, which cratesieve does not support
        use [patch] instead, and run: nix run .#gen''
    else if unknownPatches == [ ] then
      rootToml
    else
      throw (
        stale "[patch] in Cargo.toml replaces a package with the crate `${head unknownPatches}`, which the manifest does not know"
      );
  inherit tomls described configurations;
  readmes = mapAttrs (
    _: entry:
    lib.findFirst (name: pathExists (root + "/${join entry.path name}")) null [
      "README.md"
      "README.txt"
      "README"
    ]
  ) shape.crates;
  # A relative path with a `/` starts at the workspace root. Otherwise it is a program on the PATH.
  rustcWrapper =
    if wrapper == null || wrapper.value == "" then
      null
    else if lib.hasInfix "/" wrapper.value && !hasPrefix "/" wrapper.value then
      "./${join wrapper.directory wrapper.value}"
    else
      wrapper.value;
  versions = mapAttrs version tomls;
  inherit homes homeToml;
  hasLock = pathExists (root + "/Cargo.lock");
  lock =
    if pathExists (root + "/Cargo.lock") then
      readLock (readToml "Cargo.lock")
    else
      builtins.seq rootToml throw ''
        cratesieve: there is no Cargo.lock at ${rootName}
        run: cargo generate-lockfile
        (In a git repository, then `git add` it: a flake sees only files that git tracks.)'';
}
