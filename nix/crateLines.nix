{
  lib,
  paths,
  toToml,
  crateParts,
  includePath,
  outsideFiles,
  ...
}:
let
  inherit (builtins)
    any
    attrNames
    attrValues
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
    unique
    ;

  # With `./`, because a name may begin with a dash.
  to = path: escapeShellArg "./${path}";

  # Lines of the script that puts a source together; hooks/cratesieve-hook.sh has the functions.
  placeDirectory = source: path: "cratesieveDirectory ${source} ${to path}\n";
  placeFile = source: path: "cratesieveFile ${source} ${to path}\n";
  placeText = text: path: "cratesieveText ${text} ${to path}\n";
  placedToml = path: toml: toFile (baseNameOf path) (toToml toml);
  placeToml = path: toml: placeText (placedToml path toml) path;
  manifestIn = directory: if directory == "." then "Cargo.toml" else "${directory}/Cargo.toml";
  placeManifest = manifest: directory: placeToml (manifestIn directory) manifest;
in
/**
  Lines of the scripts that put sources together, each made once for the workspace.
  hooks/cratesieve-hook.sh has the functions that they call.

  # Type

  ```
  crateLines :: { root, shape, manifest, read, changes, manifests } -> {
    # Lines for the files of a crate, and for its Cargo.toml
    lines, memberLines :: { ${role} :: { ${crate} :: String } },
    stubLines :: { ${form} :: { ${kind} :: { ${crate} :: String } } },
    # Lines that identify the content of a crate's library, see hooks/layers.sh
    stampLines :: { ${crate} :: String },
    # Lines that apply `patches` and `postPatch`; "1" if all files of the crate are present
    changeLines :: { ${crate} :: { "0", "1" :: String } },
    # Lines for the files that a crate reads outside its directory
    outsideLines :: { library, test :: { ${crate} :: String } },
    commonLines :: String,                # for the files that every build reads
    includeLines :: [Path] -> String,     # for single files and directories
    manifestLine :: { ${crate} :: AttrSet } -> String -> String,
    placeManifest, placeToml, placeText, placeFile, to,
    subjectOf :: { name, role, isLinted ? Bool } -> Subject,
  }
  ```

  where a `Subject` describes the crate that a build compiles itself, not as a dependency.
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
    linked
    linted
    stubs
    ;
  names = attrNames shape.crates;
  join = paths.joinFrom root;

  rootCrate = lib.findFirst (name: shape.crates.${name}.path == ".") null names;

  parts = mapAttrs (
    name: entry:
    # Asks first whether the crate's Cargo.toml exists, for a better message.
    builtins.seq tomls.${name} (crateParts {
      inherit name entry root;
    })
  ) shape.crates;

  roles = members // {
    inherit linked linted;
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
    test = partsOf.own ++ [ "tests" ];
  };
  lines = mapAttrs (_: wanted: genAttrs names (partLines wanted)) partsOf;
  memberLines = mapAttrs (_: manifests: genAttrs names (manifestLine manifests)) roles;

  # The Cargo.toml files of workspaces. They are rewritten, not copied.
  isManifest =
    path: path == "Cargo.toml" || any (home: path == join home "Cargo.toml") (attrValues homes);

  # A stamp identifies the content of a crate's library. No build may start from a layer in which the library
  # has another stamp.
  stampLines = genAttrs names (
    name:
    let
      entry = shape.crates.${name};
      stamped =
        optional (parts.${name} ? library) parts.${name}.library
        ++ [ (placedToml (manifestIn entry.path) members.library.${name}) ]
        ++ outside.library.${name}.stamp
        ++ optionals (isChanged name) (
          map (patch: "${patch}") (changes.${name}.patches or [ ])
          ++ [ (hashString "sha256" (changes.${name}.postPatch or "")) ]
        );
    in
    "cratesieveStamp ${escapeShellArg name} ${concatStringsSep " " stamped}\n"
  );

  # Lines that apply the settings of a crate to its files. `isWhole` is "1" if all of its files are present.
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

  # Files outside a crate's directory: those that every build of the crate reads, and those for its tests only.
  testIncludes =
    entry: entry.testInclude ++ map (join entry.path) (filter (hasPrefix "../") entry.testOnly);
  outsideOf =
    reader: wanted:
    outsideFiles {
      inherit reader root manifest;
      inherit (shape) sourceRoot;
      name = if reader == null then "workspace" else "${reader}-outside";
      wanted = unique (filter (path: !isManifest path) wanted);
    };
  outside = {
    library = genAttrs names (name: outsideOf name shape.crates.${name}.include);
    test = genAttrs names (name: outsideOf name (testIncludes shape.crates.${name}));
  };
  placeOutside =
    found:
    concatStrings (
      map (source: placeDirectory source shape.sourceRoot) found.sources
      ++ attrValues (mapAttrs (path: source: placeDirectory source path) found.directories)
      ++ attrValues (mapAttrs (path: file: placeFile file path) found.files)
    );

  # Places a file or directory, if it exists.
  includeLine =
    path:
    let
      placed = includePath {
        inherit path root manifest;
        reader = "every build";
      };
    in
    if placed ? directory then
      placeDirectory placed.directory path
    else if placed ? file then
      placeFile placed.file path
    else
      "";

  # The subject: the crate that a build compiles itself, not as a dependency.
  subjectOf =
    {
      name,
      role,
      # Whether its Cargo.toml keeps the fields that clippy checks.
      isLinted ? false,
    }:
    let
      manifestRole = if isLinted then "linted" else role;
    in
    {
      inherit name;
      files = lines.${if role == "linked" then "library" else role}.${name};
      manifest = roles.${manifestRole}.${name};
      manifestLine = memberLines.${manifestRole}.${name};
      stamp = stampLines.${name};
      outside = outsideLines.library.${name} + optionalString (role == "test") outsideLines.test.${name};
      isWhole = role == "test";
    };
  outsideLines = mapAttrs (_: mapAttrs (_: placeOutside)) outside;
in
{
  inherit
    lines
    memberLines
    stubLines
    stampLines
    changeLines
    outsideLines
    manifestLine
    placeManifest
    placeToml
    placeText
    placeFile
    to
    subjectOf
    ;
  commonLines = placeOutside (outsideOf null shape.files);
  includeLines = wanted: concatStrings (map includeLine (unique wanted));
}
