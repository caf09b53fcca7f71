# Writes TOML without a derivation, so that a rewritten Cargo.toml is known at evaluation.
{ lib, ... }:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    elemAt
    filter
    isAttrs
    isFloat
    isList
    length
    match
    replaceStrings
    toJSON
    ;

  # All escapes of JSON are valid in a TOML basic string. TOML also wants DEL escaped.
  delete = builtins.fromJSON "\"\\u007f\"";
  quote = value: replaceStrings [ delete ] [ "\\u007f" ] (toJSON value);
  key = name: if match "[A-Za-z0-9_-]+" name != null then name else quote name;

  # JSON cannot express infinity and NaN.
  largest = 1.7976931348623157e308;
  float =
    value:
    if value > largest then
      "inf"
    else if value < -largest then
      "-inf"
    else if value == value then
      toJSON value
    else
      "nan";

  inline =
    value:
    if isAttrs value then
      "{ ${
        concatStringsSep ", " (map (name: "${key name} = ${inline value.${name}}") (attrNames value))
      } }"
    else if isList value then
      "[${concatStringsSep ", " (map inline value)}]"
    else if isFloat value then
      float value
    else
      quote value;

  entries =
    table: names: concatStringsSep "" (map (name: "${key name} = ${inline table.${name}}\n") names);

  # Tables that get a header line, because some programs search the text for it. In `metadata`, tables of any
  # depth get one.
  hasHeader =
    path:
    elem path [
      [
        "package"
        "metadata"
      ]
      [
        "workspace"
        "dependencies"
      ]
      [
        "workspace"
        "metadata"
      ]
      [
        "workspace"
        "package"
      ]
    ]
    || length path > 2 && elemAt path 1 == "metadata" && hasHeader (lib.take 2 path);
  section =
    path: table:
    let
      names = attrNames table;
      isSection = name: isAttrs table.${name} && hasHeader (path ++ [ name ]);
      inner = filter isSection names;
      own = filter (name: !isSection name) names;
    in
    (
      # A table that contains only tables needs no header, unless it is at the top.
      if length path == 1 || own != [ ] || inner == [ ] then
        "\n[${lib.concatMapStringsSep "." key path}]\n${entries table own}"
      else
        ""
    )
    + lib.concatMapStrings (name: section (path ++ [ name ]) table.${name}) inner;
in
/**
  The text of a TOML document. Top-level tables have a header, and so have tables of `[workspace]` and
  `metadata`, because some programs search for that line. Deeper tables are inline. Keys are sorted, so
  equal values give equal texts. Takes what `builtins.fromTOML` returns, and keeps the context of
  strings.

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
in
entries document (filter (name: !isTable name) names)
+ lib.concatMapStrings (name: section [ name ] document.${name}) (filter isTable names)
