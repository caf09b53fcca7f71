{ lib }:
let
  inherit (builtins)
    all
    match
    readFile
    replaceStrings
    substring
    tail
    ;
  inherit (lib) splitString;

  # What names another file to the compiler: attributes with a path, and macros, whose names say
  # what they read (`include_str!`, `sqlx::query_file!`, `include_dir!`).
  signs = [
    "include!"
    "include_"
    "_file!"
    "_dir!"
    "path ="
    "path="
    "folder ="
    "folder="
  ];
  namesNone = text: replaceStrings signs (map (_: "") signs) text == text;

  # Modules whose text follows lie in no other file.
  hasText = rest: match "[A-Za-z0-9_#]+[[:space:]]*[{].*" (substring 0 100 rest) != null;
  hasModules = text: !(all hasText (tail (splitString "mod " text)));
in
/**
  Whether the compiler reads nothing but this one file to compile it. Where that is not sure, it does.

  # Type

  ```
  isSelfContained :: Path -> Bool
  ```
*/
file:
let
  text = readFile file;
in
namesNone text && !(hasModules text)
