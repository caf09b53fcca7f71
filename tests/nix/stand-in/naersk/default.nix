# A stand-in for naersk's `buildPackage`: it builds one crate of a workspace, and reads the lock during
# evaluation. `NAERSK_SRC` names a checkout of the real one.
{
  pkgs,
  lib,
  naerskSrc ? builtins.getEnv "NAERSK_SRC",
}:
let
  inherit (builtins) readFile removeAttrs;

  # Functions of nixpkgs that naersk uses, and that the stand-in lacks.
  toToml = import ../../../../nix/rewrite/toToml.nix { inherit lib; };
  plain =
    value:
    if lib.isDerivation value then
      "${value}"
    else if lib.isAttrs value then
      builtins.mapAttrs (_: plain) value
    else if lib.isList value then
      map plain value
    else
      value;
  asked = pkgs // {
    formats.toml = _: { generate = name: value: pkgs.writeText name (toToml (plain value)); };
    lndir = pkgs.writeShellScriptBin "lndir" ''cp -rs --no-preserve=mode "$2"/. "$3"/'';
    remarshal = null;
  };

  buildPackage =
    {
      root,
      src,
      name,
      version,
      release ? true,
      cargoBuildOptions ? options: options,
      ...
    }@args:
    pkgs.stdenv.mkDerivation (
      removeAttrs args [
        "cargoBuildOptions"
        "release"
        "root"
      ]
      // {
        name = "${name}-${version}";
        nativeBuildInputs = args.nativeBuildInputs or [ ] ++ [
          pkgs.cargo
          pkgs.rustc
        ];
        cargoDeps = pkgs.rustPlatform.importCargoLock {
          lockFileContents = builtins.unsafeDiscardStringContext (readFile (root + "/Cargo.lock"));
        };
        cargo_release = lib.optionalString release "--release";
        cargo_build_options = cargoBuildOptions [ "$cargo_release" ];
        buildPhase = ''
          cp -r "$cargoDeps" cargo-vendor-dir
          mkdir -p .cargo
          cat cargo-vendor-dir/.cargo/config.toml >>.cargo/config.toml
          # As in naersk, options are not escaped, and the shell evaluates them.
          eval cargo build --offline $cargo_build_options
        '';
        installPhase = ''
          mkdir -p "$out/bin"
          find target/*/ -maxdepth 1 -type f -executable -exec cp -t "$out/bin" {} +
        '';
      }
    );
in
if naerskSrc == "" then
  { inherit buildPackage; }
else
  import (/. + naerskSrc) {
    inherit lib;
    inherit (asked)
      cargo
      clippy
      fetchurl
      formats
      jq
      lndir
      remarshal
      rsync
      runCommandLocal
      rustc
      stdenv
      writeText
      zstd
      ;
    pkgs = asked;
  }
