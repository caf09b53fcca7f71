{ lib }:
let
  inherit (builtins) attrValues mapAttrs readFile;
  inherit (lib) concatStrings concatStringsSep escapeShellArg;
in
/**
  `cargo` as a package, which in one workspace starts from the third-party crates that Nix has
  compiled, as long as Cargo.lock is the one that they are of. It calls the next `cargo` on the PATH.

  # Type

  ```
  warmCargo :: {
    pkgs,
    artifacts :: Derivation,    # what buildDepsOnly makes
    vendor :: Derivation,       # the vendor directory that it was made with
    lock :: Path,               # Cargo.lock
    manifests :: [String],      # every Cargo.toml, relative to the workspace root
  } -> Derivation
  ```
*/
{
  pkgs,
  artifacts,
  vendor,
  lock,
  manifests,
}:
let
  values = mapAttrs (name: value: "${name}=${escapeShellArg value}\n") {
    artifacts = "${artifacts}/target.tar.zst";
    vendored = "${vendor}";
    lock = "${lock}";
    manifests = concatStringsSep "\n" manifests;
    jq = "${pkgs.jq}/bin/jq";
    zstd = "${pkgs.zstd}/bin/zstd";
    flock = "${pkgs.flock}/bin/flock";
  };
in
pkgs.writeShellScriptBin "cargo" (
  concatStrings (attrValues values) + readFile ./hooks/warm-cargo.sh
)
