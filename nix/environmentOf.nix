{ lib, ... }:
let
  inherit (builtins) match;
in
/**
  The settings of a crate that any derivation or shell understands: inputs, `env`, and attributes that
  are variables, as users of crane write them. `CARGO_PROFILE` is left out: it is for crane only.

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
