{ paths, ... }:
let
  inherit (builtins) concatMap elem filter;
in
/**
  The paths where a tool that searches upwards (clippy, rustfmt) may find its configuration for a crate:
  the crate's directory and all directories above it, up to the source root, and the paths that the
  generator dropped from the crate. They are relative to the workspace root and need not exist.

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
