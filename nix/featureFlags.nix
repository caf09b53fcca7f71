{ lib }:
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
  What the features are that flags of Cargo ask for, apart from the other flags.

  Where features are unified for a workspace, all of its derivations have to know what is asked of each
  member, whichever of them they compile.

  # Type

  ```
  featureFlags :: String -> {
    features :: [String], # of --features
    all :: Bool,          # --all-features
    default :: Bool,      # not --no-default-features
    others :: String,     # the flags that are left
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
  # As a script has them: what is quoted is one word.
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
