{
  lib,
  paths,
  toToml,
  crateParts,
  includePath,
  isSelfContained,
}:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    concatMap
    filter
    hashString
    listToAttrs
    map
    mapAttrs
    toFile
    ;
  inherit (lib)
    concatMapStringsSep
    concatStrings
    concatStringsSep
    escapeShellArg
    genAttrs
    hasPrefix
    optional
    optionals
    optionalString
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
in
/**
  Lines of the scripts that put sources together, each made once for the workspace.
  hooks/cratesieve-hook.sh has the functions that they call.

  # Type

  ```
  crateLines :: { root, shape, manifest, read, changes, manifests } -> {
    lines, memberLines :: { ${role} :: { ${crate} :: String } }, # that place a crate's files, and its Cargo.toml
    stubLines :: { ${form} :: { ${kind} :: { ${crate} :: String } } },
    stampLines :: { ${crate} :: String }, # what stands for its library, see hooks/layers.sh
    changeLines :: { ${crate} :: { "0", "1" :: String } }, # what settings change; "1" where all its files are there
    includeLines :: [Path] -> String,     # that place what lies outside of crates
    testIncludes :: Crate -> [Path],
    manifestLine :: { ${crate} :: AttrSet } -> String -> String,
    placeManifest, placeToml, placeFile, to,
    isScriptAlone :: String -> Bool,
    subjectOf :: { name, role, target ? TestTarget, isLinted ? Bool } -> Subject,
  }
  ```

  where a `Subject` is what stands for the crate that is built itself.
*/
{
  root,
  shape,
  manifest,
  read,
  changes,
  manifests, # what rewriteManifests returns
}:
let
  inherit (read) tomls homes;
  inherit (manifests)
    members
    units
    linted
    scripts
    stubs
    ;
  names = attrNames shape.crates;
  join = paths.joinFrom root;

  rootCrate = lib.findFirst (name: shape.crates.${name}.path == ".") null names;

  parts = mapAttrs (
    name: entry:
    # Whether the crate is still there is asked first.
    builtins.seq tomls.${name} (crateParts {
      inherit name entry root;
    })
  ) shape.crates;

  roles = members // {
    inherit units linted scripts;
  };

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
    && !isChanged name
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
        ++ optionals (isChanged name) (
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
  isChanged = name: changes.${name} or { } != { };
  changeLines = mapAttrs (
    name:
    {
      patches ? [ ],
      postPatch ? "",
    }:
    genAttrs [ "0" "1" ] (
      isWhole:
      optionalString (isChanged name) "cratesieveChange ${
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

  # What stands for the crate that is built itself.
  subjectOf =
    {
      name,
      role,
      target ? null,
      isLinted ? false,
    }:
    let
      manifestRole = if isLinted then "linted" else role;
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
          manifest = roles.${manifestRole}.${name};
          manifestLine = memberLines.${manifestRole}.${name};
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
in
{
  inherit
    lines
    memberLines
    stubLines
    stampLines
    changeLines
    includeLines
    testIncludes
    manifestLine
    placeManifest
    placeToml
    placeFile
    to
    isScriptAlone
    subjectOf
    ;
}
