# crane's setup hooks. Their functions and variables are part of its interface.
{
  jq,
  lib,
  makeSetupHook,
}:
let
  hook = name: lib.nameValuePair "${name}Hook" (makeSetupHook { name = "${name}Hook"; } ./${name}.sh);
in
builtins.listToAttrs (
  map hook [
    "cargoHelperFunctions"
    "configureCargoCommonVars"
    "configureCargoVendoredDeps"
    "inheritCargoArtifacts"
    "installCargoArtifacts"
    "replaceCargoLock"
  ]
)
// {
  installFromCargoBuildLogHook = makeSetupHook {
    name = "installFromCargoBuildLogHook";
    substitutions.jq = "${jq}/bin/jq";
  } ./installFromCargoBuildLog.sh;

  removeReferencesToRustToolchainHook = makeSetupHook {
    name = "removeReferencesToRustToolchainHook";
    substitutions = { inherit (builtins) storeDir; };
  } ./removeReferencesToRustToolchain.sh;

  removeReferencesToVendoredSourcesHook = makeSetupHook {
    name = "removeReferencesToVendoredSourcesHook";
    substitutions = { inherit (builtins) storeDir; };
  } ./removeReferencesToVendoredSources.sh;
}
