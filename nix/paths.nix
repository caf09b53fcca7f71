# Functions on relative paths as the manifest writes them: `/` between components, `.` for the directory
# itself, `..` only at the start. They take strings and read no files.
{ lib, ... }:
let
  inherit (builtins)
    concatStringsSep
    elemAt
    filter
    foldl'
    head
    isString
    length
    split
    ;
  inherit (lib)
    drop
    hasPrefix
    init
    last
    removePrefix
    ;

  components = path: filter (part: isString part && part != "" && part != ".") (split "/" path);

  fromComponents = parts: if parts == [ ] then "." else concatStringsSep "/" parts;

  push =
    stack: part:
    if part != ".." || stack == [ ] || last stack == ".." then stack ++ [ part ] else init stack;

  # Removes `..` components that lead out of the workspace root and back into it. `rootParts` are the
  # components of the root's absolute path.
  comeBack =
    rootParts: parts:
    let
      climbs = length (filter (part: part == "..") parts);
      name = elemAt rootParts (length rootParts - climbs);
      rest = drop climbs parts;
    in
    if climbs == 0 || climbs > length rootParts || rest == [ ] || head rest != name then
      parts
    else
      comeBack rootParts (drop 1 (lib.take climbs parts) ++ drop 1 rest);

  join =
    { root, base }:
    path:
    fromComponents (comeBack (components root) (foldl' push [ ] (components base ++ components path)));
in
{
  inherit components fromComponents;

  /**
    Resolves `path`, which is relative to `base`. The result is relative to the same directory as `base`.

    `root` is the absolute path of that directory. A path that leaves it and comes back then has one
    spelling.

    # Type

    ```
    join :: { root :: String, base :: String } -> String -> String
    ```
  */
  inherit join;

  /**
    `join` with the root as a Nix path.

    # Type

    ```
    joinFrom :: Path -> String -> String -> String
    ```
  */
  joinFrom =
    root: base:
    join {
      root = toString root;
      inherit base;
    };

  /**
    Whether `path` is `directory` or lies below it. Both are relative to one directory.

    # Type

    ```
    isWithin :: String -> String -> Bool
    ```
  */
  isWithin =
    directory: path:
    let
      climbsOf = parts: length (filter (part: part == "..") parts);
      above = components directory;
    in
    if climbsOf above == length above then
      climbsOf (components path) <= length above
    else
      path == directory || hasPrefix "${directory}/" path;

  /**
    The part of `path` below `directory`, both absolute. `null` if it does not lie below.

    # Type

    ```
    below :: String -> String -> String | null
    ```
  */
  below =
    directory: path:
    if path == directory then
      "."
    else if hasPrefix "${directory}/" path then
      removePrefix "${directory}/" path
    else
      null;
}
