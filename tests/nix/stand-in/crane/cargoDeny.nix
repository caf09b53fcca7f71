{ cargo-deny, mkCargoDerivation }:
{
  cargoDenyChecks ? "bans licenses sources",
  cargoDenyExtraArgs ? "",
  cargoExtraArgs ? "",
  ...
}@args:
mkCargoDerivation (
  removeAttrs args [
    "cargoDenyExtraArgs"
    "cargoExtraArgs"
  ]
  // {
    cargoArtifacts = null;
    doInstallCargoArtifacts = false;
    pnameSuffix = "-deny";
    buildPhaseCargoCommand = "cargo --offline ${cargoExtraArgs} deny ${cargoDenyExtraArgs} check ${cargoDenyChecks}";
    nativeBuildInputs = (args.nativeBuildInputs or [ ]) ++ [ cargo-deny ];
  }
)
