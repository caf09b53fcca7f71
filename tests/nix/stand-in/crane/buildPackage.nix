# Builds and installs the packages of a workspace.
{
  buildDepsOnly,
  crateNameFromCargoToml,
  installFromCargoBuildLogHook,
  mkCargoDerivation,
  removeReferencesToRustToolchainHook,
  removeReferencesToVendoredSourcesHook,
  vendorCargoDeps,
}:
{
  cargoBuildCommand ? "cargoWithProfile build",
  cargoBuildExtraArgs ? "",
  cargoExtraArgs ? "--locked",
  cargoTestCommand ? "cargoWithProfile test",
  cargoTestExtraArgs ? "",
  ...
}@args:
let
  crateName = crateNameFromCargoToml args;
  common = {
    pname = args.pname or crateName.pname;
    version = args.version or crateName.version;
    cargoVendorDir = args.cargoVendorDir or (vendorCargoDeps args);
  };
in
mkCargoDerivation (
  removeAttrs args [
    "cargoBuildCommand"
    "cargoBuildExtraArgs"
    "cargoExtraArgs"
    "cargoTestCommand"
    "cargoTestExtraArgs"
    "outputHashes"
  ]
  // common
  // {
    doCheck = args.doCheck or true;
    doInstallCargoArtifacts = args.doInstallCargoArtifacts or false;
    cargoArtifacts =
      args.cargoArtifacts
        or (buildDepsOnly (args // common // { installPhase = "prepareAndInstallCargoArtifactsDir"; }));

    buildPhaseCargoCommand =
      args.buildPhaseCargoCommand or ''
        cargoBuildLog=$(mktemp cargoBuildLogXXXX.json)
        ${cargoBuildCommand} --message-format json-render-diagnostics ${cargoExtraArgs} ${cargoBuildExtraArgs} >"$cargoBuildLog"
      '';
    checkPhaseCargoCommand =
      args.checkPhaseCargoCommand or "${cargoTestCommand} ${cargoExtraArgs} ${cargoTestExtraArgs}";

    # Installs what the build has put aside, because the check phase could overwrite files in the target
    # directory.
    installPhaseCommand =
      args.installPhaseCommand or ''
        if [ -z "$postBuildInstallFromCargoBuildLogOut" ] || [ ! -d "$postBuildInstallFromCargoBuildLogOut" ]; then
          echo 'postBuildInstallFromCargoBuildLogOut is no directory: set installPhaseCommand, or cargoBuildLog in the build phase'
          false
        fi
        mkdir -p $out
        find "$postBuildInstallFromCargoBuildLogOut" -mindepth 1 -maxdepth 1 -exec mv -t $out {} +
      '';

    nativeBuildInputs = (args.nativeBuildInputs or [ ]) ++ [
      installFromCargoBuildLogHook
      removeReferencesToRustToolchainHook
      removeReferencesToVendoredSourcesHook
    ];
  }
)
