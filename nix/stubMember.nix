{
  lib,
  pruneMember,
  withoutInert,
}:
let
  inherit (builtins)
    attrNames
    attrValues
    filter
    isAttrs
    map
    mapAttrs
    removeAttrs
    replaceStrings
    ;
  inherit (lib) any filterAttrs optionalAttrs;

  sources = {
    library = "${./stub/lib.rs}";
    macro = "${./stub/proc_macro.rs}";
    cLibrary = "${./stub/c_library.rs}";
    binary = "${./stub/main.rs}";
    test = "${./stub/test.rs}";
    buildScript = "${./stub/build.rs}";
  };

  tables = [
    "dependencies"
    "build-dependencies"
    "build_dependencies"
    "dev-dependencies"
    "dev_dependencies"
  ];

  # A stub's version is masked, so nobody may ask for one.
  unversioned = spec: if isAttrs spec && spec ? path then removeAttrs spec [ "version" ] else spec;

  # The tables of dependencies in a scope, each dependency rewritten.
  scope =
    rewrite: toml:
    mapAttrs (_: mapAttrs rewrite) (lib.getAttrs (filter (name: toml ? ${name}) tables) toml);

  # No version that a real crate has, so that a release changes no stub, and no artifact of a stub
  # has the name of a real one.
  version = "0.0.0-cratesieve.stub";
in
{
  inherit version unversioned;

  /**
    The Cargo.toml that stands for a crate while its third-party dependencies are compiled: name,
    dependencies and features, and empty targets that lie in the store. Cargo records the place of a
    target's source in its fingerprint, so that an empty target can never pass for a real one, which
    lies in the crate. Where there are build-dependencies, an empty build script makes Cargo compile
    them.

    What decides how Cargo compiles third-party crates stays: whether the library is a macro or a C
    library (with LTO, that goes down to every dependency), and, of the crate that is built or
    tested itself, that there are binaries and tests.

    # Type

    ```
    stub :: {
      toml :: AttrSet,
      entry :: Crate,
      kind :: "plain" | "built" | "tested", # of a dependency, of the crate itself, with its dev-dependencies
      pathKeys :: { ${key} :: String },     # see describeMember
      inert :: { ${crate} :: Set } | null,  # inert features, of the path dependencies and the crate; null keeps them
    } -> AttrSet
    ```
  */
  stub =
    {
      toml,
      entry,
      kind,
      pathKeys,
      inert,
    }:
    let
      cut = pruneMember {
        inherit toml;
        role = if kind == "tested" then "test" else "library";
        hasLibrary = true;
      };
      scopes = [ cut ] ++ attrValues (cut.target or { });
      lean =
        if inert == null then
          {
            features = cut.features or { };
            spec = _: spec: spec;
          }
        else
          withoutInert {
            toml = cut;
            own = inert.${toml.package.name};
            inherit pathKeys inert;
            isOptional = key: any (scope: any (table: scope.${table}.${key}.optional or false) tables) scopes;
          };
      rewrite = key: spec: unversioned (lean.spec key spec);
      target = filterAttrs (_: table: table != { }) (mapAttrs (_: scope rewrite) (cut.target or { }));
      hasBuildDependencies = any (
        scope: scope ? "build-dependencies" || scope ? "build_dependencies"
      ) scopes;

      crateTypes = toml.lib.crate-type or toml.lib.crate_type or null;
      library =
        if entry.procMacro then
          {
            path = sources.macro;
            proc-macro = true;
          }
        else if crateTypes != null then
          {
            path = sources.cLibrary;
            crate-type = crateTypes;
          }
        else
          { path = sources.library; };
    in
    optionalAttrs (cut ? "cargo-features") { inherit (cut) cargo-features; }
    // optionalAttrs (lean.features != { }) { inherit (lean) features; }
    // scope rewrite cut
    // optionalAttrs (target != { }) { inherit target; }
    // {
      package = {
        inherit (toml.package) name;
        inherit version;
        edition = "2021";
        build = if hasBuildDependencies then sources.buildScript else false;
        autobins = false;
        autotests = false;
        autobenches = false;
        autoexamples = false;
      }
      # A member outside the root says where its workspace is.
      // optionalAttrs (toml.package ? workspace) { inherit (toml.package) workspace; };
      # No other crate's name, nor one of the standard library.
      lib = library // {
        name = "cratesieve_stub_${replaceStrings [ "-" ] [ "_" ] toml.package.name}";
      };
    }
    // optionalAttrs (kind != "plain" && entry.bins != { }) {
      bin = map (name: {
        inherit name;
        path = sources.binary;
      }) (attrNames entry.bins);
    }
    // optionalAttrs (kind == "tested") {
      test = [
        {
          name = "cratesieve-stub";
          path = sources.test;
        }
      ];
    };
}
