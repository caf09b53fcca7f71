{ lib }:
let
  inherit (builtins) match;
in
/**
  Of a crate's settings, those that any derivation or shell understands: inputs, `env`, and what is a
  variable by itself, as crane's users write it. `CARGO_PROFILE` is crane's.

  # Type

  ```
  environmentOf :: AttrSet -> AttrSet
  ```
*/
lib.filterAttrs (
  name: _:
  name != "CARGO_PROFILE"
  && match "[a-zA-Z]*[bB]uildInputs|deps[A-Z][A-Za-z]*|env|[A-Z][A-Z0-9_]*" name != null
)
