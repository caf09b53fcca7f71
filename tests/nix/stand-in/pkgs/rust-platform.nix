# `rustPlatform.buildRustPackage` for a lock file with packages from crates.io only.
{ lib, pkgs }:
let
  inherit (builtins)
    attrNames
    filter
    fromTOML
    head
    map
    readFile
    removeAttrs
    ;
  inherit (lib) concatMapStrings escapeShellArg hasPrefix;

  # As in nixpkgs, a hash for a package that the lock does not have is an error.
  importCargoLock =
    {
      lockFile ? null,
      lockFileContents ? readFile lockFile,
      # Whether packages from git may have no hash.
      allowBuiltinFetchGit ? false,
      outputHashes ? { },
    }:
    let
      thirdParty = filter (package: package ? source) (fromTOML lockFileContents).package;
      isGit = package: hasPrefix "git+" package.source;
      locked = map (package: "${package.name}-${package.version}") (filter isGit thirdParty);
      surplus = lib.subtractLists locked (attrNames outputHashes);

      fromRegistry =
        package:
        let
          crate = pkgs.fetchurl {
            name = "cargo-src-${package.name}-${package.version}";
            url = "https://static.crates.io/crates/${package.name}/${package.version}/download";
            sha256 = package.checksum;
          };
        in
        ''
          tar -xzf ${crate} -C "$out" --no-same-owner
          echo '{"files":{},"package":"${package.checksum}"}' >"$out"/${escapeShellArg "${package.name}-${package.version}"}/.cargo-checksum.json
        '';
      unpack =
        package:
        if isGit package then
          throw "the stand-in has no packages from git: ${package.name}"
        else
          fromRegistry package;
    in
    if surplus != [ ] then
      throw "A hash was specified for ${head surplus}, but there is no corresponding git dependency."
    else
      pkgs.runCommandLocal "cargo-vendor-dir"
        {
          inherit lockFileContents;
          passAsFile = [ "lockFileContents" ];
        }
        ''
          mkdir -p "$out/.cargo"
          cp "$lockFileContentsPath" "$out/Cargo.lock"
          cat >"$out/.cargo/config.toml" <<END
          [source.crates-io]
          replace-with = "vendored-sources"
          [source.vendored-sources]
          directory = "cargo-vendor-dir"
          END
          ${concatMapStrings unpack thirdParty}
        '';
in
{
  rustPlatform = {
    inherit importCargoLock;

    buildRustPackage =
      {
        cargoLock,
        nativeBuildInputs ? [ ],
        buildType ? "release",
        cargoBuildFlags ? [ ],
        cargoRoot ? ".",
        buildAndTestSubdir ? ".",
        doCheck ? true,
        ...
      }@args:
      let
        profile = if buildType == "debug" then "dev" else buildType;
      in
      pkgs.stdenv.mkDerivation (
        removeAttrs args [ "cargoLock" ]
        // {
          inherit doCheck;
          cargoDeps = importCargoLock cargoLock;
          cargoBuildType = buildType;
          strictDeps = true;
          nativeBuildInputs = nativeBuildInputs ++ [
            pkgs.cargo
            pkgs.rustc
          ];
          configurePhase = ''
            runHook preConfigure
            cp -r "$cargoDeps" cargo-vendor-dir
            chmod -R u+w cargo-vendor-dir
            mkdir -p .cargo
            cat cargo-vendor-dir/.cargo/config.toml >>.cargo/config.toml
            if ! cmp ${escapeShellArg cargoRoot}/Cargo.lock cargo-vendor-dir/Cargo.lock; then
              echo "ERROR: cargoHash or cargoLock is out of date" >&2
              exit 1
            fi
            runHook postConfigure
          '';
          buildPhase = ''
            runHook preBuild
            export CARGO_TARGET_DIR=$PWD/target
            (cd ${escapeShellArg buildAndTestSubdir} && cargo build --offline --profile ${profile} $cargoBuildFlags)
            runHook postBuild
          '';
          checkPhase = ''
            runHook preCheck
            (cd ${escapeShellArg buildAndTestSubdir} && cargo test --offline --profile ${profile} $cargoTestFlags)
            runHook postCheck
          '';
          installPhase = ''
            runHook preInstall
            mkdir -p "$out/bin"
            find target/${buildType} -maxdepth 1 -type f -executable ! -name '*.so' -exec cp -t "$out/bin" {} +
            find target/${buildType} -maxdepth 1 -name '*.so' -exec install -Dt "$out/lib" {} +
            rmdir --ignore-fail-on-non-empty "$out/bin"
            runHook postInstall
          '';
          inherit cargoBuildFlags;
        }
      );
  };
}
