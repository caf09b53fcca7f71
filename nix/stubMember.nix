{ lib, pruneMember }:
let
  inherit (builtins)
    filter
    isAttrs
    mapAttrs
    removeAttrs
    ;
  inherit (lib) filterAttrs;

  tables = [
    "dependencies"
    "build-dependencies"
    "build_dependencies"
    "dev-dependencies"
    "dev_dependencies"
  ];

  # A stub's version is masked, so nobody may ask for one.
  unversioned =
    spec: if isAttrs spec && spec ? path then removeAttrs spec [ "version" ] else spec;

  scope = toml: mapAttrs (_: mapAttrs (_: unversioned)) (lib.getAttrs (filter (name: toml ? ${name}) tables) toml);
in
{
  /**
    The version of every stub. It is no version that a real crate has, so that a release changes no
    stub, and no artifact of a stub has the name of a real one.
  */
  version = "0.0.0-cratesieve.stub";

  inherit unversioned;

  /**
    The Cargo.toml that stands for a crate while its third-party dependencies are compiled: name,
    dependencies and features, and an empty library that lies in the store. Cargo records the place
    of a target's source in its fingerprint, so that the empty library can never pass for the real
    one, which lies in the crate. Where there are build-dependencies, an empty build script makes
    Cargo compile them.

    # Type

    ```
    stubMember :: {
      toml :: AttrSet,
      tested :: Bool,       # whether dev-dependencies count
      procMacro :: Bool,
      version :: String,
      library :: String,    # store path of the empty library
      buildScript :: String, # store path of the empty build script
    } -> AttrSet
    ```
  */
  stub =
    {
      toml,
      tested,
      procMacro,
      version,
      library,
      buildScript,
    }:
    let
      cut = pruneMember {
        inherit toml;
        role = if tested then "test" else "library";
        hasLibrary = true;
      };
      target = filterAttrs (_: table: table != { }) (mapAttrs (_: scope) (cut.target or { }));
      hasBuildDependencies = lib.any (
        table: table ? "build-dependencies" || table ? "build_dependencies"
      ) ([ cut ] ++ builtins.attrValues target);
    in
    lib.getAttrs (filter (name: cut ? ${name}) [
      "cargo-features"
      "features"
    ]) cut
    // scope cut
    // (if target == { } then { } else { inherit target; })
    // {
      package = {
        inherit (toml.package) name;
        inherit version;
        edition = "2021";
        autobins = false;
        autotests = false;
        autobenches = false;
        autoexamples = false;
      }
      // (if hasBuildDependencies then { build = buildScript; } else { build = false; });
      lib = {
        path = library;
      }
      // (if procMacro then { proc-macro = true; } else { });
    };
}
