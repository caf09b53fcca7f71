{
  description = "After an edit of a Cargo workspace, Nix rebuilds what Cargo would rebuild, and nothing else";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    crane.url = "github:ipetkov/crane";
  };

  outputs =
    {
      self,
      nixpkgs,
      crane,
    }:
    let
      inherit (nixpkgs) lib;

      eachSystem = lib.genAttrs [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-darwin"
        "x86_64-linux"
      ];

      inherit (import ./nix) mkWorkspace;

      # cratesieve itself, built with its own Nix library.
      workspaceFor =
        pkgs:
        let
          workspace = mkWorkspace {
            inherit pkgs;
            craneLib = crane.mkLib pkgs;
            src = ./.;
            commonArgs.strictDeps = true;
            crates.cratesieve = {
              # The tests run git.
              nativeBuildInputs = [ pkgs.gitMinimal ];
              # Other tests need Nix, or the packages of the fixtures. tests/run runs them.
              cargoTestExtraArgs = "--lib";
            };
            cratesieve = workspace.packages.default;
          };
        in
        workspace;
      workspaces = eachSystem (system: workspaceFor nixpkgs.legacyPackages.${system});

      welcomeText = ''
        # Crate by crate

        Put flake.nix next to the Cargo.toml of your workspace.

        - `nix run .#gen && git add cratesieve.json` writes the manifest. Run it again when Nix says
          that it is stale.
        - `nix build .#your-crate` builds a crate that has a binary.
        - `nix flake check` runs clippy, tests and documentation of all crates.
        - `nix develop` is a shell with the toolchain and the inputs of your crates.

        If a crate needs a C library, write it to `crates.your-crate.buildInputs` in flake.nix.
      '';
    in
    {
      # The Nix library. It does not depend on a system, because `mkWorkspace` takes `pkgs`.
      lib = import ./nix // {
        # `checks.manifest` and `nix run .#gen` use one generator, whatever toolchain the workspace has.
        mkWorkspace =
          args:
          let
            generator = self.packages.${args.pkgs.stdenv.buildPlatform.system}.default or null;
          in
          mkWorkspace ({ cratesieve = generator; } // args);
      };

      apps = eachSystem (
        system:
        let
          gen = import ./nix/genApp.nix {
            pkgs = nixpkgs.legacyPackages.${system};
            cratesieve = self.packages.${system}.default;
          };
        in
        {
          inherit gen;
          # The program, for `nix run github:cratesieve/cratesieve -- init`.
          default = {
            type = "app";
            program = lib.getExe self.packages.${system}.default;
            meta.description = "Per-crate sources for Cargo workspaces built with Nix";
          };
        }
      );

      packages = eachSystem (
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
        in
        workspaces.${system}.packages
        // lib.optionalAttrs (pkgs ? mdbook) {
          # The book as HTML.
          book = pkgs.runCommand "cratesieve-book" { nativeBuildInputs = [ pkgs.mdbook ]; } ''
            mdbook build --dest-dir $out ${./docs}
          '';
        }
      );
      checks = eachSystem (system: workspaces.${system}.checks);
      devShells = eachSystem (system: {
        default = workspaces.${system}.devShell;
      });

      overlays.default = final: _: {
        cratesieve = (workspaceFor final).packages.default;
      };

      # The module for flake-parts. A flake that imports it has flake-parts itself.
      flakeModules.default = import ./nix/flakeModule.nix {
        inherit crane;
        packageFor =
          pkgs:
          self.packages.${pkgs.stdenv.buildPlatform.system}.default or (workspaceFor pkgs).packages.default;
      };

      templates = {
        default = {
          path = ./nix/template;
          description = "A Cargo workspace built crate by crate with cratesieve and crane";
          inherit welcomeText;
        };
        flake-parts = {
          path = ./nix/template-flake-parts;
          description = "A Cargo workspace built crate by crate with cratesieve, crane and flake-parts";
          inherit welcomeText;
        };
      };
    };
}
