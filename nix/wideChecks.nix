{
  lib,
  toolFiles,
  manifestsSource,
  ...
}:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    pathExists
    map
    readDir
    replaceStrings
    ;
  inherit (lib) hasSuffix optionalAttrs;
in
/**
  The checks of the whole workspace. Some exist only if the workspace is set up for them: `deny` with a
  deny.toml, `taplo` with a taplo.toml, `hakari` with a .config/hakari.toml, `audit` with an `advisoryDb`.
  `doc` is the documentation of all members with links across them, `fmt` checks the formatting. The
  others read manifests only, so no edit of code builds them again.

  # Type

  ```
  wideChecks :: {
    craneLib, pkgs,
    hook :: Derivation,
    root :: Path,
    workspace :: String,
    shape :: Manifest,
    read,           # what readWorkspace returns
    sources,        # what makeSources returns
    vendor :: Derivation,  # of the whole lock
    builder,        # what buildCrate returns for all members
    advisoryDb :: StorePath | null,
    args :: AttrSet,       # the settings of all crates together
  } -> { fmt, doc, deny ?, audit ?, taplo ?, hakari ? :: Derivation }
  ```
*/
{
  craneLib,
  pkgs,
  hook,
  root,
  workspace,
  shape,
  read,
  sources,
  vendor,
  builder,
  advisoryDb,
  args,
}:
let
  settingsOf = names: lib.getAttrs (filter (name: args ? ${name}) names) args;
  hasAny = lib.any (file: pathExists (root + "/${file}"));
  members = filter (name: shape.crates.${name}.member) (attrNames shape.crates);

  documented =
    name:
    let
      inherit (read.tomls.${name}) package;
      entry = shape.crates.${name};
    in
    lib.optional (entry ? lib) (read.tomls.${name}.lib.name or package.name) ++ attrNames entry.bins;

  configurationOf =
    names:
    concatMap (
      name:
      toolFiles {
        inherit root names;
        inherit (shape) sourceRoot;
      } shape.crates.${name}
    ) members;

  onManifests =
    also: more:
    {
      pname = "workspace";
      version = "0";
      src = null;
      cargoArtifacts = null;
      doInstallCargoArtifacts = false;
      nativeBuildInputs = [ hook ] ++ more.nativeBuildInputs or [ ];
      unpackPhase = builder.unpack (manifestsSource {
        inherit
          root
          workspace
          shape
          read
          also
          ;
      });
    }
    // removeAttrs more [ "nativeBuildInputs" ];

  # The command compiles nothing, but crane expects a target directory.
  command = suffix: commands: tool: {
    pnameSuffix = "-${suffix}";
    nativeBuildInputs = [ tool ];
    buildPhaseCargoCommand = commands;
    preInstall = ''mkdir -p "''${CARGO_TARGET_DIR:-target}"'';
  };

  # The TOML files at the top, such as configurations of tools. The crates' own files are added to them.
  tomlFiles = filter (hasSuffix ".toml") (attrNames (readDir root));
in
{
  fmt = builder.format {
    source = sources.everything {
      also = configurationOf [
        "rustfmt.toml"
        ".rustfmt.toml"
      ];
    };
  };

  doc = builder.docTogether {
    names = map (name: replaceStrings [ "-" ] [ "_" ] name) (concatMap documented members);
    source = sources.everything { isLocked = true; };
    inherit vendor;
    artifacts = builder.dependencies {
      kind = "check";
      source = sources.allStubs;
      inherit vendor;
    };
  };
}
// optionalAttrs (hasAny [ "deny.toml" ]) {
  deny = craneLib.cargoDeny (
    onManifests [ "deny.toml" ] {
      cargoVendorDir = vendor;
    }
    // settingsOf [
      "cargoDenyChecks"
      "cargoDenyExtraArgs"
    ]
  );
}
// optionalAttrs (advisoryDb != null) {
  audit = craneLib.mkCargoDerivation (
    onManifests [ ".cargo/audit.toml" ] (
      command "audit" "cargo audit -n -d ${advisoryDb} ${
        args.cargoAuditExtraArgs or "--ignore yanked"
      }" pkgs.cargo-audit
      // {
        cargoVendorDir = null;
      }
    )
  );
}
//
  optionalAttrs
    (hasAny [
      "taplo.toml"
      ".taplo.toml"
    ])
    {
      taplo = craneLib.taploFmt (
        onManifests tomlFiles { cargoVendorDir = null; } // settingsOf [ "taploExtraArgs" ]
      );
    }
// optionalAttrs (hasAny [ ".config/hakari.toml" ]) {
  hakari = craneLib.mkCargoDerivation (
    onManifests [ ".config/hakari.toml" ] (
      command "hakari" ''
        cargo hakari generate --diff
        cargo hakari manage-deps --dry-run
        cargo hakari verify
      '' pkgs.cargo-hakari
      // {
        cargoVendorDir = vendor;
      }
    )
  );
}
