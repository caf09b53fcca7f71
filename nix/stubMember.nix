{
  lib,
  tables,
  pruneMember,
  withoutInert,
}:
let
  inherit (builtins)
    attrNames
    attrValues
    filter
    foldl'
    hashString
    head
    isAttrs
    listToAttrs
    map
    mapAttrs
    removeAttrs
    replaceStrings
    toJSON
    ;
  inherit (lib)
    any
    filterAttrs
    genAttrs
    optional
    optionalAttrs
    recursiveUpdate
    ;

  sources = {
    library = "${./stub/lib.rs}";
    macro = "${./stub/proc_macro.rs}";
    cLibrary = "${./stub/c_library.rs}";
    binary = "${./stub/main.rs}";
    test = "${./stub/test.rs}";
    buildScript = "${./stub/build.rs}";
  };

  dependencyTables = tables.builtTables ++ tables.devTables;

  # A dependency without its version, because stubs have no real version.
  unversioned = spec: if isAttrs spec && spec ? path then removeAttrs spec [ "version" ] else spec;

  # The tables of dependencies in one scope, with each dependency rewritten.
  scope =
    rewrite: toml:
    mapAttrs (_: mapAttrs rewrite) (lib.getAttrs (filter (name: toml ? ${name}) dependencyTables) toml);

  # No real crate has this version. So a release changes no stub, and no compiled stub has the file name of a
  # compiled crate.
  version = tables.stubVersion;

  # A package without code and dependencies.
  empty = name: {
    package = {
      inherit name version;
      edition = "2021";
      build = false;
      autobins = false;
      autotests = false;
      autobenches = false;
      autoexamples = false;
      # Clippy asks for a description and the like in packages that can be published.
      publish = false;
    };
    lib = {
      # This name is not that of another crate or of a part of the standard library.
      name = "cratesieve_stub_${replaceStrings [ "-" ] [ "_" ] name}";
      path = sources.library;
    };
  };
in
{
  inherit version unversioned;
  sources = attrValues sources;
  # For an example, Cargo compiles dev-dependencies as for programs. With `panic = "abort"` in a profile, that
  # differs from tests.
  example = [
    {
      name = "cratesieve-stub-example";
      path = sources.binary;
    }
  ];

  /**
    The Cargo.toml of the package `cratesieve-user`, which depends on one crate only. Cargo compiles the
    crate as for its dependents. If the crate itself were selected, Cargo would compile a macro or a
    dynamically linked library differently.

    The package has an empty library, and an empty binary or test. For a binary, Cargo compiles the
    crate as `cargo build` does, for a test as `cargo test` does. With `panic = "abort"` in a profile,
    these differ, and checking the library differs from both.

    # Type

    ```
    user :: {
      name :: String,
      path :: String,
      features ? [String],
      default ? Bool,
      targets ? [ "bin" | "test" ],
    } -> AttrSet
    ```
  */
  user =
    {
      name,
      path,
      features ? [ ],
      default ? true,
      targets ? [ "bin" ],
    }:
    empty "cratesieve-user"
    // {
      dependencies.${name} = {
        inherit path features;
        default-features = default;
      };
    }
    // genAttrs targets (target: [
      {
        name = if target == "bin" then "cratesieve-user" else "cratesieve-user-test";
        path = if target == "bin" then sources.binary else sources.test;
      }
    ]);

  /**
    The Cargo.toml of the package `cratesieve-workspace`, which enables everything that any member
    enables. If it is selected together with a member, Cargo unifies features as for the whole workspace. It
    has no code. It has the feature names that flags may select in the member.

    Dev-dependencies of members are its normal dependencies. Cargo ignores the dev-dependencies of
    packages that are not selected, and ignores all of them for documentation.

    # Type

    ```
    everybody :: {
      members :: [ { name, path, features :: [String], default :: Bool } ],
      asks :: [Ask],         # the members' dev-dependencies, with `path` if they are crates
      features :: [String],
    } -> AttrSet
    ```
  */
  everybody =
    {
      members,
      asks,
      features,
    }:
    let
      ofMember = member: {
        name = member.name;
        value = {
          inherit (member) path features;
          default-features = member.default;
        };
      };
      # Cargo allows one key for one package, and the members already have keys: their names.
      askOf =
        ask:
        let
          target = head ask.place;
          spec = removeAttrs ask.spec [ "version" ] // optionalAttrs (!(ask.spec ? path)) (getVersion ask);
          dependency.dependencies."d-${hashString "md5" ask.what + hashString "md5" (toJSON spec)}" = spec;
        in
        if target == null then dependency else { target.${target} = dependency; };
      getVersion = ask: optionalAttrs (ask.spec ? version) { inherit (ask.spec) version; };
    in
    foldl' recursiveUpdate (
      removeAttrs (empty "cratesieve-workspace") [ "lib" ]
      // {
        dependencies = listToAttrs (map ofMember members);
        features = genAttrs (features ++ [ "cratesieve-never" ]) (_: [ ]);
        bin = [
          {
            name = "cratesieve-never";
            path = sources.binary;
            required-features = [ "cratesieve-never" ];
            doc = false;
          }
        ];
      }
    ) (map askOf asks);

  /**
    The Cargo.toml of a stub, which replaces a crate while its third-party dependencies are compiled. It
    has the crate's name, dependencies and features, and empty targets in the Nix store. Cargo records the
    path of a target's source in its fingerprint. So Cargo never takes an empty target for the real one,
    which lies in the crate. If there are build-dependencies, an empty build script makes Cargo
    compile them.

    Everything that changes how Cargo compiles third-party packages stays: whether the library is a macro
    or a C library (with LTO, that matters for every dependency), and, for the crate that is built or
    tested itself, that there are binaries and tests.

    # Type

    ```
    stub :: {
      toml :: AttrSet,
      entry :: Crate,
      kind :: "plain" | "built" | "tested", # for a dependency, for the crate itself, with its dev-dependencies
      pathKeys :: { ${key} :: String },     # see describeMember
      inert :: { ${crate} :: Set } | null,  # inert features of the crate and its path dependencies; null keeps them
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
            isOptional =
              key: any (scope: any (table: scope.${table}.${key}.optional or false) dependencyTables) scopes;
          };
      rewrite = key: spec: unversioned (lean.spec key spec);
      target = filterAttrs (_: table: table != { }) (mapAttrs (_: scope rewrite) (cut.target or { }));
      hasBuildDependencies = any (scope: any (table: scope ? ${table}) tables.hostTables) scopes;

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
          { };
      nothing = empty toml.package.name;
    in
    optionalAttrs (cut ? "cargo-features") { inherit (cut) cargo-features; }
    // optionalAttrs (lean.features != { }) { inherit (lean) features; }
    // scope rewrite cut
    // optionalAttrs (target != { }) { inherit target; }
    // {
      package =
        nothing.package
        // optionalAttrs hasBuildDependencies { build = sources.buildScript; }
        # A member outside the workspace root names its workspace.
        // optionalAttrs (toml.package ? workspace) { inherit (toml.package) workspace; };
      lib = nothing.lib // library;
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
