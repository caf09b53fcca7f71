# What the flake exports as `flakeModules.default`. `packageFor` gives the generator that fits a
# `pkgs`; `crane` is for flakes that have none among their inputs.
{ packageFor, crane }:
{
  inputs,
  lib,
  flake-parts-lib,
  ...
}:
let
  inherit (lib) mapAttrsToList mkDefault mkMerge;

  # The sets of all workspaces as one. What the flake itself says under a name goes before.
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
  # Imported twice, by two modules, it is one.
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
        apps.gen = mkDefault {
          type = "app";
          program = lib.getExe (
            import ./genApp.nix {
              inherit pkgs;
              cratesieve = config.cratesieve.package;
            }
          );
          meta.description = "Write cratesieve.json for the Cargo workspace in the current directory";
        };
        packages = merge "packages" config;
        checks = merge "checks" config;
        devShells = merge "devShells" config;
      };
    }
  );
}
