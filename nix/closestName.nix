{ lib, ... }:
let
  inherit (builtins)
    filter
    foldl'
    head
    replaceStrings
    stringLength
    substring
    ;
  inherit (lib) findFirst min;

  # A name without the most frequent mistakes: capitals, a plural, a dash.
  folded =
    name:
    replaceStrings
      [
        "inputs"
        "args"
        "hashes"
        "deps"
        "outputs"
        "patches"
        "-"
        "_"
      ]
      [
        "input"
        "arg"
        "hash"
        "dep"
        "output"
        "patch"
        ""
        ""
      ]
      (lib.toLower name);

  # The number of equal characters at the start, or at the end, of two texts.
  common =
    at: a: b:
    let
      longest = min (stringLength a) (stringLength b);
      count = index: if index < longest && at index a == at index b then count (index + 1) else index;
    in
    count 0;
  before = common (index: text: substring index 1 text);
  behind = common (index: text: substring (stringLength text - 1 - index) 1 text);

  # Whether two texts differ by one character, or by two in the wrong order.
  isNear =
    a: b:
    let
      lengths = [
        (stringLength a)
        (stringLength b)
      ];
      longer = foldl' lib.max 0 lengths;
      start = before a b;
      alike = start + behind a b;
      isSwapped =
        stringLength a == stringLength b
        && alike == longer - 2
        && substring start 1 a == substring (start + 1) 1 b
        && substring start 1 b == substring (start + 1) 1 a;
    in
    longer >= 5 && (alike >= longer - 1 || isSwapped);
in
/**
  The known name that is most like a misspelt one, or null.

  # Type

  ```
  closestName :: [String] -> String -> String | null
  ```

  # Examples

  ```nix
  closestName [ "buildInputs" "postInstall" ] "postinstall"
  => "postInstall"
  closestName [ "buildInputs" "postInstall" ] "biuldInputs"
  => "buildInputs"
  closestName [ "buildInputs" "postInstall" ] "prefix"
  => null
  ```
*/
names: name:
let
  known = filter (other: folded other == folded name) names;
in
if known != [ ] then
  head known
else
  findFirst (other: isNear (folded other) (folded name)) null names
