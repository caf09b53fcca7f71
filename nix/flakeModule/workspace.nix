# The options of `perSystem.cratesieve.workspaces.<name>`: the arguments of mkWorkspace, and which of its
# results become outputs of the flake.
{
  name,
  config,
  lib,
  pkgs,
  crane,
  package,
  ...
}:
let
  inherit (builtins)
    attrNames
    filter
    mapAttrs
    removeAttrs
    ;
  inherit (lib)
    literalExpression
    mapAttrs'
    mkOption
    nameValuePair
    optionalAttrs
    types
    ;

  # A type for values that are checked with `check` but never merged or evaluated further.
  known = description: check: types.addCheck types.raw check // { inherit description; };

  switch =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
    };

  inherit (import ../craneArguments.nix) parts;
  craneArguments = types.attrsOf types.raw;

  # The options for arguments that only some derivations of a crate get.
  ofParts = lib.genAttrs parts (
    part:
    mkOption {
      type = craneArguments;
      default = { };
      description =
        if part == "package" then
          ''
            Arguments for crane that only packages get, such as `postInstall`, `meta`, or a variable with
            the revision.
          ''
        else if part == "check" then
          ''
            Arguments for crane that all checks get, and nothing else.
          ''
        else
          ''
            Arguments for crane that only the checks with `${part}` get.
          '';
    }
  );
  # A part without settings is not passed to mkWorkspace.
  withoutParts =
    args:
    removeAttrs args parts
    // lib.filterAttrs (_: part: part != { }) (lib.getAttrs (filter (part: args ? ${part}) parts) args);

  kinds = types.listOf (
    types.enum [
      "clippy"
      "test"
      "nextest"
      "doc"
    ]
  );

  crateArguments = types.submoduleWith {
    shorthandOnlyDefinesConfig = true;
    modules = [
      {
        freeformType = craneArguments;
        options = ofParts // {
          checks = mkOption {
            type = types.nullOr kinds;
            default = null;
            defaultText = literalExpression "checks.run";
            description = ''
              The commands that the check of this crate runs; `[ ]` leaves the check out.
            '';
            example = [ "clippy" ];
          };
        };
      }
    ];
  };
  # The arguments for mkWorkspace are the options that are set. A crate without settings has no arguments.
  withoutNull = lib.filterAttrs (_: value: value != null);

  arguments = {
    inherit (config)
      craneLib
      pkgs
      src
      manifest
      workspaceRoot
      strategy
      features
      linker
      advisoryDb
      ;
    commonArgs = withoutParts config.commonArgs;
    checks = withoutNull { inherit (config.checks) profile run apart; };
    crates = mapAttrs (
      _: args:
      withoutParts (removeAttrs args [ "checks" ]) // withoutNull { checks = args.checks or null; }
    ) config.crates;
  };
  # Fails early if an argument has the wrong type. Otherwise mkWorkspace would report a missing manifest.
  areRight = lib.all (argument: builtins.seq arguments.${argument} true) (attrNames arguments);

  made = config.outputs;

  # With a prefix, the package `default` is named after the workspace.
  named =
    output:
    if output != "default" then
      config.prefix + output
    else if config.prefix == "" then
      "default"
    else
      name;
  rename = mapAttrs' (output: value: nameValuePair (named output) value);

  # Whether the manifest can be read. If not, the only check is one that reports it.
  isSound = made.checks ? fmt;
  checks =
    if !isSound then
      made.checks
    else
      removeAttrs made.checks (
        filter (check: !config.checks.${check}) [
          "fmt"
          "manifest"
        ]
      )
      // lib.genAttrs (filter (check: config.wideChecks.${check}) (attrNames config.wideChecks)) wide;

  wide =
    check:
    made.wideChecks.${check} or (throw ''
      cratesieve: `wideChecks.${check}` of the workspace `${name}`: the workspace is not set up for this check
      ${
        if check == "audit" then
          "give it an `advisoryDb`, or leave the option out"
        else
          "add ${
            {
              deny = "deny.toml";
              hakari = ".config/hakari.toml";
              taplo = "taplo.toml";
            }
            .${check}
          } in the workspace root, or leave the option out"
      }'');
in
{
  _file = ./workspace.nix;

  options = {
    src = mkOption {
      type = types.path;
      description = ''
        The path of the workspace, such as `./.` or `./rust`. If crates depend on paths above the
        workspace, the directory that holds all of them. `self` and inputs are refused: every file would
        be an input of every crate.
      '';
      example = literalExpression "./.";
    };

    manifest = mkOption {
      type = types.path;
      default = config.src + "/cratesieve.json";
      defaultText = literalExpression ''src + "/cratesieve.json"'';
      description = ''
        The path of `cratesieve.json`.
      '';
    };

    workspaceRoot = mkOption {
      type = types.path;
      default = dirOf config.manifest;
      defaultText = literalExpression "dirOf manifest";
      description = ''
        The directory of the workspace's Cargo.toml.
      '';
    };

    strategy = mkOption {
      type = types.enum [
        "layered"
        "per-crate"
        "shared"
      ];
      default = if pkgs.stdenv.buildPlatform.isLinux then "layered" else "per-crate";
      defaultText = literalExpression ''if pkgs.stdenv.buildPlatform.isLinux then "layered" else "per-crate"'';
      description = ''
        How much of one build the next build can reuse. [Strategies](strategies.md) compares them.
      '';
    };

    features = mkOption {
      type = types.enum [
        "package"
        "workspace"
      ];
      default = "package";
      description = ''
        How packages unify features. `"package"`: for each crate by itself, as `cargo build -p` does.
        `"workspace"`: for all members together, as `cargo build --workspace` does; it needs the strategy
        `"layered"`.
      '';
    };

    pkgs = mkOption {
      type = known "nixpkgs' package set" (value: value ? stdenv && value ? lib);
      default = pkgs;
      defaultText = literalExpression "pkgs";
      description = ''
        The nixpkgs that `craneLib` was made with. Default: the `pkgs` of `perSystem`.
      '';
    };

    craneLib = mkOption {
      type = known "crane's library, such as `crane.mkLib pkgs`" (value: value ? buildDepsOnly);
      default = crane.mkLib config.pkgs;
      defaultText = literalExpression "inputs.crane.mkLib pkgs";
      description = ''
        crane's library with your toolchain. Default: the flake's input `crane`, or else the crane that
        cratesieve is built with, and the toolchain of nixpkgs.
      '';
      example = literalExpression "(inputs.crane.mkLib pkgs).overrideToolchain (p: p.rust-bin.stable.latest.default)";
    };

    linker = mkOption {
      type = types.nullOr (
        types.either (types.enum (attrNames (import ../linkers.nix))) (
          known "function of a stdenv" lib.isFunction
        )
      );
      default = null;
      description = ''
        The linker of all derivations and of the development shell, or a function from the `stdenv` of
        `craneLib` to another `stdenv`. Default: the linker of that `stdenv`.
      '';
      example = "mold";
    };

    commonArgs = mkOption {
      type = types.submoduleWith {
        shorthandOnlyDefinesConfig = true;
        modules = [
          {
            freeformType = craneArguments;
            options = ofParts;
          }
        ];
      };
      default = { };
      description = ''
        [Arguments for crane](#arguments-for-crane) that all derivations get.
      '';
      example = literalExpression ''
        {
          strictDeps = true;
          cargoClippyExtraArgs = "--all-targets -- --deny warnings";
        }
      '';
    };

    crates = mkOption {
      type = types.lazyAttrsOf crateArguments;
      default = { };
      description = ''
        [Arguments](#arguments-for-crane) for single crates, by package name. Inputs and `env` also reach the
        dependents of the crate. Other arguments are for that crate only. `patches` and `postPatch`
        change its files.
      '';
      example = literalExpression ''
        {
          openssl-user.buildInputs = [ pkgs.openssl ];
          app.package.REVISION = self.rev or "dirty";
        }
      '';
    };

    advisoryDb = mkOption {
      type = types.nullOr types.path;
      default = null;
      description = ''
        A checkout of rustsec's advisory-db, such as a flake input, for the check `audit`.
      '';
      example = literalExpression "inputs.advisory-db";
    };

    prefix = mkOption {
      type = types.str;
      default = if name == "default" then "" else "${name}-";
      defaultText = literalExpression ''if name == "default" then "" else "''${name}-"'';
      description = ''
        The prefix of packages and checks in the flake. If it is not empty, the package `default` and the
        development shell have the name of the workspace.
      '';
    };

    packages = switch true ''
      Whether the flake gets a package of each member that has a binary, and `default`: that of the
      root, of the only one, or all together.
    '';

    devShell = switch true ''
      Whether the flake gets a development shell with the toolchain and the inputs of every crate.
    '';
    warmShell = switch false ''
      Whether this is a [shell that starts warm](development-shell.md#a-shell-that-starts-warm): Nix has
      compiled the third-party packages for `cargo` there.
    '';

    checks = {
      run = mkOption {
        type = kinds;
        default = [
          "clippy"
          "test"
          "doc"
        ];
        description = ''
          The commands that the check `<crate>-check` of each member runs, even if one of them fails.
          `crates.<name>.checks` replaces it for one crate. With `[ ]`, crates have no checks.
        '';
        example = [
          "clippy"
          "nextest"
        ];
      };
      profile = mkOption {
        type = types.nullOr types.str;
        default = null;
        defaultText = literalExpression ''commonArgs.CARGO_PROFILE or "dev"'';
        description = ''
          Cargo's profile for the checks of crates.
        '';
        example = "release";
      };
      apart = switch false ''
        Whether each member has a check for each command, `<crate>-clippy`, `<crate>-test` and so on,
        instead of one check for all commands.
      '';
      fmt = switch true ''
        Whether the flake gets a check `fmt`: `cargo fmt --check` for the whole workspace.
      '';
      manifest = switch true ''
        Whether the flake gets a check `manifest`: whether `cratesieve gen` would write the manifest
        that is there.
      '';
    };

    wideChecks = {
      doc = switch false ''
        Whether the flake gets a check `doc`: the documentation of all members, with links across them.
      '';
      deny = switch false ''
        Whether the flake gets a check `deny`: cargo-deny. It needs a deny.toml.
      '';
      audit = switch false ''
        Whether the flake gets a check `audit`: cargo-audit. It needs `advisoryDb`.
      '';
      taplo = switch false ''
        Whether the flake gets a check `taplo`: the format of TOML files. It needs a taplo.toml or a .taplo.toml.
      '';
      hakari = switch false ''
        Whether the flake gets a check `hakari`: whether cargo-hakari would change anything. It needs a
        .config/hakari.toml.
      '';
    };

    outputs = mkOption {
      type = types.raw;
      readOnly = true;
      description = ''
        What `mkWorkspace` returns: `crates.<name>.package` and others, `packages`, `checks`,
        `wideChecks`, `dev`, `devShell`.
      '';
    };

    flakeOutputs = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = ''
        The part that becomes part of the flake: `packages`, `checks` and `devShells`.
      '';
    };
  };

  config = {
    # Reports a wrong argument here. If the manifest is stale, mkWorkspace returns sets without the names of
    # crates, and the user would only see "no such package".
    outputs = builtins.seq areRight (
      import ../mkWorkspace.nix { } (arguments // { cratesieve = package; })
    );

    flakeOutputs = {
      packages = optionalAttrs config.packages (rename made.packages);
      checks = rename checks;
      devShells = optionalAttrs config.devShell (rename {
        default = if config.warmShell then made.dev.shell else made.devShell;
      });
    };
  };
}
