{
  description = "The stand-in for flake-parts, for --override-input; see ../../README.md";

  inputs.nixpkgs-lib.url = "github:nix-community/nixpkgs.lib";

  outputs =
    { nixpkgs-lib, ... }:
    {
      lib = import ../../flake-parts { inherit (nixpkgs-lib) lib; };
    };
}
