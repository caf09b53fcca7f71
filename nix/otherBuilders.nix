{
  lib,
  paths,
  environmentOf,
  ...
}:
let
  inherit (builtins)
    filter
    hasAttr
    listToAttrs
    map
    removeAttrs
    ;
  inherit (lib)
    escapeShellArg
    hasPrefix
    optional
    optionalAttrs
    ;
in
/**
  Arguments for builders other than crane's, to build one crate: its source, its lock, and the inputs of
  its closure. Arguments that only crane knows (`cargoClippyExtraArgs`, hooks) are left out.

  # Type

  ```
  otherBuilders :: {
    name, version :: String,
    directory :: String,            # of the crate, relative to the workspace root
    workspace :: String,            # the workspace root relative to the source root
    mainProgram :: String | null,
    otherTarget :: String | null, # the target, if it is not that of nixpkgs' platform
    src :: Derivation,
    cargoLock :: StorePath,
    packages :: [ Package ],        # of the lock
    outputHashes :: AttrSet,        # as crane has them: by the source in the lock
    args :: AttrSet,                # the crate's settings, inherited inputs included
  } -> { buildRustPackage, naersk :: AttrSet }
  ```
*/
{
  name,
  version,
  directory,
  workspace,
  mainProgram,
  otherTarget,
  src,
  cargoLock,
  packages,
  outputHashes,
  args,
}:
let
  profile = args.CARGO_PROFILE or args.env.CARGO_PROFILE or "release";
  flags = args.cargoExtraArgs or "";

  place = paths.join {
    root = "/";
    base = workspace;
  } directory;

  common =
    environmentOf args
    // {
      pname = name;
      inherit version src;
    }
    // optionalAttrs (mainProgram != null) { meta = { inherit mainProgram; }; };

  # One hash for each git checkout, which any package in it may have. A hash of an unknown package is an error.
  known = filter (
    package: hasPrefix "git+" (package.source or "") && hasAttr package.source outputHashes
  ) packages;
in
{
  buildRustPackage =
    if otherTarget != null then
      throw ''
        cratesieve: `crates.${name}.forBuildRustPackage`: CARGO_BUILD_TARGET is ${otherTarget}, and buildRustPackage compiles for the platform of its nixpkgs
        use `crates.${name}.package`, or the buildRustPackage of `pkgsCross` and a workspace without CARGO_BUILD_TARGET''
    else
      common
      // {
        cargoLock = {
          lockFile = cargoLock;
          # As in crane, for git sources without a hash.
          allowBuiltinFetchGit = true;
          outputHashes = listToAttrs (
            map (package: {
              name = "${package.name}-${package.version}";
              value = outputHashes.${package.source};
            }) known
          );
        };
        buildType = if profile == "dev" then "debug" else profile;
        cargoBuildFlags = optional (flags != "") flags;
        # The source has no tests.
        doCheck = false;
      }
      // optionalAttrs (workspace != ".") { cargoRoot = workspace; }
      // optionalAttrs (place != ".") { buildAndTestSubdir = place; };

  naersk =
    if workspace != "." then
      throw ''
        cratesieve: `crates.${name}.forNaersk`: the workspace depends on paths above it, and naersk builds what lies below Cargo.lock
        use `crates.${name}.package` or `crates.${name}.forBuildRustPackage`''
    else
      removeAttrs common [ "pname" ]
      // {
        inherit name;
        # naersk reads Cargo.toml and Cargo.lock from here during evaluation, so Nix has to build it first.
        root = src;
        release = profile == "release";
        # naersk passes these through a shell.
        cargoBuildOptions =
          options:
          options
          ++ [
            "--manifest-path"
            (escapeShellArg "./${if place == "." then "" else "${place}/"}Cargo.toml")
          ]
          ++ optional (profile != "release" && profile != "dev") "--profile=${escapeShellArg profile}"
          ++ optional (flags != "") flags;
      };
}
