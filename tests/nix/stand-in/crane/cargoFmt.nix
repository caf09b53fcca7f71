{ mkCargoDerivation, rustfmt }:
{
  cargoExtraArgs ? "",
  rustFmtExtraArgs ? "",
  ...
}@args:
mkCargoDerivation (
  removeAttrs args [
    "cargoExtraArgs"
    "rustFmtExtraArgs"
  ]
  // {
    cargoArtifacts = null;
    cargoVendorDir = null;
    pnameSuffix = "-fmt";
    buildPhaseCargoCommand = "cargo fmt ${cargoExtraArgs} -- --check ${rustFmtExtraArgs}";
    nativeBuildInputs = (args.nativeBuildInputs or [ ]) ++ [ rustfmt ];
    # Nothing was built, but the artifacts are to be installed.
    preInstallPhases = [ "ensureTargetDir" ] ++ (args.preInstallPhases or [ ]);
    ensureTargetDir = "mkdir -p \${CARGO_TARGET_DIR:-target}";
  }
)
