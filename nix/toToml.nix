# A TOML writer without a derivation, so that a rewritten manifest is text at evaluation.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    filter
    isAttrs
    isList
    match
    toJSON
    ;

  # JSON's escapes are all valid in a TOML basic string.
  key = name: if match "[A-Za-z0-9_-]+" name != null then name else toJSON name;

  inline =
    value:
    if isAttrs value then
      "{ ${concatStringsSep ", " (map (name: "${key name} = ${inline value.${name}}") (attrNames value))} }"
    else if isList value then
      "[${concatStringsSep ", " (map inline value)}]"
    else
      toJSON value;

  entries =
    table: names:
    concatStringsSep "" (map (name: "${key name} = ${inline table.${name}}\n") names);
in
/**
  The text of a TOML document: top-level tables have a header, what lies deeper is inline. Keys are
  sorted, so the same value gives the same text. Takes what `builtins.fromTOML` returns, and keeps
  the context of strings.

  # Type

  ```
  toToml :: AttrSet -> String
  ```

  # Examples

  ```nix
  toToml { package.name = "a"; cargo-features = [ "x" ]; }
  => "cargo-features = [\"x\"]\n\n[package]\nname = \"a\"\n"
  ```
*/
document:
let
  names = attrNames document;
  isTable = name: isAttrs document.${name};
  table = name: "\n[${key name}]\n${entries document.${name} (attrNames document.${name})}";
in
entries document (filter (name: !isTable name) names)
+ lib.concatMapStrings table (filter isTable names)
