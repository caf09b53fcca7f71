# `stdenv` and its `mkDerivation`.
{
  host,
  lib,
  platform,
}:
let
  inherit (builtins)
    attrNames
    intersectAttrs
    isAttrs
    isFunction
    listToAttrs
    removeAttrs
    ;
  inherit (lib)
    concatStringsSep
    filter
    getDev
    ;
  inherit (lib.strings) sanitizeDerivationName;

  # The store path with `setup`, which `nix develop` reads too, and with the build script. Problem: bash
  # 5.2 mixes up its variables if the text of `-c` ends in an exit trap. So the script is a
  # file.
  base = host.hostDerivation "stdenv" { } ''
    mkdir -p "$out"
    {
      printf 'initialPath=%q\n' '${host.initialPath}'
      printf 'ccPath=%q\n' '${host.cc}'
      printf 'SHELL=%q\n' '${host.shell}'
      cat ${./setup.sh}
    } >"$out/setup"
    echo 'source "$stdenv/setup"; genericBuild' >"$out/builder"
  '';

  dependencyAttributes = [
    "depsBuildBuild"
    "nativeBuildInputs"
    "depsBuildTarget"
    "depsHostHost"
    "buildInputs"
    "depsTargetTarget"
    "depsBuildBuildPropagated"
    "propagatedNativeBuildInputs"
    "depsBuildTargetPropagated"
    "depsHostHostPropagated"
    "propagatedBuildInputs"
    "depsTargetTargetPropagated"
  ];

  # Attributes that `mkDerivation` uses itself and does not pass to the builder.
  notForTheBuilder = dependencyAttributes ++ [
    "checkInputs"
    "env"
    "installCheckInputs"
    "meta"
    "nativeCheckInputs"
    "nativeInstallCheckInputs"
    "passthru"
    "pos"
  ];

  derivationArgs =
    attrs:
    let
      doCheck = attrs.doCheck or false;
      doInstallCheck = attrs.doInstallCheck or false;
      env = attrs.env or { };

      extraInputs = {
        nativeBuildInputs =
          (if doCheck then attrs.nativeCheckInputs or [ ] else [ ])
          ++ (if doInstallCheck then attrs.nativeInstallCheckInputs or [ ] else [ ]);
        buildInputs =
          (if doCheck then attrs.checkInputs or [ ] else [ ])
          ++ (if doInstallCheck then attrs.installCheckInputs or [ ] else [ ]);
      };
      dependencies =
        attribute:
        map getDev (
          filter (input: input != null) (
            lib.flatten ((attrs.${attribute} or [ ]) ++ (extraInputs.${attribute} or [ ]))
          )
        );

      forTheBuilder =
        removeAttrs attrs notForTheBuilder
        // {
          name = sanitizeDerivationName (attrs.name or "${attrs.pname}-${attrs.version}");
          inherit doCheck doInstallCheck;
          builder = host.shell;
          args = [
            "-e"
            "${base}/builder"
          ];
          outputs = attrs.outputs or [ "out" ];
          stdenv = base;
          strictDeps = attrs.strictDeps or false;
          inherit (platform) system;
          # Attributes that are null do not become variables.
          __ignoreNulls = true;
        }
        // listToAttrs (
          map (name: {
            inherit name;
            value = dependencies name;
          }) dependencyAttributes
        );

      given = attrNames (intersectAttrs env forTheBuilder);
    in
    if attrs.__structuredAttrs or false then
      throw "the stand-in for nixpkgs does not know __structuredAttrs"
    else if given != [ ] then
      throw "mkDerivation: these attributes are given both directly and in 'env': ${concatStringsSep ", " given}"
    else
      forTheBuilder // env;

  # Adds attributes that the builder does not need to the derivation and to each output.
  packageOf =
    overrideAttrs: attrs:
    let
      drv = derivation (derivationArgs attrs);
      passthru = attrs.passthru or { };
      meta = {
        outputsToInstall = [ "out" ];
        name = drv.name;
      }
      // attrs.meta or { };
      common =
        drv
        // listToAttrs (
          map (name: {
            inherit name;
            value = common // {
              inherit (drv.${name})
                drvPath
                outPath
                outputName
                type
                ;
              outputSpecified = true;
              overrideAttrs = f: (overrideAttrs f).${name};
            };
          }) drv.outputs
        )
        // passthru
        // {
          inherit meta overrideAttrs passthru;
          # `derivation` returns the attributes of the builder. Callers expect those that were given.
          inherit (drv) outPath drvPath;
        };
    in
    common;

  extensible =
    attrsOf:
    let
      attrs = attrsOf (attrs // { inherit finalPackage overrideAttrs; });
      finalPackage = packageOf overrideAttrs attrs;
      overrideAttrs =
        change:
        extensible (
          final:
          let
            previous = attrsOf final;
            changed = if isFunction change then change previous else change;
          in
          previous // (if isFunction changed then change final previous else changed)
        );
    in
    finalPackage;

  mkDerivation = given: extensible (if isAttrs given then _: given else given);

  stdenv = base // {
    inherit mkDerivation;
    inherit (host) cc initialPath shell;
    inherit (platform)
      isAarch64
      isDarwin
      isLinux
      isx86_64
      system
      ;
    buildPlatform = platform;
    hostPlatform = platform;
    targetPlatform = platform;
    hasCC = true;
  };
in
{
  inherit stdenv;
  stdenvNoCC = stdenv;
}
