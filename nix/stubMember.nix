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

  # A package that has nothing of its own.
  empty = name: {
    package = {
      inherit name version;
      edition = "2021";
      build = false;
      autobins = false;
      autotests = false;
      autobenches = false;
      autoexamples = false;
      # Of what is to be published, clippy asks for a description and the like.
      publish = false;
    };
    lib = {
      # No other crate's name, nor one of the standard library.
      name = "cratesieve_stub_${replaceStrings [ "-" ] [ "_" ] name}";
      path = sources.library;
    };
  };
in
{
  inherit version unversioned;
  sources = attrValues sources;
  # For which Cargo compiles dev-dependencies as for programs, where a profile says `panic = "abort"`.
  example = [
    {
      name = "cratesieve-stub-example";
      path = sources.binary;
    }
  ];

  /**
    The Cargo.toml of a package, at `path`, that depends on a crate and on nothing else: so Cargo
    compiles the crate as its dependents have it. By itself, a macro would be compiled another way,
    and so would a library that is linked dynamically.

    It has an empty library, and an empty binary or test: Cargo compiles the crate for the sake of a
    binary as `cargo build` does it, for a test as `cargo test` does. Where a profile says `panic =
    "abort"`, these are different, and to check the crate for the library is different once more.

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
    The Cargo.toml of a package that asks for all that the members of a workspace ask for: selected
    together with one of them, it makes Cargo unify features as for the whole workspace. It has
    nothing that could be built, and takes the names of features that may be asked of the member.

    What members' dev-dependencies ask for, it asks for as dependencies: Cargo does not look at the
    dev-dependencies of packages that are not selected, nor at any while it makes documentation.

    # Type

    ```
    everybody :: {
      members :: [ { name, path, features :: [String], default :: Bool } ],
      asks :: [Ask],         # the members' dev-dependencies, with `path` where they are crates
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
      # Cargo wants one key for one package, and members are there under their names.
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
        # A member outside the root says where its workspace is.
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
