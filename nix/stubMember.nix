{
  lib,
  pruneMember,
  withoutInert,
}:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    concatStringsSep
    filter
    foldl'
    groupBy
    hashString
    head
    isAttrs
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
    mapAttrsToList
    optional
    optionalAttrs
    recursiveUpdate
    unique
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

  # The same of a whole manifest.
  unversionedMember =
    toml:
    let
      unversionedScope = toml: toml // scope (_: unversioned) toml;
    in
    unversionedScope toml
    // optionalAttrs (toml ? target) { target = mapAttrs (_: unversionedScope) toml.target; };

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
  inherit version unversioned unversionedMember;
  sources = attrValues sources;

  /**
    The Cargo.toml of a package that depends on what several crates ask for (see planLayers), and has
    nothing of its own.

    # Type

    ```
    common :: [Ask] -> AttrSet
    ```
  */
  common =
    asks:
    let
      # Cargo wants one key for one package.
      keyOf =
        ask: "d-${hashString "md5" (concatStringsSep " " (map (package: package.key) ask.packages))}";
      merged =
        mapAttrsToList
          (_: found: {
            inherit (head found) ask isForHost packages;
            features = unique (concatMap (one: one.ask.features) found);
            default = any (one: one.ask.default) found;
          })
          (
            groupBy (
              ask:
              toJSON [
                (keyOf ask)
                ask.ask.place
                ask.isForHost
              ]
            ) asks
          );
      entry =
        one:
        let
          table = if one.isForHost then "build-dependencies" else "dependencies";
          target = head one.ask.place;
          dependency.${table}.${keyOf one} = one.ask.spec // {
            inherit (one) features;
            default-features = one.default;
          };
        in
        if target == null then dependency else { target.${target} = dependency; };
    in
    foldl' recursiveUpdate (empty "cratesieve-common") (
      optional (any (ask: ask.isForHost) asks) { package.build = sources.buildScript; }
      ++ map entry merged
    );

  /**
    The Cargo.toml of a package, at `path`, that depends on a crate and on nothing else: so Cargo
    compiles the crate as its dependents have it, which for a macro is not as it compiles the crate
    by itself.

    # Type

    ```
    user :: { name :: String, path :: String } -> AttrSet
    ```
  */
  user =
    { name, path }:
    empty "cratesieve-user" // { dependencies.${name} = { inherit path; }; };

  /**
    The Cargo.toml of a package that depends on every member, at `paths`: selected together with one
    of them, it makes Cargo unify features as for the whole workspace. It has nothing that could be
    built, and takes the names of features that may be asked of the member.

    # Type

    ```
    everybody :: { paths :: { ${name} :: String }, features :: [String] } -> AttrSet
    ```
  */
  everybody =
    { paths, features }:
    removeAttrs (empty "cratesieve-workspace") [ "lib" ]
    // {
      dependencies = mapAttrs (_: path: { inherit path; }) paths;
      features = genAttrs (features ++ [ "cratesieve-never" ]) (_: [ ]);
      bin = [
        {
          name = "cratesieve-never";
          path = sources.binary;
          required-features = [ "cratesieve-never" ];
        }
      ];
    };

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
