{ lib, ... }:
let
  inherit (builtins)
    concatStringsSep
    elemAt
    filter
    foldl'
    head
    isList
    isString
    map
    match
    replaceStrings
    split
    ;
  inherit (lib) unique;
in
/**
  Splits flags of Cargo into the features that they select and all other flags.

  If features are unified for a workspace, every derivation needs to know which features are selected
  for each member, even for those that it does not compile.

  # Type

  ```
  featureFlags :: String -> {
    features :: [String], # of --features
    all :: Bool,          # --all-features
    default :: Bool,      # not --no-default-features
    others :: String,     # all other flags
  }
  ```

  # Examples

  ```nix
  featureFlags "--features a,b --no-default-features --quiet"
  => { features = [ "a" "b" ]; all = false; default = false; others = "--quiet"; }
  ```
*/
flags:
let
  # The words of a shell command: text in quotes is part of a word.
  words = map head (filter isList (split "(([^[:space:]\"']|\"[^\"]*\"|'[^']*')+)" flags));
  namesIn = text: filter (name: isString name && name != "") (split "[,[:space:]]" (bare text));
  bare = text: replaceStrings [ "\"" "'" ] [ "" "" ] text;
  attached = word: match "(--features=|-F=?)(.+)" word;

  read =
    state: word:
    if state.isOpen then
      state
      // {
        isOpen = false;
        features = state.features ++ namesIn word;
      }
    else if word == "--features" || word == "-F" then
      state // { isOpen = true; }
    else if attached word != null then
      state // { features = state.features ++ namesIn (elemAt (attached word) 1); }
    else if word == "--all-features" then
      state // { all = true; }
    else if word == "--no-default-features" then
      state // { default = false; }
    else
      state // { others = state.others ++ [ word ]; };
  found = foldl' read {
    isOpen = false;
    features = [ ];
    all = false;
    default = true;
    others = [ ];
  } words;
in
{
  inherit (found) all default;
  features = unique found.features;
  others = concatStringsSep " " found.others;
}
