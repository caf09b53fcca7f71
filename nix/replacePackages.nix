{
  lib,
  paths,
  tables,
  ...
}:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    foldl'
    fromTOML
    hasAttr
    head
    isAttrs
    isString
    length
    map
    mapAttrs
    match
    pathExists
    readDir
    readFile
    split
    ;
  inherit (lib)
    attrValues
    findFirst
    hasPrefix
    removePrefix
    ;

  cratesIo = [
    "registry+https://github.com/rust-lang/crates.io-index"
    "sparse+https://index.crates.io/"
  ];

  # Fields that need the workspace of the package, which is not there in a vendor directory.
  leansOn =
    toml:
    let
      scopes = [ toml ] ++ attrValues (toml.target or { });
      dependencies = concatMap (scope: map (name: scope.${name} or { }) tables.builtTables) scopes;
      specs = concatMap attrValues dependencies;
      isInherited = value: isAttrs value && value.workspace or false == true;
    in
    if
      lib.any isInherited (attrValues (toml.package or { }) ++ specs) || isInherited (toml.lints or null)
    then
      "it inherits from a workspace"
    else if lib.any (spec: isAttrs spec && spec ? path) specs then
      "it has a dependency by path"
    else
      null;
in
/**
  Finds the third-party packages that Cargo's configuration replaces with directories of the repository.
  `paths` names a directory that replaces the package of its name. `source` names a directory with all
  packages of a registry, as `cargo vendor` makes it. The result is `null` for all other packages, which
  are downloaded. A mirror of a registry changes nothing: Cargo.lock has checksums.

  If both name a package, `paths` wins, as in Cargo.

  # Type

  ```
  replacePackages :: { root :: Path, configurations } -> Package -> {
    directory :: String,           # relative to the workspace root
    isOverride :: Bool,            # whether `paths` names it
    toml :: AttrSet,               # its Cargo.toml
  } | null
  ```
*/
{ root, configurations }:
let
  join = paths.joinFrom root;
  isHere = path: pathExists (root + "/${path}");
  tomlOf =
    directory:
    builtins.addErrorContext "while reading ${toString root}/${directory}/Cargo.toml" (
      fromTOML (readFile (root + "/${directory}/Cargo.toml"))
    );
  within = file: path: if hasPrefix "/" path then null else join file.directory path;

  # ---- paths ---------------------------------------------------------------------------------------

  # All packages below a directory, found as Cargo finds them.
  packagesBelow =
    directory:
    let
      entries = readDir (root + "/${directory}");
      below = filter (name: entries.${name} == "directory" && name != "target" && !hasPrefix "." name) (
        attrNames entries
      );
      own = if entries ? "Cargo.toml" then tomlOf directory else { };
    in
    (
      if own ? package then
        [
          {
            inherit directory;
            toml = own;
          }
        ]
      else
        [ ]
    )
    ++ concatMap (name: packagesBelow (join directory name)) below;
  overridesOf =
    file:
    concatMap (
      path:
      let
        directory = within file path;
      in
      if directory == null || !isHere directory then
        throw ''
          cratesieve: `paths` in ${file.path} names ${path}, which is not there
          (In a git repository, first `git add` the directory: a flake sees only files that git tracks.)''
      else
        packagesBelow directory
    ) (file.toml.paths or [ ]);
  overrides = foldl' (all: override: { ${override.toml.package.name} = override; } // all) { } (
    concatMap overridesOf (lib.reverseList configurations.all)
  );
  sound =
    override:
    let
      reason = leansOn override.toml;
    in
    if reason == null then
      override // { isOverride = true; }
    else
      throw ''
        cratesieve: `paths` in Cargo's configuration names ${override.directory}, which cannot stand in a vendor directory: ${reason}
        use [patch] in Cargo.toml instead, and run: nix run .#gen'';

  # ---- source --------------------------------------------------------------------------------------

  # All `source` tables merged key by key, as Cargo merges files.
  sources = foldl' (
    all: file:
    all
    // mapAttrs (
      name: source:
      all.${name} or { }
      // source
      // (if source ? directory then { directory = within file source.directory; } else { })
    ) (file.toml.source or { })
  ) { } configurations.all;

  located = url: lib.removeSuffix ".git" (lib.removeSuffix "/" (lib.toLower url));
  decoded = lib.replaceStrings [ "%2F" "%2f" ] [ "/" "/" ];
  isOf =
    package: name:
    let
      source = sources.${name};
      bare = removePrefix "registry+" package.source;
      git = match "git[+]([^?#]*)([?]([^#]*))?(#.*)?" package.source;
      asked = if lib.elemAt git 2 == null then "" else decoded (lib.elemAt git 2);
      wanted = lib.concatStringsSep "&" (
        map (key: "${key}=${source.${key}}") (
          filter (key: source ? ${key}) [
            "branch"
            "tag"
            "rev"
          ]
        )
      );
    in
    if name == "crates-io" then
      lib.elem package.source cratesIo
    else if git != null then
      source ? git && located source.git == located (head git) && asked == wanted
    else
      (source.registry or null) == bare
      ||
        configurations.setting [
          "registries"
          name
          "index"
        ] != null
        &&
          (configurations.setting [
            "registries"
            name
            "index"
          ]).value == bare;

  # The directory at the end of a chain of `replace-with`.
  directoryOf =
    seen: name:
    let
      source = sources.${name} or { };
    in
    if lib.elem name seen then
      null
    else if source ? replace-with then
      directoryOf (seen ++ [ name ]) source.replace-with
    else
      source.directory or null;

  vendored =
    package:
    let
      names = filter (name: sources.${name} ? replace-with && isOf package name) (attrNames sources);
      directory = if names == [ ] then null else directoryOf [ ] (head names);
      # `cargo vendor` names a directory in one of these two ways.
      candidates = map (join directory) [
        "${package.name}-${package.version}"
        package.name
      ];
      isIt =
        candidate:
        isHere "${candidate}/Cargo.toml" && (tomlOf candidate).package.version or null == package.version;
      found = if directory == null then null else findFirst isIt null candidates;
    in
    if found == null then
      null
    else
      {
        directory = found;
        toml = tomlOf found;
        isOverride = false;
      };
in
package:
if overrides ? ${package.name} then
  sound overrides.${package.name}
else if sources == { } then
  null
else
  vendored package
