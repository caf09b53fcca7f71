{ paths }:
let
  inherit (builtins) concatMap elem filter;
in
/**
  Where the configuration of a tool that looks upwards (clippy, rustfmt) may lie for a crate: in its
  directory and in those above it, as far as the source root, and where the generator dropped such
  a file. Relative to the workspace root; whether it exists is not asked.

  # Type

  ```
  toolFiles :: { root :: Path, sourceRoot :: String, names :: [String] } -> Crate -> [String]
  ```
*/
{
  root,
  sourceRoot,
  names,
}:
entry:
let
  join = paths.joinFrom root;
  upwards =
    directory:
    [ directory ] ++ (if directory == sourceRoot then [ ] else upwards (join directory ".."));
in
concatMap (directory: map (join directory) names) (upwards entry.path)
++ map (join entry.path) (filter (path: elem (baseNameOf path) names) entry.drop)
