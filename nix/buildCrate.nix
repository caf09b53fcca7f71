{
  lib,
  paths,
  withPart,
  argsFor,
  featureFlags,
  buildLayer,
  ...
}:
let
  inherit (builtins)
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    head
    isList
    length
    removeAttrs
    replaceStrings
    split
    ;
  inherit (lib)
    concatMapStringsSep
    escapeShellArg
    optional
    optionalAttrs
    optionalString
    ;
  inherit (lib.strings) sanitizeDerivationName;

  # For each kind of check, the arguments that its derivation gets (see argsFor).
  argumentsOfKind = {
    clippy = [ "clippy" ];
    test = [
      "test"
      "checked"
    ];
    nextest = [
      "nextest"
      "checked"
    ];
    doc = [ "doc" ];
  };
in
/**
  The functions that turn a crate's sources into crane derivations. All of them get the same flags.

  Each takes a `source` (see makeSources) and a `vendor` directory. A derivation starts from compiled
  packages: either `artifacts`, as crane packs them, or `layers` (see hooks/layers.sh).

  # Type

  ```
  buildCrate :: {
    craneLib,
    hook :: Derivation,          # hooks/cratesieve-hook.sh
    name :: String,
    version :: String,
    directory :: String | null,  # of the crate, relative to the workspace root; null for several members
    members ? null :: [ { name, directory } ] | null,  # these members; null for all
    workspace :: String,         # the workspace root relative to the source root
    mainProgram ? null :: String | null,
    extension ? "" :: String,    # what Cargo appends to the name of a program: ".exe"
    asked :: { features :: [String], default :: Bool }, # what the flags ask of this crate
    args :: AttrSet,             # its settings, inherited inputs included
    parts ? { } :: AttrSet,      # settings of single derivations
  } -> {
    # crane's artifacts, compiled from stubs: third-party packages for packages ("build"), for checks
    # ("test"), for documentation ("check"), or for packages and checks ("all")
    dependencies :: { kind, source, vendor } -> Derivation,
    # layers; `selection` says which packages Cargo compiles: "crate", "user" (see userPackage), "unified", "unified-user" or "members"
    layer :: { suffix, trees :: [ "build" | "check" ], isForTests ? Bool, selection, source, vendor, layers, maybe ? [ ], compiled ? String | null, ... } -> Derivation,
    package :: { source, vendor, artifacts | layers, isUnified ? Bool } -> Derivation,
    check :: { kinds :: [Kind], suffix, source, vendor, artifacts | layers, buildOnly ? Derivation | null, hasDocTests ? Bool } -> Derivation,
    forCrane :: { source, vendor, artifacts | layers, isUnified ? Bool } -> AttrSet, # arguments for any builder of crane
    cargo :: { command :: String, withProfile :: Bool, own :: AttrSet, selection, source, vendor, artifacts | layers } -> Derivation,
    docTogether :: { names :: [String], ... } -> Derivation, # `names` as rustc has them
    format :: { source } -> Derivation,
    unpack :: Source -> String,  # the unpack phase
  }
  ```

  where a `Kind` is `"clippy"`, `"test"`, `"nextest"` or `"doc"`.
*/
{
  craneLib,
  hook,
  name,
  version,
  directory,
  workspace,
  members ? null,
  mainProgram ? null,
  extension ? "",
  asked ? {
    features = [ ];
    default = true;
  },
  args,
  parts ? { },
}:
let
  # The arguments of a derivation, with the settings of these parts over those of the crate.
  argsOfParts = foldl' (sum: part: withPart sum (parts.${part} or { })) args;

  manifest = if directory == "." then "Cargo.toml" else "${directory}/Cargo.toml";

  # A URL, because `-p name` is ambiguous if a registry package has the same name.
  specificationOf =
    { name, directory }:
    let
      place = paths.join {
        root = "/";
        base = workspace;
      } directory;
      # These characters have a meaning in a URL. Cargo writes and reads all others as they are.
      encoded = replaceStrings [ "%" "#" "?" ] [ "%25" "%23" "%3F" ] "source/${place}";
    in
    "path+file://\"$NIX_BUILD_TOP\"/${escapeShellArg "${if place == "." then "source" else encoded}#${name}"}";

  givenFlags = args.cargoExtraArgs or "";
  parsedFlags = featureFlags givenFlags;
  # For stubs, the flags select no features, because the Cargo.toml files of the stubs enable them.
  withoutFeatures = parsedFlags.others;
  withUnified = concatStringsSep " " (
    optional (!asked.default) "--no-default-features"
    ++ optional (
      asked.features != [ ]
    ) "--features=${escapeShellArg (concatStringsSep "," asked.features)}"
    ++ [ withoutFeatures ]
  );
  ofMembers =
    if members == null then
      "--workspace"
    else
      concatMapStringsSep " " (member: "-p ${specificationOf member}") members;
  flagsFor =
    selection:
    words [
      "--offline"
      {
        crate =
          if directory == null then
            "${ofMembers} ${givenFlags}"
          else
            "--manifest-path ${escapeShellArg manifest} ${givenFlags}";
        user = "--manifest-path cratesieve-user/Cargo.toml ${withoutFeatures}";
        unified = "-p ${
          specificationOf { inherit name directory; }
        } -p cratesieve-workspace ${withUnified}";
        unified-user = "-p cratesieve-user -p cratesieve-workspace ${withoutFeatures}";
        members =
          if members == null then
            "${ofMembers} ${givenFlags}"
          else
            words [
              ofMembers
              "-p cratesieve-workspace"
              (optionalString (!parsedFlags.default) "--no-default-features")
              withoutFeatures
            ];
      }
      .${selection}
    ];
  words = all: concatStringsSep " " (filter (word: word != "") all);
  flags = flagsFor "crate";

  derivationOf = derivationWith args;
  derivationWith =
    args: kinds: given:
    argsFor kinds args // ownOf args given;
  # What the library itself decides, whatever the settings are.
  ownOf =
    args:
    {
      source,
      vendor,
      layers ? null,
      selection ? "crate",
      ...
    }:
    optionalAttrs (layers != null) {
      cratesieveLayered = "yes";
      cratesieveLayers = layers;
    }
    // {
      inherit version;
      pname = sanitizeDerivationName name;
      src = null;
      cargoExtraArgs = flagsFor selection;
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

  extraOf = args: kind: args."cargo${kind}ExtraArgs" or "";
  extra = extraOf args;
  command = commandOf args;
  commandOf =
    args: name:
    args."cargo${lib.toUpper (lib.substring 0 1 name) + lib.substring 1 (-1) name}Command"
      or "cargoWithProfile ${name}";
in
{
  inherit unpack;

  layer = buildLayer {
    inherit
      craneLib
      name
      version
      derivationOf
      flagsFor
      command
      extra
      words
      unpack
      ;
  };

  dependencies =
    { kind, ... }@given:
    craneLib.buildDepsOnly (
      removeAttrs (derivationOf [ "build" "check" ] given) [ "src" ]
      // {
        # Without the version of the crate: a release must not rebuild these packages.
        version = "0";
        pname =
          {
            build = sanitizeDerivationName name;
            check = sanitizeDerivationName "${name}-doc";
            test = sanitizeDerivationName "${name}-test";
            all = sanitizeDerivationName name;
          }
          .${kind};
        # The unpack phase writes the stubs.
        dummySrc = null;
        doCheck = false;
        buildPhaseCargoCommand =
          let
            commands = {
              build = [ "${command "build"} ${flags} ${extra "Build"}" ];
              check = [ "${command "check"} ${flags} ${extra "Check"}" ];
              test = [
                "${command "check"} ${flags} --all-targets ${extra "Check"}"
                "${command "test"} ${flags} --no-run"
              ];
              all = commands.build ++ commands.test;
            };
          in
          concatStringsSep "\n" commands.${kind};
      }
    );

  package =
    {
      artifacts ? null,
      isUnified ? false,
      ...
    }@given:
    let
      args = argsOfParts [ "package" ];
      flags = words [
        (flagsFor (if isUnified then "unified" else "crate"))
        ownFlags
      ];
      ownFlags = parts.package.cargoExtraArgs or "";
      # The binary that the flags select, if it is only one.
      selected = concatMap (part: if isList part then part else [ ]) (
        split "--bin[= ]+([A-Za-z0-9_-]+)" ownFlags
      );
      program = if length selected == 1 then head selected else mainProgram;
    in
    craneLib.buildPackage (
      derivationWith args [ "build" "installed" ] given
      // lib.getAttrs (filter (name: parts.package or { } ? ${name}) [
        "pname"
        "version"
      ]) parts.package
      // {
        cargoExtraArgs = flags;
        cargoArtifacts = artifacts;
        # Tests run in another derivation.
        doCheck = false;
        cratesieveManifest = manifest;
        # As in crane, except that the log is not in the package: see cratesieveEnd.
        buildPhaseCargoCommand =
          args.buildPhaseCargoCommand or ''
            cargoBuildLog=$(mktemp "$NIX_BUILD_TOP/cargoBuildLogXXXX.json")
            ${
              words [
                (commandOf args "build")
                "--message-format json-render-diagnostics"
                flags
                (extraOf args "Build")
              ]
            } >"$cargoBuildLog"
          '';
        # `nix run` runs this program.
        meta = optionalAttrs (program != null) { mainProgram = program + extension; } // args.meta or { };
      }
    );

  # Runs all commands of a check, even if one fails, and reports at the end which failed.
  check =
    {
      kinds,
      suffix,
      artifacts ? null,
      layers ? null,
      buildOnly ? null,
      hasDocTests ? false,
      ...
    }@given:
    let
      args = argsOfParts ([ "check" ] ++ kinds);
      isLayered = layers != null;
      selection = if isLayered then "unified" else "crate";
      flags = flagsFor selection;
      has = kind: elem kind kinds;
      run = kind: command: optionalString (has kind) (run' kind command);
      run' = kind: command: "cratesieveRun ${kind} ${command}\n";
      testing = [
        (run "test" "${commandOf args "test"} ${flags} ${extraOf args "Test"}")
        (run "nextest" "cargo nextest run \${CARGO_PROFILE:+--cargo-profile \"$CARGO_PROFILE\"} ${flags} ${
          args.cargoNextestExtraArgs or "--no-tests=pass"
        }")
        # nextest does not run tests in documentation.
        (optionalString (has "nextest" && !has "test" && hasDocTests) (
          run' "doctest" "cargoWithProfile test --doc ${flags}"
        ))
      ];
      isTesting = has "test" || has "nextest";
      clippy = if isLayered then "cratesieveClippy" else "cargoWithProfile clippy";
      isAlone = kinds == [ "doc" ];
      docs = "\"\${docInstallRoot:-}\" \"\${CARGO_TARGET_DIR:-target}/\${CARGO_BUILD_TARGET:-}/doc\" \"\${CARGO_TARGET_DIR:-target}/doc\" \"\${CARGO_TARGET_DIR:-target}\"/*/doc";
    in
    craneLib.mkCargoDerivation (
      derivationWith args (lib.concatMap (kind: argumentsOfKind.${kind}) kinds) (
        given // { inherit selection; }
      )
      // optionalAttrs (buildOnly != null) { cratesieveBuildOnly = buildOnly; }
      // {
        pname = sanitizeDerivationName "${name}-${suffix}";
        cargoArtifacts = artifacts;
        doCheck = isTesting;
        # As in crane: a log needs no progress bar.
        env =
          optionalAttrs (has "nextest" && !(args ? NEXTEST_SHOW_PROGRESS)) {
            NEXTEST_SHOW_PROGRESS = "counter";
          }
          // args.env or { };
        doInstallCargoArtifacts = false;
        nativeBuildInputs = [
          hook
        ]
        ++ args.nativeBuildInputs or [ ]
        ++ optional (has "clippy") (craneLib.callPackage ({ clippy }: clippy) { })
        ++ optional (has "nextest") (craneLib.callPackage ({ cargo-nextest }: cargo-nextest) { });
        buildPhaseCargoCommand = run "clippy" "${clippy} ${flags} --no-deps ${
          args.cargoClippyExtraArgs or "--all-targets"
        }";
        checkPhaseCargoCommand = optionalString isTesting (
          args.checkPhaseCargoCommand or (lib.concatStrings testing)
        );
        installPhaseCommand = ''
          ${run "doc" "cargoWithProfile doc ${flags} ${args.cargoDocExtraArgs or "--no-deps"}"}
          cratesieveReport ${escapeShellArg name}
          mkdir -p $out
          ${optionalString isAlone ''
            for docs in ${docs}; do
              if [ -d "$docs" ]; then
                mkdir -p $out/share
                mv "$docs" $out/share
                break
              fi
            done
          ''}
        '';
      }
    );

  # For builders of crane that this library does not call. They start from what the package starts from.
  forCrane =
    {
      artifacts ? null,
      isUnified ? false,
      ...
    }@given:
    derivationOf [ "build" ] (given // { selection = if isUnified then "unified" else "crate"; })
    // {
      cargoArtifacts = artifacts;
      doCheck = false;
      doInstallCargoArtifacts = false;
    };

  # Runs any other command of Cargo. Its arguments reach only this derivation.
  cargo =
    {
      command,
      withProfile,
      own,
      artifacts ? null,
      selection,
      ...
    }@given:
    craneLib.mkCargoDerivation (
      withPart (argsFor [ ] args) own
      // ownOf (withPart args own) given
      // {
        pname = own.pname or (sanitizeDerivationName "${name}-${replaceStrings [ " " ] [ "-" ] command}");
        version = own.version or version;
        cargoArtifacts = artifacts;
        doCheck = false;
        doInstallCargoArtifacts = own.doInstallCargoArtifacts or false;
        buildPhaseCargoCommand = words [
          "cargo ${command}"
          # Not crane's way: `cargo bench` knows no `--release`.
          (optionalString withProfile "\${CARGO_PROFILE:+--profile \"$CARGO_PROFILE\"}")
          (flagsFor selection)
          (own.cargoExtraArgs or "")
        ];
        installPhaseCommand = own.installPhaseCommand or "mkdir -p $out";
      }
    );

  # rustdoc links to another crate only if the documentation of that crate exists already. Without the
  # third-party crates, Cargo documents the crates in any order. So a directory is made for each crate in
  # advance, and one crate is documented after the other.
  docTogether =
    { artifacts, names, ... }@given:
    craneLib.cargoDoc (
      derivationOf [ "doc" ] given
      // {
        cargoArtifacts = artifacts;
        # If there is nothing to document, Cargo makes no directory, but crane moves it.
        preInstall = ''
          mkdir -p "''${CARGO_TARGET_DIR:-target}/doc"
        '';
        cargoDocExtraArgs = "${args.cargoDocExtraArgs or "--no-deps"} --jobs 1";
        preBuild = ''
          ${args.preBuild or ""}
          ${command "check"} ${flags} ${extra "Check"}
          for crate in ${concatMapStringsSep " " escapeShellArg names}; do
            mkdir -p "''${CARGO_TARGET_DIR:-target}/''${CARGO_BUILD_TARGET:+$CARGO_BUILD_TARGET/}doc/$crate"
          done
        '';
      }
    );

  # Checks the formatting of all members in one derivation: rustfmt is fast, and needs no dependency.
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
