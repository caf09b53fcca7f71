{
  lib,
  stubMember,
  rewriteManifests,
  crateLines,
  composeSource,
  lockTexts,
}:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    concatMap
    elem
    filter
    isAttrs
    map
    mapAttrs
    ;
  inherit (lib)
    genAttrs
    optional
    optionalAttrs
    optionalString
    unique
    ;

  inherit (stubMember) unversioned version;
in
/**
  The sources of all crates, role by role, as scripts that put them together when a build unpacks.

  What is the same for several crates, the parts of a directory and the rewritten manifest of a
  dependency above all, is made once for the workspace.

  # Type

  ```
  makeSources :: { root, workspace, shape, manifest, read, closures, changes, wide } -> {
    source :: {
      name :: String,
      role :: "library" | "own" | "units" | "test",
      also ? [String],
      target ? TestTarget | null,
      isLinted ? Bool,
    } -> Source,
    stubs :: {
      name :: String,
      role :: "own" | "test",
      form :: "lean" | "full",
      real ? [String],
      isUsed, isScript ? Bool,
    } -> Source,
    isScriptAlone :: String -> Bool, # whether a crate has a build script that reads no other file to be compiled
    common :: { asks, keys } -> Source, # of what planLayers says that crates share
    allStubs, wideStubs :: Source,
    inert,                 # see rewriteManifests
  }
  ```

  where a `Source` is what composeSource returns.
*/
{
  root,
  workspace,
  shape,
  manifest,
  read,
  closures,
  changes ? { },
  wide ? null,
}:
let
  inherit (read)
    tomls
    described
    ;
  names = attrNames shape.crates;

  manifests = rewriteManifests { inherit shape read; };
  locks = lockTexts {
    inherit shape read;
    stubVersion = version;
  };
  realLock =
    isTested: closure:
    locks.file {
      kind = "real";
      inherit isTested;
      inherit (closure) crates parted;
    };
  withParts = closure: closure // { parted = locks.part closure.keys; };
  single = mapAttrs (_: mapAttrs (_: withParts)) closures;
  wideOwn = withParts wide.own;
  # What is there for a crate and beside it, by whether features are unified for the crate or the
  # workspace.
  contexts =
    if wide == null then
      single
    else
      {
        own = genAttrs names (_: wideOwn);
        test = mapAttrs (_: withParts) wide.test;
      };
  memberNames = filter (name: shape.crates.${name}.member) names;
  everybody =
    name:
    let
      # The crate itself is selected beside this package, unless it is built for those who use it.
      others = filter (other: other != name || shape.crates.${name} ? lib) memberNames;
    in
    {
      "cratesieve-workspace" = {
        crates = others;
        manifest = stubMember.everybody {
          paths = genAttrs others (other: "../${shape.crates.${other}.path}");
          features = attrNames (tomls.${name}.features or { });
        };
      };
    };

  inherit (manifests)
    members
    units
    stubs
    returned
    ;
  placed = crateLines {
    inherit
      root
      shape
      manifest
      read
      changes
      manifests
      ;
  };
  inherit (placed)
    lines
    memberLines
    stubLines
    testIncludes
    manifestLine
    isScriptAlone
    subjectOf
    ;
  compose = composeSource {
    inherit
      root
      workspace
      shape
      read
      changes
      ;
    crateLines = placed;
  };

  stubsOf =
    {
      closure,
      isTested,
      isBuilt,
      form,
      real ? [ ],
      # The crate that is built itself, if its library is not all that is wanted of it.
      subject ? null,
      also ? [ ],
      # Packages that are no crates, by name: the crates that they use, and their Cargo.toml.
      beside ? { },
    }:
    let
      reals = genAttrs real (_: null);
      kindOf =
        name:
        if isTested name then
          "tested"
        else if isBuilt name then
          "built"
        else
          "plain";
      leadsBack =
        shape.patched != [ ]
        && any (package: package ? source && any (to: !(to ? source)) package.edges) (
          attrValues closure.keys
        );
      isReal = name: reals ? ${name} || leadsBack && returned ? ${name};

      # A patched crate is found by its version, by all that do not depend on its path.
      isAsked =
        name:
        any (
          package:
          any (to: to.name == name && !(to ? source)) package.edges
          && !(any (edge: edge.name == name) (
            if package ? source || !(described ? ${package.name}) then
              [ ]
            else
              described.${package.name}.built ++ described.${package.name}.dev
          ))
        ) (attrValues closure.keys);
      versioned =
        if shape.patched == [ ] then
          real
        else
          filter (name: isReal name || elem name shape.patched && isAsked name) closure.crates;

      # The crate that is built itself has its binaries and its tests, all of them empty.
      realOf =
        name:
        let
          stub = stubs.full.${kindOf name}.${name};
          entry = shape.crates.${name};
        in
        if isTested name || isBuilt name then
          (if isTested name then removeAttrs units.${name} [ "bin" ] else members.library.${name})
          // optionalAttrs (stub ? bin && entry ? lib) { inherit (stub) bin; }
          // optionalAttrs (stub ? test) { inherit (stub) test; }
        else
          members.library.${name};

      stubOf =
        name:
        let
          stub = stubs.${form}.${kindOf name}.${name};
        in
        stub
        // optionalAttrs (elem name versioned) {
          package = stub.package // {
            version = read.versions.${name};
          };
        };
      leanSpec =
        key: spec:
        let
          name = spec.package or key;
        in
        if form == "lean" && isAttrs spec && spec ? path && spec ? features && tomls ? ${name} then
          let
            left = filter (feature: !(manifests.inert.${name} ? ${feature})) spec.features;
          in
          removeAttrs spec [ "features" ] // optionalAttrs (left != [ ]) { features = left; }
        else
          spec;
    in
    compose {
      inherit
        closure
        subject
        also
        isTested
        isReal
        beside
        ;
      filesOf = name: optionalString (isReal name) lines.library.${name};
      manifestLineOf =
        name:
        if isReal name then
          if isTested name || isBuilt name then
            manifestLine { ${name} = realOf name; } name
          else
            memberLines.library.${name}
        else if elem name versioned then
          manifestLine { ${name} = stubOf name; } name
        else
          stubLines.${form}.${kindOf name}.${name};
      manifestOf = name: if isReal name then realOf name else stubOf name;
      spec = key: spec: unversioned (leanSpec key spec);
      lock = locks.file {
        kind = "stubs";
        inherit versioned isTested;
        beside = mapAttrs (_: package: package.crates) beside;
        inherit (closure) crates parted;
      };
    };
in
{
  inherit (manifests) inert;
  inherit isScriptAlone;

  source =
    {
      name,
      role,
      also ? [ ],
      # Of its tests, the only ones that are there (see testTargets).
      target ? null,
      # Whether its Cargo.toml has what clippy asks for.
      isLinted ? false,
    }:
    let
      isTests = role == "test" || role == "units";
      kind = if isTests then "test" else "own";
      closure = single.${kind}.${name};
      isTested = crate: isTests && crate == name;
      subject = subjectOf {
        inherit
          name
          role
          target
          isLinted
          ;
      };
    in
    if wide != null && role != "library" then
      stubsOf {
        form = "full";
        real = closure.crates;
        beside = everybody name;
        closure = contexts.${kind}.${name};
        inherit subject also isTested;
        isBuilt = _: false;
      }
    else
      compose {
        inherit
          closure
          subject
          also
          isTested
          ;
        isReal = _: true;
        filesOf = crate: lines.library.${crate};
        manifestOf = crate: members.library.${crate};
        manifestLineOf = crate: memberLines.library.${crate};
        lock = if read.hasLock then realLock isTested closure else null;
      };

  everything =
    {
      also ? [ ],
      # Whether it can be compiled: with the whole lock, and with what the settings change.
      isLocked ? false,
    }:
    let
      isTested = name: shape.crates.${name}.member;
      closure = withParts {
        crates = names;
        keys = if isLocked then read.lock.byKey else { };
      };
      roleOf = name: if isTested name then "test" else "library";
    in
    compose {
      inherit also closure isTested;
      isReal = _: true;
      isChanged = isLocked;
      filesOf = name: lines.${roleOf name}.${name};
      manifestOf = name: members.${roleOf name}.${name};
      manifestLineOf = name: memberLines.${roleOf name}.${name};
      includesOf = name: shape.crates.${name}.include ++ testIncludes shape.crates.${name};
      lock = if isLocked then realLock isTested closure else null;
    };

  stubs =
    {
      name,
      role,
      form,
      real ? [ ],
      isUsed ? false,
      # Whether the crate's build script is real, and nothing else of it.
      isScript ? false,
    }:
    stubsOf {
      real = real ++ optional isScript name;
      subject =
        if isScript then
          subjectOf {
            inherit name;
            role = "scripts";
          }
        else
          null;
      form = if wide == null then form else "full";
      beside =
        optionalAttrs isUsed {
          "cratesieve-user" = {
            crates = [ name ];
            manifest = stubMember.user {
              inherit name;
              path = "../${shape.crates.${name}.path}";
            };
          };
        }
        // optionalAttrs (wide != null) (everybody name);
      closure = contexts.${role}.${name};
      isTested = crate: role == "test" && crate == name;
      isBuilt = crate: crate == name;
    };

  # The workspace's third-party crates, as it wants them all together.
  wideStubs = stubsOf {
    form = "full";
    closure = wideOwn;
    isTested = _: false;
    isBuilt = name: shape.crates.${name}.member;
  };

  common =
    { asks, keys }:
    let
      manifest = stubMember.common asks;
    in
    compose {
      closure = {
        crates = [ ];
        inherit keys;
      };
      package = manifest;
      isTested = _: false;
      isReal = _: false;
      filesOf = _: "";
      manifestOf = _: { };
      manifestLineOf = _: "";
      lock = locks.common {
        inherit (manifest.package) name;
        parted = locks.part keys;
        references = unique (concatMap (ask: map (package: package.reference) ask.packages) asks);
      };
    };

  allStubs = stubsOf {
    form = "full";
    closure = withParts {
      crates = names;
      keys = read.lock.byKey;
    };
    isTested = name: shape.crates.${name}.member;
    isBuilt = _: false;
  };
}
