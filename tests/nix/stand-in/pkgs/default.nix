# A stand-in for nixpkgs' `pkgs`: the parts that crane and cratesieve use, made from the tools of the
# host. So the tests need neither nixpkgs nor a binary cache.
{
  system ? builtins.currentSystem,
  lib ? import ../lib,
  # The tools of the host, as `../README.md` describes them.
  tools,
  # The download address that replaces that of crates.io, or null.
  registryMirror ? tools.registryMirror or null,
  overlays ? [ ],
}:
let
  platform = import ./platform.nix { inherit lib system; };
  host = import ./host.nix { inherit lib system tools; };

  packages =
    overlays: self:
    host.packages
    // import ./stdenv.nix { inherit host lib platform; }
    // import ./builders.nix {
      inherit host lib;
      pkgs = self;
    }
    // import ./adapters.nix { inherit host lib; }
    // import ./fetchers.nix {
      inherit lib registryMirror;
      pkgs = self;
    }
    // import ./rust-platform.nix {
      inherit lib;
      pkgs = self;
    }
    // import ./scopes.nix {
      inherit lib;
      pkgs = self;
    }
    // {
      inherit lib system;
      inherit (self.stdenv) buildPlatform hostPlatform targetPlatform;
      pkgs = self;

      pkgsCross = import ./cross.nix {
        inherit lib;
        pkgs = self;
      };

      # Except in `pkgsCross`, all package sets are equal.
      buildPackages = self;
      targetPackages = self;
      pkgsBuildBuild = self;
      pkgsBuildHost = self;
      pkgsBuildTarget = self;
      pkgsHostHost = self;
      pkgsHostTarget = self;
      pkgsTargetTarget = self;

      extend = overlay: withOverlays (overlays ++ [ overlay ]);
    };

  withOverlays =
    overlays:
    lib.fix (builtins.foldl' (f: overlay: lib.extends overlay f) (packages overlays) overlays);
in
withOverlays overlays
