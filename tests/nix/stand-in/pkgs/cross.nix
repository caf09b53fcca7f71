# `pkgsCross`: package sets for other platforms. They can be evaluated. They have the host's tools, so only a
# toolchain that compiles and links for a target by itself can build for it, such as rustc for musl.
{ lib, pkgs }:
let
  # Platforms have no functions otherwise, so that they can be compared.
  withFunctions =
    platform:
    platform
    // {
      canExecute = other: other.system == platform.system;
      emulatorAvailable = _: false;
    };
  native = withFunctions pkgs.stdenv.hostPlatform;
  forBuilding = pkgs.extend (
    _: previous: {
      stdenv = previous.stdenv // {
        buildPlatform = native;
        hostPlatform = native;
      };
    }
  );

  crossed =
    { rustcTarget, ... }@differing:
    let
      hostPlatform = withFunctions (
        native
        // {
          config = rustcTarget;
          rust = native.rust // {
            cargoEnvVarTarget = lib.toUpper (lib.replaceStrings [ "-" ] [ "_" ] rustcTarget);
            cargoShortTarget = rustcTarget;
            rustcTargetSpec = rustcTarget;
            inherit rustcTarget;
          };
        }
        // removeAttrs differing [ "rustcTarget" ]
      );
    in
    pkgs.extend (
      final: previous: {
        inherit hostPlatform;
        inherit (hostPlatform) system;
        targetPlatform = hostPlatform;
        stdenv = previous.stdenv // {
          inherit hostPlatform;
          buildPlatform = native;
          targetPlatform = hostPlatform;
        };
        windows.pthreads = final.runCommand "pthreads" { } "mkdir -p $out/lib";

        buildPackages = pkgs;
        pkgsBuildBuild = pkgs;
        pkgsBuildHost = forBuilding;
        pkgsBuildTarget = pkgs;
      }
    );
in
lib.mapAttrs (_: crossed) {
  aarch64-multiplatform = {
    rustcTarget = "aarch64-unknown-linux-gnu";
    system = "aarch64-linux";
    isAarch64 = true;
    isx86_64 = false;
  };
  mingwW64 = {
    rustcTarget = "x86_64-pc-windows-gnu";
    config = "x86_64-w64-mingw32";
    system = "x86_64-windows";
    isLinux = false;
    isMinGW = true;
    isUnix = false;
    isWindows = true;
    extensions = {
      executable = ".exe";
      sharedLibrary = ".dll";
      staticLibrary = ".lib";
    };
  };
  musl64 = {
    rustcTarget = "x86_64-unknown-linux-musl";
    system = "x86_64-linux";
    isMusl = true;
  };
}
