# `perSystem.cratesieve.workspaces.<name>`: what mkWorkspace takes, and what of the result becomes
# part of the flake.
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
  inherit (builtins) attrNames filter match;
  inherit (lib)
    literalExpression
    mapAttrs'
    mkOption
    nameValuePair
    optionalAttrs
    types
    ;

  # A value that is not looked into, of which this much is known.
  known = description: check: types.addCheck types.raw check // { inherit description; };

  switch =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
    };

  craneArguments = types.attrsOf types.raw;

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
      commonArgs
      crates
      advisoryDb
      ;
  };
  # A value of another type is said at once: mkWorkspace would take it for a manifest that is missing.
  areRight = lib.all (argument: builtins.seq arguments.${argument} true) (attrNames arguments);

  made = config.outputs;

  # `default` of a workspace of another name has that name.
  named =
    output:
    if output != "default" then
      config.prefix + output
    else if config.prefix == "" then
      "default"
    else
      name;
  rename = mapAttrs' (output: value: nameValuePair (named output) value);

  checked = if config.checks.dev then made.dev else made;
  names = attrNames checked.checks;
  # Without a manifest that can be read there is one check alone, which says so.
  isSound = checked.checks ? fmt;
  # `fmt`, `manifest`, or what stands after the name of a crate.
  kindOf =
    check:
    let
      parts = match ".*-(clippy|doc|test)" check;
    in
    if parts == null then check else builtins.head parts;
  tested = map (lib.removeSuffix "-test") (filter (lib.hasSuffix "-test") names);
  checks =
    if !isSound then
      checked.checks
    else
      lib.getAttrs (filter (check: config.checks.${kindOf check} or true) names) checked.checks
      // optionalAttrs config.checks.nextest (
        lib.listToAttrs (
          map (crate: nameValuePair "${crate}-nextest" checked.crates.${crate}.nextest) tested
        )
      )
      // lib.genAttrs (filter (check: config.wideChecks.${check}) (attrNames config.wideChecks)) wide;

  wide =
    check:
    made.wideChecks.${check} or (throw ''
      cratesieve: `wideChecks.${check}` of the workspace `${name}`: it is not set up for that
      ${
        if check == "audit" then
          "give it an `advisoryDb`, or leave the option out"
        else
          "write the file that its documentation names, or leave the option out"
      }'');
in
{
  _file = ./workspace.nix;

  options = {
    src = mkOption {
      type = types.path;
      description = ''
        The path of the workspace, or of what holds it and everything that it depends on by path. A
        path, `./.`, not `self` nor an input: of these, every file would be an input of every crate.
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
        How much of a build is kept for the next one. `"layered"`: each crate is compiled once, and all
        that depends on it starts from there; it wants builds in a sandbox. `"per-crate"`: each crate
        has a layer with its third-party crates. `"shared"`: the workspace has one such layer.
      '';
    };

    features = mkOption {
      type = types.enum [
        "package"
        "workspace"
      ];
      default = "package";
      description = ''
        For what Cargo unifies features. `"package"`: for each crate by itself, as `cargo build -p`
        does. `"workspace"`: for all members together, as `cargo build --workspace` does; this goes
        with the strategy `"layered"` only.
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
        crane's library, with the toolchain to use. Default: of the flake's input `crane`, and where it
        has none, of the crane that cratesieve itself is built with; with the toolchain of nixpkgs.
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
        What every derivation and the development shell link with; a function takes the `stdenv` that
        `craneLib` uses and gives another one. Default: that one's own.
      '';
      example = "mold";
    };

    commonArgs = mkOption {
      type = craneArguments;
      default = { };
      description = ''
        Arguments for crane that all derivations get, and for `craneLib.vendorCargoDeps`.
      '';
      example = literalExpression ''
        {
          strictDeps = true;
          cargoClippyExtraArgs = "-- --deny warnings";
        }
      '';
    };

    crates = mkOption {
      type = types.lazyAttrsOf craneArguments;
      default = { };
      description = ''
        Such arguments for single crates, by package name. Inputs and `env` reach every crate that
        depends on the crate; all else is its own. `patches` and `postPatch` change the crate's files.
      '';
      example = literalExpression "{ openssl-user.buildInputs = [ pkgs.openssl ]; }";
    };

    advisoryDb = mkOption {
      type = types.nullOr types.path;
      default = null;
      description = ''
        A checkout of rustsec's advisory-db, a flake input say, for the check `audit`.
      '';
      example = literalExpression "inputs.advisory-db";
    };

    prefix = mkOption {
      type = types.str;
      default = if name == "default" then "" else "${name}-";
      defaultText = literalExpression ''if name == "default" then "" else "''${name}-"'';
      description = ''
        What stands before the names of packages and checks in the flake. The package `default` and
        the development shell have the name of the workspace where there is a prefix.
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
      Whether `cargo` in that shell starts from the third-party crates as Nix, or a binary cache, has
      compiled them with the profile `dev`.
    '';

    checks = {
      clippy = switch true ''
        Whether the flake gets a check `<crate>-clippy` of each member.
      '';
      test = switch true ''
        Whether the flake gets a check `<crate>-test` of each member: `cargo test`.
      '';
      nextest = switch false ''
        Whether the flake gets a check `<crate>-nextest` of each member: `cargo nextest run`.
      '';
      doc = switch true ''
        Whether the flake gets a check `<crate>-doc` of each member.
      '';
      fmt = switch true ''
        Whether the flake gets a check `fmt`: `cargo fmt --check` for the whole workspace.
      '';
      dev = switch false ''
        Whether these checks are compiled with Cargo's profile `dev`: in less time, with debug
        assertions.
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
        Whether the flake gets a check `deny`: cargo-deny. It wants a deny.toml.
      '';
      audit = switch false ''
        Whether the flake gets a check `audit`: cargo-audit. It wants an `advisoryDb`.
      '';
      taplo = switch false ''
        Whether the flake gets a check `taplo`: the format of the Cargo.toml files. It wants a taplo.toml.
      '';
      hakari = switch false ''
        Whether the flake gets a check `hakari`: whether cargo-hakari would change anything. It wants a
        .config/hakari.toml.
      '';
    };

    outputs = mkOption {
      type = types.raw;
      readOnly = true;
      description = ''
        What `mkWorkspace` makes of the options above: `crates.<name>.package` and the like,
        `packages`, `checks`, `wideChecks`, `dev`, `devShell`.
      '';
    };

    flakeOutputs = mkOption {
      type = types.raw;
      readOnly = true;
      internal = true;
      description = ''
        What becomes part of the flake: `packages`, `checks` and `devShells`.
      '';
    };
  };

  config = {
    # A wrong value is said here: where a manifest does not fit, mkWorkspace gives sets without the
    # names of the crates, and "there is no such package" would be all that one sees.
    outputs = builtins.seq areRight (
      import ../mkWorkspace.nix (arguments // { cratesieve = package; })
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
