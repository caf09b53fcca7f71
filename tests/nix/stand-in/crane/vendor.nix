# Vendor directories: one for each source of packages, and the configuration that makes
# Cargo use them.
{
  downloadCargoPackage,
  downloadCargoPackageFromGit,
  findCargoFiles,
  lib,
  pkgsBuildBuild,
  vendorCargoRegistries,
  vendorGitDeps,
  vendorMultipleCargoDeps,
}:
let
  inherit (builtins)
    attrNames
    attrValues
    fromTOML
    hashString
    head
    mapAttrs
    match
    pathExists
    placeholder
    readFile
    replaceStrings
    ;
  inherit (lib)
    concatLists
    concatMap
    concatMapStrings
    concatStringsSep
    escapeShellArg
    filter
    filterAttrs
    groupBy
    hasPrefix
    intersectLists
    mapAttrs'
    mapAttrsToList
    nameValuePair
    optionalAttrs
    optionalString
    removePrefix
    splitString
    unique
    warnIf
    ;
  inherit (pkgsBuildBuild) runCommandLocal;

  hash = hashString "sha256";
  cratesIo = "https://github.com/rust-lang/crates.io-index";

  linkAll =
    name: links:
    runCommandLocal name { } ''
      mkdir -p $out
      ${concatMapStrings (link: ''
        ln -s ${escapeShellArg link.target} $out/${escapeShellArg link.name}
      '') links}
    '';

  directoryOf = package: "${package.name}-${package.version}";

  localSources = concatMapStrings (hashed: ''
    [source.nix-sources-${hashed}]
    directory = "${placeholder "out"}/${hashed}"
  '');

  # Characters that Cargo percent-encodes in the sources of a lock.
  percentCodes = {
    "%20" = " ";
    "%21" = "!";
    "%23" = "#";
    "%24" = "$";
    "%25" = "%";
    "%26" = "&";
    "%27" = "'";
    "%28" = "(";
    "%29" = ")";
    "%2A" = "*";
    "%2B" = "+";
    "%2C" = ",";
    "%2F" = "/";
    "%3A" = ":";
    "%3B" = ";";
    "%3D" = "=";
    "%3F" = "?";
    "%40" = "@";
    "%5B" = "[";
    "%5D" = "]";
  };
  decode = replaceStrings (attrNames percentCodes) (attrValues percentCodes);

  # git+URL?branch=x#REVISION
  gitSource =
    package:
    let
      parts = match "git\\+([^#]*)#(.*)" package.source;
      id =
        if parts == null then
          throw "Cargo.lock is missing a locked revision for ${package.name}@${package.version}"
        else
          head parts;
      query = match "([^?]*)\\?(.*)" id;
      parameters = if query == null then [ ] else splitString "&" (lib.last query);
      known = concatMap (
        parameter:
        let
          pair = match "(branch|rev|tag)=(.*)" parameter;
        in
        if pair == null then [ ] else [ (nameValuePair (head pair) (lib.last pair)) ]
      ) parameters;
    in
    builtins.listToAttrs known
    // {
      inherit id package;
      git = if query == null then id else head query;
      lockedRev = lib.last parts;
    };
in
{
  vendorCargoRegistries =
    {
      cargoConfigs ? [ ],
      lockPackages,
      overrideVendorCargoPackage ? _: drv: drv,
      ...
    }@args:
    let
      isRegistry = source: hasPrefix "registry+" source || hasPrefix "sparse+" source;
      withoutProtocol = source: removePrefix "registry+" (removePrefix "sparse+" source);

      bySource = groupBy (package: package.source) (
        filter (package: package ? checksum && isRegistry (package.source or "")) lockPackages
      );
      sources = mapAttrs' (
        source: packages:
        nameValuePair (hash source) (
          linkAll "vendor-registry" (
            map (package: {
              name = directoryOf package;
              target = overrideVendorCargoPackage package (downloadCargoPackage package);
            }) packages
          )
        )
      ) bySource;

      # name -> the indexes that the configurations give it
      configured = mapAttrs (_: map (entry: entry.index)) (
        groupBy (entry: entry.name) (
          concatMap (
            file:
            mapAttrsToList (name: registry: {
              inherit name;
              inherit (registry) index;
            }) (filterAttrs (_: registry: registry ? index) ((fromTOML (readFile file)).registries or { }))
          ) cargoConfigs
        )
      );
      missing =
        filter
          (
            index:
            !builtins.elem index ([ cratesIo ] ++ map withoutProtocol (concatLists (attrValues configured)))
          )
          (
            map (package: withoutProtocol package.source) (
              filter (package: package ? source && !hasPrefix "git+" package.source) lockPackages
            )
          );
      registries = {
        crates-io = [ cratesIo ];
      }
      // (
        if args ? registries then
          mapAttrs (_: index: [ index ]) args.registries
        else
          warnIf (missing != [ ])
            "unable to find registry name/url configurations for the registries below:\n${concatStringsSep "\n" missing}"
            configured
      );

      # The source that the lock has for an index, if any.
      sourceOf =
        index:
        intersectLists (attrNames bySource) [
          index
          "sparse+${index}"
          "registry+${index}"
        ];
      replacement =
        name: indexes:
        let
          used = unique (filter (index: sourceOf index != [ ]) indexes);
          index = head used;
        in
        if used == [ ] then
          ""
        else if builtins.length used > 1 then
          throw "there are multiple distinct registries configured with the same name: ${name}"
        else
          ''
            [source.${escapeShellArg name}]
            registry = "${index}"
            replace-with = "nix-sources-${hash (if isRegistry index then index else "registry+${index}")}"
          '';
    in
    {
      inherit sources;
      config =
        localSources (attrNames sources) + lib.concatStrings (mapAttrsToList replacement registries);
    };

  vendorGitDeps =
    {
      lockPackages,
      outputHashes ? { },
      overrideVendorGitCheckout ? _: drv: drv,
    }:
    let
      byId = groupBy (source: source.id) (
        map (package: gitSource (mapAttrs (_: decode) package)) (
          filter (package: hasPrefix "git+" (package.source or "")) lockPackages
        )
      );

      checkout =
        found:
        let
          source = head found;
          key = source.package.source;
        in
        overrideVendorGitCheckout (map (each: each.package) found) (downloadCargoPackageFromGit {
          inherit (source) git;
          rev = source.lockedRev;
          ref =
            if source ? tag then
              "refs/tags/${source.tag}"
            else if source ? branch then
              "refs/heads/${source.branch}"
            else
              null;
          hash =
            outputHashes.${key} or (warnIf (outputHashes != { }) "No output hash provided for ${key}" null);
        });

      sources = mapAttrs' (
        id: found:
        let
          extracted = checkout found;
        in
        nameValuePair (hash id) (
          linkAll "linkLockedDeps" (
            map (each: {
              name = directoryOf each.package;
              target = "${extracted}/${directoryOf each.package}";
            }) found
          )
        )
      ) byId;

      replacement =
        id: found:
        let
          source = head found;
          line = key: optionalString (source ? ${key}) "${key} = \"${source.${key}}\"\n";
        in
        ''
          [source."${id}"]
          replace-with = "nix-sources-${hash id}"
          ${concatMapStrings line [
            "git"
            "branch"
            "rev"
            "tag"
          ]}
        '';
    in
    {
      inherit sources;
      config = localSources (attrNames sources) + lib.concatStrings (mapAttrsToList replacement byId);
    };

  vendorMultipleCargoDeps =
    {
      cargoConfigs ? [ ],
      cargoLockContentsList ? [ ],
      cargoLockList ? [ ],
      cargoLockParsedList ? [ ],
      outputHashes ? { },
      overrideVendorCargoPackage ? _: drv: drv,
      overrideVendorGitCheckout ? _: drv: drv,
      registries ? null,
    }:
    let
      locks = map fromTOML (map readFile cargoLockList ++ cargoLockContentsList) ++ cargoLockParsedList;
      identity =
        package:
        lib.getAttrs (lib.intersectLists (attrNames package) [
          "name"
          "version"
          "source"
          "checksum"
        ]) package;
      packages = map identity (
        concatMap (lock: (lock.package or [ ]) ++ (lock.patch.unused or [ ])) locks
      );
      # The packages of the lock by name and version, each once.
      lockPackages = concatMap unique (
        attrValues (
          groupBy (package: "${package.name}:${package.version}:${package.source or "local-path"}") packages
        )
      );

      fromRegistries = vendorCargoRegistries (
        {
          inherit cargoConfigs lockPackages overrideVendorCargoPackage;
        }
        // optionalAttrs (registries != null) { inherit registries; }
      );
      fromGit = vendorGitDeps { inherit lockPackages outputHashes overrideVendorGitCheckout; };
      sources = fromRegistries.sources // fromGit.sources;
    in
    runCommandLocal "vendor-cargo-deps" { } ''
      mkdir -p $out
      cat >$out/config.toml <<'EOF'
      ${fromRegistries.config}
      ${fromGit.config}
      EOF
      ${concatMapStrings (name: ''
        ln -s ${sources.${name}} $out/${name}
      '') (attrNames sources)}
    '';

  vendorCargoDeps =
    args:
    let
      src =
        args.src
          or (throw "unable to find `src` attribute: give `src`, `cargoLock`, `cargoLockContents` or `cargoLockParsed`");
      file = args.cargoLock or ((src.origSrc or src) + "/Cargo.lock");
      text =
        args.cargoLockContents or (
          if pathExists file then readFile file else throw "unable to find Cargo.lock at ${toString file}"
        );
    in
    vendorMultipleCargoDeps (
      {
        cargoConfigs = if args ? src then (findCargoFiles src).cargoConfigs else [ ];
        cargoLockParsedList = [ (args.cargoLockParsed or (fromTOML text)) ];
      }
      // lib.getAttrs (lib.intersectLists (attrNames args) [
        "outputHashes"
        "overrideVendorCargoPackage"
        "overrideVendorGitCheckout"
        "registries"
      ]) args
    );
}
