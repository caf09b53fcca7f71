{
  lib,
  toolFiles,
  inheritInputs,
  buildCrate,
}:
let
  inherit (builtins)
    attrNames
    head
    isString
    length
    mapAttrs
    ;
  inherit (lib)
    any
    genAttrs
    hasInfix
    hasPrefix
    ;
  inherit (lib.strings) sanitizeDerivationName;

  strategies = {
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
    closures,      # what resolveClosure returns, by role and crate
    sources,       # what makeSources returns
    vendors :: { own, test :: { ${crate} :: Derivation }, all :: Derivation },
    commonArgs, settings :: AttrSet,
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
  sources,
  vendors,
  commonArgs,
  settings,
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
    closures: name:
    buildCrate {
      inherit
        craneLib
        hook
        name
        workspace
        ;
      version = read.versions.${name};
      directory = shape.crates.${name}.path;
      mainProgram = mainProgramOf name;
      args = argsOf closures name;
    };
  # Tests inherit from their dev-dependencies as well.
  builders = mapAttrs (_: closures: genAttrs names (builder closures)) closures;

  # Flags may ask for any feature.
  namesFeatures =
    args:
    any (
      name:
      hasPrefix "cargo" name
      && isString args.${name}
      && (hasInfix "feature" args.${name} || hasInfix "-F" args.${name})
    ) (attrNames args);

  layers = import strategies.${strategy} {
    inherit vendors;
    dependencies =
      { name, kind }:
      let
        role = if kind == "test" then "test" else "own";
      in
      builders.${role}.${name}.dependencies {
        inherit kind;
        source = sources.stubs {
          inherit name role;
          form = if namesFeatures (argsOf closures.${role} name) then "full" else "lean";
        };
        vendor = vendors.${role}.${name};
      };
    allDependencies =
      (buildCrate {
        inherit craneLib hook workspace;
        name = "workspace";
        version = "0";
        directory = null;
        args = inheritInputs {
          name = null;
          inherit commonArgs settings;
          closure = names;
        };
      }).dependencies
        {
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
      role: kind: artifacts: source:
      builders.${role}.${name}.${kind} {
        inherit source artifacts;
        vendor = layers.vendor role name;
      };

    derivations = {
      deps = layers.build name;
      testDeps = layers.test name;
      docDeps = layers.doc name;
      package = build "own" "package" derivations.deps plain.own;
      doc = build "own" "doc" derivations.docDeps plain.own;
      test = build "test" "test" derivations.testDeps plain.test;
      clippy = build "test" "clippy" derivations.testDeps (
        source "test" (
          toolFiles {
            inherit root;
            inherit (shape) sourceRoot;
            names = [
              "clippy.toml"
              ".clippy.toml"
            ];
          } entry
        )
      );
      nextest = build "test" "nextest" derivations.testDeps (source "test" [ ".config/nextest.toml" ]);
    };
    refuse =
      attribute: _:
      throw ''
        cratesieve: `crates.${name}.${attribute}`: crate `${name}` (${entry.path}) is no member of the workspace, and Cargo builds it only for others
        list it in `members` of Cargo.toml, and run: nix run .#gen'';
  in
  {
    src = asDerivation name "own" plain.own;
    testSrc = asDerivation name "test" plain.test;
    librarySrc = asDerivation name "library" plain.library;
    cargoLock = if read.hasLock then plain.own.lock else read.lock;
  }
  // (if entry.member then derivations else mapAttrs refuse derivations)
) shape.crates
