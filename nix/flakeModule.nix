/**
  Adds `perSystem.cratesieve` to [flake-parts](https://flake.parts), with an option for each argument of
  `mkWorkspace`. The results become the flake's `packages`, `checks`, `devShells` and `apps.gen`. If
  the flake defines one of these itself, that wins. `outputs` has everything that `mkWorkspace`
  returns, such as `config.cratesieve.workspaces.default.outputs.crates.<name>.package`.

  # Inputs

  `packageFor`
  : gives the generator that fits a `pkgs`.

  `crane`
  : for flakes that have no `crane` among their inputs.

  # Type

  ```
  flakeModule :: { packageFor :: Nixpkgs -> Derivation, crane :: Flake } -> Module
  ```

  # Examples

  ```nix
  {
    inputs = {
      nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
      flake-parts.url = "github:hercules-ci/flake-parts";
      cratesieve.url = "github:cratesieve/cratesieve";
    };

    outputs =
      inputs:
      inputs.flake-parts.lib.mkFlake { inherit inputs; } {
        imports = [ inputs.cratesieve.flakeModules.default ];
        systems = [ "x86_64-linux" ];
        perSystem.cratesieve.workspaces.default.src = ./.;
      };
  }
  ```
*/
{ packageFor, crane }:
{
  inputs,
  lib,
  flake-parts-lib,
  ...
}:
let
  inherit (lib) mapAttrsToList mkDefault mkMerge;

  # Merges the outputs of all workspaces. A name that the flake itself defines overrides them.
  merge =
    output: config:
    mkMerge (
      mapAttrsToList (
        _: workspace: lib.mapAttrs (_: mkDefault) workspace.flakeOutputs.${output}
      ) config.cratesieve.workspaces
    );
in
{
  _class = "flake";
  # With a key, the module system imports the module once, even if two modules import it.
  key = "cratesieve/flakeModules/default";
  _file = ./flakeModule.nix;

  options.perSystem = flake-parts-lib.mkPerSystemOption (
    { config, pkgs, ... }:
    {
      _file = ./flakeModule.nix;

      options.cratesieve = import ./flakeModule/options.nix {
        inherit
          lib
          pkgs
          packageFor
          ;
        crane = inputs.crane or crane;
        inherit (config.cratesieve) package;
      };

      config = {
        apps.gen = mkDefault (
          import ./genApp.nix {
            inherit pkgs;
            cratesieve = config.cratesieve.package;
            workspaces = mapAttrsToList (_: workspace: workspace.workspaceRoot) config.cratesieve.workspaces;
          }
        );
        packages = merge "packages" config;
        checks = merge "checks" config;
        devShells = merge "devShells" config;
      };
    }
  );
}
