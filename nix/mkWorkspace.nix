/**
  The derivations of a Cargo workspace, crate by crate, from its checked-in `cratesieve.json`.

  No import-from-derivation, and lazy: asking for one crate evaluates that crate and its closure.

  # Inputs

  `craneLib`
  : crane's library, with the toolchain to use: `crane.mkLib pkgs`, or the result of its
    `overrideToolchain`.

  `pkgs`
  : the nixpkgs that `craneLib` was made with.

  `src`
  : the path of the workspace, or of what holds it and everything that it depends on by path. A
    path, not a string with context: `./.`, not `self` nor the result of a fetcher.

  `manifest`
  : the path of `cratesieve.json`. Default: in `src`.

  `workspaceRoot`
  : the directory of the workspace's Cargo.toml. Default: that of the manifest.

  `strategy`
  : how dependencies are built: `"per-crate"` (the default; each crate has a dependency layer of its
    own) or `"shared"` (one for the workspace).

  `commonArgs`
  : arguments for crane that all derivations get: `strictDeps`, `CARGO_PROFILE`, `cargoExtraArgs`,
    `cargoClippyExtraArgs`, ... Those of `craneLib.vendorCargoDeps` (`outputHashes`,
    `overrideVendorCargoPackage`, `overrideVendorGitCheckout`) go here too.

  `crates`
  : such arguments for single crates, by package name. Inputs (`buildInputs`, `nativeBuildInputs`,
    ...) and `env` reach every crate that has the crate in its closure; all else is its own.

  `cratesieve`
  : the generator for `checks.manifest`. Default: built from this library's own source with the
    given `craneLib`.

  # Output

  `crates.<name>`
  : `package` installs the crate's own artifacts; `clippy`, `test`, `nextest`, `doc`; `deps`,
    `testDeps` and `docDeps`, the third-party dependencies compiled for these; `src`, `testSrc` and
    `librarySrc`, the source as the crate itself, its tests and its dependents see it; `cargoLock`,
    the lock pruned to the crate.

  `packages`
  : the package of every member that has a binary or a C library to install, and `default`.

  `checks`
  : `<crate>-clippy`, `<crate>-test`, `<crate>-doc` for every member, `fmt`, and `manifest`, which
    runs `cratesieve gen --check`.

  `devShell`
  : the toolchain and the inputs of every crate.

  # Type

  ```
  mkWorkspace :: { craneLib, pkgs, src, ... } -> { crates, packages, checks, devShell }
  ```

  # Examples

  ```nix
  let
    workspace = cratesieve.lib.mkWorkspace {
      inherit craneLib pkgs;
      src = ./.;
      commonArgs.strictDeps = true;
      crates.openssl-user.buildInputs = [ pkgs.openssl ];
    };
  in
  {
    packages.x86_64-linux = workspace.packages;
    checks.x86_64-linux = workspace.checks;
  }
  ```
*/
{
  craneLib,
  pkgs,
  src,
  manifest ? src + "/cratesieve.json",
  workspaceRoot ? dirOf manifest,
  strategy ? "per-crate",
  commonArgs ? { },
  crates ? { },
  cratesieve ? null,
}:
let
  inherit (pkgs) lib;
  inherit (builtins)
    attrNames
    concatMap
    filter
    head
    length
    mapAttrs
    ;
  inherit (lib)
    attrValues
    genAttrs
    mergeAttrsList
    optionalAttrs
    ;

  internal = import ./internal.nix { inherit lib; };

  arguments = internal.checkArguments {
    inherit
      src
      manifest
      workspaceRoot
      strategy
      commonArgs
      crates
      ;
    inherit (internal) readManifest;
  };
  inherit (arguments) root workspace shape;
  names = attrNames shape.crates;

  read = internal.readWorkspace {
    inherit root shape;
    manifest = baseNameOf (toString manifest);
  };

  resolve =
    role: name:
    internal.resolveClosure {
      names =
        if role == "test" then shape.crates.${name}.testClosure else shape.crates.${name}.closure;
      tested = if role == "test" then name else null;
      manifest = shape;
      lock = if read.hasLock then read.lock else null;
      builtNames = mapAttrs (_: described: described.builtNames) read.described;
    };
  closures = genAttrs [ "own" "test" ] (role: genAttrs names (resolve role));

  sources = internal.makeSources {
    inherit
      root
      workspace
      shape
      read
      closures
      ;
    manifest = baseNameOf (toString manifest);
  };

  vendor = internal.vendorPackages {
    inherit craneLib pkgs;
    inherit (read) lock;
    inherit (arguments) vendorSettings;
    cargoConfigs = map (path: root + "/${path}") (
      filter (path: baseNameOf (dirOf path) == ".cargo") shape.files
    );
  };
  vendors = mapAttrs (_: mapAttrs (_: closure: vendor closure.keys)) closures // {
    all = vendor read.lock.byKey;
  };

  hook = pkgs.makeSetupHook {
    name = "cratesieve-hook";
    substitutions = {
      jq = "${pkgs.pkgsBuildBuild.jq}/bin/jq";
      checkLock = "${./hooks/check-lock.awk}";
    };
  } ./hooks/cratesieve-hook.sh;

  made = internal.makeCrates {
    inherit
      craneLib
      pkgs
      hook
      strategy
      shape
      workspace
      read
      closures
      sources
      vendors
      ;
    inherit (arguments) commonArgs;
    settings = crates;
  };

  members = filter (name: shape.crates.${name}.member) names;

  # ---- Packages ----------------------------------------------------------------------------------

  withBinary = filter (name: shape.crates.${name}.bins != { }) members;
  packages = genAttrs withBinary (name: made.${name}.package);
  inRoot = filter (name: shape.crates.${name}.path == ".") withBinary;
  default =
    if inRoot != [ ] then
      packages.${head inRoot}
    else if length withBinary == 1 then
      packages.${head withBinary}
    else
      pkgs.symlinkJoin {
        name = "workspace";
        paths = attrValues packages;
      };

  # ---- Checks ------------------------------------------------------------------------------------

  hasDocumentation = name: shape.crates.${name} ? lib || shape.crates.${name}.bins != { };
  checksOf =
    name:
    {
      "${name}-clippy" = made.${name}.clippy;
      "${name}-test" = made.${name}.test;
    }
    // optionalAttrs (hasDocumentation name) { "${name}-doc" = made.${name}.doc; };

  everybodysInputs = internal.inheritInputs {
    name = null;
    closure = names;
    inherit (arguments) commonArgs;
    settings = crates;
  };

  fmt =
    (internal.buildCrate {
      inherit craneLib hook workspace;
      name = "workspace";
      version = "0";
      directory = null;
      args = arguments.commonArgs;
    }).format
      {
        source = sources.everything {
          also = concatMap (
            directory:
            map (file: if directory == "." then file else "${directory}/${file}") [
              "rustfmt.toml"
              ".rustfmt.toml"
            ]
          ) (lib.unique ([ "." ] ++ map (name: shape.crates.${name}.path) members));
        };
      };

  # The generator of this very version.
  ownGenerator =
    (import ./mkWorkspace.nix {
      inherit craneLib pkgs;
      src = ../.;
    }).packages.default;
in
{
  crates = made;

  packages = optionalAttrs (withBinary != [ ]) { inherit default; } // packages;

  checks = mergeAttrsList (map checksOf members) // {
    inherit fmt;
    manifest = internal.checkManifest {
      inherit
        pkgs
        craneLib
        root
        manifest
        ;
      inherit (arguments) src;
      inherit (shape) sourceRoot;
      cratesieve = if cratesieve != null then cratesieve else ownGenerator;
    };
  };

  devShell = craneLib.devShell (
    optionalAttrs (everybodysInputs ? env) { inherit (everybodysInputs) env; }
    // optionalAttrs (everybodysInputs ? buildInputs) { inherit (everybodysInputs) buildInputs; }
    // {
      packages = everybodysInputs.nativeBuildInputs or [ ];
    }
  );
}
