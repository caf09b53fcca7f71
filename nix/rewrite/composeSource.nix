{
  lib,
  paths,
  pruneInherited,
  pruneConfiguration,
  pruneRoot,
  ...
}:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    elem
    filter
    groupBy
    head
    isAttrs
    map
    mapAttrs
    pathExists
    ;
  inherit (lib)
    concatMapStringsSep
    concatStrings
    filterAttrs
    genAttrs
    hasPrefix
    mapAttrsToList
    mergeAttrsList
    optionalAttrs
    optionalString
    unique
    ;

  isInherited = value: isAttrs value && value.workspace or false == true;
in
/**
  The source of a set of crates: a script that a build runs to unpack it. It places the files of the
  crates, and a workspace around them that has these crates only.

  # Type

  ```
  composeSource :: { root, workspace, shape, read, changes, crateLines } -> { closure, ... } -> Source
  ```

  where a `Source` is `{ script :: String, lock :: StorePath | null }`.
*/
{
  root,
  workspace,
  shape,
  read,
  changes,
  crateLines,
}:
let
  inherit (read) rootToml described homes;
  inherit (crateLines)
    includeLines
    outsideLines
    commonLines
    stampLines
    changeLines
    placeManifest
    placeToml
    placeText
    to
    ;
  names = attrNames shape.crates;
  join = paths.joinFrom root;

  rootCrate = lib.findFirst (name: shape.crates.${name}.path == ".") null names;

  # The package fields that a rewritten Cargo.toml inherits from the workspace.
  packageFields = toml: filterAttrs (_: isInherited) (toml.package or { });

  # What these crates inherit from the workspace in the given directory: for real crates, package fields, lints
  # and dependencies; for stubs, dependencies only.
  inheritedFrom =
    home:
    {
      crates,
      manifestOf,
      isReal,
      isTested,
    }:
    let
      heirs = filter (name: homes.${name} == home) crates;
      manifests = map manifestOf (filter isReal heirs);
      dependencies = name: described.${name}.inherits.${if isTested name then "all" else "built"};
    in
    {
      dependencies = mergeAttrsList (map dependencies heirs);
      package = mergeAttrsList (map packageFields manifests);
      lints = any (toml: isInherited (toml.lints or null)) manifests;
    };

  existing = filter (path: pathExists (root + "/${path}"));
in
# `filesOf` and `manifestOf` give the files and the Cargo.toml of each crate except the subject.
{
  closure,
  subject ? null, # the crate that is built itself
  filesOf, # the lines that place a crate's own files
  manifestOf,
  manifestLineOf,
  isReal, # whether the crate is real, not a stub
  isTested,
  # the lines that place what a crate reads outside of its directory
  outsideOf ? name: optionalString (isReal name) outsideLines.library.${name},
  # A script that writes the Cargo.toml files of all stubs. It replaces a line for each stub.
  allStubs ? null,
  also ? [ ], # further paths to place, if they exist
  isChanged ? true, # whether the crates' settings change their files
  # Packages that are not crates of the workspace, by name. The name is also the directory.
  beside ? { },
  # The package of the workspace root, if it is not one of the crates.
  package ? null,
  spec ? (_: spec: spec),
  isLayered ? false, # whether it is for builds that start from layers
  # The packages of the lock, by name. Stubs are left out, because overrides in profiles do not matter for them.
  packages ? groupBy (package: package.name) (
    filter (package: package ? source || isReal package.name) (attrValues closure.keys)
  ),
  lock,
}:
let
  # The script for the stubs makes their directories.
  places =
    filter (path: path != ".") (
      map (name: shape.crates.${name}.path) (
        if allStubs == null then closure.crates else filter isReal closure.crates
      )
    )
    ++ others
    ++ attrNames beside;
  isSubject = name: subject != null && name == subject.name;
  rewritten = name: if isSubject name then subject.manifest else manifestOf name;
  inherits =
    home:
    inheritedFrom home {
      inherit (closure) crates;
      inherit isReal isTested;
      manifestOf = rewritten;
    };
  # Problem: Cargo takes a path dependency below the workspace root for a member, and refuses one that has a
  # `[workspace]`. A `[patch]` may lead to such a crate, and packages such as `cratesieve-workspace` depend on it
  # by its path. So the root Cargo.toml excludes it.
  rootManifest =
    let
      excluded = filter (home: !(hasPrefix "../" home)) (if beside == { } then [ ] else others);
    in
    prunedRoot
    // optionalAttrs (excluded != [ ]) {
      workspace = prunedRoot.workspace // {
        exclude = unique (prunedRoot.workspace.exclude or [ ] ++ excluded);
      };
    };
  prunedRoot = pruneRoot {
    toml = rootToml;
    package = if package == null && elem rootCrate closure.crates then rewritten rootCrate else package;
    crates =
      genAttrs closure.crates (name: shape.crates.${name})
      // mapAttrs (path: _: {
        inherit path;
        member = true;
      }) beside;
    inherit packages;
    inherits = inherits ".";
    # Whether a crate reads the root Cargo.toml: then it is among the files of that crate.
    isRead = any (
      name:
      isReal name && elem "Cargo.toml" shape.crates.${name}.include
      || isSubject name && subject.isWhole && elem "Cargo.toml" shape.crates.${name}.testInclude
    ) closure.crates;
    inherit spec isLayered;
    isWorkspace = rootToml ? workspace || beside != { };
  };

  # Other workspaces, which crates outside this one inherit from.
  others = filter (home: home != ".") (unique (map (name: homes.${name}) closure.crates));
  otherManifest =
    home:
    let
      inIt = filter (name: shape.crates.${name}.path == home) closure.crates;
    in
    (if inIt == [ ] then { } else rewritten (head inIt))
    // {
      workspace = pruneInherited {
        workspace = (read.homeToml home).workspace or { };
        inherits = inherits home;
        inherit spec;
      };
    };

  # Without the parts of Cargo's configuration that make sense for the whole workspace only.
  pruned = mapAttrs (
    _: configuration:
    pruneConfiguration {
      inherit configuration;
      crates = genAttrs closure.crates (_: null);
      packages = groupBy (package: package.name) (attrValues closure.keys);
    }
  ) read.configurations.files;
  configurations = filterAttrs (
    path: configuration: configuration != read.configurations.files.${path}
  ) pruned;
in
{
  inherit lock;
  script =
    "cratesieveBegin ${to workspace} ${concatMapStringsSep " " to places}\n"
    + optionalString (allStubs != null) ". ${allStubs}\n"
    + concatStrings (map (name: if isSubject name then subject.files else filesOf name) closure.crates)
    + concatStrings (
      map (
        name: if isSubject name then subject.stamp else optionalString (isReal name) stampLines.${name}
      ) closure.crates
    )
    + concatStrings (
      map (name: if isSubject name then subject.outside else outsideOf name) closure.crates
    )
    + includeLines (existing also)
    + commonLines
    + concatStrings (
      map (
        name:
        optionalString (isChanged && isReal name && changes ? ${name})
          changeLines.${name}.${if isSubject name && subject.isWhole then "1" else "0"}
      ) closure.crates
    )
    # Last, because an included directory may contain crates, with their original Cargo.toml files.
    + concatStrings (
      map (name: if isSubject name then subject.manifestLine else manifestLineOf name) closure.crates
    )
    + concatStrings (mapAttrsToList placeToml configurations)
    + concatStrings (map (home: placeManifest (otherManifest home) home) others)
    + placeManifest rootManifest "."
    + concatStrings (mapAttrsToList (path: package: placeManifest package.manifest path) beside)
    + optionalString (lock != null) (placeText lock "Cargo.lock")
    + optionalString (
      isLayered
      && elem rootCrate closure.crates
      && isReal rootCrate
      && shape.crates.${rootCrate} ? buildScript
    ) "cratesieveSettles=1\n"
    + "cratesieveEnd\n";
}
