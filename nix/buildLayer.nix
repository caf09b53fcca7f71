{ lib, ... }:
let
  inherit (builtins) removeAttrs;
  inherit (lib) concatMapStringsSep optionalAttrs optionalString;
  inherit (lib.strings) sanitizeDerivationName;
in
/**
  Makes the function that makes the layers of one crate: what Cargo compiled, for the derivations of its dependents.

  # Type

  ```
  buildLayer :: {
    craneLib,
    name, version :: String,
    # from buildCrate: crane's arguments for a derivation, and parts of commands
    derivationOf :: [String] -> AttrSet -> AttrSet,
    flagsFor :: Selection -> String,
    command, extra :: String -> String,
    words :: [String] -> String, # joins the words of a command, without empty ones
    unpack :: Source -> String,
  } -> { suffix, trees, selection, source, vendor, layers, ... } -> Derivation
  ```
*/
{
  craneLib,
  name,
  version,
  derivationOf,
  flagsFor,
  command,
  extra,
  words,
  unpack,
}:
let
  # Calling crane for every layer is slow, and the layers of a crate differ in a few attributes only. So
  # crane makes one layer, and the others are made from that one, as `lib.overrideDerivation` does it.
  template = craneLib.mkCargoDerivation (
    removeAttrs (derivationOf [ ] {
      source = {
        script = "";
        lock = null;
      };
      vendor = null;
      layers = [ ];
    }) [ "separateDebugInfo" ]
    // {
      # Without the version of the crate: a release must not rebuild the layer of third-party packages.
      version = "0";
      cratesieveLayered = "layer";
      cratesieveCrate = name;
      cargoArtifacts = null;
      doCheck = false;
      doInstallCargoArtifacts = false;
      dontFixup = true;
      # A library in a layer must not refer to the store path of that layer.
      NIX_NO_SELF_RPATH = "1";
      buildPhaseCargoCommand = "";
      buildPhase = ''
        runHook preBuild
        eval "$cratesieveCompiling"
        runHook postBuild
      '';
      installPhaseCommand = "cratesieveInstallLayer";
    }
  );

  # Compiles the binary or test of `cratesieve-user`, and with it the crate; or compiles all stubs.
  compile =
    {
      tree,
      isForTests,
      selection,
    }:
    let
      isUser = selection == "user" || selection == "unified-user";
      target =
        if !isUser then
          optionalString (tree == "check" && isForTests) "--all-targets"
        else if isForTests then
          "${optionalString (tree == "check") "--lib "}--test cratesieve-user-test"
        else
          "--bin cratesieve-user";
      cargo =
        if tree == "check" then
          command "check"
        else if isForTests then
          command "test"
        else
          command "build";
    in
    "cratesieveCompile ${tree} ${
      words [
        cargo
        (flagsFor selection)
        target
        (optionalString (tree == "build" && isForTests) "--no-run")
        (optionalString (tree == "build" && !isForTests) (extra "Build"))
      ]
    }";
in
{
  suffix,
  trees,
  isForTests ? false,
  selection,
  source,
  vendor,
  layers,
  maybe ? [ ],
  # The crates that the layer compiles, as a message names them; null if it compiles third-party packages only.
  compiled ? "crate ${name}",
  # Whether the derivation has a second output, which is the package of a library. It installs nothing.
  isPackage ? false,
}:
derivation (
  template.drvAttrs
  // {
    name = sanitizeDerivationName (if isPackage then "${name}-${version}" else "${name}-${suffix}");
    cargoVendorDir = vendor;
    cratesieveLock = source.lock;
    cratesieveLayers = layers;
    cratesieveMaybe = maybe;
    cratesieveCompiling = concatMapStringsSep "\n" (
      tree: compile { inherit tree isForTests selection; }
    ) trees;
    unpackPhase = unpack source;
  }
  // (
    if compiled == null then
      # As in crane: hooks can test it, because this derivation lacks the files of the crates.
      { CRANE_BUILD_DEPS_ONLY = "1"; }
    else
      { cratesieveCompiled = compiled; }
  )
  // optionalAttrs isPackage {
    outputs = [
      "out"
      "layer"
    ];
  }
)
