{
  lib,
  unversioned,
  userPackage,
  rewriteManifests,
  crateLines,
  composeSource,
  lockTexts,
  unifiedSources,
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
    isAttrs
    map
    mapAttrs
    removeAttrs
    ;
  inherit (lib)
    genAttrs
    mergeAttrsList
    optionalAttrs
    optionalString
    ;
in
/**
  The sources of all crates for each role, as scripts that a build runs to unpack them.

  Values that several crates share are made once for the workspace: above all the parts of a directory,
  and the rewritten Cargo.toml of a dependency.

  # Type

  ```
  makeSources :: { root, workspace, shape, manifest, read, closures, changes, asked } -> {
    source :: {
      name :: String,
      role :: "library" | "own" | "test",
      also ? [String],
      isLayered ? Bool, # whether the source is for builds that start from layers
      isLinted ? Bool,  # whether the crate's Cargo.toml keeps the fields that clippy checks
    } -> Source,
    stubs :: {
      name :: String,
      role :: "own" | "test",
      form :: "lean" | "full",
      real ? [String],
      isUsed, isLayered ? Bool,
    } -> Source,
    everything :: { also ? [String], isLocked ? Bool } -> Source,
    # for builds of several members: stubs of them, and sources that unify features over them
    together :: [String] -> { allStubs :: Source, unified :: { build, test :: Unified } },
    inert,                 # see rewriteManifests
  }
  ```

  where a `Source` is what composeSource returns, and a `Unified` what unifiedSources returns.
*/
{
  root,
  workspace,
  shape,
  manifest,
  read,
  closures,
  changes ? { },
  # The features that the flags select for each member: { features :: [String], default :: Bool }.
  asked,
}:
let
  inherit (read)
    tomls
    described
    ;
  names = attrNames shape.crates;
  isMember = name: shape.crates.${name}.member;
  # What several members need. Together, all members need the whole lock.
  closureOf =
    role: selected:
    if selected == filter isMember names then
      {
        crates = names;
        keys = if role == "test" then read.lock.byKey else closures.wide.keys;
      }
    else
      {
        crates = attrNames (
          genAttrs (concatMap (name: closures.${role}.${name}.crates) selected) (_: null)
        );
        keys = mergeAttrsList (map (name: closures.${role}.${name}.keys) selected);
      };

  manifests = rewriteManifests { inherit shape read; };
  locks = lockTexts { inherit shape read; };
  realLock =
    isTested: closure:
    locks.file {
      kind = "real";
      inherit isTested;
      inherit (closure) crates parted;
    };
  withParts = closure: closure // { parted = locks.part closure.keys; };
  single = mapAttrs (_: mapAttrs (_: withParts)) closures;
  inherit (manifests)
    members
    linked
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
    outsideLines
    manifestLine
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
      isLayered ? false,
      # Packages that are not crates of the workspace, by name: the crates that they use, and their Cargo.toml.
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

      # Whether a package depends on a patched crate by its version, not by a path.
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

      # A real crate among stubs. If it is the built crate, it has empty binaries and tests.
      realOf =
        name:
        let
          stub = stubs.full.${kindOf name}.${name};
          entry = shape.crates.${name};
        in
        if isTested name || isBuilt name then
          (if isTested name then linked.${name} else members.library.${name})
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
        isTested
        isReal
        isLayered
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
        inherit beside;
        inherit (closure) crates parted;
      };
    };
in
{
  inherit (manifests) inert;

  source =
    {
      name,
      role,
      also ? [ ],
      isLayered ? false,
      isLinted ? false,
    }:
    let
      isTested = crate: role == "test" && crate == name;
      closure = single.${if role == "test" then "test" else "own"}.${name};
    in
    compose {
      inherit
        closure
        also
        isTested
        isLayered
        ;
      subject = subjectOf { inherit name role isLinted; };
      isReal = _: true;
      filesOf = crate: lines.library.${crate};
      manifestOf = crate: members.library.${crate};
      manifestLineOf = crate: memberLines.library.${crate};
      lock = if read.hasLock then realLock isTested closure else null;
    };

  everything =
    {
      also ? [ ],
      # Whether Cargo can compile it: with the whole lock, and with the changes of `patches` and `postPatch`.
      isLocked ? false,
    }:
    let
      isTested = isMember;
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
      outsideOf = name: outsideLines.library.${name} + outsideLines.test.${name};
      lock = if isLocked then realLock isTested closure else null;
    };

  stubs =
    {
      name,
      role,
      form,
      real ? [ ],
      isUsed ? false,
      isLayered ? false,
    }:
    stubsOf {
      inherit real form isLayered;
      beside = optionalAttrs isUsed {
        "cratesieve-user" = {
          crates = [ name ];
          manifest = userPackage {
            inherit name;
            path = "../${shape.crates.${name}.path}";
          };
        };
      };
      closure = single.${role}.${name};
      isTested = crate: role == "test" && crate == name;
      isBuilt = crate: crate == name;
    };

  together = selected: {
    allStubs = stubsOf {
      form = "full";
      closure = withParts (closureOf "test" selected);
      isTested = name: elem name selected;
      isBuilt = _: false;
    };

    unified = genAttrs [ "build" "test" ] (
      purpose:
      unifiedSources {
        inherit
          purpose
          shape
          read
          closures
          manifests
          locks
          placed
          compose
          asked
          ;
        members = selected;
        closure = withParts (closureOf (if purpose == "test" then "test" else "own") selected);
      }
    );
  };
}
