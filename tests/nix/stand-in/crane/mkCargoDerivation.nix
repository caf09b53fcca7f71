# The derivation from which all others are made: crane's hooks around given commands.
{
  cargo,
  cargoHelperFunctionsHook,
  configureCargoCommonVarsHook,
  configureCargoVendoredDepsHook,
  crateNameFromCargoToml,
  inheritCargoArtifactsHook,
  installCargoArtifactsHook,
  lib,
  pkgs,
  replaceCargoLockHook,
  rsync,
  rustc,
  stdenvSelector,
  vendorCargoDeps,
  writeText,
  zstd,
}:
args@{
  cargoArtifacts,
  buildPhaseCargoCommand,
  checkPhaseCargoCommand ? "",
  installPhaseCommand ? "mkdir -p $out",
  ...
}:
let
  crateName = crateNameFromCargoToml args;
  stdenv = args.stdenv or stdenvSelector;

  phase = name: command: ''
    runHook pre${name}
    ${command}
    runHook post${name}
  '';
in
(if lib.isFunction stdenv then stdenv pkgs else stdenv).mkDerivation (
  removeAttrs args [
    "buildPhaseCargoCommand"
    "cargoLock"
    "cargoLockContents"
    "cargoLockParsed"
    "checkPhaseCargoCommand"
    "installPhaseCommand"
    "outputHashes"
    "pnameSuffix"
    "stdenv"
  ]
  // lib.optionalAttrs (args ? cargoLock || args ? cargoLockContents) {
    cargoLock = args.cargoLock or (writeText "Cargo.lock" args.cargoLockContents);
  }
  // lib.optionalAttrs (args ? cargoLockParsed && !(args ? cargoLock || args ? cargoLockContents)) {
    cargoLock = throw "cargoLockParsed is not in the stand-in for crane: give cargoLockContents, or set CRANE_SRC";
  }
  // {
    inherit cargoArtifacts;
    pname = (args.pname or crateName.pname) + args.pnameSuffix or "";
    version = args.version or crateName.version;
    doInstallCargoArtifacts = args.doInstallCargoArtifacts or true;
    cargoVendorDir = args.cargoVendorDir or (vendorCargoDeps args);

    nativeBuildInputs = (args.nativeBuildInputs or [ ]) ++ [
      cargo
      cargoHelperFunctionsHook
      configureCargoCommonVarsHook
      configureCargoVendoredDepsHook
      inheritCargoArtifactsHook
      installCargoArtifactsHook
      replaceCargoLockHook
      rsync
      rustc
      zstd
    ];

    configurePhase = args.configurePhase or (phase "Configure" "echo nothing to configure");
    buildPhase = args.buildPhase or (phase "Build" "cargo --version\n${buildPhaseCargoCommand}");
    checkPhase = args.checkPhase or (phase "Check" checkPhaseCargoCommand);
    installPhase = args.installPhase or (phase "Install" installPhaseCommand);
  }
)
