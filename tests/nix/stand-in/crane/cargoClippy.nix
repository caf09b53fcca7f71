{ clippy, mkCargoDerivation }:
{
  cargoArtifacts,
  cargoClippyExtraArgs ? "--all-targets",
  cargoExtraArgs ? "--locked",
  ...
}@args:
mkCargoDerivation (
  removeAttrs args [
    "cargoClippyExtraArgs"
    "cargoExtraArgs"
  ]
  // {
    inherit cargoArtifacts;
    pnameSuffix = "-clippy";
    buildPhaseCargoCommand = "cargoWithProfile clippy ${cargoExtraArgs} ${cargoClippyExtraArgs}";
    nativeBuildInputs = (args.nativeBuildInputs or [ ]) ++ [ clippy ];
  }
)
