# Trivial builders, setup hooks and shells.
{
  host,
  lib,
  pkgs,
}:
let
  inherit (builtins) removeAttrs;
  inherit (lib)
    concatMap
    concatStringsSep
    escapeShellArg
    optionalAttrs
    subtractLists
    ;
  inherit (pkgs.stdenv) mkDerivation;

  runCommandWith =
    extra: name: env: buildCommand:
    mkDerivation (
      {
        inherit buildCommand name;
        enableParallelBuilding = true;
        passAsFile = [ "buildCommand" ] ++ (env.passAsFile or [ ]);
      }
      // extra
      // removeAttrs env [ "passAsFile" ]
    );

  runCommand = runCommandWith { };
  runCommandLocal = runCommandWith {
    preferLocalBuild = true;
    allowSubstitutes = false;
  };

  writeTextFile =
    {
      name,
      text,
      executable ? false,
      destination ? "",
      checkPhase ? "",
      derivationArgs ? { },
      meta ? { },
      ...
    }:
    runCommandLocal name
      (
        {
          inherit
            checkPhase
            destination
            executable
            meta
            text
            ;
          passAsFile = [ "text" ];
        }
        // derivationArgs
      )
      ''
        target=$out$destination
        mkdir -p "$(dirname "$target")"
        mv "$textPath" "$target"
        if [ -n "$executable" ]; then
          chmod +x "$target"
        fi
        eval "$checkPhase"
      '';

  script = text: ''
    #!${host.shell}
    ${text}
  '';
in
{
  inherit runCommand runCommandLocal writeTextFile;
  runCommandCC = runCommand;
  inherit (host) shell;
  runtimeShell = host.shell;

  writeText =
    name: text:
    writeTextFile {
      # The name may be given as a path.
      name = baseNameOf (toString name);
      inherit text;
    };

  writeScript =
    name: text:
    writeTextFile {
      inherit name text;
      executable = true;
    };

  writeShellScript =
    name: text:
    writeTextFile {
      inherit name;
      executable = true;
      text = script text;
    };

  writeShellScriptBin =
    name: text:
    writeTextFile {
      inherit name;
      executable = true;
      destination = "/bin/${name}";
      text = script text;
      meta.mainProgram = name;
    };

  symlinkJoin =
    {
      name ? "${args.pname}-${args.version}",
      paths,
      postBuild ? "",
      ...
    }@args:
    runCommandLocal name
      (removeAttrs args [
        "name"
        "paths"
        "postBuild"
      ])
      ''
        mkdir -p "$out"
        for path in ${concatStringsSep " " (map escapeShellArg paths)}; do
          cp -rs --no-preserve=mode "$path"/. "$out"/
          chmod -R u+w "$out"
        done
        ${postBuild}
      '';

  makeSetupHook =
    {
      name ? "hook",
      propagatedBuildInputs ? [ ],
      propagatedNativeBuildInputs ? [ ],
      meta ? { },
      passthru ? { },
      substitutions ? { },
      ...
    }:
    hook:
    runCommand name
      (
        substitutions
        // {
          inherit
            meta
            passthru
            propagatedBuildInputs
            propagatedNativeBuildInputs
            ;
          strictDeps = true;
        }
      )
      ''
        mkdir -p "$out/nix-support"
        substituteAll ${hook} "$out/nix-support/setup-hook"
        recordPropagatedDependencies
      '';

  mkShell = lib.makeOverridable (
    { stdenv }:
    {
      name ? "nix-shell",
      packages ? [ ],
      inputsFrom ? [ ],
      nativeBuildInputs ? [ ],
      shellHook ? "",
      ...
    }@args:
    let
      # The inputs of the derivations in `inputsFrom`, without these themselves.
      merged =
        attribute:
        (args.${attribute} or [ ])
        ++ subtractLists inputsFrom (concatMap (drv: drv.${attribute} or [ ]) inputsFrom);
    in
    stdenv.mkDerivation (
      removeAttrs args [
        "inputsFrom"
        "packages"
      ]
      // {
        inherit name;
        nativeBuildInputs = packages ++ merged "nativeBuildInputs";
        buildInputs = merged "buildInputs";
        propagatedBuildInputs = merged "propagatedBuildInputs";
        propagatedNativeBuildInputs = merged "propagatedNativeBuildInputs";
        shellHook = concatStringsSep "\n" (map (drv: drv.shellHook or "") (inputsFrom ++ [ args ]));
        phases = [ "buildPhase" ];
        buildPhase = ''
          echo "a shell is for 'nix develop'; its environment when built:" >"$out"
          export >>"$out"
        '';
        preferLocalBuild = true;
      }
      // optionalAttrs (args ? buildPhase) { inherit (args) buildPhase; }
    )
  ) { inherit (pkgs) stdenv; };

  # A hook for crane's own helper programs, which must not search a home directory.
  writableTmpDirAsHomeHook = runCommandLocal "writable-tmpdir-as-home-hook" { } ''
    mkdir -p "$out/nix-support"
    echo 'export HOME="$NIX_BUILD_TOP/.home"; mkdir -p "$HOME"' >"$out/nix-support/setup-hook"
  '';
}
