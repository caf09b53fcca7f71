# The modules of every flake: `systems`, `perSystem`, and the outputs that they make.
{
  config,
  inputs,
  lib,
  flake-parts-lib,
  self,
  ...
}:
let
  inherit (lib)
    genAttrs
    mapAttrs
    mkOption
    types
    ;

  derivation = types.package // {
    check = lib.isDerivation;
  };

  app = types.submodule {
    options = {
      type = mkOption {
        type = types.enum [ "app" ];
        default = "app";
      };
      program = mkOption { type = types.coercedTo derivation lib.getExe types.str; };
      meta = mkOption {
        type = types.lazyAttrsOf types.raw;
        default = { };
      };
    };
  };

  # The outputs that a flake has for each system, with their types.
  transposed = {
    apps = app;
    checks = types.package;
    devShells = types.package;
    legacyPackages = types.raw;
    packages = types.package;
  };

  ofInput =
    system: input:
    mapAttrs (
      output: _:
      input.${output}.${system}
        or (throw "the input ${input.outPath or "?"} has no ${output} for ${system}")
    ) transposed;

  ofTop =
    name:
    throw "`${name}` is not a `perSystem` module argument, but a module argument of the top level config.";
in
{
  _file = ./modules.nix;

  options = {
    systems = mkOption { type = types.listOf types.str; };

    perSystem = mkOption {
      type = flake-parts-lib.mkPerSystemType (
        { system, ... }:
        {
          _file = ./modules.nix;
          options = mapAttrs (
            _: type:
            mkOption {
              type = types.lazyAttrsOf type;
              default = { };
            }
          ) transposed;
          config._module.args = {
            inputs' = mapAttrs (_: ofInput system) inputs;
            self' = ofInput system self;
            pkgs = lib.mkOptionDefault inputs.nixpkgs.legacyPackages.${system};
            self = ofTop "self";
            inputs = ofTop "inputs";
          };
        }
      );
      apply =
        modules: system:
        (lib.evalModules {
          inherit modules;
          prefix = [
            "perSystem"
            system
          ];
          specialArgs = { inherit system; };
          class = "perSystem";
        }).config;
    };

    flake = mkOption {
      type = types.submoduleWith {
        modules = [
          {
            freeformType = types.lazyAttrsOf (
              types.unique {
                message = "No option has been declared for this flake output attribute, so its definitions can't be merged automatically.";
              } types.raw
            );
          }
        ];
      };
    };

    allSystems = mkOption {
      type = types.lazyAttrsOf types.unspecified;
      internal = true;
    };
  };

  config = {
    allSystems = genAttrs config.systems config.perSystem;

    flake = mapAttrs (output: _: mapAttrs (_: outputs: outputs.${output}) config.allSystems) transposed;
  };
}
