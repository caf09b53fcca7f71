# The options of `perSystem.cratesieve`. A default that is not a plain value has a `defaultText`, because
# docs/options.md is generated without nixpkgs.
{
  lib,
  pkgs,
  crane,
  packageFor,
  package,
}:
let
  inherit (lib) literalExpression mkOption types;
in
{
  package = mkOption {
    type = types.package;
    default = packageFor pkgs;
    defaultText = literalExpression "cratesieve.packages.\${system}.default";
    description = ''
      The program that `nix run .#gen` and the check `manifest` run.
    '';
  };

  workspaces = mkOption {
    type = types.lazyAttrsOf (
      types.submoduleWith {
        modules = [ ./workspace.nix ];
        specialArgs = {
          inherit crane package pkgs;
        };
        shorthandOnlyDefinesConfig = true;
      }
    );
    default = { };
    description = ''
      The Cargo workspaces of the flake, by a name that you choose. Packages and checks of the workspace
      `default` have no prefix. Those of others have the name of the workspace as a prefix.
    '';
    example = literalExpression ''
      {
        default.src = ./.;
        tools = {
          src = ./tools;
          strategy = "shared";
        };
      }
    '';
  };
}
