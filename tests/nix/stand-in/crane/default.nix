# A stand-in for crane: the functions that cratesieve and plain projects call, with crane's
# argument names, defaults and results.
{ pkgs }:
let
  inherit (pkgs) lib;

  toolchainPackages = [
    "cargo"
    "clippy"
    "rustc"
    "rustfmt"
  ];

  notHere = name: throw "craneLib.${name} is not in the stand-in for crane: set CRANE_SRC";
in
pkgs.makeScopeWithSplicing' {
  otherSplices = { };
  f =
    self:
    let
      inherit (self) callPackage;
      names = callPackage ./names.nix { };
      registries = callPackage ./registries.nix { };
      download = callPackage ./download.nix { };
      vendor = callPackage ./vendor.nix { };
      sources = callPackage ./sources.nix { };
      hooks = callPackage ./hooks { };
    in
    lib.genAttrs [
      "cargoAudit"
      "cargoDeny"
      "cargoLlvmCov"
      "cargoTarpaulin"
      "cleanCargoToml"
      "mkCrossToolchainEnv"
      "remapPathPrefixHook"
      "taploFmt"
      "writeTOML"
    ] notHere
    // {
      inherit (names) crateNameFromCargoToml;
      inherit (registries) registryFromDownloadUrl urlForCargoPackage;
      inherit (download) downloadCargoPackage downloadCargoPackageFromGit;
      inherit (vendor)
        vendorCargoDeps
        vendorCargoRegistries
        vendorGitDeps
        vendorMultipleCargoDeps
        ;
      inherit (sources) cleanCargoSource filterCargoSources findCargoFiles;
      inherit (hooks)
        cargoHelperFunctionsHook
        configureCargoCommonVarsHook
        configureCargoVendoredDepsHook
        inheritCargoArtifactsHook
        installCargoArtifactsHook
        installFromCargoBuildLogHook
        removeReferencesToRustToolchainHook
        removeReferencesToVendoredSourcesHook
        replaceCargoLockHook
        ;

      mkCargoDerivation = callPackage ./mkCargoDerivation.nix { };
      mkDummySrc = callPackage ./mkDummySrc.nix { };
      buildDepsOnly = callPackage ./buildDepsOnly.nix { };
      buildPackage = callPackage ./buildPackage.nix { };
      buildTrunkPackage = callPackage ./buildTrunkPackage.nix { };
      cargoBuild = callPackage ./cargoBuild.nix { };
      cargoClippy = callPackage ./cargoClippy.nix { };
      cargoDeny = callPackage ./cargoDeny.nix { };
      cargoDoc = callPackage ./cargoDoc.nix { };
      cargoDocTest = callPackage ./cargoDocTest.nix { };
      cargoFmt = callPackage ./cargoFmt.nix { };
      cargoNextest = callPackage ./cargoNextest.nix { };
      cargoTest = callPackage ./cargoTest.nix { };
      devShell = callPackage ./devShell.nix { };
      taploFmt = callPackage ./taploFmt.nix { };

      craneLib = self;
      stdenvSelector = packages: packages.stdenv;

      crateRegistries = self.registryFromDownloadUrl {
        dl = "https://static.crates.io/crates";
        indexUrl = "https://github.com/rust-lang/crates.io-index";
      };
      appendCrateRegistries =
        added:
        self.overrideScope (
          _: previous: {
            crateRegistries = previous.crateRegistries // lib.mergeAttrsList added;
          }
        );

      overrideToolchain =
        toolchain:
        self.overrideScope (
          _: _:
          lib.genAttrs toolchainPackages (_: if lib.isFunction toolchain then toolchain pkgs else toolchain)
        );
    };
}
