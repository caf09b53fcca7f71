{ lib, ... }:
let
  inherit (builtins)
    attrNames
    concatMap
    dirOf
    elem
    filter
    foldl'
    groupBy
    listToAttrs
    map
    mapAttrs
    pathExists
    readDir
    readFileType
    stringLength
    substring
    ;
  inherit (lib)
    any
    cleanSourceWith
    hasPrefix
    hasSuffix
    ;

  inherit (lib.strings) sanitizeDerivationName;

  # Files of version control and editors, which belong to no source. src/tree.rs and src/conventions.rs have
  # the same names.
  litter = [
    ".git"
    ".hg"
    ".jj"
    ".pijul"
    ".svn"
    ".DS_Store"
    ".devenv"
    ".direnv"
    ".idea"
    ".vscode"
  ];
  isLitter =
    name:
    elem name litter
    || hasPrefix ".#" name
    || hasSuffix "~" name
    || hasSuffix ".swp" name
    || hasSuffix ".swo" name;

  parents =
    path:
    let
      up = dirOf path;
    in
    if up == "." then [ ] else parents up ++ [ up ];
in
/**
  Splits a directory into one part for each role, each a `cleanSourceWith` store path. Each file is in
  one part only, so nothing is hashed twice, and the source for a role consists of several parts.

  A part has a directory only if it has a file below it, so an empty directory changes nothing.

  # Type

  ```
  splitSource :: {
    name :: String,             # of the store paths
    directory :: Path,
    places ? [ "." ],           # the directories and files to look at, relative to `directory`
    skip ? { },                 # relative paths that are in no part
    classes ? { },              # relative path -> part, for a path and all below it; default: `library`
  } -> { ${part} :: Source }  # without the parts that would be empty
  ```
*/
{
  name,
  directory,
  places ? [ "." ],
  skip ? { },
  classes ? { },
}:
let
  prefix = "${toString directory}/";

  # The part of a path: its own, or that of its parent. Everything below a directory for tests is for tests.
  classOf = above: path: if above == "tests" then above else classes.${path} or above;
  isLeft = entries: entry: !isLitter entry && !(entry == "target" && entries ? "Cargo.toml");

  # [ { path, class } ] of the files below `at`.
  walk =
    at: class:
    let
      entries = readDir (directory + "/${at}");
    in
    concatMap (entry: leaf "${at}/${entry}" entries.${entry} class) (
      filter (entry: !isLitter entry) (attrNames entries)
    );
  leaf =
    path: type: above:
    let
      class = classOf above path;
    in
    if skip ? ${path} then
      [ ]
    else if type == "directory" then
      walk path class
    else
      [ { inherit path class; } ];

  # The given places, relative to the directory, each with its class.
  top =
    let
      entries = readDir directory;
    in
    filter (entry: isLeft entries entry) (attrNames entries);
  isSkipped = path: any (path: skip ? ${path}) (parents path ++ [ path ]);
  starts = filter (path: !isSkipped path && pathExists (directory + "/${path}")) (
    if places == [ "." ] then top else places
  );
  typeOf = path: readFileType (directory + "/${path}");
  above = path: foldl' classOf "library" (parents path);

  whole = groupBy (file: file.class) (concatMap (path: leaf path (typeOf path) (above path)) starts);
  part =
    class: files:
    let
      kept = listToAttrs (
        map (path: {
          name = path;
          value = true;
        }) (concatMap (file: parents file.path ++ [ file.path ]) files)
      );
    in
    cleanSourceWith {
      name = sanitizeDerivationName (if class == "library" then name else "${name}-${class}");
      src = directory;
      filter = path: _: kept ? ${substring (stringLength prefix) (-1) path};
    };
in
mapAttrs part whole
