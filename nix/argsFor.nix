{ lib }:
let
  inherit (builtins)
    concatLists
    concatMap
    intersectAttrs
    removeAttrs
    ;
  inherit (lib) attrValues genAttrs;

  # Arguments that only some derivations of a crate get. So a change of clippy's flags rebuilds no package.
  onlyFor = {
    build = [
      "cargoBuildCommand"
      "cargoBuildExtraArgs"
    ];
    check = [
      "cargoCheckCommand"
      "cargoCheckExtraArgs"
    ];
    clippy = [ "cargoClippyExtraArgs" ];
    test = [
      "cargoTestCommand"
      "cargoTestExtraArgs"
    ];
    nextest = [
      "cargoLlvmCovExtraArgs"
      "cargoNextestArchiveExtraArgs"
      "cargoNextestExtraArgs"
      "cargoNextestPartitionsExtraArgs"
      "partitionType"
      "partitions"
      "withLlvmCov"
    ];
    doc = [
      "cargoDocExtraArgs"
      "docInstallRoot"
    ];
    checked = [
      "checkInputs"
      "checkPhase"
      "checkPhaseCargoCommand"
      "nativeCheckInputs"
      "postCheck"
      "preCheck"
    ];
    format = [ "rustFmtExtraArgs" ];
    wide = [
      "cargoAuditExtraArgs"
      "cargoDenyChecks"
      "cargoDenyExtraArgs"
      "taploExtraArgs"
    ];
    installed = [
      "doInstallCargoArtifacts"
      "doNotPostBuildInstallCargoBinaries"
      "installPhase"
      "installPhaseCommand"
      "meta"
      "outputs"
      "passthru"
      "postFixup"
      "postInstall"
      "preFixup"
      "preInstall"
    ];
  };
  special = concatLists (attrValues onlyFor) ++ [ "doCheck" ];
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
removeAttrs args special
// intersectAttrs (genAttrs (concatMap (kind: onlyFor.${kind}) kinds) (_: null)) args
