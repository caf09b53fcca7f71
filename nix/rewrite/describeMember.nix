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
    elem
    filter
    isAttrs
    lessThan
    listToAttrs
    map
    removeAttrs
    sort
    toJSON
    ;
  inherit (lib)
    genAttrs
    head
    last
    optionals
    ;

  inherit (tables) builtTables devTables;

  # All tables of dependencies with these names, for all target platforms.
  placedTables =
    names: toml:
    concatMap (
      target:
      let
        scope = if target == null then toml else toml.target.${target};
      in
      map (name: {
        place = [
          target
          name
        ];
        table = scope.${name} or { };
      }) names
    ) ([ null ] ++ attrNames (toml.target or { }));

  set = names: genAttrs names (_: null);
in
/**
  The dependencies in one Cargo.toml, with inheritance from the workspace and renames resolved.

  - `built`, `dev`: the path dependencies, each with its package `name` and its `path` relative to the
    workspace root. `built` has normal and build dependencies, `dev` dev-dependencies;
  - `pathKeys`: the package names of all path dependencies, by their keys;
  - `artifacts`: the package names of dependencies with `artifact`;
  - `builtNames`: the package names of all normal and build dependencies, as a set;
  - `asks`: every dependency with what it enables: the package's `name`, `isPath`, `isOptional`,
    `isBuild` (for a build script), `features`, `default` (whether it enables the default features),
    `place` (target platform or null, and table), the full `spec`, and `what`. `what` is equal for two
    dependencies that make Cargo compile the package alike. `built` and `dev` are as above;
  - `inherits`: the keys of `[workspace.dependencies]` that the crate uses, as a set: with
    dev-dependencies (`all`), and without (`built`).

  # Type

  ```
  describeMember :: {
    directory :: String,   # of the crate, relative to the workspace root
    toml :: AttrSet,       # its Cargo.toml
    rootDirectory :: String, # of the workspace that it inherits from
    root :: AttrSet,       # that workspace's Cargo.toml
    workspaceRoot :: String, # absolute
  } -> AttrSet
  ```
*/
{
  directory,
  toml,
  rootDirectory,
  root,
  workspaceRoot,
}:
let
  # Every dependency in these tables, with the fields that it inherits.
  found =
    names:
    concatMap (
      { place, table }:
      map (
        key:
        let
          own = if isAttrs table.${key} then table.${key} else { version = table.${key}; };
          isHeir = own.workspace or false;
          inherited = root.workspace.dependencies.${key} or { };
          base = if isAttrs inherited then inherited else { version = inherited; };
          spec = if isHeir then base // own else own;
          features = optionals isHeir (base.features or [ ]) ++ own.features or [ ];
          name = spec.package or key;
          # A member can turn inherited default features on, but not off. Cargo warns about it.
          defaultOf = spec: spec.default-features or spec.default_features or null;
          default =
            if isHeir then defaultOf base != false || defaultOf own == true else defaultOf own != false;
          isBuild = elem (last place) tables.hostTables;
        in
        {
          inherit
            key
            name
            isHeir
            isBuild
            features
            default
            place
            ;
          path =
            if spec ? path then
              paths.join {
                root = workspaceRoot;
                base = if isHeir then rootDirectory else directory;
              } spec.path
            else
              null;
          isPath = spec ? path;
          isOptional = spec.optional or false;
          spec =
            removeAttrs spec [
              "default_features"
              "optional"
              "workspace"
            ]
            // {
              package = name;
              inherit features;
              default-features = default;
            };
          what = toJSON [
            (head place)
            isBuild
            name
            (sort lessThan features)
            default
            (spec.optional or false)
          ];
        }
      ) (attrNames table)
    ) (placedTables names toml);
  built = found builtTables;
  dev = found devTables;
  byPath = filter (dependency: dependency.isPath);
  keysOfHeirs =
    dependencies:
    set (map (dependency: dependency.key) (filter (dependency: dependency.isHeir) dependencies));
in
{
  built = byPath built;
  dev = byPath dev;
  pathKeys = listToAttrs (
    map (dependency: {
      name = dependency.key;
      value = dependency.name;
    }) (byPath (built ++ dev))
  );
  builtNames = set (map (dependency: dependency.name) built);
  artifacts = map (dependency: dependency.name) (
    filter (dependency: dependency.spec ? artifact) (built ++ dev)
  );
  asks = { inherit built dev; };
  inherits = {
    built = keysOfHeirs built;
    all = keysOfHeirs (built ++ dev);
  };
}
