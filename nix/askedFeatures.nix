{ lib, featureFlags }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatLists
    concatMap
    filter
    head
    isAttrs
    map
    mapAttrs
    match
    ;
  inherit (lib) elem unique;

  dependencyTables = [
    "dependencies"
    "build-dependencies"
    "build_dependencies"
  ];

  # The features of a crate, those of its optional dependencies too: these have features of their names,
  # unless an entry with `dep:` names them.
  featuresOf =
    toml:
    let
      named = toml.features or { };
      entries = concatLists (attrValues named);
      scopes = [ toml ] ++ attrValues (toml.target or { });
      optional = concatMap (
        scope:
        concatMap (
          table:
          filter (key: isAttrs scope.${table}.${key} && scope.${table}.${key}.optional or false) (
            attrNames (scope.${table} or { })
          )
        ) dependencyTables
      ) scopes;
    in
    attrNames named
    ++ filter (key: !(named ? ${key}) && !(elem "dep:${key}" entries)) (unique optional);

  isOfDependency =
    toml: feature:
    let
      parts = match "([^/?]+)[?]?/.+" feature;
    in
    parts != null
    && lib.any (scope: lib.any (table: scope.${table} or { } ? ${head parts}) dependencyTables) (
      [ toml ] ++ attrValues (toml.target or { })
    );
in
/**
  What the flags in `cargoExtraArgs` ask of each crate, for builds in which features are unified: those of
  `commonArgs` as `cargo build --workspace` understands them, where a feature is asked of the members
  that have it; those of `crates.<name>` as `cargo build -p <name>` does.

  # Type

  ```
  askedFeatures :: {
    tomls :: { ${crate} :: AttrSet },
    commonArgs :: AttrSet,
    settings :: { ${crate} :: AttrSet },
  } -> { ${crate} :: { features :: [String], default :: Bool } }
  ```
*/
{
  tomls,
  commonArgs,
  settings,
}:
let
  common = featureFlags (commonArgs.cargoExtraArgs or "");
in
mapAttrs (
  name: toml:
  let
    isOwn = settings ? ${name} && settings.${name} ? cargoExtraArgs;
    flags = if isOwn then featureFlags settings.${name}.cargoExtraArgs else common;
    known = featuresOf toml;
    # `crate/feature` is a feature of that crate, or of a dependency.
    about =
      feature:
      let
        parts = match "([^/]+)/(.+)" feature;
      in
      if parts != null && head parts == name then builtins.elemAt parts 1 else feature;
    asked = map about flags.features;
  in
  {
    inherit (flags) default;
    features =
      if flags.all then
        known
      else if isOwn then
        asked
      else
        filter (feature: elem feature known || isOfDependency toml feature) asked;
  }
) tomls
