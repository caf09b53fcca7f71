# The derivations that one contender builds for a workspace, by name.
{
  # The repository of cratesieve.
  repository,
  # The workspace, as a path. It has a cratesieve.json.
  root,
  # "naive" for plain crane, or a strategy of the library.
  contender,
  # A value in every derivation that compiles, so that no output of an earlier run is reused.
  salt,
  # Whether only packages are built, without clippy, tests and documentation.
  packagesAlone,
  # Which packages are built: those of "members", or of crates with "binaries".
  packagesOf,
  # Cargo's profile for checks, and that for packages.
  profile,
  packageProfile,
  # The argument `features` of `mkWorkspace` for the strategy "layered", or null for its default.
  features,
  # Plain crane's source: "clean" for `cleanCargoSource`, "tree" for all files.
  source,
  # Whether tests run. Otherwise they are only compiled.
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

  # Whether a derivation is only a preparation: a third-party package, a vendor directory, or a tool or setup
  # hook of crane. It exists before the second build.
  isPreparation =
    attrs:
    attrs ? outputHash
    ||
      match
        "cargo-(package|git)-.*|cargo-vendor-dir|vendor-(registry|cargo-deps)|linkLockedDeps|crane-utils"
        (attrs.pname or attrs.name) != null
    # A crate has a `pname`, and its name may end in `hook` too.
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

  # Plain crane, as in its quick start.
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
          # If no tests run, dev-dependencies are not compiled.
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
      # The other strategies do not have this argument.
      // optionalAttrs (features != null && contender == "layered") { inherit features; }
    );

  ours =
    let
      forPackages = workspaceWith packageProfile;
      entries = (fromJSON (readFile (root + "/cratesieve.json"))).crates;
      members = filter (
        name: entries.${name}.member or true && (packagesOf == "members" || entries.${name} ? bins)
      ) (attrNames entries);
      # A crate that has only tests has no package.
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
