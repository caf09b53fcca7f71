{
  lib,
  paths,
  pruneInherited,
  pruneConfiguration,
  pruneRoot,
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
  The source of a set of crates, as a script that puts it together when a build unpacks: their files,
  and around them a workspace of these crates and no others.

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

  # What a rewritten manifest inherits from the workspace.
  packageFields = toml: filterAttrs (_: isInherited) (toml.package or { });

  # What these crates inherit from the workspace in the given directory. Stubs inherit nothing but
  # dependencies.
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
# `filesOf` and `manifestOf` say what stands for each crate, but for the subject.
{
  closure,
  subject ? null, # the crate that is built itself
  filesOf, # the lines that place a crate's own files
  manifestOf,
  manifestLineOf,
  isReal, # whether a crate's manifest may inherit package fields and lints
  isTested,
  # the lines that place what a crate reads outside of its directory
  outsideOf ? name: optionalString (isReal name) outsideLines.library.${name},
  # A script that writes the Cargo.toml files of all stubs, in place of their lines.
  allStubs ? null,
  also ? [ ], # what else is placed, where it exists
  isChanged ? true, # whether the crates' settings change their files
  # Packages that are no crates, by name, which is where they lie, too.
  beside ? { },
  # The package of the workspace root where it is none of the crates.
  package ? null,
  spec ? (_: spec: spec),
  isLayered ? false, # whether it is for builds that start from layers
  # The packages of the lock, by name. An override in a profile is nothing to a stub.
  packages ? groupBy (package: package.name) (
    filter (package: package ? source || isReal package.name) (attrValues closure.keys)
  ),
  lock,
}:
let
  # With a script for the stubs, these have directories already.
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
  # Cargo takes a path dependency in the directory of a workspace for a member, and refuses one that has a
  # workspace of its own. A `[patch]` may lead to one; the packages that stand beside depend on it by its path.
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
    # A crate that lists it among its files reads it.
    isRead = any (
      name:
      isReal name && elem "Cargo.toml" shape.crates.${name}.include
      || isSubject name && subject.isWhole && elem "Cargo.toml" shape.crates.${name}.testInclude
    ) closure.crates;
    inherit spec isLayered;
    isWorkspace = rootToml ? workspace || beside != { };
  };

  # The workspaces that crates from elsewhere inherit from.
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

  # Cargo's configuration says things that hold for the whole workspace alone.
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
    # After all else: a directory that somebody includes may hold crates.
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
