# Builds the dependencies of a source, from a source that has only manifests.
{
  crateNameFromCargoToml,
  lib,
  mkCargoDerivation,
  mkDummySrc,
  vendorCargoDeps,
}:
{
  cargoBuildCommand ? "cargoWithProfile build",
  cargoBuildExtraArgs ? "",
  cargoCheckCommand ? "cargoWithProfile check",
  cargoExtraArgs ? "--locked",
  cargoTestCommand ? "cargoWithProfile test",
  cargoTestExtraArgs ? "--no-run",
  ...
}@args:
let
  doCheck = args.doCheck or true;
  cargoCheckExtraArgs = args.cargoCheckExtraArgs or (lib.optionalString doCheck "--all-targets");

  dummySrc =
    if args ? dummySrc then
      lib.warnIf (
        (args.src or null) != null
      ) "buildDepsOnly will ignore `src` when `dummySrc` is specified" args.dummySrc
    else
      mkDummySrc args;

  # A given `dummySrc` replaces the source. Reading one that is made here would build it during
  # evaluation.
  seen = args // lib.optionalAttrs (args ? dummySrc) { src = args.dummySrc; };
  crateName = crateNameFromCargoToml seen;
in
mkCargoDerivation (
  removeAttrs args [
    "cargoBuildCommand"
    "cargoBuildExtraArgs"
    "cargoCheckCommand"
    "cargoCheckExtraArgs"
    "cargoExtraArgs"
    "cargoTestCommand"
    "cargoTestExtraArgs"
    "dummySrc"
    "outputHashes"
    "outputs"
  ]
  // {
    inherit doCheck;
    src = dummySrc;
    pname = args.pname or crateName.pname;
    pnameSuffix = "-deps";
    version = args.version or crateName.version;
    cargoArtifacts = null;
    cargoVendorDir = args.cargoVendorDir or (vendorCargoDeps seen);
    doInstallCargoArtifacts = true;
    env = {
      CRANE_BUILD_DEPS_ONLY = 1;
    }
    // args.env or { };
    buildPhaseCargoCommand =
      args.buildPhaseCargoCommand or ''
        ${cargoCheckCommand} ${cargoExtraArgs} ${cargoCheckExtraArgs}
        ${cargoBuildCommand} ${cargoExtraArgs} ${cargoBuildExtraArgs}
      '';
    checkPhaseCargoCommand =
      args.checkPhaseCargoCommand or "${cargoTestCommand} ${cargoExtraArgs} ${cargoTestExtraArgs}";
  }
)
