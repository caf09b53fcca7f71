{ mkCargoDerivation }:
{
  cargoDocExtraArgs ? "--no-deps",
  cargoExtraArgs ? "--locked",
  ...
}@args:
mkCargoDerivation (
  removeAttrs args [
    "cargoDocExtraArgs"
    "cargoExtraArgs"
  ]
  // {
    pnameSuffix = "-doc";
    buildPhaseCargoCommand = "cargoWithProfile doc ${cargoExtraArgs} ${cargoDocExtraArgs}";
    doInstallCargoArtifacts = args.doInstallCargoArtifacts or false;
    docInstallRoot = args.docInstallRoot or "";
    # Built for a named target, the documentation is in that target's directory.
    installPhaseCommand = ''
      target=''${CARGO_TARGET_DIR:-target}
      if [ -z "''${docInstallRoot:-}" ]; then
        docInstallRoot=$target/''${CARGO_BUILD_TARGET:-}/doc
        [ -d "$docInstallRoot" ] || docInstallRoot=$target/doc
      fi
      mkdir -p $out/share
      mv "$docInstallRoot" $out/share
    '';
  }
)
