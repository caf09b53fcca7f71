{ mkCargoDerivation }:
{
  cargoArtifacts,
  cargoExtraArgs ? "--locked",
  cargoTestExtraArgs ? "",
  ...
}@args:
mkCargoDerivation (
  removeAttrs args [
    "cargoExtraArgs"
    "cargoTestExtraArgs"
  ]
  // {
    inherit cargoArtifacts;
    pnameSuffix = "-test";
    doCheck = args.doCheck or true;
    buildPhaseCargoCommand = "";
    checkPhaseCargoCommand = "cargoWithProfile test ${cargoExtraArgs} ${cargoTestExtraArgs}";
  }
)
