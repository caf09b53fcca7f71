{
  lib,
  toolFiles,
  inheritInputs,
  testTargets,
  planLayers,
  argsFor,
  buildCrate,
  otherBuilders,
}:
let
  inherit (builtins)
    attrNames
    attrValues
    concatStringsSep
    elem
    head
    isString
    length
    mapAttrs
    tryEval
    ;
  inherit (lib)
    any
    genAttrs
    hasInfix
    hasPrefix
    optional
    ;
  inherit (lib.strings) sanitizeDerivationName;

  strategies = {
    layered = ./strategies/layered.nix;
    per-crate = ./strategies/perCrate.nix;
    shared = ./strategies/shared.nix;
  };
in
/**
  Everything that `mkWorkspace` has for each crate.

  # Type

  ```
  makeCrates :: {
    craneLib, pkgs,
    hook :: Derivation,
    strategy :: String,
    root :: Path,
    shape :: Manifest,
    workspace :: String,
    read,          # what readWorkspace returns
    closures,      # what resolveClosures returns, by role and crate
    sources,       # what makeSources returns
    wide,          # the same for the whole workspace, or null: what features are unified for
    vendors :: { own, test :: { ${crate} :: Derivation }, all :: Derivation, of :: { ${key} :: Package } -> Derivation },
    commonArgs, settings :: AttrSet,
    outputHashes :: AttrSet,
  } -> { ${crate} :: { package, deps, ... } }
  ```
*/
{
  craneLib,
  pkgs,
  hook,
  strategy,
  root,
  shape,
  workspace,
  read,
  closures,
  wide,
  sources,
  vendors,
  commonArgs,
  settings,
  outputHashes,
}:
let
  names = attrNames shape.crates;

  # As `cargo run` has it: the one that Cargo.toml says, the only one; else the one of that name.
  mainProgramOf =
    name:
    let
      inherit (shape.crates.${name}) bins;
      said = read.tomls.${name}.package.default-run or null;
    in
    if said != null then
      said
    else if length (attrNames bins) == 1 then
      head (attrNames bins)
    else if bins ? ${name} then
      name
    else
      null;

  argsOf =
    closures: name:
    inheritInputs {
      inherit name commonArgs settings;
      closure = closures.${name}.crates;
    };
  builder =
    closures: isUsed: name:
    buildCrate {
      inherit
        craneLib
        hook
        name
        workspace
        isUsed
        ;
      isWide = wide != null;
      version = read.versions.${name};
      directory = if isUsed then "cratesieve-user" else shape.crates.${name}.path;
      mainProgram = mainProgramOf name;
      args = argsOf closures name;
    };
  allMembers = buildCrate {
    inherit craneLib hook workspace;
    name = "workspace";
    version = "0";
    directory = null;
    args = inheritInputs {
      name = null;
      inherit commonArgs settings;
      closure = names;
    };
  };
  # Tests inherit from their dev-dependencies as well.
  builders = mapAttrs (_: closures: genAttrs names (builder closures false)) closures // {
    used = genAttrs names (builder closures.own true);
  };

  # A macro is compiled once, for those who use it: by itself, Cargo would compile it another way. A
  # crate that is no member Cargo does not build by itself at all.
  isMacro = name: shape.crates.${name}.procMacro && shape.crates.${name}.bins == { };
  # Cargo has rustc prefer dynamic libraries for a `dylib` that it builds for others, and not for one that
  # was asked for, and takes one for the other: so dependents start from what was built for them, and the
  # crate's own derivations do not.
  isDynamic =
    name:
    let
      library = read.tomls.${name}.lib or { };
    in
    elem "dylib" (library.crate-type or library.crate_type or [ ]);
  isUsed =
    name: strategy == "layered" && (isMacro name || isDynamic name || !shape.crates.${name}.member);

  builderFor = role: name: if role == "own" && isUsed name then "used" else role;

  # Flags may ask for any feature.
  namesFeatures =
    args:
    any (
      name:
      hasPrefix "cargo" name
      && isString args.${name}
      && (hasInfix "feature" args.${name} || hasInfix "-F" args.${name})
    ) (attrNames args);

  formOf = role: name: if namesFeatures (argsOf closures.${role} name) then "full" else "lean";

  librarySource =
    name:
    sources.stubs {
      inherit name;
      role = "own";
      form = "full";
      real = closures.own.${name}.crates;
      isUsed = isUsed name;
    };

  # What the strategy `layered` puts together, see buildCrate.
  makeLayers = {
    thirdParty =
      {
        name,
        kind,
        role,
        layers,
      }:
      let
        # To check a macro is to check it by itself.
        chosen = if kind == "check" && isMacro name then role else builderFor role name;
      in
      builders.${chosen}.${name}.thirdParty {
        inherit kind layers;
        source = sources.stubs {
          inherit name role;
          form = formOf role name;
          isUsed = chosen == "used";
        };
        vendor = vendors.${role}.${name};
      };

    common =
      {
        kind,
        asks,
        keys,
        layers,
      }:
      (buildCrate {
        inherit craneLib hook workspace;
        name = "common";
        version = "0";
        directory = ".";
        args = commonArgs;
      }).thirdParty
        {
          inherit kind layers;
          source = sources.common { inherit asks keys; };
          vendor = vendors.of keys;
        };

    # Those of the whole workspace, where features are unified for it.
    everything =
      { kind, layers }:
      allMembers.thirdParty {
        inherit kind layers;
        source = sources.wideStubs;
        vendor = vendors.of wide.own.keys;
      };

    library =
      {
        name,
        kind,
        layers,
        features ? null,
      }:
      builders.${builderFor "own" name}.${name}.layer {
        inherit kind layers;
        options =
          if features == null then
            [ ]
          else
            optional (!features.default) "--no-default-features"
            ++ optional (features.features != [ ]) "--features=${concatStringsSep "," features.features}";
        suffix = if kind == "build" then "library" else "library-${kind}";
        source = librarySource name;
        vendor = vendors.own.${name};
      };

    step =
      {
        name,
        kind,
        role,
        index,
        real,
        layers,
        maybe,
      }:
      builders.${builderFor role name}.${name}.layer {
        inherit layers maybe;
        kind = if role == "test" && kind == "build" then "test" else kind;
        suffix = "${if role == "test" then "test-" else ""}step-${
          if kind == "build" then toString index else kind
        }";
        source = sources.stubs {
          inherit name role real;
          form = "full";
          isUsed = builderFor role name == "used";
        };
        vendor = vendors.${role}.${name};
      };

    # The build script by itself, so that no edit of its crate compiles it again.
    buildScript =
      {
        name,
        real,
        layers,
      }:
      builders.${builderFor "own" name}.${name}.layer {
        inherit layers;
        kind = "build";
        isScript = true;
        suffix = "build-script";
        source = sources.stubs {
          inherit name real;
          role = "own";
          form = "full";
          isUsed = isUsed name;
          isScript = true;
        };
        vendor = vendors.own.${name};
      };

    unitTests =
      { name, layers }:
      builders.test.${name}.layer {
        inherit layers;
        kind = "test";
        isOptional = true;
        suffix = "unit-tests";
        source = sources.source {
          inherit name;
          role = "units";
        };
        vendor = vendors.test.${name};
      };

    testTarget =
      {
        name,
        target,
        layers,
      }:
      builders.test.${name}.layer {
        inherit layers;
        inherit (target) suffix;
        options = target.flags;
        kind = target.command;
        isOptional = true;
        source = sources.source {
          inherit name target;
          role = "test";
        };
        vendor = vendors.test.${name};
      };

    # Programs, which tests may run.
    binaries =
      { name, layers }:
      builders.own.${name}.layer {
        inherit layers;
        kind = "build";
        suffix = "binaries";
        source = sources.source {
          inherit name;
          role = "own";
        };
        vendor = vendors.own.${name};
      };

    empty = pkgs.pkgsBuildBuild.runCommandLocal "no-dependencies" { } "mkdir -p $out";
  };

  chosen = import strategies.${strategy} {
    inherit
      lib
      shape
      isUsed
      isDynamic
      wide
      vendors
      makeLayers
      ;
    testTargets = mapAttrs (
      name: entry:
      testTargets {
        toml = read.tomls.${name};
        inherit entry;
        directory = if entry.path == "." then root else root + "/${entry.path}";
      }
    ) shape.crates;
    plans = planLayers {
      inherit shape read closures;
      inherit (sources) inert isScriptAlone;
      isApart = name: namesFeatures (argsOf closures.own name);
      # Flags for clippy, say, change nothing of what others start from. What is wrong with settings is
      # said where the crate is built.
      isSet =
        name:
        let
          found = tryEval (
            argsFor [
              "build"
              "check"
            ] (settings.${name} or { }) != { }
          );
        in
        !found.success || found.value;
      isWide = wide != null;
    };
    dependencies =
      { name, kind }:
      let
        role = if kind == "test" then "test" else "own";
      in
      builders.${role}.${name}.dependencies {
        inherit kind;
        source = sources.stubs {
          inherit name role;
          form = formOf role name;
        };
        vendor = vendors.${role}.${name};
      };
    allDependencies = allMembers.dependencies {
      kind = "all";
      source = sources.allStubs;
      vendor = vendors.all;
    };
  };

  asDerivation =
    name: role: source:
    pkgs.pkgsBuildBuild.runCommandLocal (sanitizeDerivationName "${name}-${role}-source")
      { nativeBuildInputs = [ hook ]; }
      ''
        cratesieveRoot=$out
        ${source.script}
      '';
in
mapAttrs (
  name: entry:
  let
    source =
      role: also:
      sources.source {
        inherit name role also;
      };
    plain = genAttrs [
      "library"
      "own"
      "test"
    ] (role: source role [ ]);

    build =
      role: kind: source:
      builders.${role}.${name}.${kind} (
        {
          inherit source;
          artifacts = null;
          vendor = chosen.vendor (if role == "used" then "own" else role) name;
        }
        // chosen.start.${kind} name
      );

    src = asDerivation name "own" plain.own;
    cargoLock = if read.hasLock then plain.own.lock else read.lock;

    forOthers = otherBuilders {
      inherit
        name
        workspace
        outputHashes
        src
        cargoLock
        ;
      version = read.versions.${name};
      directory = entry.path;
      mainProgram = mainProgramOf name;
      packages = attrValues closures.own.${name}.keys;
      args = argsOf closures.own name;
    };

    derivations = {
      deps = chosen.deps name;
      testDeps = chosen.testDeps name;
      docDeps = chosen.docDeps name;
      package =
        # Nothing of a macro is installed.
        if isUsed name && !(isDynamic name) then
          build "used" "package" (librarySource name)
        else
          build "own" "package" plain.own;
      doc = build "own" "doc" plain.own;
      test = build "test" "test" plain.test;
      clippy = build "test" "clippy" (
        sources.source {
          inherit name;
          role = "test";
          isLinted = true;
          also = toolFiles {
            inherit root;
            inherit (shape) sourceRoot;
            names = [
              "clippy.toml"
              ".clippy.toml"
            ];
          } entry;
        }
      );
      nextest = build "test" "nextest" (source "test" [ ".config/nextest.toml" ]);
      forBuildRustPackage = forOthers.buildRustPackage;
      forNaersk = forOthers.naersk;
    };
    refuse =
      attribute: _:
      throw ''
        cratesieve: `crates.${name}.${attribute}`: crate `${name}` (${entry.path}) is no member of the workspace, and Cargo builds it only for others
        list it in `members` of Cargo.toml, and run: nix run .#gen'';
  in
  {
    inherit src cargoLock;
    testSrc = asDerivation name "test" plain.test;
    librarySrc = asDerivation name "library" plain.library;
  }
  // (if entry.member then derivations else mapAttrs refuse derivations)
) shape.crates
