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
    pnameSuffix = "-doctest";
    doCheck = args.doCheck or true;
    buildPhaseCargoCommand = "";
    checkPhaseCargoCommand = "cargoWithProfile test --doc ${cargoExtraArgs} ${cargoTestExtraArgs}";
  }
)
