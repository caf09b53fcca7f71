# The functions that are not exported, in the order in which data flows: name -> file. A new function is one
# line here. A file is a function of the others that it uses, of `lib` and of `tables`. Each file is given all
# of them, so it has `...` for the rest. A plain value needs none of that. Doc comments say what each returns.
#
# The functions in rewrite/ exist in src/rewrite as well; rewrite/README.md says how to change them.
{ lib }:
lib.fix (
  internal:
  let
    scope = internal // {
      inherit lib;
      # The constants that the Rust program reads, too.
      tables = builtins.fromJSON (builtins.readFile ./tables.json);
    };
    load =
      _: file:
      let
        content = import file;
      in
      if builtins.isFunction content then content scope else content;
  in
  builtins.mapAttrs load {
    paths = ./paths.nix;
    toToml = ./rewrite/toToml.nix;

    # ---- The arguments of mkWorkspace ---------------------------------------------------------------

    readManifest = ./readManifest.nix;
    linkers = ./linkers.nix;
    craneArguments = ./craneArguments.nix;
    closestName = ./closestName.nix;
    checkCraneArguments = ./checkCraneArguments.nix;
    checkCargoCall = ./checkCargoCall.nix;
    withPart = ./withPart.nix;
    checkArguments = ./checkArguments.nix;

    # ---- What the files of the workspace say --------------------------------------------------------

    describeMember = ./rewrite/describeMember.nix;
    checkEdges = ./checkEdges.nix;
    readLock = ./rewrite/readLock.nix;
    readConfigurations = ./rewrite/readConfigurations.nix;
    replacePackages = ./replacePackages.nix;
    readWorkspace = ./rewrite/readWorkspace.nix;
    resolveClosures = ./rewrite/resolveClosures.nix;

    # ---- Sources: rewritten manifests and locks, and the files around them --------------------------

    splitSource = ./splitSource.nix;
    crateParts = ./crateParts.nix;
    includePath = ./includePath.nix;
    outsideFiles = ./outsideFiles.nix;
    stubPaths = ./rewrite/stubPaths.nix;
    emptyPackage = ./rewrite/emptyPackage.nix;
    unversioned = ./rewrite/unversioned.nix;
    pruneMember = ./rewrite/pruneMember.nix;
    inertFeatures = ./rewrite/inertFeatures.nix;
    withoutInert = ./rewrite/withoutInert.nix;
    stubMember = ./rewrite/stubMember.nix;
    rewriteManifests = ./rewrite/rewriteManifests.nix;
    pruneInherited = ./rewrite/pruneInherited.nix;
    prunePatches = ./rewrite/prunePatches.nix;
    pruneConfiguration = ./rewrite/pruneConfiguration.nix;
    pruneRoot = ./rewrite/pruneRoot.nix;
    packageText = ./rewrite/packageText.nix;
    pruneLock = ./rewrite/pruneLock.nix;
    lockTexts = ./rewrite/lockTexts.nix;
    crateLines = ./crateLines.nix;
    composeSource = ./rewrite/composeSource.nix;
    userPackage = ./userPackage.nix;
    workspacePackage = ./workspacePackage.nix;
    unifiedSources = ./unifiedSources.nix;
    makeSources = ./rewrite/makeSources.nix;

    # ---- Plans --------------------------------------------------------------------------------------

    featureFlags = ./featureFlags.nix;
    askedFeatures = ./askedFeatures.nix;
    planPackages = ./planPackages.nix;

    # ---- Derivations --------------------------------------------------------------------------------

    vendorPackages = ./vendorPackages.nix;
    inheritInputs = ./inheritInputs.nix;
    argsFor = ./argsFor.nix;
    splitVariants = ./splitVariants.nix;
    crateTraits = ./crateTraits.nix;
    buildLayer = ./buildLayer.nix;
    buildCrate = ./buildCrate.nix;
    makeLayers = ./makeLayers.nix;
    toolFiles = ./rewrite/toolFiles.nix;
    environmentOf = ./environmentOf.nix;
    otherBuilders = ./otherBuilders.nix;
    makeCrates = ./makeCrates.nix;
    joinPackages = ./joinPackages.nix;
    manifestsSource = ./manifestsSource.nix;
    warmCargo = ./warmCargo.nix;
    wideChecks = ./wideChecks.nix;
    checkManifest = ./checkManifest.nix;
  }
)
