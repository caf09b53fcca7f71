# Builds a web page with trunk.
{
  binaryen,
  dart-sass,
  mkCargoDerivation,
  removeReferencesToRustToolchainHook,
  removeReferencesToVendoredSourcesHook,
  trunk,
}:
{
  trunkExtraArgs ? "",
  trunkExtraBuildArgs ? "",
  trunkIndexPath ? "./index.html",
  wasm-bindgen-cli,
  ...
}@args:
mkCargoDerivation (
  removeAttrs args [
    "trunkExtraArgs"
    "trunkExtraBuildArgs"
    "trunkIndexPath"
    "wasm-bindgen-cli"
  ]
  // {
    pnameSuffix = "-trunk";
    env.TRUNK_SKIP_VERSION_CHECK = args.env.TRUNK_SKIP_VERSION_CHECK or "true";
    doInstallCargoArtifacts = args.doInstallCargoArtifacts or false;

    buildPhaseCargoCommand =
      args.buildPhaseCargoCommand or ''
        release=
        [ "$CARGO_PROFILE" != release ] || release=--release=true
        trunk ${trunkExtraArgs} build $release ${trunkExtraBuildArgs} "${trunkIndexPath}"
      '';
    installPhaseCommand =
      args.installPhaseCommand or ''cp -r "$(dirname "${trunkIndexPath}")/dist" $out'';

    nativeBuildInputs = (args.nativeBuildInputs or [ ]) ++ [
      binaryen
      dart-sass
      trunk
      wasm-bindgen-cli
      removeReferencesToRustToolchainHook
      removeReferencesToVendoredSourcesHook
    ];
  }
)
