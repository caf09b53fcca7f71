{ lib, toToml, ... }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatStringsSep
    filter
    groupBy
    head
    listToAttrs
    map
    mapAttrs
    ;
  inherit (lib)
    concatStrings
    escapeShellArg
    hasPrefix
    optionalAttrs
    ;

  isGit = package: hasPrefix "git+" package.source;
  inherit (lib.strings) sanitizeDerivationName;

  # The fields of a package that crane reads.
  locked =
    package:
    {
      inherit (package) name version source;
    }
    // optionalAttrs (package.checksum != null) { inherit (package) checksum; };
in
/**
  Makes vendor directories from packages, each of which is evaluated once for the whole workspace.
  crane does the downloads, the git checkouts and the configuration of registries.

  `outputHashes`, `overrideVendorCargoPackage` and `overrideVendorGitCheckout` are arguments of
  `craneLib.vendorCargoDeps`.

  # Type

  ```
  vendorPackages :: {
    craneLib, pkgs,
    root :: Path,               # the workspace root
    replaced :: Package -> AttrSet | null, # the directory that replaces a package, see replacePackages
    lock :: Lock,
    cargoConfigs :: [ Path ],   # files that configure registries
    vendorSettings :: { outputHashes?, overrideVendorCargoPackage?, overrideVendorGitCheckout?, registries? },
  } -> { ${key} :: Package } -> Derivation
  ```
*/
{
  craneLib,
  pkgs,
  root,
  replaced,
  lock,
  cargoConfigs,
  vendorSettings,
}:
let
  forRegistries = {
    inherit cargoConfigs;
  }
  // optionalAttrs (vendorSettings ? registries) { inherit (vendorSettings) registries; }
  // optionalAttrs (vendorSettings ? overrideVendorCargoPackage) {
    inherit (vendorSettings) overrideVendorCargoPackage;
  };
  forGit = optionalAttrs (vendorSettings ? outputHashes) { inherit (vendorSettings) outputHashes; };

  thirdParty = filter (package: package ? source) lock.packages;
  bySource = groupBy (package: package.source) thirdParty;

  # crane decides where a package lies below the vendor directory: one directory for each source.
  directoryOf = vendored: head (attrNames vendored.sources);

  fromRegistry =
    package:
    let
      override = vendorSettings.overrideVendorCargoPackage or (_: drv: drv);
      fromCrane = craneLib.vendorCargoRegistries (
        forRegistries // { lockPackages = [ (locked package) ]; }
      );
    in
    {
      directory = directoryOf fromCrane;
      source = "${override (locked package) (craneLib.downloadCargoPackage (locked package))}";
    };

  fromGit =
    package:
    let
      siblings = map locked bySource.${package.source};
      override = vendorSettings.overrideVendorGitCheckout or (_: drv: drv);
      fromCrane = craneLib.vendorGitDeps (
        forGit
        // {
          lockPackages = [ (locked package) ];
          # As in crane, the override gets all packages of the checkout.
          overrideVendorGitCheckout = _: override siblings;
        }
      );
      directory = directoryOf fromCrane;
    in
    {
      inherit directory;
      source = "${fromCrane.sources.${directory}}/${package.name}-${package.version}";
    };

  directories = mapAttrs (
    _: packages:
    if isGit (head packages) then
      (fromGit (head packages)).directory
    else
      (fromRegistry (head packages)).directory
  ) bySource;

  # A package in the repository: its files, with the checksum file by which Cargo identifies it. `cargo vendor`
  # has written that file. A directory of `paths` has none, and its version may differ from the one in
  # Cargo.lock, by which Cargo searches for it.
  fromRepository =
    package: replacement:
    let
      name = sanitizeDerivationName "${package.name}-${package.version}";
      source = builtins.path {
        inherit name;
        path = root + "/${replacement.directory}";
      };
      toml = replacement.toml // {
        package = replacement.toml.package // {
          inherit (package) version;
        };
      };
      made = pkgs.pkgsBuildBuild.runCommandLocal name { } ''
        cp --recursive --no-preserve=ownership ${source} $out
        chmod --recursive u+w $out
        cp ${builtins.toFile "Cargo.toml" (toToml toml)} $out/Cargo.toml
        echo ${
          escapeShellArg (
            builtins.toJSON {
              files = { };
              package = package.checksum;
            }
          )
        } >$out/.cargo-checksum.json
      '';
    in
    if replacement.isOverride then
      "${made}"
    else if vendorSettings ? overrideVendorCargoPackage then
      "${vendorSettings.overrideVendorCargoPackage (locked package) (
        pkgs.pkgsBuildBuild.runCommandLocal name { } "cp --recursive ${source} $out"
      )}"
    else
      "${source}";

  # A line of script for each package of the lock, made once for the workspace.
  lines = listToAttrs (
    map (package: {
      name = package.key;
      value =
        let
          replacement = replaced package;
          source =
            if replacement != null then
              fromRepository package replacement
            else if isGit package then
              (fromGit package).source
            else
              (fromRegistry package).source;
          name = escapeShellArg "${package.name}-${package.version}";
        in
        "ln -s ${escapeShellArg source} $out/${directories.${package.source}}/${name}\n";
    }) thirdParty
  );
in
keys:
let
  packages = filter (package: package ? source) (attrValues keys);
  sources = groupBy (package: package.source) packages;
  representatives = map head (attrValues sources);
  config =
    (craneLib.vendorCargoRegistries (
      forRegistries // { lockPackages = map locked (filter (package: !isGit package) representatives); }
    )).config
    + (craneLib.vendorGitDeps (forGit // { lockPackages = map locked (filter isGit representatives); }))
      .config;
in
pkgs.pkgsBuildBuild.runCommandLocal "vendor-cargo-deps" { } ''
  mkdir -p ${
    concatStringsSep " " (
      [ "$out" ] ++ map (source: "$out/${directories.${source}}") (attrNames sources)
    )
  }
  cat >$out/config.toml <<'EOF'
  ${config}
  EOF
  ${concatStrings (map (package: lines.${package.key}) packages)}
''
