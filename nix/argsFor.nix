{ lib, craneArguments }:
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

  # Arguments that only some of a crate's derivations get, so that a change of clippy's flags
  # rebuilds no package.
  kindsOf = mapAttrs (_: row: craneArguments.reaches.${row}.kinds or [ ]) (
    filterAttrs (_: isString) craneArguments.arguments
  );
  special = filterAttrs (_: kinds: kinds != [ ]) kindsOf;
  onlyFor = genAttrs (lib.unique (concatMap (name: special.${name}) (attrNames special))) (
    kind: filterAttrs (_: elem kind) special
  );
in
/**
  Of a crate's arguments, those that derivations get which do one of these things: `build`, `check`,
  `clippy`, `test`, `nextest`, `doc`, `checked`, `format`, `wide`, `installed`. What belongs to none of
  them, all get.

  # Type

  ```
  argsFor :: [String] -> AttrSet -> AttrSet
  ```
*/
kinds: args:
removeAttrs args (attrNames special)
// intersectAttrs (lib.mergeAttrsList (map (kind: onlyFor.${kind}) kinds)) args
