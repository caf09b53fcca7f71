# A source with the manifests, lock and configuration of the given one, and an empty stub for each
# target. Unlike crane's, it keeps every field of a manifest that does not name a file, and finds no
# targets outside `src` that Cargo would find by itself.
{
  findCargoFiles,
  lib,
  pkgsBuildBuild,
}:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    fromTOML
    isAttrs
    isList
    pathExists
    readDir
    readFile
    toJSON
    unsafeDiscardStringContext
    ;
  inherit (lib)
    concatMapStrings
    concatStringsSep
    escapeShellArg
    optional
    removePrefix
    ;
  inherit (pkgsBuildBuild) runCommand writeText;

  # Writes every table inline, because only Cargo reads the result.
  toToml =
    let
      pairs = set: map (key: "${toJSON key} = ${value set.${key}}") (attrNames set);
      value =
        given:
        if isAttrs given then
          "{ ${concatStringsSep ", " (pairs given)} }"
        else if isList given then
          "[ ${concatStringsSep ", " (map value given)} ]"
        else
          toJSON given;
    in
    manifest: concatMapStrings (pair: pair + "\n") (pairs manifest);

  stub = writeText "stub.rs" ''
    #![allow(clippy::all, dead_code)]
    fn main() {}
  '';

  entriesOf = directory: if pathExists directory then readDir directory else { };

  targetsOf =
    directory: toml:
    let
      exists = path: pathExists "${directory}/${path}";
      binaries = entriesOf "${directory}/src/bin";
      found =
        optional (exists "src/lib.rs" || toml ? lib) (toml.lib.path or "src/lib.rs")
        ++ optional (exists "src/main.rs") "src/main.rs"
        ++ concatMap (
          name:
          if binaries.${name} == "directory" then
            optional (exists "src/bin/${name}/main.rs") "src/bin/${name}/main.rs"
          else
            [ "src/bin/${name}" ]
        ) (attrNames binaries);
      declared =
        kind: default:
        map (target: target.path or "${default}/${target.name}.rs") (
          filter (target: target ? path || kind != "bin") (toml.${kind} or [ ])
        );
    in
    found
    ++ declared "bin" "src/bin"
    ++ declared "example" "examples"
    ++ declared "test" "tests"
    ++ declared "bench" "benches";
in
{
  src,
  cargoLock ? null,
  extraDummyScript ? "",
  ...
}:
let
  root = unsafeDiscardStringContext (toString (src.origSrc or src));
  files = findCargoFiles src;
  relative = path: removePrefix "${root}/" path;

  copy =
    path:
    let
      # A separate store path, so that other files of the source do not matter.
      file = builtins.path {
        inherit path;
        name = "cargo-config";
      };
    in
    "install -D -m 644 ${file} $out/${escapeShellArg (relative path)}\n";

  dummy =
    path:
    let
      toml = fromTOML (readFile path);
      # Gives a stub a build script that no real crate has. Otherwise Cargo would take the stub for the real
      # crate.
      package =
        removeAttrs toml.package [
          "default-run"
          "license-file"
          "readme"
        ]
        // {
          build = "${stub}";
        };
      manifest = toml // lib.optionalAttrs (toml ? package) { inherit package; };
      directory = escapeShellArg (dirOf "./${relative path}");
    in
    ''
      install -D -m 644 ${writeText "Cargo.toml" (toToml manifest)} $out/${directory}/Cargo.toml
    ''
    + lib.optionalString (toml ? package) (
      concatMapStrings (target: ''
        install -D -m 644 ${stub} $out/${directory}/${escapeShellArg target}
      '') (targetsOf (dirOf path) toml)
    );

  lock = if cargoLock != null then cargoLock else "${root}/Cargo.lock";
in
# The directory has the name to which the real source is unpacked.
runCommand (src.name or "source") { } ''
  mkdir -p $out
  ${lib.optionalString (pathExists lock) ''
    install -m 644 ${
      builtins.path {
        path = lock;
        name = "Cargo.lock";
      }
    } $out/Cargo.lock
  ''}
  ${concatMapStrings copy files.cargoConfigs}
  ${concatMapStrings dummy files.cargoTomls}
  ${extraDummyScript}
''
