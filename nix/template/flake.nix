{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    crane.url = "github:ipetkov/crane";
    cratesieve = {
      url = "github:cratesieve/cratesieve";
      inputs.nixpkgs.follows = "nixpkgs";
      inputs.crane.follows = "crane";
    };
  };

  outputs =
    {
      nixpkgs,
      crane,
      cratesieve,
      ...
    }:
    let
      eachSystem = nixpkgs.lib.genAttrs [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-darwin"
        "x86_64-linux"
      ];
      workspaces = eachSystem (
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
        in
        cratesieve.lib.mkWorkspace {
          inherit pkgs;
          craneLib = crane.mkLib pkgs;
          src = ./.;
          commonArgs.strictDeps = true;
          # Dependents of a crate inherit its inputs.
          # crates.my-crate = {
          #   nativeBuildInputs = [ pkgs.pkg-config ];
          #   buildInputs = [ pkgs.openssl ];
          # };
        }
      );
    in
    {
      # `nix run .#gen` writes cratesieve.json; `git add` it.
      apps = eachSystem (system: workspaces.${system}.apps);

      packages = eachSystem (system: workspaces.${system}.packages);
      # For each crate: clippy, tests and documentation, with Cargo's profile `dev`.
      checks = eachSystem (system: workspaces.${system}.checks);
      devShells = eachSystem (system: {
        default = workspaces.${system}.devShell;
      });
    };
}
