{
  description = "The stand-in for fenix, for --override-input; see ../../README.md";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  # Every toolchain is the host's.
  outputs =
    { nixpkgs, ... }:
    {
      packages = builtins.mapAttrs (_: pkgs: {
        stable.toolchain = pkgs.rustc;
        fromToolchainFile = _: pkgs.rustc;
      }) nixpkgs.legacyPackages;
    };
}
