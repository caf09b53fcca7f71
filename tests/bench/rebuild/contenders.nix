# What one contender builds of a workspace: names to the paths of derivations.
{
  # The repository of cratesieve.
  repository,
  # The workspace, as a path. It has a cratesieve.json.
  root,
  # "naive" for plain crane, or a strategy of the library.
  contender,
  # In every derivation that compiles, so that nothing is there from an earlier run.
  salt,
  # Whether only packages are built, without clippy, tests and documentation.
  packagesAlone,
  # Whose packages: "members" or "binaries".
  packagesOf,
  # Cargo's profile, and that of the packages.
  profile,
  packageProfile,
  # What `mkWorkspace` is given as `features` with the strategy "layered", or null for its default.
  features,
  # Plain crane's source: "clean" for `cleanCargoSource`, "tree" for all files.
  source,
  # Whether tests are run, and not only compiled.
  runTests,
}:
let
  inherit (builtins)
    attrNames
    filter
    fromJSON
    listToAttrs
    mapAttrs
    match
    path
    readFile
    removeAttrs
    tryEval
    ;

  standIn = repository + "/tests/nix/stand-in";
  # Without the salt.
  plain = (import standIn { }).pkgs;

  compiler = plain.writeShellScript "bench-compiler" (readFile ./compiler.sh);
  measured = {
    CRATESIEVE_BENCH_SALT = salt;
    BASH_ENV = "${./builder.sh}";
    CRATESIEVE_BENCH_SHELL = plain.shell;
    RUSTC_WRAPPER = "${compiler}";
    RUSTDOC = plain.writeShellScript "bench-rustdoc" ''
      exec ${compiler} rustdoc "$@"
    '';
  };

  # Third-party packages, directories of them, crane's tools and setup hooks. Who builds a second time
  # has them already.
  isPreparation =
    attrs:
    attrs ? outputHash
    ||
      match
        "cargo-(package|git)-.*|cargo-vendor-dir|vendor-(registry|cargo-deps)|linkLockedDeps|crane-utils"
        (attrs.pname or attrs.name) != null
    # A crate has a `pname`, and may be called so too.
    || !(attrs ? pname) && match ".*[hH]ook" attrs.name != null;
  salted = attrs: if isPreparation attrs then attrs else attrs // measured;

  withSalt = final: previous: {
    stdenv = previous.stdenv // {
      mkDerivation =
        given:
        previous.stdenv.mkDerivation (
          if final.lib.isFunction given then final: salted (given final) else salted given
        );
    };
    stdenvNoCC = final.stdenv;
  };

  inherit (import standIn { overlays = [ withSalt ]; }) craneLib lib pkgs;
  inherit (lib) filterAttrs optionalAttrs;

  arguments = {
    strictDeps = true;
    CARGO_PROFILE = profile;
  }
  // optionalAttrs (!runTests) { cargoTestExtraArgs = "--no-run"; };

  # ---- Plain crane ---------------------------------------------------------------------------------

  # As its quick start has it.
  naive =
    let
      argumentsFor =
        profile:
        arguments
        // {
          pname = "workspace";
          version = "0";
          src =
            if source == "clean" then
              craneLib.cleanCargoSource root
            else
              path {
                path = root;
                name = "source";
                filter = path: _: baseNameOf path != ".git";
              };
          cargoExtraArgs = "--locked --workspace";
          CARGO_PROFILE = profile;
          # Where there are no tests to start from them, tests' dependencies are not compiled.
          doCheck = !packagesAlone;
        };
      depsWith = profile: craneLib.buildDepsOnly (argumentsFor profile);
      startingFrom =
        profile: removeAttrs (argumentsFor profile) [ "doCheck" ] // { cargoArtifacts = depsWith profile; };
    in
    {
      package = craneLib.buildPackage (startingFrom packageProfile // { doCheck = false; });
    }
    // optionalAttrs (!packagesAlone) (
      mapAttrs (_: make: make (startingFrom profile)) {
        clippy = craneLib.cargoClippy;
        test = craneLib.cargoTest;
        doc = craneLib.cargoDoc;
      }
    );

  # ---- The library ---------------------------------------------------------------------------------

  workspaceWith =
    profile:
    (import (repository + "/nix")).mkWorkspace (
      {
        inherit craneLib pkgs;
        src = root;
        strategy = contender;
        commonArgs = arguments // {
          CARGO_PROFILE = profile;
        };
      }
      # The other strategies know one way only.
      // optionalAttrs (features != null && contender == "layered") { inherit features; }
    );

  ours =
    let
      forPackages = workspaceWith packageProfile;
      entries = (fromJSON (readFile (root + "/cratesieve.json"))).crates;
      members = filter (
        name: entries.${name}.member or true && (packagesOf == "members" || entries.${name} ? bins)
      ) (attrNames entries);
      # A crate of tests alone has no package.
      hasPackage = name: (tryEval forPackages.crates.${name}.package.drvPath).success;
      packages = listToAttrs (
        map (name: {
          name = "${name}-package";
          value = forPackages.crates.${name}.package;
        }) (filter hasPackage members)
      );
      checks = filterAttrs (name: _: name != "manifest" && name != "fmt") (workspaceWith profile).checks;
    in
    packages // optionalAttrs (!packagesAlone) checks;
in
mapAttrs (_: derivation: derivation.drvPath) (if contender == "naive" then naive else ours)
