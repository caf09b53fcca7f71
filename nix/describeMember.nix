{ paths }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    filter
    isAttrs
    listToAttrs
    map
    ;

  builtTables = [
    "dependencies"
    "build-dependencies"
    "build_dependencies"
  ];
  devTables = [
    "dev-dependencies"
    "dev_dependencies"
  ];

  # The tables of these names, of every target platform.
  tablesOf =
    names: toml:
    concatMap (scope: map (name: scope.${name} or { }) names) (
      [ toml ] ++ attrValues (toml.target or { })
    );

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
  inherits = {
    built = set (inheritedKeys builtTables);
    all = set (inheritedKeys (builtTables ++ devTables));
  };
}
