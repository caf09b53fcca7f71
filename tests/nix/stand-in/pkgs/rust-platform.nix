# `rustPlatform.buildRustPackage`, as far as crane needs it for its own helper
# programs: a lock file whose packages all come from crates.io.
{ lib, pkgs }:
let
  inherit (lib)
    concatMapStrings
    escapeShellArg
    filter
    importTOML
    ;

  vendor =
    lockFile:
    let
      locked = filter (package: package ? checksum) (importTOML lockFile).package;
      unpack =
        {
          name,
          version,
          checksum,
          ...
        }:
        let
          crate = pkgs.fetchurl {
            name = "cargo-src-${name}-${version}";
            url = "https://static.crates.io/crates/${name}/${version}/download";
            sha256 = checksum;
          };
          directory = escapeShellArg "${name}-${version}";
        in
        ''
          tar -xzf ${crate} -C "$out" --no-same-owner
          echo '{"files":{},"package":"${checksum}"}' >"$out"/${directory}/.cargo-checksum.json
        '';
    in
    pkgs.runCommandLocal "cargo-vendor-dir" { } ''
      mkdir -p "$out"
      ${concatMapStrings unpack locked}
    '';
in
{
  rustPlatform = {
    buildRustPackage =
      {
        pname,
        version,
        src,
        cargoLock,
        nativeBuildInputs ? [ ],
        ...
      }:
      pkgs.stdenv.mkDerivation {
        inherit pname src version;
        strictDeps = true;
        nativeBuildInputs = nativeBuildInputs ++ [
          pkgs.cargo
          pkgs.rustc
        ];
        buildPhase = ''
          runHook preBuild
          mkdir .cargo
          cat >.cargo/config.toml <<END
          [source.crates-io]
          replace-with = "vendored"
          [source.vendored]
          directory = "${vendor cargoLock.lockFile}"
          END
          cargo build --release --offline --locked
          runHook postBuild
        '';
        installPhase = ''
          runHook preInstall
          mkdir -p "$out/bin"
          find target/release -maxdepth 1 -type f -executable -exec cp -t "$out/bin" {} +
          runHook postInstall
        '';
        meta.mainProgram = pname;
      };
  };
}
