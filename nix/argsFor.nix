{ lib, craneArguments, ... }:
let
  inherit (builtins)
    concatMap
    elem
    intersectAttrs
    isString
    mapAttrs
    removeAttrs
    ;
  inherit (lib)
    attrNames
    filterAttrs
    genAttrs
    ;

  # Arguments that only some derivations of a crate get. So a change of clippy's flags rebuilds no package.
  kindsOf = mapAttrs (_: row: craneArguments.reaches.${row}.kinds or [ ]) (
    filterAttrs (_: isString) craneArguments.arguments
  );
  special = filterAttrs (_: kinds: kinds != [ ]) kindsOf;
  onlyFor = genAttrs (lib.unique (concatMap (name: special.${name}) (attrNames special))) (
    kind: filterAttrs (_: elem kind) special
  );
in
/**
  Selects the arguments of a crate for a derivation that does the given things: `build`, `check`,
  `clippy`, `test`, `nextest`, `doc`, `checked`, `format`, `wide` or `installed`. Arguments that
  `onlyFor` does not list are for all derivations.

  # Type

  ```
  argsFor :: [String] -> AttrSet -> AttrSet
  ```
*/
kinds: args:
removeAttrs args (attrNames special)
// intersectAttrs (lib.mergeAttrsList (map (kind: onlyFor.${kind}) kinds)) args
