# Downloads one package of a registry, or all packages of a git repository, as directories
# that Cargo accepts as vendored packages.
{
  cargo,
  jq,
  lib,
  pkgsBuildBuild,
  urlForCargoPackage,
}:
let
  inherit (lib) optionalAttrs substring;
  inherit (pkgsBuildBuild) fetchgit fetchurl;
  inherit (pkgsBuildBuild.stdenv) mkDerivation;

  unbuilt = {
    dontConfigure = true;
    dontBuild = true;
    dontFixup = true;
  };
in
{
  downloadCargoPackage =
    {
      name,
      version,
      checksum,
      ...
    }@package:
    let
      where = urlForCargoPackage package;
      archive = fetchurl (
        where.fetchurlExtraArgs
        // {
          inherit (where) url;
          name = "cargo-src-${name}-${version}";
          sha256 = checksum;
        }
      );
    in
    mkDerivation (
      unbuilt
      // {
        pname = "cargo-package-${name}";
        inherit version;
        sourceRoot = "./crate";
        unpackPhase = ''
          runHook preUnpack
          mkdir crate
          tar -xzf ${archive} -C crate --strip-components=1 --no-same-owner
          runHook postUnpack
        '';
        installPhase = ''
          runHook preInstall
          mkdir -p $out
          cp -r . $out
          echo '{"files":{}, "package":"${checksum}"}' >$out/.cargo-checksum.json
          runHook postInstall
        '';
      }
    );

  downloadCargoPackageFromGit =
    {
      git,
      rev,
      ref ? null,
      hash ? null,
      allRefs ? ref == null,
    }:
    mkDerivation (
      unbuilt
      // {
        # A derivation's name has at most 211 characters.
        name = "cargo-git-${substring 0 (200 - builtins.stringLength rev) git}-${rev}";
        src =
          if hash != null then
            fetchgit {
              inherit hash rev;
              url = git;
              fetchSubmodules = true;
            }
          else
            builtins.fetchGit (
              {
                inherit allRefs rev;
                url = git;
                submodules = true;
              }
              // optionalAttrs (ref != null) { inherit ref; }
            );
        depsBuildBuild = [
          cargo
          jq
        ];
        installPhase = ''
          runHook preInstall
          mkdir -p $out
          find "$PWD" -name Cargo.toml | sort | while read -r manifest; do
            metadata=$(cargo metadata --format-version 1 --no-deps --manifest-path "$manifest")
            package=$(jq --raw-output --arg manifest "$manifest" \
              '.packages[] | select(.manifest_path == $manifest) | "\(.name)-\(.version)"' <<<"$metadata")
            if [ -z "$package" ] || [ -e "$out/$package" ]; then
              continue
            fi
            mkdir "$out/$package"
            cd "$(dirname "$manifest")"
            cargo package --offline --exclude-lockfile --list | grep --invert-match '^Cargo.toml.orig' |
              while read -r file; do
                mkdir -p "$out/$package/$(dirname "$file")"
                cp -L "$file" "$out/$package/$file" || echo "not there, although cargo lists it: $file"
              done
            if grep --quiet 'workspace *= *true' "$manifest"; then
              jq --raw-output --arg manifest "$manifest" --from-file ${./manifest-from-metadata.jq} \
                <<<"$metadata" >"$out/$package/Cargo.toml"
            fi
            echo '{"files":{}, "package":null}' >"$out/$package/.cargo-checksum.json"
          done
          runHook postInstall
        '';
      }
    );
}
