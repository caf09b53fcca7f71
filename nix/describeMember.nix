{ lib, paths }:
let
  inherit (builtins)
    attrNames
    concatMap
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
    any
    head
    last
    optionals
    ;

  builtTables = [
    "dependencies"
    "build-dependencies"
    "build_dependencies"
  ];
  builtForHost = [
    "build-dependencies"
    "build_dependencies"
  ];
  devTables = [
    "dev-dependencies"
    "dev_dependencies"
  ];

  # The tables of these names, of every target platform.
  tablesOf = names: toml: map (found: found.table) (placedTables names toml);
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

  isInherited = spec: isAttrs spec && spec.workspace or false;

  set =
    names:
    listToAttrs (
      map (name: {
        inherit name;
        value = true;
      }) names
    );
in
/**
  What one Cargo.toml says of its dependencies, inheritance from the workspace and renames resolved.

  - `built`, `dev`: the path dependencies, normal and build ones apart from dev ones, each with its
    package `name` and its `path` relative to the workspace root;
  - `pathKeys`: the package names of all path dependencies, by their keys;
  - `builtNames`: the package names of all normal and build dependencies, as a set;
  - `asks`: every dependency with what it asks for: the package's `name`, `isPath`, `isOptional`,
    `isBuild` (for a build script), `features`, `default` (whether for the default features), `place`
    (target platform or null, and table), the full `spec`, and `what`, which is equal for two
    dependencies that make Cargo compile the package alike; normal and build ones (`built`) apart
    from `dev` ones;
  - `inherits`: by whether dev-dependencies count (`built`, `all`), the keys of
    `[workspace.dependencies]` that it uses, as a set.

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
  resolve =
    table: key:
    let
      spec = table.${key};
      inherited = root.workspace.dependencies.${key} or { };
      base = if isInherited spec then rootDirectory else directory;
      full = if isInherited spec then inherited else spec;
      attrs = if isAttrs full then full else { };
    in
    {
      inherit key;
      name = attrs.package or key;
      path =
        if attrs ? path then
          paths.join {
            root = workspaceRoot;
            inherit base;
          } attrs.path
        else
          null;
    };
  dependencies =
    names: concatMap (table: map (resolve table) (attrNames table)) (tablesOf names toml);
  asked =
    names:
    concatMap (
      { place, table }:
      map (
        key:
        let
          own = table.${key};
          base = if isInherited own then root.workspace.dependencies.${key} or { } else own;
          spec =
            (if isAttrs base then base else { version = base; }) // (if isInherited own then own else { });
          features =
            (if isAttrs base then base.features or [ ] else [ ])
            ++ optionals (isInherited own) (own.features or [ ]);
          name = spec.package or key;
          default = spec.default-features or spec.default_features or true;
          isBuild = any (table: table == last place) builtForHost;
        in
        {
          inherit name features default;
          isPath = spec ? path;
          isOptional = spec.optional or false;
          inherit isBuild place;
          spec =
            removeAttrs spec [
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
  inheritedKeys =
    names:
    concatMap (table: filter (key: isInherited table.${key}) (attrNames table)) (tablesOf names toml);
  isPath = dependency: dependency.path != null;
  built = dependencies builtTables;
  dev = filter isPath (dependencies devTables);
in
{
  built = filter isPath built;
  inherit dev;
  pathKeys = listToAttrs (
    map (dependency: {
      name = dependency.key;
      value = dependency.name;
    }) (filter isPath built ++ dev)
  );
  builtNames = set (map (dependency: dependency.name) built);
  asks = {
    built = asked builtTables;
    dev = asked devTables;
  };
  inherits = {
    built = set (inheritedKeys builtTables);
    all = set (inheritedKeys (builtTables ++ devTables));
  };
}
