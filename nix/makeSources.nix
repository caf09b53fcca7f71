{
  lib,
  paths,
  toToml,
  crateParts,
  includePath,
  stubMember,
  pruneInherited,
  prunePatches,
  rewriteManifests,
  lockTexts,
  pruneRoot,
  isSelfContained,
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
    hashString
    head
    isAttrs
    listToAttrs
    map
    mapAttrs
    pathExists
    toFile
    ;
  inherit (lib)
    concatMapStringsSep
    concatStrings
    concatStringsSep
    escapeShellArg
    filterAttrs
    genAttrs
    hasPrefix
    mapAttrsToList
    mergeAttrsList
    optional
    optionalAttrs
    optionals
    optionalString
    unique
    ;

  # `./` because a name may begin with a dash.
  to = path: escapeShellArg "./${path}";

  # Lines of the script that puts a source together; hooks/cratesieve-hook.sh has the functions.
  placeDirectory = source: path: "cratesieveDirectory ${source} ${to path}\n";
  placeFile = source: path: "cratesieveFile ${source} ${to path}\n";
  placedToml = path: toml: toFile (baseNameOf path) (toToml toml);
  placeToml = path: toml: placeFile (placedToml path toml) path;
  manifestIn = directory: if directory == "." then "Cargo.toml" else "${directory}/Cargo.toml";
  placeManifest = manifest: directory: placeToml (manifestIn directory) manifest;

  inherit (stubMember) unversioned version;

  isInherited = value: isAttrs value && value.workspace or false == true;

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

  where a `Source` is `{ script :: String, lock :: StorePath | null }`.
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
    rootToml
    tomls
    described
    homes
    ;
  names = attrNames shape.crates;
  join =
    base:
    paths.join {
      root = toString root;
      inherit base;
    };

  manifests = rewriteManifests { inherit shape read; };
  locks = lockTexts {
    inherit shape read;
    stubVersion = version;
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

  parts = mapAttrs (
    name: entry:
    # Whether the crate is still there is asked first.
    builtins.seq tomls.${name} (crateParts {
      inherit name entry root;
    })
  ) shape.crates;

  # ---- Rewritten manifests ----------------------------------------------------------------------

  inherit (manifests)
    members
    units
    scripts
    stubs
    returned
    ;

  roles = members // {
    inherit units scripts;
  };

  # What a rewritten manifest inherits from the workspace.
  packageFields = toml: filterAttrs (_: isInherited) (toml.package or { });

  # What these crates inherit from the workspace in the given directory. Stubs inherit nothing but
  # dependencies.
  inheritedFrom =
    home:
    {
      crates,
      manifestOf,
      isReal,
      isTested,
    }:
    let
      heirs = filter (name: homes.${name} == home) crates;
      manifests = map manifestOf (filter isReal heirs);
      dependencies = name: described.${name}.inherits.${if isTested name then "all" else "built"};
    in
    {
      dependencies = mergeAttrsList (map dependencies heirs);
      package = mergeAttrsList (map packageFields manifests);
      lints = any (toml: isInherited (toml.lints or null)) manifests;
    };

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
    units = partsOf.own;
    test = partsOf.own ++ [ "tests" ];
  };
  lines = mapAttrs (_: wanted: genAttrs names (partLines wanted)) partsOf // {
    scripts = genAttrs names (name: includeLine (scriptOf name));
  };
  scriptOf = name: join shape.crates.${name}.path shape.crates.${name}.buildScript;
  isScriptAlone =
    name:
    shape.crates.${name} ? buildScript
    && !(changes ? ${name})
    && isSelfContained (root + "/${scriptOf name}");
  memberLines = mapAttrs (_: manifests: genAttrs names (manifestLine manifests)) roles;

  # Those of other workspaces are rewritten.
  isManifest = path: any (home: path == join home "Cargo.toml") (attrValues homes);

  # What stands for a crate's library, so that no build starts from a library that was built from
  # anything else.
  stampLines = genAttrs names (
    name:
    let
      entry = shape.crates.${name};
      stamped =
        optional (parts.${name} ? library) parts.${name}.library
        ++ [ (placedToml (manifestIn entry.path) members.library.${name}) ]
        ++ concatMap placedBy (filter (path: !isManifest path) entry.include)
        ++ optionals (changes ? ${name}) (
          map (patch: "${patch}") (changes.${name}.patches or [ ])
          ++ [ (hashString "sha256" (changes.${name}.postPatch or "")) ]
        );
    in
    stampLine name stamped + optionalString (isScriptAlone name) scriptStampLines.${name}
  );
  # The same of a build script that is compiled alone.
  scriptStampLines = genAttrs names (
    name:
    stampLine "${name}#build-script" (
      placedBy (scriptOf name) ++ [ (placedToml (manifestIn shape.crates.${name}.path) scripts.${name}) ]
    )
  );
  stampLine =
    name: stamped: "cratesieveStamp ${escapeShellArg name} ${concatStringsSep " " stamped}\n";

  # What a crate's settings change in its files; `isWhole` where all of them are there.
  changeLines = mapAttrs (
    name:
    {
      patches ? [ ],
      postPatch ? "",
    }:
    genAttrs [ "0" "1" ] (
      isWhole:
      "cratesieveChange ${
        concatMapStringsSep " " escapeShellArg [
          name
          shape.crates.${name}.path
          isWhole
          postPatch
        ]
      } ${concatMapStringsSep " " (patch: "${patch}") patches}\n"
    )
  ) changes;

  stubLines = mapAttrs (_: mapAttrs (_: manifests: genAttrs names (manifestLine manifests))) stubs;

  # Only tests read these, and they lie outside the crate's directory.
  testIncludes =
    entry: entry.testInclude ++ map (join entry.path) (filter (hasPrefix "../") entry.testOnly);
  found =
    path:
    includePath {
      inherit path root manifest;
      reader = readers.${path} or "every build";
    };
  placedBy = path: attrValues (found path);
  includeLine =
    path:
    let
      placed = found path;
    in
    if placed ? directory then
      placeDirectory placed.directory path
    else if placed ? file then
      placeFile placed.file path
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

  existing = filter (path: pathExists (root + "/${path}"));

  # What stands for the crate that is built itself.
  subjectOf =
    {
      name,
      role,
      target ? null,
    }:
    let
      isScript = role == "scripts";
      isTests = role == "test";
      entry = shape.crates.${name};
      manifest = target.cut roles.test.${name};
      parts = crateParts {
        inherit name root;
        entry = entry // {
          drop = entry.drop ++ target.drop;
        };
      };
    in
    (
      if target == null then
        {
          files = lines.${role}.${name};
          manifest = roles.${role}.${name};
          manifestLine = memberLines.${role}.${name};
        }
      else
        {
          files = lines.own.${name} + optionalString (parts ? tests) (placeDirectory parts.tests entry.path);
          inherit manifest;
          manifestLine = manifestLine { ${name} = manifest; } name;
        }
    )
    // {
      inherit name;
      stamp = if isScript then scriptStampLines.${name} else stampLines.${name};
      includes = optionals (!isScript) entry.include ++ optionals isTests (testIncludes entry);
      isWhole = isTests && target == null;
    };

  # The source of a set of crates: `filesOf` and `manifestOf` say what stands for each of them, but
  # for the subject.
  compose =
    {
      closure,
      subject ? null, # the crate that is built itself
      filesOf, # the lines that place a crate's own files
      manifestOf,
      manifestLineOf,
      isReal, # whether a crate's manifest may inherit package fields and lints
      isTested,
      includesOf ? name: optionals (isReal name) shape.crates.${name}.include,
      also ? [ ], # what else is placed, where it exists
      isChanged ? true, # whether the crates' settings change their files
      # Packages that are no crates, by name, which is where they lie, too.
      beside ? { },
      # The package of the workspace root where it is none of the crates.
      package ? null,
      spec ? (_: spec: spec),
      lock,
    }:
    let
      isSubject = name: subject != null && name == subject.name;
      rewritten = name: if isSubject name then subject.manifest else manifestOf name;
      includes =
        concatMap (name: if isSubject name then subject.includes else includesOf name) closure.crates
        ++ existing also;

      inherits =
        home:
        inheritedFrom home {
          inherit (closure) crates;
          inherit isReal isTested;
          manifestOf = rewritten;
        };
      rootManifest = pruneRoot {
        toml = rootToml;
        package = if package == null && elem rootCrate closure.crates then rewritten rootCrate else package;
        crates =
          genAttrs closure.crates (name: shape.crates.${name})
          // mapAttrs (path: _: {
            inherit path;
            member = true;
          }) beside;
        packages = groupBy (package: package.name) (
          # An override in a profile is nothing to a stub.
          filter (package: package ? source || isReal package.name) (attrValues closure.keys)
        );
        inherits = inherits ".";
        inherit spec;
        isWorkspace = rootToml ? workspace || beside != { };
      };

      # The workspaces that crates from elsewhere inherit from.
      others = filter (home: home != ".") (unique (map (name: homes.${name}) closure.crates));
      otherManifest =
        home:
        let
          inIt = filter (name: shape.crates.${name}.path == home) closure.crates;
        in
        (if inIt == [ ] then { } else rewritten (head inIt))
        // {
          workspace = pruneInherited {
            workspace = (read.homeToml home).workspace or { };
            inherits = inherits home;
            inherit spec;
          };
        };
      isRewritten = path: any (home: path == join home "Cargo.toml") others;

      # Cargo's configuration may have patches as well.
      withPatches = mapAttrs (
        _: configuration:
        configuration
        // {
          patch = prunePatches {
            inherit (configuration) patch;
            crates = genAttrs closure.crates (_: null);
            packages = groupBy (package: package.name) (attrValues closure.keys);
          };
        }
      ) (filterAttrs (_: configuration: configuration ? patch) read.configurations);
      configurations = filterAttrs (
        path: configuration: configuration.patch != read.configurations.${path}.patch
      ) withPatches;
    in
    {
      inherit lock;
      script =
        "cratesieveBegin ${to workspace}\n"
        + concatStrings (map (name: if isSubject name then subject.files else filesOf name) closure.crates)
        + concatStrings (
          map (
            name: if isSubject name then subject.stamp else optionalString (isReal name) stampLines.${name}
          ) closure.crates
        )
        + includeLines (filter (path: !isRewritten path) includes ++ shape.files)
        + concatStrings (
          map (
            name:
            optionalString (isChanged && isReal name && changes ? ${name})
              changeLines.${name}.${if isSubject name && subject.isWhole then "1" else "0"}
          ) closure.crates
        )
        # After all else: a directory that somebody includes may hold crates.
        + concatStrings (
          map (name: if isSubject name then subject.manifestLine else manifestLineOf name) closure.crates
        )
        + concatStrings (mapAttrsToList placeToml configurations)
        + concatStrings (map (home: placeManifest (otherManifest home) home) others)
        + placeManifest rootManifest "."
        + concatStrings (mapAttrsToList (path: package: placeManifest package.manifest path) beside)
        + optionalString (lock != null) (placeFile lock "Cargo.lock")
        + "cratesieveEnd\n";
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
    }:
    let
      isTests = role == "test" || role == "units";
      kind = if isTests then "test" else "own";
      closure = single.${kind}.${name};
      isTested = crate: isTests && crate == name;
      subject = subjectOf { inherit name role target; };
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
        lock =
          if read.hasLock then
            locks.file {
              kind = "real";
              inherit isTested;
              inherit (closure) crates parted;
            }
          else
            null;
      };

  everything =
    {
      also ? [ ],
    }:
    let
      isTested = name: shape.crates.${name}.member;
      roleOf = name: if isTested name then "test" else "library";
    in
    compose {
      closure = {
        crates = names;
        keys = { };
      };
      inherit also isTested;
      isReal = _: true;
      isChanged = false;
      filesOf = name: lines.${roleOf name}.${name};
      manifestOf = name: members.${roleOf name}.${name};
      manifestLineOf = name: memberLines.${roleOf name}.${name};
      includesOf = name: shape.crates.${name}.include ++ testIncludes shape.crates.${name};
      lock = null;
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
