{ lib, paths, ... }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    filter
    map
    path
    pathExists
    ;
  inherit (lib)
    concatStrings
    escapeShellArg
    optional
    unique
    ;

  # Where Cargo looks for a target without a `path`.
  usualPlaces = {
    bench = "benches";
    example = "examples";
    test = "tests";
  };
in
/**
  The source for tools that read a workspace and compile nothing: all Cargo.toml files and Cargo.lock
  unchanged, with an empty file for each target that Cargo has to find. No edit of code changes it.

  `also` are further files, relative to the workspace root. Those that do not exist are left out.

  # Type

  ```
  manifestsSource :: {
    root :: Path, workspace :: String, shape :: Manifest, read, also :: [String],
  } -> { script :: String, lock :: null }
  ```
*/
{
  root,
  workspace,
  shape,
  read,
  also,
}:
let
  names = attrNames shape.crates;
  join = paths.joinFrom root;
  to = path: escapeShellArg "./${path}";

  manifests = unique (
    [ "Cargo.toml" ]
    ++ map (name: join shape.crates.${name}.path "Cargo.toml") names
    ++ map (home: join home "Cargo.toml") (attrValues read.homes)
  );
  others = filter (path: pathExists (root + "/${path}")) (
    unique (shape.files ++ optional read.hasLock "Cargo.lock" ++ also)
  );
  place =
    file:
    let
      placed = path {
        name = "file";
        path = root + "/${file}";
      };
    in
    "cratesieveFile ${placed} ${to file}\n";

  declared =
    name:
    concatMap (
      kind:
      map (target: target.path or "${usualPlaces.${kind}}/${target.name or "none"}.rs") (
        read.tomls.${name}.${kind} or [ ]
      )
    ) (attrNames usualPlaces);
  targets =
    name:
    let
      entry = shape.crates.${name};
    in
    map (join entry.path) (
      optional (entry ? lib) entry.lib
      ++ optional (entry ? buildScript) entry.buildScript
      ++ attrValues entry.bins
      ++ declared name
    );
  empty = file: "mkdir -p ${to (dirOf file)} && : >${to file}\n";
in
{
  lock = null;
  script =
    "cratesieveBegin ${to workspace}\n"
    + concatStrings (map empty (concatMap targets names))
    + concatStrings (map place (manifests ++ others))
    + "cratesieveEnd\n";
}
