{
  lib,
  tables,
  featureFlags,
  ...
}:
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

  # All features of a crate. An optional dependency is a feature too, unless an entry names it with `dep:`.
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
        ) tables.builtTables
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
    && lib.any (scope: lib.any (table: scope.${table} or { } ? ${head parts}) tables.builtTables) (
      [ toml ] ++ attrValues (toml.target or { })
    );
in
/**
  The features that the flags in `cargoExtraArgs` enable in each crate, for builds that unify features
  for the workspace. The flags in `commonArgs` mean what `cargo build --workspace` takes them for: they
  enable a feature in all members that have it. Those in `crates.<name>` are as for `cargo build -p <name>`.

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
    # `crate/feature` enables a feature of that crate, or of a dependency.
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
