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
    # Nothing was built, but crane installs the target directory, so it must exist.
    preInstallPhases = [ "ensureTargetDir" ] ++ (args.preInstallPhases or [ ]);
    ensureTargetDir = "mkdir -p \${CARGO_TARGET_DIR:-target}";
  }
)
