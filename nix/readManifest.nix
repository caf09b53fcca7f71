{ lib, paths, ... }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    dirOf
    elem
    filter
    fromJSON
    head
    isAttrs
    mapAttrs
    pathExists
    readFile
    ;
  inherit (lib)
    concatStringsSep
    genAttrs
    hasInfix
    hasPrefix
    hasSuffix
    optional
    ;

  # The only format that this version reads: `FORMAT` in src/manifest.rs.
  format = 2;

  topLevel = [
    "generated"
    "format"
    "sourceRoot"
    "files"
    "patched"
    "crates"
  ];

  # Every key of a crate with its default value. `lib` and `buildScript` stay absent.
  crateDefaults = {
    member = true;
    workspace = ".";
    procMacro = false;
    bins = { };
  }
  // genAttrs [
    "dependencies"
    "devDependencies"
    "testExtra"
    "nested"
    "binOnly"
    "testOnly"
    "drop"
    "include"
    "testInclude"
  ] (_: [ ]);
  crateKeys = attrNames crateDefaults ++ [
    "path"
    "lib"
    "buildScript"
    "closure"
  ];

  unknown = known: set: filter (name: !elem name known) (attrNames set);
in
/**
  Reads `cratesieve.json` as strictly as the generator does, and adds the empty values that it omits.
  It is lazy: each crate is checked when it is used.

  Throws if the file is missing, has another format, or has keys that no generator writes.

  # Type

  ```
  readManifest :: Path -> { sourceRoot :: String, files :: [String], patched :: [String], crates :: { ${name} :: Crate } }
  ```
*/
file:
let
  at = toString file;
  text = readFile file;
  content = fromJSON text;
  found = content.format or null;

  # Fast path: most paths have no `..`.
  join = paths.joinFrom (dirOf file);
  leaves =
    base: path: hasInfix ".." path && !paths.isWithin (content.sourceRoot or ".") (join base path);
  strayFiles = filter (leaves ".") (content.files or [ ]);

  readCrate =
    name: crate:
    let
      surplus = unknown crateKeys crate;
      of = concatMap (key: crate.${key} or [ ]);
      strays =
        filter (leaves ".") (
          [
            crate.path
            (crate.workspace or ".")
          ]
          ++ of [
            "include"
            "testInclude"
          ]
        )
        ++ filter (leaves crate.path) (
          optional (crate ? lib) crate.lib
          ++ optional (crate ? buildScript) crate.buildScript
          ++ attrValues (crate.bins or { })
          ++ of [
            "binOnly"
            "drop"
            "nested"
            "testOnly"
          ]
        );
      missing = filter (key: !(crate ? ${key})) [
        "path"
        "closure"
      ];
    in
    if surplus != [ ] then
      throw ''
        cratesieve: ${at}: crate `${name}` has the unknown key `${concatStringsSep "`, `" surplus}`
        run: nix run .#gen''
    else if missing != [ ] then
      throw ''
        cratesieve: ${at}: crate `${name}` lacks the key `${concatStringsSep "`, `" missing}`
        run: nix run .#gen''
    else if strays != [ ] then
      throw ''
        cratesieve: ${at}: crate `${name}` has the path `${head strays}`, which leaves the source root
        run: nix run .#gen''
    else
      crateDefaults // crate;
  surplus = unknown topLevel content;
in
if !pathExists file then
  if !pathExists (dirOf file + "/Cargo.toml") then
    throw ''
      cratesieve: there is no manifest at ${at}, nor a Cargo.toml next to it
      let `src` be the root of the workspace, or let `manifest` name cratesieve.json there
      (In a git repository, `git add` the workspace: a flake sees only files that git tracks.)''
  else
    throw ''
      cratesieve: there is no manifest at ${at}
      run: nix run .#gen
      (In a git repository, then `git add` it: a flake sees only files that git tracks. If gen says
      that it is up to date, this is a member: let `src` be the root of the workspace.)''
# Invalid JSON ends the evaluation, even of `nix run .#gen`, which could repair it. So the likely cases are
# found first.
else if hasInfix "\n<<<<<<< " text then
  throw ''
    cratesieve: ${at} holds a merge conflict
    run: nix run .#gen''
else if !(hasPrefix "{" text && (hasSuffix "\n}\n" text || hasSuffix "\r\n}\r\n" text)) then
  throw ''
    cratesieve: ${at} is cut short, or was edited
    run: nix run .#gen''
else if !isAttrs content || !builtins.isInt found then
  throw ''
    cratesieve: ${at} is not a manifest: it has no format
    run: nix run .#gen''
else if found > format then
  throw ''
    cratesieve: ${at} has format ${toString found}, and this version reads format ${toString format}
    update the flake input: nix flake update cratesieve''
else if found != format then
  throw ''
    cratesieve: ${at} has format ${toString found}, and this version reads format ${toString format}
    run: nix run .#gen''
else if surplus != [ ] then
  throw ''
    cratesieve: ${at} has the unknown key `${concatStringsSep "`, `" surplus}`
    run: nix run .#gen''
else if strayFiles != [ ] then
  throw ''
    cratesieve: ${at}: `files` has the path `${head strayFiles}`, which leaves the source root
    run: nix run .#gen''
else
  {
    sourceRoot = content.sourceRoot or ".";
    files = content.files or [ ];
    patched = content.patched or [ ];
    crates = mapAttrs readCrate content.crates;
  }
