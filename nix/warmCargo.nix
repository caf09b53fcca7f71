{ lib, ... }:
let
  inherit (builtins) attrValues mapAttrs readFile;
  inherit (lib) concatStrings concatStringsSep escapeShellArg;
in
/**
  A `cargo` that starts from third-party packages which Nix has compiled, in one workspace, if the
  workspace's Cargo.lock is the one that they were compiled for. It calls the next `cargo` on the PATH.

  # Type

  ```
  warmCargo :: {
    pkgs,
    artifacts :: Derivation,    # the result of buildDepsOnly
    vendor :: Derivation,       # the vendor directory that it was made with
    lock :: Path,               # Cargo.lock of the artifacts
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
