{ lib, craneArguments, ... }:
let
  inherit (builtins)
    intersectAttrs
    mapAttrs
    removeAttrs
    ;
  inherit (lib) optionalAttrs unique;

  inputs = removeAttrs (lib.filterAttrs (_: reach: reach == "inputs") craneArguments.arguments) [
    "env"
  ];
in
/**
  The arguments of a crate, overridden by those of one of its parts, such as `package`. Inputs and `env`
  are added up, all other arguments are replaced.

  # Type

  ```
  withPart :: AttrSet -> AttrSet -> AttrSet
  ```

  # Examples

  ```nix
  withPart { buildInputs = [ 1 ]; env.A = "1"; meta.x = 1; } { buildInputs = [ 2 ]; env.B = "2"; meta.y = 2; }
  => { buildInputs = [ 1 2 ]; env = { A = "1"; B = "2"; }; meta.y = 2; }
  ```
*/
args: part:
args
// part
// mapAttrs (name: list: unique (args.${name} or [ ] ++ list)) (intersectAttrs inputs part)
// optionalAttrs (part ? env) { env = args.env or { } // part.env; }
