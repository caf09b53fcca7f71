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
    # Nothing was built, but crane installs the target directory, so it must exist.
    preInstallPhases = [ "ensureTargetDir" ] ++ (args.preInstallPhases or [ ]);
    ensureTargetDir = "mkdir -p \${CARGO_TARGET_DIR:-target}";
  }
)
