{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    flake-parts = {
      url = "github:hercules-ci/flake-parts";
      inputs.nixpkgs-lib.follows = "nixpkgs";
    };
    crane.url = "github:ipetkov/crane";
    cratesieve = {
      url = "github:cratesieve/cratesieve";
      inputs.nixpkgs.follows = "nixpkgs";
      inputs.crane.follows = "crane";
    };
  };

  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      imports = [ inputs.cratesieve.flakeModules.default ];

      systems = [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-darwin"
        "x86_64-linux"
      ];

      # `nix run .#gen` writes cratesieve.json; `git add` it.
      perSystem =
        { pkgs, ... }:
        {
          cratesieve.workspaces.default = {
            src = ./.;
            commonArgs.strictDeps = true;
            # The check of each crate runs these.
            # checks.run = [ "clippy" "nextest" "doc" ];
            # Dependents of a crate inherit its inputs.
            # crates.my-crate = {
            #   nativeBuildInputs = [ pkgs.pkg-config ];
            #   buildInputs = [ pkgs.openssl ];
            # };
          };
        };
    };
}
