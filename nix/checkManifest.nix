{ lib, paths, ... }:
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elem
    filter
    listToAttrs
    map
    pathExists
    readDir
    stringLength
    substring
    toFile
    ;
  inherit (lib)
    cleanSourceWith
    escapeShellArg
    hasPrefix
    last
    splitString
    ;

  # Endings of files that never contain anything the generator reads: only their names matter. Languages that
  # import files, programs, documents with examples and settings of tools are not in the list. A test compares it with
  # src/imports. A file with any other ending may be included as Rust source (`include!("table.in")`).
  inert = [
    "adoc"
    "apache"
    "avif"
    "bat"
    "bin"
    "bmp"
    "br"
    "bz2"
    "cer"
    "cmd"
    "crt"
    "cs"
    "csh"
    "csv"
    "cts"
    "dat"
    "db"
    "der"
    "diff"
    "dll"
    "dylib"
    "eot"
    "exe"
    "exr"
    "fish"
    "flac"
    "gif"
    "glb"
    "gltf"
    "go"
    "gz"
    "hbs"
    "hdr"
    "hjson"
    "html"
    "ico"
    "ipynb"
    "j2"
    "java"
    "jpeg"
    "jpg"
    "js"
    "jsonl"
    "jsx"
    "kt"
    "ktx2"
    "license"
    "lock"
    "log"
    "lz4"
    "map"
    "mjs"
    "mo"
    "mp2"
    "mp3"
    "mp4"
    "mts"
    "nix"
    "nu"
    "nuon"
    "o"
    "obj"
    "ods"
    "ogg"
    "otf"
    "ott"
    "patch"
    "pdf"
    "pem"
    "pest"
    "ply"
    "png"
    "po"
    "pot"
    "ps1"
    "psd"
    "pyi"
    "rast"
    "rb"
    "ron"
    "rst"
    "rtf"
    "scm"
    "snap"
    "so"
    "spv"
    "sql"
    "sqlite"
    "stderr"
    "stdout"
    "stl"
    "svg"
    "swift"
    "tar"
    "tera"
    "tgz"
    "tif"
    "tiff"
    "toon"
    "ts"
    "tsv"
    "tsx"
    "ttf"
    "txt"
    "wasm"
    "wat"
    "wav"
    "webm"
    "webp"
    "whl"
    "woff"
    "woff2"
    "xlf"
    "xlsx"
    "xml"
    "xz"
    "yaml"
    "yml"
    "zig"
    "zip"
    "zst"
  ];
  ending = name: last (splitString "." name);

  versionControl = [
    ".git"
    ".hg"
    ".jj"
    ".pijul"
    ".svn"
  ];
in
/**
  A derivation that fails if `cratesieve gen --check` fails: the manifest is not what the generator
  would write. Needs no network.

  It depends on the names of all files below `src`, and on the content of those that the generator
  reads: Cargo.toml, Cargo's configuration, ignore lists, and every file that could be Rust source.
  Files with endings such as `.md`, `.json`, `.sql`, `.proto` or `.png` (the list is in this file) are
  replaced by empty files. So an edit of a document or a picture does not run the check again. An edit
  of a Rust file does, because only its text tells which files it includes.

  If `src` has no `.git`, as in a flake, the check takes every file in it for tracked, and ignore lists
  do not apply.

  # Type

  ```
  checkManifest :: { pkgs, craneLib, cratesieve :: Derivation, src :: Path, sourceRoot :: String, root :: Path, manifest :: Path } -> Derivation
  ```
*/
{
  pkgs,
  craneLib,
  cratesieve,
  src,
  root,
  sourceRoot,
  manifest,
}:
let
  # The directory that the generator reads: the source root.
  top = if sourceRoot == "." then root else root + "/${sourceRoot}";
  topName = toString top;
  # If the source is in the store, it has only files that git tracks.
  isCheckout = !hasPrefix "${builtins.storeDir}/" topName && hasRepository top;
  hasRepository =
    directory: pathExists (directory + "/.git") || directory != /. && hasRepository (dirOf directory);

  matters =
    name:
    name == "Cargo.toml"
    || name == "CMakeLists.txt"
    || name == ".gitignore" && isCheckout
    || !elem (lib.toLower (ending name)) inert && !hasPrefix "LICENSE" name && name != ".gitignore";

  # { path, type } of everything below a directory, including links.
  walk =
    at:
    let
      entries = readDir (if at == "" then top else top + "/${at}");
      isKept =
        name:
        !elem name versionControl
        # Cargo's target directory, if `src` is a work tree.
        && !(name == "target" && entries ? "Cargo.toml");
      visit =
        name:
        let
          path = if at == "" then name else "${at}/${name}";
          type = entries.${name};
        in
        [ { inherit path type name; } ] ++ (if type == "directory" then walk path else [ ]);
    in
    concatMap visit (filter isKept (attrNames entries));
  all = walk "";

  manifestPath =
    let
      found = paths.below topName (toString manifest);
    in
    if found != null then
      found
    else
      throw ''
        cratesieve: `manifest` of mkWorkspace, ${toString manifest}, lies outside the workspace, where `checks.manifest` cannot compare it
        put it next to the root Cargo.toml: nix run .#gen'';
  content = filter (
    entry:
    entry.type == "symlink"
    || entry.type == "regular" && (matters entry.name || entry.path == manifestPath)
  ) all;
  parents =
    path:
    let
      up = dirOf path;
    in
    if up == "." then [ ] else parents up ++ [ up ];
  kept = listToAttrs (
    map (path: {
      name = path;
      value = true;
    }) (concatMap (entry: parents entry.path ++ [ entry.path ]) content)
  );
  source = cleanSourceWith {
    name = "manifest-check";
    src = top;
    filter = path: _: kept ? ${substring (stringLength topName + 1) (-1) path};
  };
  namesOf =
    type: concatStringsSep "\n" (map (entry: entry.path) (filter (entry: entry.type == type) all));

  here = paths.below topName (toString root);
  # If the manifest has its default path, the generator finds it without an option.
  usual = toString manifest == "${toString root}/cratesieve.json";
  output = if usual then "" else " --output \"$top\"/${escapeShellArg manifestPath}";
in
pkgs.runCommand "cratesieve-manifest-check"
  {
    nativeBuildInputs = [
      cratesieve
      craneLib.cargo or pkgs.cargo
    ];
  }
  ''
    cp --recursive --no-preserve=mode,ownership ${source} source
    cd source
    top=$PWD
    while IFS= read -r directory; do mkdir -p "./$directory"; done <${
      toFile "directories" (namesOf "directory" + "\n")
    }
    while IFS= read -r file; do [ -e "./$file" ] || : >"./$file"; done <${
      toFile "files" (namesOf "regular" + "\n")
    }

    # The generator looks for the source root only within a git repository.
    mkdir -p .git
    cd ${escapeShellArg here}
    export CARGO_HOME=$NIX_BUILD_TOP/cargo-home HOME=$NIX_BUILD_TOP
    cratesieve gen --check --color never${output}
    touch $out
  ''
