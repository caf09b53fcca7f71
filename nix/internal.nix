# The functions that are not exported, in the order in which data flows: name -> file. Each file is a
# function of the functions that it uses. Its doc comment says what it returns.
{ lib }:
let
  paths = import ./paths.nix { inherit lib; };
  toToml = import ./toToml.nix { inherit lib; };
  # The constants that the Rust program reads, too.
  tables = builtins.fromJSON (builtins.readFile ./tables.json);

  readManifest = import ./readManifest.nix { inherit lib paths; };
  linkers = import ./linkers.nix;
  craneArguments = import ./craneArguments.nix;
  closestName = import ./closestName.nix { inherit lib; };
  checkCraneArguments = import ./checkCraneArguments.nix {
    inherit lib craneArguments closestName;
  };
  withPart = import ./withPart.nix { inherit lib craneArguments; };
  checkArguments = import ./checkArguments.nix {
    inherit
      lib
      paths
      craneArguments
      closestName
      checkCraneArguments
      withPart
      ;
  };

  describeMember = import ./describeMember.nix { inherit lib tables paths; };
  checkEdges = import ./checkEdges.nix { inherit lib; };
  readLock = import ./readLock.nix { inherit lib; };
  readConfigurations = import ./readConfigurations.nix { inherit lib paths; };
  replacePackages = import ./replacePackages.nix { inherit lib tables paths; };
  readWorkspace = import ./readWorkspace.nix {
    inherit
      lib
      paths
      describeMember
      checkEdges
      readLock
      readConfigurations
      ;
  };
  resolveClosures = import ./resolveClosures.nix { inherit lib; };

  splitSource = import ./splitSource.nix { inherit lib; };
  crateParts = import ./crateParts.nix {
    inherit
      lib
      tables
      paths
      splitSource
      ;
  };
  includePath = import ./includePath.nix { inherit lib splitSource; };
  pruneMember = import ./pruneMember.nix { inherit lib tables; };
  inherit (import ./inertFeatures.nix { inherit lib; }) inertFeatures withoutInert;
  stubMember = import ./stubMember.nix {
    inherit
      lib
      tables
      pruneMember
      withoutInert
      ;
  };
  pruneInherited = import ./pruneInherited.nix { inherit lib; };
  prunePatches = import ./prunePatches.nix { inherit lib; };
  pruneConfiguration = import ./pruneConfiguration.nix { inherit lib tables prunePatches; };
  pruneRoot = import ./pruneRoot.nix {
    inherit
      lib
      paths
      pruneInherited
      prunePatches
      ;
  };
  pruneLock = import ./pruneLock.nix { inherit lib tables; };
  rewriteManifests = import ./rewriteManifests.nix {
    inherit
      lib
      pruneMember
      inertFeatures
      stubMember
      ;
  };
  outsideFiles = import ./outsideFiles.nix {
    inherit
      lib
      paths
      splitSource
      includePath
      ;
  };
  lockTexts = import ./lockTexts.nix { inherit lib pruneLock; };
  crateLines = import ./crateLines.nix {
    inherit
      lib
      paths
      toToml
      crateParts
      includePath
      outsideFiles
      ;
  };
  composeSource = import ./composeSource.nix {
    inherit
      lib
      paths
      pruneInherited
      pruneConfiguration
      pruneRoot
      ;
  };
  unifiedSources = import ./unifiedSources.nix { inherit lib stubMember toToml; };
  makeSources = import ./makeSources.nix {
    inherit
      lib
      stubMember
      rewriteManifests
      crateLines
      composeSource
      lockTexts
      unifiedSources
      ;
  };
  featureFlags = import ./featureFlags.nix { inherit lib; };
  askedFeatures = import ./askedFeatures.nix { inherit lib tables featureFlags; };
  planPackages = import ./planPackages.nix { inherit lib; };

  vendorPackages = import ./vendorPackages.nix { inherit lib toToml; };
  inheritInputs = import ./inheritInputs.nix { inherit lib craneArguments; };
  argsFor = import ./argsFor.nix { inherit lib craneArguments; };
  buildCrate = import ./buildCrate.nix {
    inherit
      lib
      paths
      withPart
      argsFor
      featureFlags
      ;
  };
  toolFiles = import ./toolFiles.nix { inherit paths; };
  environmentOf = import ./environmentOf.nix { inherit lib; };
  otherBuilders = import ./otherBuilders.nix { inherit lib paths environmentOf; };
  makeCrates = import ./makeCrates.nix {
    inherit
      lib
      toolFiles
      inheritInputs
      checkCraneArguments
      withPart
      argsFor
      craneArguments
      planPackages
      buildCrate
      otherBuilders
      ;
  };
  joinPackages = import ./joinPackages.nix { inherit lib; };
  manifestsSource = import ./manifestsSource.nix { inherit lib paths; };
  warmCargo = import ./warmCargo.nix { inherit lib; };
  wideChecks = import ./wideChecks.nix {
    inherit
      lib
      toolFiles
      manifestsSource
      ;
  };
  checkManifest = import ./checkManifest.nix { inherit lib paths; };
in
{
  inherit
    paths
    toToml
    readManifest
    linkers
    craneArguments
    closestName
    checkCraneArguments
    withPart
    checkArguments
    describeMember
    checkEdges
    readLock
    readConfigurations
    replacePackages
    readWorkspace
    resolveClosures
    splitSource
    crateParts
    includePath
    pruneMember
    inertFeatures
    withoutInert
    stubMember
    pruneInherited
    prunePatches
    pruneConfiguration
    pruneRoot
    pruneLock
    rewriteManifests
    lockTexts
    outsideFiles
    crateLines
    composeSource
    unifiedSources
    makeSources
    featureFlags
    askedFeatures
    planPackages
    vendorPackages
    inheritInputs
    argsFor
    buildCrate
    toolFiles
    environmentOf
    otherBuilders
    makeCrates
    joinPackages
    manifestsSource
    warmCargo
    wideChecks
    checkManifest
    ;
}
