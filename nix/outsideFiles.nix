{
  lib,
  paths,
  splitSource,
  includePath,
  ...
}:
let
  inherit (builtins)
    genList
    length
    listToAttrs
    map
    mapAttrs
    partition
    readFileType
    ;
  inherit (lib)
    any
    attrValues
    filterAttrs
    optional
    sublist
    ;
in
/**
  The files that one crate reads outside its directory, as one store path: the source root with only
  these files and directories. One path instead of many, because every derivation above the crate
  has to mount and copy each of its store paths.

  A file behind a symbolic link has its own store path, because a filter of Nix does not look behind
  links.

  # Type

  ```
  outsideFiles :: {
    name :: String,          # of the store path
    reader :: String | null, # the crate, for messages; null for every build
    wanted :: [String],      # relative to the workspace root
    root :: Path,            # the workspace root
    sourceRoot :: String,    # the source root relative to the workspace root
    manifest :: String,      # the file's name, for messages
  } -> {
    sources :: [Source],                    # none, or the one store path
    files :: { ${path} :: StorePath },      # files behind links
    directories :: { ${path} :: Source },   # directories behind links
    stamp :: [StorePath],                   # all of these store paths
  }
  ```
*/
{
  name,
  reader,
  wanted,
  root,
  sourceRoot,
  manifest,
}:
let
  directory = if sourceRoot == "." then root else root + "/${sourceRoot}";
  # Throws if the manifest is stale and a path does not exist.
  checked =
    path:
    includePath {
      inherit path root manifest;
      reader = if reader == null then "every build" else "crate `${reader}`";
    };

  below = path: paths.below (toString directory) (toString (root + "/${path}"));
  ancestorsOf =
    path:
    let
      parts = paths.components path;
    in
    map (count: paths.fromComponents (sublist 0 count parts)) (
      genList (index: index + 1) (length parts - 1)
    );
  isBehindLink =
    path:
    any (ancestor: readFileType (directory + "/${ancestor}") == "symlink") (ancestorsOf (below path));

  found = map (path: {
    inherit path;
    # Checked first, so that the message names the missing path.
    isApart = builtins.seq (checked path) (below path == null || isBehindLink path);
  }) wanted;
  parts = partition (one: one.isApart) found;
  apart = listToAttrs (
    map (one: {
      name = one.path;
      value = checked one.path;
    }) parts.right
  );
  of = key: mapAttrs (_: placed: placed.${key}) (filterAttrs (_: placed: placed ? ${key}) apart);
  files = of "file";
  directories = of "directory";
  together =
    if parts.wrong == [ ] then
      { }
    else
      splitSource {
        inherit name directory;
        places = map (one: below one.path) parts.wrong;
      };
  sources = optional (together ? library) together.library;
in
{
  inherit sources files directories;
  stamp = sources ++ attrValues files ++ attrValues directories;
}
