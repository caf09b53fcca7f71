/**
  Returns the derivations of a Cargo workspace, crate by crate. It reads the workspace's `cratesieve.json`.

  It needs no import-from-derivation. It is lazy: asking for one crate evaluates that crate and its closure.

  # Inputs

  `craneLib`
  : crane's library with your toolchain: `crane.mkLib pkgs`, or the result of its `overrideToolchain`.

  `pkgs`
  : the nixpkgs that `craneLib` was made with.

  `src`
  : the path of the workspace, such as `./.` or `./rust`. If crates depend on paths above the workspace, the
    directory that holds all of them. `self` and the results of fetchers are refused: every file
    would be an input of every crate.

  `manifest`
  : the path of `cratesieve.json`. Default: `src + "/cratesieve.json"`.

  `workspaceRoot`
  : the directory of the workspace's Cargo.toml. Default: that of the manifest.

  `strategy`
  : how much of one build the next build can reuse.
    - `"layered"`: each crate is compiled once, and its dependents start from there. It is the default on
      Linux, and needs builds in a sandbox.
    - `"per-crate"`: each crate has a layer with its third-party packages. It is the default elsewhere.
    - `"shared"`: the workspace has one such layer.

  `features`
  : how packages unify features. Checks of the strategy `"layered"` always unify them for the workspace, as
    `cargo test --workspace` does.
    - `"package"` (default): for each package by itself, as `cargo build -p` does.
    - `"workspace"`: for all members together, as `cargo build --workspace` does. Then packages share one
      build of each crate, and any change of Cargo.lock rebuilds all packages. It needs
      `strategy = "layered"`.

  `checks`
  : settings of checks.
    - `run`: a list of `"clippy"`, `"test"`, `"nextest"` and `"doc"`. Default: `[ "clippy" "test" "doc" ]`.
    - `profile`: Cargo's profile. Default: `commonArgs.CARGO_PROFILE`, or else `"dev"`.
    - `apart`: whether each crate has a derivation for each command, instead of one for all. Default: `false`.

  `linker`
  : the linker of all derivations and of `devShell`: `"mold"`, `"lld"`, or a function from the `stdenv` of
    `craneLib` to another `stdenv`. Default: the linker of that `stdenv`.

  `commonArgs`
  : arguments for crane that all derivations get. [Arguments for crane](#arguments-for-crane) lists
    them. An argument that would have no effect is an error.

  `crates`
  : arguments for single crates, by package name. Inputs (`buildInputs`, `nativeBuildInputs`, ...) and
    `env` also reach the dependents of the crate. Other arguments are for that crate only. Some are
    special:
    - `patches`, as `git diff` writes them, and `postPatch` change the files of the crate in all
      derivations that see them. They run in the workspace root. Some derivations have only some of
      the files, so `postPatch` has to test whether a file exists.
    - `CARGO_BUILD_TARGET`, `CARGO_PROFILE` and flags of the compiler give the crate layers of its own. In
      these, the crates below it are compiled in the same way.
    - `checks` is a list that replaces `checks.run` for the crate; with `[ ]` it has no check.
    - `package` is a set of arguments that only the package gets: `crates.app.package.postInstall`.
    - `check` is such a set for all checks of the crate. `clippy`, `test`, `nextest` and `doc` are sets for
      the checks that run that command. `commonArgs` may have these sets too.

  `advisoryDb`
  : a checkout of rustsec's advisory-db, such as a flake input, for `wideChecks.audit`.

  `cratesieve`
  : the program for `apps.gen` and `checks.manifest`. Default: built from the source of this library with
    `craneLib`.

  # Output

  `crates.<name>`
  : the derivations of one crate.
    - `package` installs the binaries and C libraries of the crate.
    - `check` runs clippy, tests and documentation. `clippy`, `test`, `nextest` and `doc` run one of these.
    - `cargo` is a function. It makes a derivation that runs [any other command of
      Cargo](checks.md#any-other-command-of-cargo).
    - `deps`, `testDeps` and `docDeps` are the third-party packages compiled for package, tests and
      documentation.
    - `src`, `testSrc` and `librarySrc` are the source as the crate, its tests and its dependents see it.
    - `cargoLock` is a Cargo.lock with only the packages that the crate reaches.
    - `forCrane` are arguments for any builder of crane, such as `buildTrunkPackage`, which then starts
      from the layers of the package.
    - `forBuildRustPackage` and `forNaersk` are arguments for [other builders](other-builders.md).

  `packages`
  : the package of each member that has a binary, and `default`: the package of the root, or the only
    one, or all of them joined. `default-members` of Cargo.toml choose other ones, unless they have
    patterns.

  `joinPackages`
  : a function that makes one package of those of several crates: `joinPackages { pname = "tools"; crates
    = [ "api" "cli" ]; }`. `version`, `mainProgram`, `meta`, `passthru`, `nativeBuildInputs` and `postInstall`
    are optional.

  `checks`
  : `<crate>-check` for each member, `fmt`, and `manifest`, which runs `cratesieve gen --check`.
    `<crate>-check` runs clippy, tests and documentation, even if one of them fails. With
    `checks.apart` there are `<crate>-clippy`, `<crate>-test` and `<crate>-doc` instead.

  `wideChecks`
  : checks of the whole workspace, which you can add to `checks`: `doc`, the documentation of all members
    with links across crates; `deny`, `taplo` and `hakari` if deny.toml, taplo.toml and
    .config/hakari.toml exist; `audit` if there is an `advisoryDb`. All but `doc` read no code.

  `apps`
  : `gen`, which writes the manifest. `nix run .#gen` also works at the top of the repository.

  `dev`
  : `crates` and `packages` with Cargo's profile `dev`: compiled in less time, with debug information and
    assertions. `checks` are those above. `shell` is a [development shell that starts
    warm](development-shell.md#a-shell-that-starts-warm). `cargo` is the program `cargo` of that shell, for
    your own one.

  `devShell`
  : a shell with the toolchain and the inputs of all crates.

  # Type

  ```
  mkWorkspace :: { craneLib, pkgs, src, ... } -> { crates, packages, joinPackages, checks, wideChecks, apps, dev, devShell }
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
# Set for the same workspace with another profile: whether its checks start from the layers of its packages.
{
  startsFromPackages ? null,
}:
{
  craneLib,
  pkgs,
  src,
  manifest ? src + "/cratesieve.json",
  workspaceRoot ? dirOf manifest,
  strategy ? if pkgs.stdenv.buildPlatform.isLinux then "layered" else "per-crate",
  features ? "package",
  linker ? null,
  checks ? { },
  commonArgs ? { },
  crates ? { },
  advisoryDb ? null,
  cratesieve ? null,
}@given:
let
  inherit (pkgs) lib;
  inherit (builtins)
    attrNames
    attrValues
    concatStringsSep
    filter
    head
    length
    mapAttrs
    removeAttrs
    ;
  inherit (lib)
    elem
    genAttrs
    mapAttrs'
    mergeAttrsList
    nameValuePair
    optionalAttrs
    ;

  internal = import ./internal.nix { inherit lib; };

  arguments = internal.checkArguments {
    inherit
      src
      manifest
      workspaceRoot
      strategy
      features
      linker
      checks
      commonArgs
      crates
      ;
  };
  inherit (arguments) root workspace shape;
  names = attrNames shape.crates;

  read = internal.readWorkspace {
    inherit root shape;
    manifest = baseNameOf (toString manifest);
  };

  closures = internal.resolveClosures {
    manifest = shape;
    lock = if read.hasLock then read.lock else null;
    builtNames = mapAttrs (_: described: described.builtNames) read.described;
  };
  asked = internal.askedFeatures {
    inherit (read) tomls;
    inherit (arguments) commonArgs settings;
  };

  sources = internal.makeSources {
    inherit
      root
      workspace
      shape
      read
      closures
      asked
      ;
    inherit (arguments) changes;
    manifest = baseNameOf (toString manifest);
  };

  vendor = internal.vendorPackages {
    inherit craneLib pkgs;
    inherit (read) lock;
    inherit (arguments) vendorSettings;
    cargoConfigs = map (path: root + "/${path}") (attrNames read.configurations.files);
    inherit root;
    replaced = internal.replacePackages {
      inherit root;
      inherit (read) configurations;
    };
  };
  vendors = {
    all = vendor read.lock.byKey;
  }
  // lib.genAttrs [ "own" "test" ] (
    role: mapAttrs (_: closure: vendor closure.keys) closures.${role}
  );

  hook = pkgs.makeSetupHook {
    name = "cratesieve-hook";
    substitutions = {
      jq = "${pkgs.pkgsBuildBuild.jq}/bin/jq";
      checkLock = "${./hooks/check-lock.awk}";
      layers = "${./hooks/layers.sh}";
      checkStamps = "${./hooks/check-stamps.awk}";
      patchForCrate = "${./hooks/patch-for-crate.awk}";
      rustcWrapper = "${./hooks/rustc-wrapper.sh}";
      stubSources = concatStringsSep ":" (attrValues internal.stubPaths);
      userWrapper = lib.escapeShellArg (if read.rustcWrapper == null then "" else read.rustcWrapper);
    };
  } ./hooks/cratesieve-hook.sh;

  # crane with the chosen linker, for derivations that link. Vendoring does not need it.
  linking =
    if linker == null then
      craneLib
    else
      craneLib.overrideScope (
        _: previous:
        let
          stdenvSelector = pkgs: arguments.linkWith pkgs (previous.stdenvSelector pkgs);
        in
        {
          inherit stdenvSelector;
          mkShell = pkgs.mkShell.override { stdenv = stdenvSelector pkgs; };
        }
      );

  # Whether packages have the profile of checks. Crane's default is "release".
  isOfOneProfile =
    if startsFromPackages != null then
      startsFromPackages
    else
      (arguments.commonArgs.CARGO_PROFILE or "release") == arguments.checks.profile;

  members = filter (name: shape.crates.${name}.member) names;

  ofAllMembers = sources // sources.together members;

  split = internal.splitVariants {
    inherit shape crates isOfOneProfile;
    inherit (arguments) commonArgs settings checks;
  };
  makeVariant =
    variant:
    internal.makeCrates (
      variant
      // {
        craneLib = linking;
        inherit
          pkgs
          hook
          strategy
          features
          root
          shape
          workspace
          read
          closures
          asked
          vendors
          ;
        inherit (arguments) parts;
        sources = sources // sources.together variant.members;
        outputHashes = arguments.vendorSettings.outputHashes or { };
      }
    );
  plain = makeVariant split.plain;
  others = mapAttrs (_: makeVariant) split.others;
  made = mapAttrs (
    name: _: if split.isPlain name then plain.${name} else others.${split.keyOf name}.${name}
  ) shape.crates;

  # ---- Packages ----------------------------------------------------------------------------------

  withBinary = filter (name: shape.crates.${name}.bins != { }) members;
  packages = genAttrs withBinary (name: made.${name}.package);
  inRoot = filter (name: shape.crates.${name}.path == ".") withBinary;
  # The members that Cargo builds by default, if Cargo.toml names them. Patterns are not read.
  namedPaths = read.rootToml.workspace.default-members or [ ];
  isPattern = path: builtins.match ".*[*?[].*" path != null;
  isNamed = name: elem shape.crates.${name}.path (map (internal.paths.joinFrom root ".") namedPaths);
  byDefault = if lib.any isPattern namedPaths then [ ] else filter isNamed withBinary;
  defaults =
    if byDefault != [ ] then
      byDefault
    else if inRoot != [ ] then
      inRoot
    else
      withBinary;
  join =
    isStrict:
    internal.joinPackages {
      inherit pkgs shape isStrict;
      packages = genAttrs members (name: made.${name}.package);
    };
  default =
    if length defaults == 1 then packages.${head defaults} else join false { crates = defaults; };

  # ---- Checks ------------------------------------------------------------------------------------

  checksOf =
    name:
    let
      hasDocumentation = shape.crates.${name} ? lib || shape.crates.${name}.bins != { };
      kinds = filter (kind: kind != "doc" || hasDocumentation) arguments.checks.of.${name};
    in
    if kinds == [ ] then
      { }
    else if arguments.checks.apart then
      mapAttrs' (kind: _: nameValuePair "${name}-${kind}" made.${name}.${kind}) (genAttrs kinds (_: null))
    else
      { "${name}-check" = made.${name}.check; };

  workspaceInputs = internal.inheritInputs {
    name = null;
    closure = names;
    inherit (arguments) commonArgs settings;
  };

  shellInputs = internal.environmentOf workspaceInputs // arguments.shellSettings;

  shellWith =
    others:
    linking.devShell (
      removeAttrs shellInputs [ "nativeBuildInputs" ]
      // {
        packages = shellInputs.nativeBuildInputs or [ ];
      }
      // others
    );

  # The workspace with another profile. If checks have their own profile, it stays.
  withProfile =
    profile: ofChecks:
    import ./mkWorkspace.nix
      {
        # Checks that have the same profile as these are these.
        startsFromPackages =
          if (checks // ofChecks).profile or profile == arguments.checks.profile then
            isOfOneProfile && profile == arguments.checks.profile
          else
            null;
      }
      (
        given
        // {
          commonArgs = commonArgs // {
            CARGO_PROFILE = profile;
          };
          checks = checks // ofChecks;
        }
      );
  dev = withProfile "dev" { };
  workspaceBuilder =
    args:
    internal.buildCrate {
      inherit hook workspace args;
      craneLib = linking;
      name = "workspace";
      version = "0";
      directory = null;
    };
  warmCargo = internal.warmCargo {
    inherit pkgs;
    artifacts =
      (workspaceBuilder (
        workspaceInputs
        // {
          installCargoArtifactsMode = "use-zstd";
          # Without a profile, as in a shell: Cargo has another profile for tests.
          CARGO_PROFILE = "";
        }
      )).dependencies
        {
          kind = "all";
          source = ofAllMembers.allStubs;
          vendor = vendors.all;
        };
    vendor = vendors.all;
    lock = root + "/Cargo.lock";
    manifests = [ "Cargo.toml" ] ++ map (name: "${shape.crates.${name}.path}/Cargo.toml") names;
  };

  wideChecks = internal.wideChecks {
    inherit
      craneLib
      pkgs
      hook
      root
      workspace
      shape
      read
      advisoryDb
      ;
    sources = ofAllMembers;
    vendor = vendors.all;
    builder = workspaceBuilder workspaceInputs;
    args = workspaceInputs;
  };

  inherit (pkgs.stdenv) buildPlatform hostPlatform;
  # The generator: by default, the version to which this library belongs.
  generator =
    if cratesieve != null then
      cratesieve
    else if !((buildPlatform.canExecute or (_: true)) hostPlatform) then
      throw ''
        cratesieve: `apps.gen` and `checks.manifest` run cratesieve, but `pkgs` compiles for ${hostPlatform.config}, which this machine cannot run
        give mkWorkspace a cratesieve for this machine: cratesieve = inputs.cratesieve.packages.<system>.default''
    else
      (import ./mkWorkspace.nix { } {
        inherit craneLib pkgs;
        src = ../.;
      }).packages.default;
  # Problem: `nix run .#gen` looks for `gen` among the packages as well, and it must work if the manifest is
  # missing or stale. So the sets below always exist, and their values throw. If the manifest can be read,
  # they have the names of the packages, because "no such package" would hide an error in the arguments.
  isSound = (builtins.tryEval (builtins.seq shape.crates true)).success;
  ifSound = names: set: if isSound then set else genAttrs names (_: shape.crates);
  written = builtins.tryEval (attrNames (internal.readManifest manifest).crates);

  # For another profile, the layers come from the workspace with that profile.
  cratesWithProfiles = lib.mapAttrs (
    name: crate:
    crate
    // {
      cargo =
        {
          profile ? null,
          ...
        }@given:
        if profile == null then
          crate.cargo (removeAttrs given [ "profile" ])
        else
          (withProfile profile { inherit profile; }).crates.${name}.cargo (removeAttrs given [ "profile" ]);
    }
  ) made;
in
{
  crates = cratesWithProfiles;

  packages = ifSound ([ "default" ] ++ lib.optionals written.success written.value) (
    optionalAttrs (withBinary != [ ]) { inherit default; } // packages
  );

  joinPackages = join true;

  checks = ifSound [ "manifest" ] (
    mergeAttrsList (map checksOf members)
    // {
      inherit (wideChecks) fmt;
      manifest = internal.checkManifest {
        inherit
          pkgs
          craneLib
          root
          manifest
          ;
        inherit (arguments) src;
        inherit (shape) sourceRoot;
        cratesieve = generator;
      };
    }
  );

  wideChecks = removeAttrs wideChecks [ "fmt" ];

  apps.gen = import ./genApp.nix {
    pkgs = pkgs.pkgsBuildBuild;
    cratesieve = generator;
    workspaces = [ workspaceRoot ];
  };

  dev = {
    inherit (dev) crates packages checks;
    cargo = warmCargo;
    shell = shellWith {
      # This `cargo` has to come before that of the toolchain.
      shellHook = ''
        export PATH=${warmCargo}/bin:"$PATH"
        ${shellInputs.shellHook or ""}
      '';
    };
  };

  devShell = shellWith { };
}
