{ mkCargoDerivation, taplo }:
{
  taploExtraArgs ? "",
  ...
}@args:
mkCargoDerivation (
  removeAttrs args [ "taploExtraArgs" ]
  // {
    cargoArtifacts = null;
    cargoVendorDir = null;
    pnameSuffix = "-tomlfmt";
    buildPhaseCargoCommand = "taplo fmt --check ${taploExtraArgs}";
    nativeBuildInputs = (args.nativeBuildInputs or [ ]) ++ [ taplo ];
    # Nothing was built, but the artifacts are to be installed.
    preInstallPhases = [ "ensureTargetDir" ] ++ (args.preInstallPhases or [ ]);
    ensureTargetDir = "mkdir -p \${CARGO_TARGET_DIR:-target}";
  }
)
