{
  lib,
  paths,
  argsFor,
}:
let
  inherit (builtins)
    concatStringsSep
    filter
    removeAttrs
    replaceStrings
    ;
  inherit (lib)
    any
    concatMapStringsSep
    escapeShellArg
    genAttrs
    hasInfix
    optionalAttrs
    ;
  inherit (lib.strings) sanitizeDerivationName;
in
/**
  The functions that turn a crate's sources into crane derivations. All of them get the same flags.

  Each takes a `source` (see makeSources), a `vendor` directory, and the `artifacts` to start from.
  `dependencies` makes such artifacts out of stubs: third-party crates as `cargo build` (`kind` is
  `"build"`), `cargo check` (`"check"`) or `cargo test` (`"test"`) wants them, or `"all"` of these.

  For the strategy `layered` there are layers in place of artifacts (see hooks/layers.sh). `thirdParty`
  makes those of third-party crates, out of stubs; `"lint"` is what clippy's tests want. `layer` makes
  those of the workspace's crates, as `cargo build`, `check`, `test` or `clippy` has them.

  # Type

  ```
  buildCrate :: {
    craneLib,
    hook :: Derivation,          # hooks/cratesieve-hook.sh
    name :: String,
    version :: String,
    directory :: String | null,  # of the crate, relative to the workspace root; null for all members
    workspace :: String,         # the workspace root relative to the source root
    mainProgram ? null :: String | null,
    isUsed ? false :: Bool,      # whether it is compiled as its dependents have it, and only so
    isWide ? false :: Bool,      # whether Cargo unifies features for the whole workspace
    args :: AttrSet,             # its settings, inherited inputs included
  } -> {
    dependencies :: { kind, source, vendor } -> Derivation,
    thirdParty :: { kind, source, vendor, layers } -> Derivation,
    layer :: { kind, source, vendor, layers, suffix, ... } -> Derivation,
    package, clippy, test, nextest, doc :: { source, vendor, artifacts, layers ? [Derivation] } -> Derivation,
    docTogether :: { names :: [String], ... } -> Derivation, # `names` as rustc has them
    format :: { source } -> Derivation,
    unpack :: Source -> String,  # the unpack phase
  }
  ```
*/
{
  craneLib,
  hook,
  name,
  version,
  directory,
  workspace,
  mainProgram ? null,
  isUsed ? false,
  isWide ? false,
  args,
}:
let
  manifest = if directory == "." then "Cargo.toml" else "${directory}/Cargo.toml";

  # `-p name` is ambiguous where a registry package has the same name.
  selection =
    if directory == null then
      "--workspace"
    else if isWide then
      "-p ${if isUsed then "cratesieve-user" else specification} -p cratesieve-workspace"
    else
      "--manifest-path ${escapeShellArg manifest}";
  # No registry package lies in the workspace.
  specification =
    let
      place = paths.join {
        root = "/";
        base = workspace;
      } directory;
      # What means something else in a URL; the rest Cargo reads as it writes it.
      encoded = replaceStrings [ "%" "#" "?" ] [ "%25" "%23" "%3F" ] "source/${place}";
    in
    "path+file://\"$NIX_BUILD_TOP\"/${escapeShellArg "${if place == "." then "source" else encoded}#${name}"}";

  given = args.cargoExtraArgs or "";
  flags =
    if
      any (flag: hasInfix flag given) [
        "--locked"
        "--frozen"
      ]
    then
      throw ''
        cratesieve: `cargoExtraArgs` of crate `${name}` has --locked or --frozen, and its Cargo.lock is pruned
        leave that out: the build has the locked versions only, and fails if Cargo.lock would change''
    else
      concatStringsSep " " (
        filter (word: word != "") [
          "--offline"
          selection
          given
        ]
      );

  derivationOf =
    kinds:
    {
      source,
      vendor,
      layers ? null,
      ...
    }:
    argsFor kinds args
    // optionalAttrs (layers != null) {
      cratesieveLayered = "yes";
      cratesieveLayers = layers;
    }
    // {
      inherit version;
      pname = sanitizeDerivationName name;
      src = null;
      cargoExtraArgs = flags;
      cargoVendorDir = vendor;
      nativeBuildInputs = [ hook ] ++ args.nativeBuildInputs or [ ];
      cratesieveLock = source.lock;
      unpackPhase = unpack source;
    };

  unpack = source: ''
    runHook preUnpack
    ${source.script}
    sourceRoot=${escapeShellArg (if workspace == "." then "source" else "source/${workspace}")}
    runHook postUnpack
  '';

  extra = kind: args."cargo${kind}ExtraArgs" or "";
  check = "${args.cargoCheckCommand or "cargoWithProfile check"} ${flags}";
  commands = {
    build = "${args.cargoBuildCommand or "cargoWithProfile build"} ${flags} ${extra "Build"}";
    check = "${check} ${extra "Check"}";
    lint = "${check} --all-targets ${extra "Check"}";
    test = "${args.cargoTestCommand or "cargoWithProfile test"} ${flags} --no-run";
  };

  # What the derivation of a layer adds to the target directory is all that it makes, and no release
  # changes that.
  asLayer = suffix: {
    version = "0";
    cratesieveLayered = "stubs";
    pname = sanitizeDerivationName "${name}-${suffix}";
    cargoArtifacts = null;
    doCheck = false;
    doInstallCargoArtifacts = false;
    dontFixup = true;
    installPhaseCommand = "cratesieveInstallLayer";
  };
  argumentsOf = {
    build = [ "build" ];
    check = [ "check" ];
    lint = [ "check" ];
    test = [ ];
    clippy = [ ];
  };
  documenting =
    { artifacts, ... }@given:
    derivationOf [ "doc" ] given
    // {
      cargoArtifacts = artifacts;
      # Cargo makes none where there is nothing to document, and crane moves it.
      preInstall = ''
        mkdir -p "''${CARGO_TARGET_DIR:-target}/doc"
      '';
    };

  # Cargo says which units it built and found.
  logged = "\${cratesieveFlags[@]:-} --message-format json-render-diagnostics >\"$NIX_BUILD_TOP/.cratesieve/log\"";
  templates = genAttrs [ "build" "check" "test" "clippy" ] (
    kind:
    let
      common =
        derivationOf argumentsOf.${kind} {
          source = {
            script = "";
            lock = null;
          };
          vendor = null;
          layers = [ ];
        }
        // asLayer kind;
    in
    if kind == "clippy" then
      craneLib.cargoClippy (
        common
        // {
          # Only what dependents need of it: `--all-targets` and the like are for the crate's own.
          cargoClippyExtraArgs = logged;
          cargoExtraArgs = "${flags} --no-deps";
        }
      )
    else
      craneLib.mkCargoDerivation (
        common
        // {
          buildPhaseCargoCommand = "${commands.${kind}} ${logged} || [ -n \"\${cratesieveOptional:-}\" ]";
        }
      )
  );
in
{
  inherit unpack;

  dependencies =
    { kind, ... }@given:
    craneLib.buildDepsOnly (
      removeAttrs (derivationOf [ "build" "check" ] given) [ "src" ]
      // {
        # No release changes anything here.
        version = "0";
        pname =
          {
            build = sanitizeDerivationName name;
            all = name;
            check = sanitizeDerivationName "${name}-doc";
            test = sanitizeDerivationName "${name}-test";
          }
          .${kind};
        # The unpack phase puts the stubs together.
        dummySrc = null;
        doCheck = false;
        buildPhaseCargoCommand =
          concatMapStringsSep "\n" (command: commands.${command})
            {
              build = [ "build" ];
              check = [ "check" ];
              test = [
                "lint"
                "test"
              ];
              all = [
                "build"
                "lint"
                "test"
              ];
            }
            .${kind};
      }
    );

  # The third-party crates that this crate adds to the layers below it.
  thirdParty =
    {
      kind,
      source,
      vendor,
      layers,
    }:
    craneLib.mkCargoDerivation (
      derivationOf argumentsOf.${kind} { inherit source vendor layers; }
      // asLayer (
        {
          build = "deps";
          test = "test-deps";
          check = "doc-deps";
          lint = "clippy-deps";
        }
        .${kind}
      )
      // {
        env = {
          CRANE_BUILD_DEPS_ONLY = 1;
        }
        // args.env or { };
        buildPhaseCargoCommand = commands.${kind};
      }
    );

  # Crates of the workspace as this crate wants them, which is itself among them or a stub.
  #
  # There are many of these for one crate, and they differ in a few attributes: crane makes one of
  # them, and the others are made from that one, as `lib.overrideDerivation` does it.
  layer =
    {
      kind,
      source,
      vendor,
      layers,
      maybe ? [ ],
      suffix,
      # What else Cargo is told.
      options ? [ ],
      # Whether the build script is all that is compiled of the crate.
      isScript ? false,
      # Whether what cannot be compiled here is left to the derivations that start from here.
      isOptional ? false,
    }:
    derivation (
      templates.${kind}.drvAttrs
      // {
        name = sanitizeDerivationName "${name}-${suffix}";
        cargoVendorDir = vendor;
        cratesieveLock = source.lock;
        cratesieveLayers = layers;
        cratesieveMaybe = maybe;
        unpackPhase = unpack source;
      }
      // optionalAttrs isOptional { cratesieveOptional = "yes"; }
      // optionalAttrs isScript { cratesieveScript = name; }
      // optionalAttrs (options != [ ]) { cratesieveFlags = options; }
    );

  package =
    { artifacts, ... }@given:
    craneLib.buildPackage (
      derivationOf [ "build" "installed" ] given
      # That there is nothing to install of a macro is no reason to compile it once more.
      // optionalAttrs isUsed {
        cratesieveLayered = "stubs";
        buildPhaseCargoCommand = commands.build;
        doNotPostBuildInstallCargoBinaries = true;
        installPhaseCommand = "mkdir -p $out";
      }
      // {
        cargoArtifacts = artifacts;
        # Tests have a derivation of their own.
        doCheck = false;
        cratesieveManifest = manifest;
        # What `nix run` runs.
        meta = optionalAttrs (mainProgram != null) { inherit mainProgram; } // args.meta or { };
      }
    );

  clippy =
    { artifacts, ... }@given:
    craneLib.cargoClippy (
      derivationOf [ "clippy" ] given
      // {
        # Every crate is linted once, by its own configuration.
        cargoExtraArgs = "${flags} --no-deps";
        cargoArtifacts = artifacts;
        doInstallCargoArtifacts = false;
      }
    );

  test =
    { artifacts, ... }@given:
    craneLib.cargoTest (
      derivationOf [ "test" "checked" ] given
      // {
        cargoArtifacts = artifacts;
        doCheck = true;
        doInstallCargoArtifacts = false;
      }
    );

  nextest =
    { artifacts, ... }@given:
    craneLib.cargoNextest (
      {
        # Every crate gets the derivation, one without tests too.
        cargoNextestExtraArgs = "--no-tests=pass";
      }
      // derivationOf [ "nextest" "checked" ] given
      // {
        cargoArtifacts = artifacts;
        doCheck = true;
        doInstallCargoArtifacts = false;
      }
    );

  doc = { artifacts, ... }@given: craneLib.cargoDoc (documenting given);

  # rustdoc links to a crate whose documentation lies beside, and without that of third-party crates
  # Cargo makes each at any time. So places are held for all, and one is made after the other.
  docTogether =
    { artifacts, names, ... }@given:
    craneLib.cargoDoc (
      documenting given
      // {
        cargoDocExtraArgs = "${args.cargoDocExtraArgs or "--no-deps"} --jobs 1";
        preBuild = ''
          ${args.preBuild or ""}
          ${commands.check}
          for crate in ${concatMapStringsSep " " escapeShellArg names}; do
            mkdir -p "''${CARGO_TARGET_DIR:-target}/''${CARGO_BUILD_TARGET:+$CARGO_BUILD_TARGET/}doc/$crate"
          done
        '';
      }
    );

  # The formatting of all members in one derivation: rustfmt is fast, and needs no dependency.
  format =
    { source }:
    craneLib.cargoFmt {
      inherit version;
      pname = name;
      src = null;
      nativeBuildInputs = [ hook ];
      rustFmtExtraArgs = args.rustFmtExtraArgs or "";
      unpackPhase = unpack source;
    };
}
