{
  lib,
  stubPaths,
  unversioned,
  userPackage,
  workspacePackage,
  toToml,
  ...
}:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    concatMap
    elem
    filter
    groupBy
    head
    length
    map
    removeAttrs
    toFile
    ;
  inherit (lib)
    concatMapStringsSep
    concatStrings
    escapeShellArg
    findFirst
    genAttrs
    optional
    optionalAttrs
    optionalString
    unique
    ;
in
/**
  The sources of builds for which Cargo unifies features for several members together: all of them, except
  those that are compiled in another way, see mkWorkspace.

  Problem: Cargo unifies features over the selected packages. A build that selects a single crate would
  use other features, and compile the crates below it again. Constraint: a source must not have the code
  of crates that the build does not need. Trick: each source has the Cargo.toml files of all crates,
  with stubs for the crates that are not compiled. It also has a package, `cratesieve-workspace`, which
  is always selected, and enables everything that any member enables.

  `purpose` says for which command the features are unified: `build` for `cargo build --workspace`, `test`
  for `cargo test --workspace`, where dev-dependencies count as well.

  These stubs have the versions of the crates, unlike those in `dependencies`. So all sources have one
  lock, which is written once. A release changes every source, as any change of Cargo.lock does.

  # Type

  ```
  unifiedSources :: {
    purpose :: "build" | "test",
    members :: [String],   # over which features are unified
    closure,     # of these members, with `parted`
    shape, read, closures,
    manifests,   # what rewriteManifests returns
    locks,       # what lockTexts returns
    placed,      # what crateLines returns
    compose,     # composeSource of the workspace
    asked :: { ${crate} :: { features :: [String], default :: Bool } },
  } -> {
    dependencies :: Source,       # stubs of all crates, to compile all third-party packages
    link :: String -> Source,     # a crate as dependents have it, and `cratesieve-user`, which depends on it
    # a crate with its binaries, and for `test` with its tests
    whole :: { name :: String, also ? [String], isLinted ? Bool } -> Source,
  }
  ```
*/
{
  purpose,
  members,
  closure,
  shape,
  read,
  closures,
  manifests,
  locks,
  placed,
  compose,
  asked,
}:
let
  isForTests = purpose == "test";
  names = closure.crates;
  isMember = genAttrs members (_: null);
  isTested = name: isForTests && isMember ? ${name};
  rootCrate = findFirst (name: shape.crates.${name}.path == ".") null names;

  packages = groupBy (package: package.name) (attrValues closure.keys);

  # Whether third-party packages may depend on crates of the workspace. Those need the real crates.
  leadsBack = shape.patched != [ ];
  isReturned = name: leadsBack && manifests.returned ? ${name};

  kindOf =
    name:
    if isTested name then
      "tested"
    else if isMember ? ${name} then
      "built"
    else
      "plain";
  # The profiles in the root Cargo.toml and in Cargo's configuration.
  profiles = concatMap (toml: attrValues (toml.profile or { })) (
    [ read.rootToml ] ++ map (file: file.toml) read.configurations.all
  );
  setsPanic = any (profile: profile ? panic) profiles;
  # Whether the stubs of members have binaries. For checks, each member has a test, for which Cargo compiles as
  # for a binary. So binaries do not matter, unless a profile sets `panic`.
  withPrograms = !isForTests || setsPanic;
  stubOf =
    name:
    removeAttrs manifests.stubs.full.${kindOf name}.${name} (optional (!withPrograms) "bin")
    // optionalAttrs (isTested name && setsPanic) { inherit example; };
  # For an example, Cargo compiles dev-dependencies as for programs. With `panic = "abort"` in a profile, that
  # differs from tests.
  example = [
    {
      name = "cratesieve-stub-example";
      path = stubPaths.binary;
    }
  ];
  stubs = genAttrs names (
    name:
    let
      stub = stubOf name;
    in
    stub
    // {
      package = stub.package // {
        version = read.versions.${name};
      };
    }
  );
  # Writes all stubs in one file, which all sources share.
  scriptOf =
    stubs: isStub:
    let
      places = filter (name: isStub name && name != rootCrate) names;
      at = name: escapeShellArg "./${shape.crates.${name}.path}";
    in
    toFile "stubs" (
      optionalString (places != [ ]) "mkdir -p ${concatMapStringsSep " " at places}\n"
      + concatStrings (
        map (name: "printf '%s' ${escapeShellArg (toToml stubs.${name})} >${at name}/Cargo.toml\n") places
      )
    );
  allStubs = scriptOf stubs (_: true);

  # ---- The package cratesieve-workspace ---------------------------------------------------------------

  # The dev-dependencies of members, except members without further features, which are selected anyway.
  devAsks = concatMap (
    name:
    map
      (
        ask:
        ask
        // {
          locked = lockedFor name ask;
        }
        // optionalAttrs ask.isPath {
          spec = ask.spec // {
            path = "../${ask.path}";
          };
        }
      )
      (
        filter (
          ask: !ask.isPath || ask.features != [ ] || !(isMember ? ${ask.name})
        ) read.described.${name}.asks.dev
      )
  ) members;
  # The packages of that name on which a crate depends, by Cargo.lock.
  lockedOf =
    name: wanted:
    let
      package = findFirst (package: !(package ? source)) null (read.lock.byName.${name} or [ ]);
    in
    filter (to: to.name == wanted) (package.edges or [ ]);
  # The package that a dependency means; null if the crate depends on several of that name.
  lockedFor =
    name: ask:
    let
      found = lockedOf name ask.name;
    in
    if length found == 1 then head found else null;
  devReferences = unique (
    concatMap (
      name:
      concatMap (
        ask: map (to: to.reference) (filter (to: to ? source) (lockedOf name ask.name))
      ) read.described.${name}.asks.dev
    ) members
  );

  # The package cratesieve-workspace. It cannot depend on a crate without a library. It has the features of
  # the selected crate, because flags may select them.
  unifyingPackage = selected: {
    cratesieve-workspace =
      let
        others = filter (name: name != selected || shape.crates.${name} ? lib) members;
      in
      {
        crates = unique (
          others ++ (if isForTests then map (ask: ask.name) (filter (ask: ask.isPath) devAsks) else [ ])
        );
        references = if isForTests then devReferences else [ ];
        manifest = workspacePackage {
          members = map (name: {
            inherit name;
            inherit (asked.${name}) features default;
            path = "../${shape.crates.${name}.path}";
          }) others;
          asks = if isForTests then devAsks else [ ];
          features = if selected == null then [ ] else attrNames (read.tomls.${selected}.features or { });
        };
      };
  };
  user = name: {
    cratesieve-user = {
      crates = [ name ];
      manifest = userPackage {
        inherit name;
        path = "../${shape.crates.${name}.path}";
        default = false;
        targets = if isForTests then [ "test" ] ++ optional (isRunByTests name) "bin" else [ "bin" ];
      };
    };
  };
  # Whether the tests of a crate run a program that contains this crate. With `panic = "abort"`, Cargo compiles
  # programs and their libraries with it, but tests always unwind.
  isRunByTests =
    name:
    setsPanic
    && any (
      user:
      shape.crates.${user}.bins != { }
      && shape.crates.${user}.testOnly != [ ]
      && elem name shape.crates.${user}.closure
    ) members;

  # ---- Sources ----------------------------------------------------------------------------------------

  linkedRole = if isForTests then "linked" else "library";
  rolesOf = if isForTests then manifests.linked else manifests.members.library;

  with' =
    {
      real,
      subject ? null,
      also ? [ ],
      beside,
    }:
    let
      reals = genAttrs real (_: null);
      isReal = name: reals ? ${name} || isReturned name;
    in
    compose {
      inherit
        closure
        subject
        also
        isTested
        isReal
        beside
        packages
        allStubs
        ;
      isLayered = true;
      filesOf = name: optionalString (isReal name) placed.lines.library.${name};
      manifestOf = name: if isReal name then rolesOf.${name} else stubs.${name};
      manifestLineOf = name: optionalString (isReal name) placed.memberLines.${linkedRole}.${name};
      lock = locks.file {
        kind = "real";
        inherit isTested beside;
        inherit (closure) crates parted;
      };
    };
in
{
  dependencies =
    let
      versioned =
        if leadsBack then filter (name: isReturned name || elem name shape.patched) names else [ ];
      beside = unifyingPackage null;
      manifestOf =
        name:
        if isReturned name then
          rolesOf.${name}
        else if elem name versioned then
          stubs.${name}
        else
          stubOf name;
    in
    compose {
      inherit
        closure
        isTested
        beside
        packages
        ;
      isLayered = true;
      isReal = isReturned;
      allStubs = scriptOf (genAttrs names manifestOf) (name: !isReturned name);
      filesOf = name: optionalString (isReturned name) placed.lines.library.${name};
      inherit manifestOf;
      manifestLineOf = name: optionalString (isReturned name) placed.memberLines.${linkedRole}.${name};
      spec = _: unversioned;
      lock = locks.file {
        kind = "stubs";
        inherit versioned isTested beside;
        inherit (closure) crates parted;
      };
    };

  link =
    name:
    with' {
      real = closures.own.${name}.crates;
      beside = user name // unifyingPackage null;
    };

  whole =
    {
      name,
      also ? [ ],
      isLinted ? false,
    }:
    with' {
      real = closures.${if isForTests then "test" else "own"}.${name}.crates;
      subject = placed.subjectOf {
        inherit name isLinted;
        role = if isForTests then "test" else "own";
      };
      inherit also;
      beside = unifyingPackage name;
    };
}
