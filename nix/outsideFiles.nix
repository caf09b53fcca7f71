{
  lib,
  paths,
  splitSource,
  includePath,
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
  What one crate reads outside its directory, as one store path: the source root with these files and
  directories and nothing else. Each store path is one more to mount in every sandbox and one more to
  copy, in every derivation above the crate.

  What lies behind a symbolic link is a store path of its own, because a filter of Nix does not look
  behind links.

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
    files :: { ${path} :: StorePath },      # those behind links
    directories :: { ${path} :: Source },   # the same
    stamp :: [StorePath],                   # all of them
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
  # Also where it is stale, there is a message.
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
    # Asked first, so that what is not there is named.
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
