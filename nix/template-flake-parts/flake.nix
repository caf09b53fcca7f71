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
            # Each crate's check runs these.
            # checks.run = [ "clippy" "nextest" "doc" ];
            # What a crate needs besides Rust, its dependents get too.
            # crates.my-crate = {
            #   nativeBuildInputs = [ pkgs.pkg-config ];
            #   buildInputs = [ pkgs.openssl ];
            # };
          };
        };
    };
}
