{
  lib,
  paths,
  toToml,
  crateParts,
  includePath,
  pruneMember,
  stubMember,
  pruneRoot,
  pruneLock,
}:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    concatMap
    elem
    filter
    foldl'
    groupBy
    isAttrs
    listToAttrs
    map
    mapAttrs
    pathExists
    toFile
    ;
  inherit (lib)
    concatStrings
    escapeShellArg
    filterAttrs
    genAttrs
    hasPrefix
    optionals
    optionalString
    ;

  # `./` because a name may begin with a dash.
  to = path: escapeShellArg "./${path}";

  # Lines of the script that puts a source together; hooks/cratesieve-hook.sh has the functions.
  placeDirectory = source: path: "cratesieveDirectory ${source} ${to path}\n";
  placeFile = source: path: "cratesieveFile ${source} ${to path}\n";
  placeManifest =
    manifest: directory:
    placeFile (toFile "Cargo.toml" (toToml manifest)) (
      if directory == "." then "Cargo.toml" else "${directory}/Cargo.toml"
    );

  isInherited = value: isAttrs value && value.workspace or false == true;

  stubLibrary = "${./stub/lib.rs}";
  stubMacro = "${./stub/proc_macro.rs}";
  stubBuildScript = "${./stub/build.rs}";
in
/**
  The sources of all crates, role by role, as scripts that put them together when a build unpacks.

  What is the same for several crates, the parts of a directory and the rewritten manifest of a
  dependency above all, is made once for the workspace.

  # Type

  ```
  makeSources :: { root, workspace, shape, manifest, read, closures } -> {
    source :: { name :: String, role :: "library" | "own" | "test", also ? [String] } -> Source,
    stubs :: { name :: String, role :: "own" | "test" } -> Source,
    allStubs :: Source,
  }
  ```

  where a `Source` is `{ script :: String, lock :: StorePath | null }`.
*/
{
  root,
  workspace,
  shape,
  manifest,
  read,
  closures,
}:
let
  inherit (read)
    rootToml
    tomls
    described
    versions
    inheritsHere
    ;
  names = attrNames shape.crates;
  join =
    base:
    paths.join {
      root = toString root;
      inherit base;
    };

  parts = mapAttrs (
    name: entry:
    # Whether the crate is still there is asked first.
    builtins.seq tomls.${name} (crateParts {
      inherit name entry root;
    })
  ) shape.crates;

  # ---- Rewritten manifests ----------------------------------------------------------------------

  # A crate with tests alone has nothing left without them, and Cargo refuses it.
  isBare = entry: !(entry ? lib) && entry.bins == { };
  member =
    role: name:
    let
      entry = shape.crates.${name};
    in
    pruneMember {
      toml = tomls.${name};
      inherit role;
      hasLibrary = entry ? lib;
      emptyLibrary = if isBare entry && role != "test" then stubLibrary else null;
    };
  members = genAttrs [ "library" "own" "test" ] (role: genAttrs names (member role));

  # Third-party crates lead back to these: they cannot be compiled without the real ones.
  returned =
    let
      led = concatMap (package: filter (to: !(to ? source)) package.edges) (
        filter (package: package ? source) read.lock.packages
      );
      start = filter (name: shape.crates ? ${name}) (map (package: package.name) led);
    in
    if shape.patched == [ ] || !read.hasLock then
      { }
    else
      genAttrs (concatMap (name: shape.crates.${name}.closure) start) (_: true);

  # Another workspace's manifest may ask for a version of these.
  ofOthers = genAttrs (concatMap (name: shape.crates.${name}.closure) (
    filter (name: !inheritsHere.${name}) names
  )) (_: true);

  versionInStub =
    name: if returned ? ${name} || ofOthers ? ${name} then versions.${name} else stubMember.version;
  stub =
    tested: name:
    let
      inherit (shape.crates.${name}) procMacro;
    in
    stubMember.stub {
      toml = tomls.${name};
      inherit tested procMacro;
      version = versionInStub name;
      library = if procMacro then stubMacro else stubLibrary;
      buildScript = stubBuildScript;
    };

  # What a rewritten manifest inherits from the workspace.
  packageFields = toml: filterAttrs (_: isInherited) (toml.package or { });

  merge = foldl' (all: one: all // one) { };
  # `[workspace.dependencies]` that these crates use, the dev-dependencies of the tested ones too.
  dependenciesOf =
    crates: isTested:
    merge (
      map (
        name: if isTested name then described.${name}.inherits.all else described.${name}.inherits.built
      ) (filter (name: inheritsHere.${name}) crates)
    );

  rootCrate = lib.findFirst (name: shape.crates.${name}.path == ".") null names;

  # ---- Lines --------------------------------------------------------------------------------------

  manifestLine =
    manifests: name:
    optionalString (name != rootCrate) (placeManifest manifests.${name} shape.crates.${name}.path);

  partLines =
    wanted: name:
    concatStrings (
      map (part: placeDirectory parts.${name}.${part} shape.crates.${name}.path) (
        filter (part: parts.${name} ? ${part}) wanted
      )
    );

  partsOf = {
    library = [ "library" ];
    own = partsOf.library ++ [ "binaries" ];
    test = partsOf.own ++ [ "tests" ];
  };
  lines = mapAttrs (
    role: wanted: genAttrs names (name: partLines wanted name + manifestLine members.${role} name)
  ) partsOf;
  libraryLines = lines.library;

  stubLines = genAttrs names (name: manifestLine stubs name);
  testStubLines = genAttrs names (name: manifestLine testStubs name);
  stubs = genAttrs names (stub false);
  testStubs = genAttrs names (stub true);

  # Only tests read these, and they lie outside the crate's directory.
  testIncludes =
    entry: entry.testInclude ++ map (join entry.path) (filter (hasPrefix "../") entry.testOnly);
  includeLine =
    path:
    let
      found = includePath {
        inherit path root manifest;
        reader = readers.${path} or "every build";
      };
    in
    if found ? directory then
      placeDirectory found.directory path
    else if found ? file then
      placeFile found.file path
    else
      "";
  readers = listToAttrs (
    concatMap (
      name:
      map (path: {
        name = path;
        value = "crate `${name}`";
      }) (shape.crates.${name}.include ++ testIncludes shape.crates.${name})
    ) names
  );
  # One line for each path that somebody includes, made once.
  included = mapAttrs (path: _: includeLine path) (readers // genAttrs shape.files (_: null));
  includeLines =
    wanted:
    concatStrings (
      attrValues (mapAttrs (path: _: included.${path} or (includeLine path)) (genAttrs wanted (_: null)))
    );

  # ---- Locks --------------------------------------------------------------------------------------

  textOf =
    versionOf: edgesOf:
    let
      reference =
        package:
        if package ? source || !(shape.crates ? ${package.name}) then
          package.reference
        else
          "${package.name} ${versionOf package.name}";
    in
    package:
    pruneLock.packageText {
      inherit package;
      version =
        if package ? source || !(shape.crates ? ${package.name}) then
          package.version
        else
          versionOf package.name;
      edges = map reference (edgesOf package);
    };
  builtEdges =
    package:
    if package ? source || !(described ? ${package.name}) then
      package.edges
    else
      filter (to: described.${package.name}.builtNames ? ${to.name}) package.edges;
  # The text of each package of the full lock, made once.
  textsOf =
    versionOf: edgesOf:
    mapAttrs (_: textOf versionOf edgesOf) (if read.hasLock then read.lock.byKey else { });
  lockedVersion = name: versions.${name};
  texts = {
    real = textsOf lockedVersion builtEdges;
    realTested = textsOf lockedVersion (package: package.edges);
    stub = textsOf versionInStub builtEdges;
    stubTested = textsOf versionInStub (package: package.edges);
  };

  lockFile =
    {
      kind,
      isTested,
      crates,
      keys,
    }:
    let
      isLocked = name: any (package: !(package ? source)) (read.lock.byName.${name} or [ ]);
      unlocked = filter (name: shape.crates.${name}.member && !isLocked name) crates;
    in
    if unlocked != [ ] then
      throw ''
        cratesieve: Cargo.lock is stale: it does not have crate `${builtins.head unlocked}`
        run: cargo update --workspace''
    else
      toFile "Cargo.lock" (
      pruneLock.pruneLock {
        inherit (read) lock;
        inherit keys;
        text =
          package:
          if !(package ? source) && isTested package.name then
            texts."${kind}Tested".${package.key}
          else
            texts.${kind}.${package.key};
      }
    );

  # The source of a set of crates: `linesOf` and `manifestOf` say what stands for each of them.
  compose =
    {
      closure,
      linesOf,
      manifestOf,
      isReal, # whether a crate's manifest may inherit package fields and lints
      isTested,
      includes,
      spec ? (spec: spec),
      lock,
    }:
    let
      here = map manifestOf (filter (name: inheritsHere.${name} && isReal name) closure.crates);
      rootManifest = pruneRoot {
        toml = rootToml;
        package = if elem rootCrate closure.crates then manifestOf rootCrate else null;
        crates = genAttrs closure.crates (name: shape.crates.${name});
        packages = groupBy (package: package.name) (attrValues closure.keys);
        inherits = {
          dependencies = dependenciesOf closure.crates isTested;
          package = merge (map packageFields here);
          lints = any (toml: isInherited (toml.lints or null)) here;
        };
        inherit spec;
      };
    in
    {
      inherit lock;
      script =
        "cratesieveBegin ${to workspace}\n"
        + concatStrings (map linesOf closure.crates)
        + includeLines (includes ++ shape.files)
        + placeManifest rootManifest "."
        + optionalString (lock != null) (placeFile lock "Cargo.lock")
        + "cratesieveEnd\n";
    };

  stubsOf =
    { closure, isTested }:
    let
      leadsBack = any (package: package ? source && any (to: !(to ? source)) package.edges) (
        attrValues closure.keys
      );
      isReal = name: leadsBack && returned ? ${name};
      choose =
        real: tested: stub: name:
        if isReal name then
          real.${name}
        else if isTested name then
          tested.${name}
        else
          stub.${name};
      ofOthers = filter (path: baseNameOf path == "Cargo.toml");
    in
    compose {
      inherit closure isTested isReal;
      linesOf = choose libraryLines testStubLines stubLines;
      manifestOf = choose members.library testStubs stubs;
      # A crate from another workspace inherits its dependencies from there.
      includes = concatMap (
        name:
        let
          inherit (shape.crates.${name}) include;
        in
        if isReal name then
          include
        else if inheritsHere.${name} then
          [ ]
        else
          ofOthers include
      ) closure.crates;
      spec = stubMember.unversioned;
      lock = lockFile {
        kind = "stub";
        inherit isTested;
        inherit (closure) crates keys;
      };
    };
in
{
  source =
    {
      name,
      role,
      also ? [ ],
    }:
    let
      closure = (if role == "test" then closures.test else closures.own).${name};
      isTested = crate: role == "test" && crate == name;
      existing = filter (path: pathExists (root + "/${path}")) also;
    in
    compose {
      inherit closure isTested;
      isReal = _: true;
      linesOf =
        crate:
        if crate == name then
          lines.${role}.${crate} + concatStrings (map includeLine existing)
        else
          lines.library.${crate};
      manifestOf = crate: members.${if crate == name then role else "library"}.${crate};
      includes =
        concatMap (crate: shape.crates.${crate}.include) closure.crates
        ++ optionals (role == "test") (testIncludes shape.crates.${name});
      lock =
        if read.hasLock then
          lockFile {
            kind = "real";
            inherit isTested;
            inherit (closure) crates keys;
          }
        else
          null;
    };

  everything =
    { also ? [ ] }:
    let
      existing = filter (path: pathExists (root + "/${path}")) also;
      isTested = name: shape.crates.${name}.member;
    in
    compose {
      closure = {
        crates = names;
        keys = { };
      };
      inherit isTested;
      isReal = _: true;
      linesOf = name: if isTested name then lines.test.${name} else lines.library.${name};
      manifestOf = name: if isTested name then members.test.${name} else members.library.${name};
      includes = concatMap (
        name: shape.crates.${name}.include ++ testIncludes shape.crates.${name}
      ) names ++ existing;
      lock = null;
    };

  stubs =
    { name, role }:
    stubsOf {
      closure = closures.${role}.${name};
      isTested = crate: role == "test" && crate == name;
    };

  allStubs = stubsOf {
    closure = {
      crates = names;
      keys = read.lock.byKey;
    };
    isTested = name: shape.crates.${name}.member;
  };
}
