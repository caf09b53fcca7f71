{
  lib,
  paths,
  toToml,
  crateParts,
  includePath,
  unversioned,
  version,
  pruneInherited,
  prunePatches,
  rewriteManifests,
  lockTexts,
  pruneRoot,
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
    head
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
    mapAttrsToList
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
  placeToml = path: toml: placeFile (toFile (baseNameOf path) (toToml toml)) path;
  placeManifest =
    manifest: directory:
    placeToml (if directory == "." then "Cargo.toml" else "${directory}/Cargo.toml") manifest;

  isInherited = value: isAttrs value && value.workspace or false == true;

in
/**
  The sources of all crates, role by role, as scripts that put them together when a build unpacks.

  What is the same for several crates, the parts of a directory and the rewritten manifest of a
  dependency above all, is made once for the workspace.

  # Type

  ```
  makeSources :: { root, workspace, shape, manifest, read, closures } -> {
    source :: { name :: String, role :: "library" | "own" | "test", also ? [String] } -> Source,
    stubs :: { name :: String, role :: "own" | "test", form :: "lean" | "full" } -> Source,
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
  lockFile = lockTexts {
    inherit shape read;
    stubVersion = version;
  };

  parts = mapAttrs (
    name: entry:
    # Whether the crate is still there is asked first.
    builtins.seq tomls.${name} (crateParts {
      inherit name entry root;
    })
  ) shape.crates;

  # ---- Rewritten manifests ----------------------------------------------------------------------

  inherit (manifests) members stubs returned;

  # What a rewritten manifest inherits from the workspace.
  packageFields = toml: filterAttrs (_: isInherited) (toml.package or { });

  merge = foldl' (all: one: all // one) { };

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
      dependencies = merge (map dependencies heirs);
      package = merge (map packageFields manifests);
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
    test = partsOf.own ++ [ "tests" ];
  };
  lines = mapAttrs (_: wanted: genAttrs names (partLines wanted)) partsOf;
  memberLines = mapAttrs (_: manifests: genAttrs names (manifestLine manifests)) members;

  stubLines = mapAttrs (_: mapAttrs (_: manifests: genAttrs names (manifestLine manifests))) stubs;

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

  existing = filter (path: pathExists (root + "/${path}"));

  # The source of a set of crates: `filesOf` and `manifestOf` say what stands for each of them.
  compose =
    {
      closure,
      filesOf, # the lines that place a crate's own files
      manifestOf,
      manifestLineOf,
      isReal, # whether a crate's manifest may inherit package fields and lints
      isTested,
      includes,
      spec ? (_: spec: spec),
      lock,
    }:
    let
      inherits =
        home:
        inheritedFrom home {
          inherit (closure) crates;
          inherit manifestOf isReal isTested;
        };
      rootManifest = pruneRoot {
        toml = rootToml;
        package = if elem rootCrate closure.crates then manifestOf rootCrate else null;
        crates = genAttrs closure.crates (name: shape.crates.${name});
        packages = groupBy (package: package.name) (
          # An override in a profile is nothing to a stub.
          filter (package: package ? source || isReal package.name) (attrValues closure.keys)
        );
        inherits = inherits ".";
        inherit spec;
      };

      # The workspaces that crates from elsewhere inherit from.
      others = filter (home: home != ".") (unique (map (name: homes.${name}) closure.crates));
      otherManifest =
        home:
        let
          inIt = filter (name: shape.crates.${name}.path == home) closure.crates;
        in
        (if inIt == [ ] then { } else manifestOf (head inIt))
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
        + concatStrings (map filesOf closure.crates)
        + includeLines (filter (path: !isRewritten path) includes ++ shape.files)
        # After all else: a directory that somebody includes may hold crates.
        + concatStrings (map manifestLineOf closure.crates)
        + concatStrings (mapAttrsToList placeToml configurations)
        + concatStrings (map (home: placeManifest (otherManifest home) home) others)
        + placeManifest rootManifest "."
        + optionalString (lock != null) (placeFile lock "Cargo.lock")
        + "cratesieveEnd\n";
    };

  stubsOf =
    {
      closure,
      isTested,
      isBuilt,
      form,
    }:
    let
      kindOf =
        name:
        if isTested name then
          "tested"
        else if isBuilt name then
          "built"
        else
          "plain";
      leadsBack = any (package: package ? source && any (to: !(to ? source)) package.edges) (
        attrValues closure.keys
      );
      isReal = name: leadsBack && returned ? ${name};

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
      versioned = filter (name: isReal name || elem name shape.patched && isAsked name) (
        if shape.patched == [ ] then [ ] else closure.crates
      );

      stubOf =
        name:
        let
          stub = stubs.${form}.${kindOf name}.${name};
        in
        if elem name versioned then
          stub
          // {
            package = stub.package // {
              version = read.versions.${name};
            };
          }
        else
          stub;
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
      inherit closure isTested isReal;
      filesOf = name: optionalString (isReal name) lines.library.${name};
      manifestLineOf =
        name:
        if isReal name then
          memberLines.library.${name}
        else if elem name versioned then
          manifestLine { ${name} = stubOf name; } name
        else
          stubLines.${form}.${kindOf name}.${name};
      manifestOf = name: if isReal name then members.library.${name} else stubOf name;
      includes = concatMap (name: optionals (isReal name) shape.crates.${name}.include) closure.crates;
      spec = key: spec: unversioned (leanSpec key spec);
      lock = lockFile {
        kind = "stubs";
        inherit versioned;
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
      roleOf = crate: if crate == name then role else "library";
    in
    compose {
      inherit closure isTested;
      isReal = _: true;
      filesOf = crate: lines.${roleOf crate}.${crate};
      manifestOf = crate: members.${roleOf crate}.${crate};
      manifestLineOf = crate: memberLines.${roleOf crate}.${crate};
      includes =
        concatMap (crate: shape.crates.${crate}.include) closure.crates
        ++ optionals (role == "test") (testIncludes shape.crates.${name})
        ++ existing also;
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
      inherit isTested;
      isReal = _: true;
      filesOf = name: lines.${roleOf name}.${name};
      manifestOf = name: members.${roleOf name}.${name};
      manifestLineOf = name: memberLines.${roleOf name}.${name};
      includes =
        concatMap (name: shape.crates.${name}.include ++ testIncludes shape.crates.${name}) names
        ++ existing also;
      lock = null;
    };

  stubs =
    {
      name,
      role,
      form,
    }:
    stubsOf {
      inherit form;
      closure = closures.${role}.${name};
      isTested = crate: role == "test" && crate == name;
      isBuilt = crate: crate == name;
    };

  allStubs = stubsOf {
    form = "full";
    closure = {
      crates = names;
      keys = read.lock.byKey;
    };
    isTested = name: shape.crates.${name}.member;
    isBuilt = _: false;
  };
}
