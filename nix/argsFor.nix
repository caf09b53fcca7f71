{ lib }:
let
  inherit (builtins)
    concatLists
    concatMap
    intersectAttrs
    removeAttrs
    ;
  inherit (lib) attrValues genAttrs;

  # Arguments that only some of a crate's derivations get, so that a change of clippy's flags
  # rebuilds no package.
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
  Of a crate's arguments, those that derivations get which do one of these things: `build`, `check`,
  `clippy`, `test`, `nextest`, `doc`, `checked`, `format`, `wide`, `installed`. What belongs to none of
  them, all get.

  # Type

  ```
  argsFor :: [String] -> AttrSet -> AttrSet
  ```
*/
kinds: args:
removeAttrs args special
// intersectAttrs (genAttrs (concatMap (kind: onlyFor.${kind}) kinds) (_: null)) args
