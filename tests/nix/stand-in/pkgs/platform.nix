# The only platform, for building and running. It contains no functions, so that two platforms compare
# equal.
{ lib, system }:
let
  parts = lib.splitString "-" system;
  cpu = builtins.head parts;
  kernel = lib.last parts;
  config =
    {
      linux = "${cpu}-unknown-linux-gnu";
      darwin = "${cpu}-apple-darwin";
    }
    .${kernel} or (throw "the stand-in for nixpkgs does not know the system '${system}'");
in
{
  inherit config system;
  isAarch64 = cpu == "aarch64";
  isDarwin = kernel == "darwin";
  isLinux = kernel == "linux";
  isMinGW = false;
  isMusl = false;
  isStatic = false;
  isUnix = true;
  isWindows = false;
  isx86_64 = cpu == "x86_64";
  extensions = {
    executable = "";
    sharedLibrary = if kernel == "darwin" then ".dylib" else ".so";
    staticLibrary = ".a";
  };
  rust = {
    cargoEnvVarTarget = lib.toUpper (lib.replaceStrings [ "-" ] [ "_" ] config);
    cargoShortTarget = config;
    rustcTarget = config;
    rustcTargetSpec = config;
  };
}
