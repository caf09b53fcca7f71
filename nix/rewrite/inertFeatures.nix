{ lib, ... }:
let
  inherit (builtins)
    all
    attrNames
    filter
    genericClosure
    map
    ;
in
/**
  The features of a crate that enable only each other: no dependency, and no feature of a
  dependency. They select code of the crate itself, so third-party crates are compiled alike with
  and without them.

  # Type

  ```
  inertFeatures :: AttrSet -> { ${feature} :: true }  # of a parsed Cargo.toml
  ```

  # Examples

  ```nix
  inertFeatures { features = { default = [ "fast" ]; fast = [ ]; net = [ "dep:tokio" ]; all = [ "fast" "net" ]; }; }
  => { fast = true; }
  ```
*/
toml:
let
  features = toml.features or { };
  reached =
    feature:
    genericClosure {
      startSet = [ { key = feature; } ];
      operator = { key }: map (key: { inherit key; }) (features.${key} or [ ]);
    };
  isInert = feature: feature != "default" && all ({ key }: features ? ${key}) (reached feature);
in
lib.genAttrs (filter isInert (attrNames features)) (_: true)
