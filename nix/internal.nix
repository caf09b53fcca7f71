# What is not exported, in the order in which data flows: name -> file. Every file is a function of
# what it builds on, and says above its arguments what it promises.
{ lib }:
let
  paths = import ./paths.nix { inherit lib; };
  toToml = import ./toToml.nix { inherit lib; };

  readManifest = import ./readManifest.nix { inherit lib; };
  checkArguments = import ./checkArguments.nix { inherit lib paths; };

  describeMember = import ./describeMember.nix { inherit lib paths; };
  checkEdges = import ./checkEdges.nix { inherit lib; };
  readLock = import ./readLock.nix { inherit lib; };
  readWorkspace = import ./readWorkspace.nix {
    inherit
      lib
      paths
      describeMember
      checkEdges
      readLock
      ;
  };
  resolveClosure = import ./resolveClosure.nix { inherit lib; };

  splitSource = import ./splitSource.nix { inherit lib; };
  crateParts = import ./crateParts.nix { inherit lib paths splitSource; };
  includePath = import ./includePath.nix { inherit lib splitSource; };
  pruneMember = import ./pruneMember.nix { inherit lib; };
  stubMember = import ./stubMember.nix { inherit lib pruneMember; };
  pruneRoot = import ./pruneRoot.nix { inherit lib paths; };
  pruneLock = import ./pruneLock.nix { inherit lib; };
  makeSources = import ./makeSources.nix {
    inherit
      lib
      paths
      toToml
      crateParts
      includePath
      pruneMember
      stubMember
      pruneRoot
      pruneLock
      ;
  };

  vendorPackages = import ./vendorPackages.nix { inherit lib; };
  inheritInputs = import ./inheritInputs.nix { inherit lib; };
  buildCrate = import ./buildCrate.nix { inherit lib; };
  makeCrates = import ./makeCrates.nix { inherit lib inheritInputs buildCrate; };
  checkManifest = import ./checkManifest.nix { inherit lib paths; };
in
{
  inherit
    paths
    toToml
    readManifest
    checkArguments
    describeMember
    checkEdges
    readLock
    readWorkspace
    resolveClosure
    splitSource
    crateParts
    includePath
    pruneMember
    stubMember
    pruneRoot
    pruneLock
    makeSources
    vendorPackages
    inheritInputs
    buildCrate
    makeCrates
    checkManifest
    ;
}
