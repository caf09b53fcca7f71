/**
  Every argument of crane's builders, and what becomes of it here. `checkCraneArguments`, `argsFor` and
  `inheritInputs` decide by this table, docs/options.md is made from it, and
  tests/nix_evaluation/arguments.rs tries every row.

  An argument without a row is a variable, which all derivations get.

  # Type

  ```
  craneArguments :: {
    parts :: [String],             # of `crates.<name>`: settings of single derivations
    reaches :: { ${reach} :: {
      text :: String,              # which derivations get an argument
      places :: [String],          # where it may stand: "commonArgs", "crates", a part, or "cargo"
      kinds ? [String],            # those of argsFor; all derivations, if there are none
      isOfArtifacts ? Bool,        # whether it is about crane's artifacts, which layers are not
    } },
    arguments :: { ${name} :: String | { why, instead :: String } },  # a reach, or why it is refused
    compilingVariables :: String,  # regular expression
  }
  ```
*/
let
  parts = [
    "package"
    "check"
    "clippy"
    "test"
    "nextest"
    "doc"
  ];
  anywhere = [
    "commonArgs"
    "crates"
  ];

  # ---- Why some are refused ------------------------------------------------------------------------

  decided = {
    why = "cratesieve decides it";
    instead = "leave it out";
  };
  filesOfCrate = {
    why = "all derivations see the same files of a crate, and use each other's artifacts";
    instead = "give `patches` or `postPatch` to the crate whose files they change: `crates.<name>`";
  };
  stubs = {
    why = "cratesieve writes the stubs of crates";
    instead = "leave it out";
  };
  trunk = {
    why = "cratesieve has no builder for trunk";
    instead = "write `craneLib.buildTrunkPackage (workspace.crates.<name>.forCrane // { ... })`";
  };
  coverage = {
    why = "checks measure no coverage";
    instead = "use `workspace.crates.<name>.cargo`";
  };
  partitioned = {
    why = "the tests of one crate run in one derivation";
    instead = "leave it out; `cargoNextestExtraArgs` has flags for nextest";
  };
  shellOnly = {
    why = "it is for development shells";
    instead = "write `pkgs.mkShell { inputsFrom = [ workspace.devShell ]; packages = [ ... ]; }`";
  };
  # The reason for arguments of nixpkgs' buildRustPackage, which crane does not have.
  notCranes = instead: {
    why = "it is an argument of buildRustPackage, and crane has none of this name";
    inherit instead;
  };
in
{
  inherit parts;

  # Which derivations get an argument. `kinds` are those of argsFor; without them, all derivations get it.
  reaches = {
    all = {
      text = "all derivations of the crate, its layers too";
      places = anywhere ++ parts ++ [ "cargo" ];
    };
    inputs = {
      text = "all derivations of the crate and of its dependents, and `devShell`";
      places = anywhere ++ parts ++ [ "cargo" ];
    };
    compiled = {
      text = "all derivations of the crate; the crates below it are compiled with it too, in layers of their own";
      places = anywhere;
    };
    flags = {
      text = "all derivations of the crate; in `package`, the package alone";
      places = anywhere ++ [
        "package"
        "cargo"
      ];
    };
    build = {
      text = "the package and the layers that it starts from; in `package`, the package alone";
      places = anywhere ++ [ "package" ];
      kinds = [ "build" ];
    };
    layers = {
      text = "the layers of checks";
      places = anywhere;
      kinds = [ "check" ];
    };
    artifacts = {
      text = "crane's artifacts; refused by the strategy `\"layered\"`, which has none";
      places = anywhere;
      isOfArtifacts = true;
    };
    checkArtifacts = {
      text = "crane's artifacts for checks; refused by the strategy `\"layered\"`, which has none";
      places = anywhere;
      kinds = [ "check" ];
      isOfArtifacts = true;
    };
    clippy = {
      text = "what runs clippy";
      places = anywhere ++ [
        "check"
        "clippy"
      ];
      kinds = [ "clippy" ];
    };
    test = {
      text = "what runs `cargo test`";
      places = anywhere ++ [
        "check"
        "test"
      ];
      kinds = [ "test" ];
    };
    testCommand = {
      text = "what runs `cargo test`, and the layers of checks";
      places = anywhere ++ [
        "check"
        "test"
      ];
      kinds = [ "test" ];
    };
    nextest = {
      text = "what runs nextest";
      places = anywhere ++ [
        "check"
        "nextest"
      ];
      kinds = [ "nextest" ];
    };
    tests = {
      text = "what runs `cargo test` or nextest";
      places = anywhere ++ [
        "check"
        "test"
        "nextest"
      ];
      kinds = [ "checked" ];
    };
    doc = {
      text = "what makes documentation";
      places = anywhere ++ [
        "check"
        "doc"
      ];
      kinds = [ "doc" ];
    };
    package = {
      text = "the package";
      places = anywhere ++ [
        "package"
        "cargo"
      ];
      kinds = [ "installed" ];
    };
    packageCommand = {
      text = "the package";
      places = anywhere ++ [ "package" ];
      kinds = [ "installed" ];
    };
    identity = {
      text = "the package; otherwise from Cargo.toml";
      places = [
        "package"
        "cargo"
      ];
      kinds = [ "installed" ];
    };
    files = {
      text = "the files of the crate, in all derivations that see them";
      places = [ "crates" ];
    };
    format = {
      text = "`checks.fmt`";
      places = [ "commonArgs" ];
      kinds = [ "format" ];
    };
    wide = {
      text = "`wideChecks`";
      places = [ "commonArgs" ];
      kinds = [ "wide" ];
    };
    shell = {
      text = "`devShell`";
      places = [ "commonArgs" ];
    };
    vendor = {
      text = "the vendored packages";
      places = [ "commonArgs" ];
    };
  };

  arguments = {
    # ---- What is needed to build ---------------------------------------------------------------------
    buildInputs = "inputs";
    nativeBuildInputs = "inputs";
    propagatedBuildInputs = "inputs";
    propagatedNativeBuildInputs = "inputs";
    depsBuildBuild = "inputs";
    depsBuildBuildPropagated = "inputs";
    depsBuildTarget = "inputs";
    depsBuildTargetPropagated = "inputs";
    depsHostHost = "inputs";
    depsHostHostPropagated = "inputs";
    depsTargetTarget = "inputs";
    depsTargetTargetPropagated = "inputs";
    env = "inputs";
    strictDeps = "all";
    dontStrip = "all";
    doIncludeCrossToolchainEnv = "all";
    configurePhase = "all";
    preConfigure = "all";
    postConfigure = "all";
    preUnpack = "all";
    preBuild = "all";
    postBuild = "all";

    # ---- How it is compiled --------------------------------------------------------------------------
    CARGO_PROFILE = "compiled";
    RUSTFLAGS = "compiled";
    CARGO_BUILD_RUSTFLAGS = "compiled";
    CARGO_BUILD_TARGET = "compiled";
    CARGO_BUILD_JOBS = "all";
    CARGO_BUILD_INCREMENTAL = "compiled";
    CARGO_HOME = "all";
    RUST_TEST_THREADS = "all";
    RUSTDOCFLAGS = "all";
    CRANE_BUILD_DEPS_ONLY = {
      why = "only derivations that compile third-party packages have it";
      instead = "leave it out";
    };
    cargoExtraArgs = "flags";
    cargoBuildCommand = "build";
    cargoBuildExtraArgs = "build";
    cargoCheckCommand = "layers";
    cargoCheckExtraArgs = "checkArtifacts";

    # ---- Packages ------------------------------------------------------------------------------------
    pname = "identity";
    version = "identity";
    meta = "package";
    passthru = "package";
    outputs = "package";
    buildPhaseCargoCommand = "packageCommand";
    installPhase = "package";
    installPhaseCommand = "package";
    preInstall = "package";
    postInstall = "package";
    preInstallPhases = "package";
    fixupPhase = "package";
    preFixup = "package";
    postFixup = "package";
    doInstallCheck = "package";
    installCheckPhase = "package";
    preInstallCheck = "package";
    postInstallCheck = "package";
    installCheckInputs = "package";
    nativeInstallCheckInputs = "package";
    allowedReferences = "package";
    allowedRequisites = "package";
    disallowedReferences = "package";
    disallowedRequisites = "package";
    doInstallCargoArtifacts = "package";
    doNotPostBuildInstallCargoBinaries = "packageCommand";
    doNotRemoveReferencesToRustToolchain = "packageCommand";
    doNotRemoveReferencesToVendorDir = "packageCommand";
    doNotSign = "packageCommand";
    buildPhase = {
      why = "it would replace what layers and checks run";
      instead = "write `buildPhaseCargoCommand`, which only the package gets";
    };

    # ---- Checks --------------------------------------------------------------------------------------
    cargoClippyExtraArgs = "clippy";
    cargoTestCommand = "testCommand";
    cargoTestExtraArgs = "test";
    cargoNextestExtraArgs = "nextest";
    checkInputs = "tests";
    nativeCheckInputs = "tests";
    checkPhase = "tests";
    checkPhaseCargoCommand = "tests";
    preCheck = "tests";
    postCheck = "tests";
    cargoDocExtraArgs = "doc";
    docInstallRoot = "doc";
    rustFmtExtraArgs = "format";
    cargoAuditExtraArgs = "wide";
    cargoDenyChecks = "wide";
    cargoDenyExtraArgs = "wide";
    taploExtraArgs = "wide";
    doCheck = {
      why = "packages run no tests, and checks always do";
      instead = "leave it out; `checks.run`, and `crates.<name>.checks` for one crate, say what checks run";
    };
    partitions = partitioned;
    partitionType = partitioned;
    cargoNextestArchiveExtraArgs = partitioned;
    cargoNextestPartitionsExtraArgs = partitioned;
    withLlvmCov = coverage;
    cargoLlvmCovCommand = coverage;
    cargoLlvmCovExtraArgs = coverage;
    cargoTarpaulinExtraArgs = coverage;
    advisory-db = {
      why = "it is an argument of mkWorkspace";
      instead = "write `advisoryDb`, next to `commonArgs`";
    };

    # ---- Sources and artifacts -----------------------------------------------------------------------
    patches = "files";
    postPatch = "files";
    prePatch = filesOfCrate;
    patchPhase = filesOfCrate;
    postUnpack = filesOfCrate;
    outputHashes = "vendor";
    overrideVendorCargoPackage = "vendor";
    overrideVendorGitCheckout = "vendor";
    registries = "vendor";
    src = decided;
    srcs = decided;
    sourceRoot = decided;
    unpackPhase = decided;
    name = decided;
    pnameSuffix = {
      why = "cratesieve decides it";
      instead = "write `crates.<name>.package.pname`";
    };
    cargoArtifacts = decided;
    cargoLock = decided;
    cargoLockContents = decided;
    cargoLockParsed = decided;
    cargoToml = decided;
    cargoTomlContents = decided;
    cargoVendorDir = decided;
    dummySrc = decided;
    CARGO_BUILD_BUILD_DIR = decided;
    CARGO_BUILD_TARGET_DIR = decided;
    CARGO_TARGET_DIR = "compiled";
    doNotReplaceCargoLock = decided;
    installCargoArtifactsMode = "artifacts";
    zstdCompressionExtraArgs = "artifacts";
    doCompressAndInstallFullArchive = "artifacts";
    doNotLinkInheritedArtifacts = "artifacts";
    cleanCargoTomlFilter = stubs;
    dummyBuildrs = stubs;
    dummyrs = stubs;
    extraDummyScript = stubs;
    stdenv = {
      why = "crane has one stdenv for all derivations";
      instead = "write `craneLib = craneLib.overrideScope (_: _: { stdenvSelector = pkgs: ...; })`, or `linker`";
    };
    doRemapPathPrefix = {
      why = "it needs a hook that gives each derivation other RUSTFLAGS";
      instead = "write `RUSTFLAGS = \"--remap-path-prefix ...\"`";
    };

    # ---- What belongs elsewhere ----------------------------------------------------------------------
    shellHook = "shell";
    checks = {
      why = "it is no argument of a builder";
      instead = "write `checks` next to `commonArgs`, and `crates.<name>.checks` for one crate";
    };
    inputsFrom = shellOnly;
    packages = shellOnly;
    trunkExtraArgs = trunk;
    trunkExtraBuildArgs = trunk;
    trunkIndexPath = trunk;
    wasm-bindgen-cli = trunk;
    features = {
      why = "crane has no such argument";
      instead = "write `cargoExtraArgs = \"--features ...\"`";
    };
    auditable = notCranes "write `cargoBuildCommand = \"cargo auditable build --release\"`";
    buildAndTestSubdir = notCranes "leave it out";
    buildFeatures = notCranes "write `cargoExtraArgs = \"--features ...\"`";
    buildNoDefaultFeatures = notCranes "write `cargoExtraArgs = \"--no-default-features\"`";
    buildType = notCranes "write `CARGO_PROFILE`";
    cargoBuildFlags = notCranes "write `cargoExtraArgs`";
    cargoDeps = notCranes "leave it out; Cargo.lock says it";
    cargoHash = notCranes "leave it out; Cargo.lock says it";
    cargoPatches = notCranes "write `crates.<name>.patches`";
    cargoRoot = notCranes "leave it out";
    cargoSha256 = notCranes "leave it out; Cargo.lock says it";
    cargoTestFlags = notCranes "write `cargoTestExtraArgs`";
    checkFlags = notCranes "write `cargoTestExtraArgs = \"-- ...\"`";
    checkType = notCranes "write `checks.profile`";
    useNextest = notCranes "write `checks.run = [ \"clippy\" \"nextest\" \"doc\" ]`";
  };

  # Variables that decide how Cargo compiles a crate: another value compiles all of its closure again.
  compilingVariables = "CARGO_PROFILE(_.*)?|RUSTFLAGS|RUSTC|RUSTC_.*|CARGO_ENCODED_RUSTFLAGS|CARGO_INCREMENTAL|CARGO_UNSTABLE_.*|CARGO_TARGET_(DIR|.*_(LINKER|RUSTFLAGS))|CARGO_BUILD_(BUILD_DIR|INCREMENTAL|RUSTC.*|RUSTFLAGS|TARGET|TARGET_DIR)";
}
