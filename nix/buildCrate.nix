{ lib }:
let
  inherit (builtins)
    concatLists
    concatMap
    concatStringsSep
    filter
    intersectAttrs
    removeAttrs
    ;
  inherit (lib)
    any
    attrValues
    escapeShellArg
    genAttrs
    hasInfix
    optionalAttrs
    ;
  inherit (lib.strings) sanitizeDerivationName;

  # Arguments that only some of a crate's derivations get, so that a change of clippy's flags
  # rebuilds no package.
  onlyFor = {
    build = [
      "cargoBuildCommand"
      "cargoBuildExtraArgs"
    ];
    check = [
      "cargoCheckCommand"
      "cargoCheckExtraArgs"
    ];
    clippy = [ "cargoClippyExtraArgs" ];
    test = [
      "cargoTestCommand"
      "cargoTestExtraArgs"
    ];
    nextest = [
      "cargoLlvmCovExtraArgs"
      "cargoNextestArchiveExtraArgs"
      "cargoNextestExtraArgs"
      "cargoNextestPartitionsExtraArgs"
      "partitionType"
      "partitions"
      "withLlvmCov"
    ];
    doc = [
      "cargoDocExtraArgs"
      "docInstallRoot"
    ];
    checked = [
      "checkInputs"
      "checkPhase"
      "checkPhaseCargoCommand"
      "nativeCheckInputs"
      "postCheck"
      "preCheck"
    ];
    format = [ "rustFmtExtraArgs" ];
    installed = [
      "doInstallCargoArtifacts"
      "doNotPostBuildInstallCargoBinaries"
      "installPhase"
      "installPhaseCommand"
      "meta"
      "outputs"
      "passthru"
      "postFixup"
      "postInstall"
      "preFixup"
      "preInstall"
    ];
  };
  special = concatLists (attrValues onlyFor) ++ [ "doCheck" ];
  argsFor =
    kinds: args:
    removeAttrs args special
    // intersectAttrs (genAttrs (concatMap (kind: onlyFor.${kind}) kinds) (_: null)) args;
in
/**
  The functions that turn a crate's sources into crane derivations. All of them get the same flags.

  Each takes a `source` (see makeSources), a `vendor` directory, and the `artifacts` to start from.
  `dependencies` makes such artifacts out of stubs: third-party crates as `cargo build` (`kind` is
  `"build"`), `cargo check` (`"check"`) or `cargo test` (`"test"`) wants them, or `"all"` of these.

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
    args :: AttrSet,             # its settings, inherited inputs included
  } -> {
    dependencies :: { kind, source, vendor } -> Derivation,
    package, clippy, test, nextest, doc :: { source, vendor, artifacts } -> Derivation,
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
  args,
}:
let
  manifest = if directory == "." then "Cargo.toml" else "${directory}/Cargo.toml";

  # `-p name` is ambiguous where a registry package has the same name.
  selection =
    if directory == null then "--workspace" else "--manifest-path ${escapeShellArg manifest}";

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

  derivation =
    kinds:
    { source, vendor, ... }:
    argsFor kinds args
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
  commands = {
    build = [ "${args.cargoBuildCommand or "cargoWithProfile build"} ${flags} ${extra "Build"}" ];
    check = [ "${args.cargoCheckCommand or "cargoWithProfile check"} ${flags} ${extra "Check"}" ];
    test = [
      "${args.cargoCheckCommand or "cargoWithProfile check"} ${flags} --all-targets ${extra "Check"}"
      "${args.cargoTestCommand or "cargoWithProfile test"} ${flags} --no-run"
    ];
    all = commands.build ++ commands.test;
  };
in
{
  dependencies =
    { kind, ... }@given:
    craneLib.buildDepsOnly (
      removeAttrs (derivation [ "build" "check" ] given) [ "src" ]
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
        buildPhaseCargoCommand = concatStringsSep "\n" commands.${kind};
      }
    );

  package =
    { artifacts, ... }@given:
    craneLib.buildPackage (
      derivation [ "build" "installed" ] given
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
      derivation [ "clippy" ] given
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
      derivation [ "test" "checked" ] given
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
      // derivation [ "nextest" "checked" ] given
      // {
        cargoArtifacts = artifacts;
        doCheck = true;
        doInstallCargoArtifacts = false;
      }
    );

  doc =
    { artifacts, ... }@given:
    craneLib.cargoDoc (
      derivation [ "doc" ] given
      // {
        cargoArtifacts = artifacts;
        # Cargo makes none where there is nothing to document, and crane moves it.
        preInstall = ''
          mkdir -p "''${CARGO_TARGET_DIR:-target}/doc"
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
