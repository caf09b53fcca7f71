{
  lib,
  toolFiles,
  inheritInputs,
  checkCargoCall,
  withPart,
  argsFor,
  craneArguments,
  planPackages,
  crateTraits,
  makeLayers,
  buildCrate,
  otherBuilders,
  ...
}:
let
  inherit (builtins)
    attrNames
    attrValues
    elem
    head
    isString
    mapAttrs
    ;
  inherit (lib)
    any
    genAttrs
    hasInfix
    hasPrefix
    optionalAttrs
    ;
  inherit (lib.strings) sanitizeDerivationName;

  strategies = {
    layered = ./strategies/layered.nix;
    per-crate = ./strategies/perCrate.nix;
    shared = ./strategies/shared.nix;
  };
in
/**
  Makes all derivations of each crate: `mkWorkspace { ... }.crates`.

  # Type

  ```
  makeCrates :: {
    craneLib, pkgs,
    hook :: Derivation,
    strategy :: String,
    features :: String, # for which packages Cargo unifies features: "package" or "workspace"
    checks :: { profile, of, ... }, # what checkArguments returns
    isOfOneProfile :: Bool, # whether packages and checks have the same profile
    members :: [String], # for which features are unified
    root :: Path,
    shape :: Manifest,
    workspace :: String,
    read,          # what readWorkspace returns
    closures,      # what resolveClosures returns
    sources,       # what makeSources returns, and its `together` for the members
    asked,         # what the flags ask of each crate
    vendors :: { own, test :: { ${crate} :: Derivation }, all :: Derivation },
    commonArgs, settings :: AttrSet,
    parts :: { ${crate} :: AttrSet }, # settings of single derivations
    outputHashes :: AttrSet,
  } -> { ${crate} :: { package, deps, ... } }
  ```
*/
{
  craneLib,
  isOfOneProfile,
  pkgs,
  hook,
  strategy,
  features,
  members,
  checks,
  root,
  shape,
  workspace,
  read,
  closures,
  sources,
  asked,
  vendors,
  commonArgs,
  settings,
  parts,
  outputHashes,
}:
let
  names = attrNames shape.crates;
  isWhole = members == lib.filter (name: shape.crates.${name}.member) names;
  # The crates that the members are built from.
  needed =
    if isWhole then names else lib.unique (lib.concatMap (name: closures.test.${name}.crates) members);

  traits = crateTraits {
    inherit shape;
    inherit (read) tomls;
  };

  # The target, and what Cargo appends to the name of a program for it.
  target = commonArgs.CARGO_BUILD_TARGET or commonArgs.env.CARGO_BUILD_TARGET or platformTarget;
  platformTarget = pkgs.stdenv.hostPlatform.rust.rustcTarget;
  extension =
    if hasInfix "-windows" target then
      ".exe"
    else if hasPrefix "wasm" target then
      ".wasm"
    else
      "";

  # The profile of checks, which may differ from that of packages.
  profile.CARGO_PROFILE = checks.profile;
  argsOf =
    role: name:
    inheritInputs {
      inherit name settings;
      commonArgs = commonArgs // optionalAttrs (role == "test") profile;
      closure = if name == null then needed else closures.${role}.${name}.crates;
    };
  builders = genAttrs [ "own" "test" ] (
    role:
    genAttrs names (
      name:
      buildCrate {
        inherit
          craneLib
          hook
          name
          workspace
          ;
        asked = asked.${name};
        version = read.versions.${name};
        directory = shape.crates.${name}.path;
        mainProgram = traits.${name}.mainProgram;
        inherit extension;
        args = argsOf role name;
        parts = parts.${name};
      }
    )
  );
  # Builders for the members together.
  together = genAttrs [ "own" "test" ] (
    role:
    buildCrate {
      inherit
        craneLib
        hook
        workspace
        ;
      name = "workspace";
      version = "0";
      directory = null;
      members =
        if isWhole then
          null
        else
          map (name: {
            inherit name;
            directory = shape.crates.${name}.path;
          }) members;
      args = argsOf role null;
    }
  );

  # Whether flags may select features. Then stubs need all features, not only those that enable dependencies.
  namesFeatures =
    args:
    any (
      name:
      hasPrefix "cargo" name
      && isString args.${name}
      && (hasInfix "feature" args.${name} || hasInfix "-F" args.${name})
    ) (attrNames args);
  formOf = role: name: if namesFeatures (argsOf role name) then "full" else "lean";

  make = makeLayers {
    inherit
      shape
      traits
      sources
      vendors
      closures
      builders
      together
      formOf
      pkgs
      ;
  };

  isUnified = features == "workspace";
  isLayered = strategy == "layered";
  # Whether it is a second output: not if a setting changes what is installed. The link does not change then,
  # because dependents start from it.
  isLink =
    name:
    isLayered
    && traits.${name}.installsNothing
    && saysNothing (onlyInstalled (argsOf "own" name))
    && saysNothing (parts.${name}.package or { });
  onlyInstalled = args: removeAttrs (argsFor [ "installed" ] args) (attrNames (argsFor [ ] args));
  saysNothing =
    args:
    removeAttrs args [
      "meta"
      "passthru"
    ] == { };

  chosen = import strategies.${strategy} {
    inherit
      lib
      shape
      features
      members
      vendors
      make
      closures
      traits
      isOfOneProfile
      ;
    plans = planPackages {
      inherit shape read;
      closures = closures.own;
      inherit (sources) inert;
      isApart = name: namesFeatures (argsOf "own" name);
    };
    dependencies =
      { name, kind }:
      let
        role = if kind == "build" then "own" else "test";
        # Documentation needs no dev-dependencies.
        stubRole = if kind == "test" then "test" else "own";
      in
      builders.${role}.${name}.dependencies {
        inherit kind;
        source = sources.stubs {
          inherit name;
          role = stubRole;
          form = formOf role name;
        };
        vendor = vendors.${stubRole}.${name};
      };
    allDependencies =
      kind:
      together.${if kind == "build" then "own" else "test"}.dependencies {
        inherit kind;
        source = sources.allStubs;
        vendor = vendors.all;
      };
  };

  # What the package or a check of a crate starts from. Problem: a build script that reads a variable, and does not
  # print `rerun-if-env-changed`, does not run again if only one derivation has the variable: Cargo would use what
  # it said in the crate's own layer. So a derivation with such settings does not start from that layer.
  startOf =
    from: name: settings:
    let
      isSeen = shape.crates.${name} ? buildScript && any setsVariables settings;
    in
    (if isSeen && chosen ? startBelow then chosen.startBelow else chosen.start).${from} name;
  setsVariables =
    settings: settings ? env || removeAttrs settings (attrNames craneArguments.arguments) != { };

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
    plain = genAttrs [
      "library"
      "own"
      "test"
    ] (role: sources.source { inherit name role; });

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
      mainProgram = traits.${name}.mainProgram;
      otherTarget = if target == platformTarget then null else target;
      packages = attrValues closures.own.${name}.keys;
      args = argsOf "own" name;
    };

    # Configuration that clippy and nextest read.
    also =
      toolFiles {
        inherit root;
        inherit (shape) sourceRoot;
        names = [
          "clippy.toml"
          ".clippy.toml"
        ];
      } entry
      ++ [ ".config/nextest.toml" ];
    testSource =
      isLinted:
      if isLayered then
        sources.unified.test.whole { inherit name also isLinted; }
      else
        sources.source {
          inherit name also isLinted;
          role = "test";
        };
    check =
      suffix: kinds:
      builders.test.${name}.check (
        {
          inherit kinds suffix;
          inherit (traits.${name}) hasDocTests;
          source = testSource (elem "clippy" kinds);
          vendor = chosen.vendor "test" name;
        }
        // startOf "check" name (attrValues (removeAttrs parts.${name} [ "package" ]))
      );
    hasDocumentation = entry ? lib || entry.bins != { };

    # The sources of a package and of a check.
    sourceOf = {
      package =
        if isUnified then
          sources.unified.build.whole { inherit name; }
        else
          sources.source {
            inherit name isLayered;
            role = "own";
          };
      check = testSource false;
    };
    cargo =
      {
        command,
        from ? "check",
        withProfile ? true,
        ...
      }@given:
      let
        own = removeAttrs given [
          "command"
          "from"
          "withProfile"
        ];
        role = if from == "package" then "own" else "test";
        isSeveral = if from == "package" then isUnified else isLayered;
        problems = checkCargoCall {
          inherit
            name
            strategy
            command
            from
            isSeveral
            ;
          args = own;
        };
      in
      if problems != [ ] then
        throw (head problems)
      else
        builders.${role}.${name}.cargo (
          {
            inherit command withProfile own;
            selection = if isSeveral then "unified" else "crate";
            source = sourceOf.${from};
            vendor = chosen.vendor role name;
          }
          // startOf from name [ own ]
        );

    startOfPackage = {
      inherit isUnified;
      source = sourceOf.package;
      vendor = chosen.vendor "own" name;
    }
    // startOf "package" name [ (parts.${name}.package or { }) ];

    derivations = {
      inherit cargo;
      deps = chosen.deps name;
      testDeps = chosen.testDeps name;
      docDeps = chosen.docDeps name;
      package =
        if isLink name then
          let
            args = withPart (argsOf "own" name) (parts.${name}.package or { });
          in
          chosen.links.${name}
          // args.passthru or { }
          // {
            pname = name;
            version = read.versions.${name};
            meta = args.meta or { };
            passthru = args.passthru or { };
          }
        else
          builders.own.${name}.package startOfPackage;
      check = check "check" (lib.filter (kind: kind != "doc" || hasDocumentation) checks.of.${name});
      clippy = check "clippy" [ "clippy" ];
      test = check "test" [ "test" ];
      nextest = check "nextest" [ "nextest" ];
      doc = check "doc" [ "doc" ];
      forCrane = builders.own.${name}.forCrane startOfPackage;
      forBuildRustPackage = forOthers.buildRustPackage;
      forNaersk = forOthers.naersk;
    };
    refuse =
      attribute: _:
      throw ''
        cratesieve: `crates.${name}.${attribute}`: crate `${name}` (${entry.path}) is not a member of the workspace, and Cargo builds it only as a dependency of other crates
        list it in `members` of Cargo.toml, and run: nix run .#gen'';
  in
  {
    inherit src cargoLock;
    testSrc = asDerivation name "test" plain.test;
    librarySrc = asDerivation name "library" plain.library;
  }
  // (if entry.member then derivations else mapAttrs refuse derivations)
) shape.crates
