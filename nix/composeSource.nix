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
    concatMap
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
    concatStrings
    filterAttrs
    genAttrs
    mapAttrsToList
    mergeAttrsList
    optionals
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
    stampLines
    changeLines
    placeManifest
    placeToml
    placeFile
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
  includesOf ? name: optionals (isReal name) shape.crates.${name}.include,
  also ? [ ], # what else is placed, where it exists
  isChanged ? true, # whether the crates' settings change their files
  # Packages that are no crates, by name, which is where they lie, too.
  beside ? { },
  # The package of the workspace root where it is none of the crates.
  package ? null,
  spec ? (_: spec: spec),
  lock,
}:
let
  isSubject = name: subject != null && name == subject.name;
  rewritten = name: if isSubject name then subject.manifest else manifestOf name;
  includes =
    concatMap (name: if isSubject name then subject.includes else includesOf name) closure.crates
    ++ existing also;

  inherits =
    home:
    inheritedFrom home {
      inherit (closure) crates;
      inherit isReal isTested;
      manifestOf = rewritten;
    };
  rootManifest = pruneRoot {
    toml = rootToml;
    package = if package == null && elem rootCrate closure.crates then rewritten rootCrate else package;
    crates =
      genAttrs closure.crates (name: shape.crates.${name})
      // mapAttrs (path: _: {
        inherit path;
        member = true;
      }) beside;
    packages = groupBy (package: package.name) (
      # An override in a profile is nothing to a stub.
      filter (package: package ? source || isReal package.name) (attrValues closure.keys)
    );
    inherits = inherits ".";
    # A crate that lists it among its files reads it.
    isRead = elem "Cargo.toml" includes;
    inherit spec;
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
  isRewritten = path: path == "Cargo.toml" || any (home: path == join home "Cargo.toml") others;

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
    "cratesieveBegin ${to workspace}\n"
    + concatStrings (map (name: if isSubject name then subject.files else filesOf name) closure.crates)
    + concatStrings (
      map (
        name: if isSubject name then subject.stamp else optionalString (isReal name) stampLines.${name}
      ) closure.crates
    )
    + includeLines (filter (path: !isRewritten path) includes ++ shape.files)
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
    + optionalString (lock != null) (placeFile lock "Cargo.lock")
    + "cratesieveEnd\n";
}
