{ lib, paths }:
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

  # Files with these endings are data, whatever refers to them: the generator looks at their names
  # only. Those of languages that import files, of documents with examples and of tools' settings are not
  # among them (a test compares them with src/imports.rs). What is not listed here may be included as Rust source (`include!("table.in")`).
  inert = [
    "adoc"
    "apache"
    "avif"
    "bash"
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
    "py"
    "pyi"
    "rast"
    "rb"
    "ron"
    "rst"
    "rtf"
    "scm"
    "sh"
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
    "zsh"
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
  A derivation that fails if `cratesieve gen --check` does: the manifest is not what the generator
  would write. Needs no network.

  It depends on the names of all files below `src`, and on the content of those that may matter to
  the manifest: Cargo.toml, Cargo's configuration, ignore lists, and every file that could be Rust
  source. Of what has an ending such as `.md`, `.json`, `.sql`, `.proto` or `.png` (the list stands
  in this file), only the name matters, and an empty file takes its place. So an edit of a document
  or a picture does not run the check again; an edit of a Rust file does, since only reading it
  tells which files it includes.

  Where `src` has no `.git`, as in a flake, every file in it is one that git tracks, and ignore lists
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
  # The tree that the generator may look at: the source root.
  top = if sourceRoot == "." then root else root + "/${sourceRoot}";
  topName = toString top;
  # In the store, there are only files that git tracks.
  isCheckout = !hasPrefix "${builtins.storeDir}/" topName && hasRepository top;
  hasRepository =
    directory: pathExists (directory + "/.git") || directory != /. && hasRepository (dirOf directory);

  matters =
    name:
    name == "Cargo.toml"
    || name == ".gitignore" && isCheckout
    || !elem (lib.toLower (ending name)) inert && !hasPrefix "LICENSE" name && name != ".gitignore";

  # { path, type } of everything below, links too.
  walk =
    at:
    let
      entries = readDir (if at == "" then top else top + "/${at}");
      isKept =
        name:
        !elem name versionControl
        # Cargo's own output, where `src` is a work tree.
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
        put it beside the root Cargo.toml: nix run .#gen'';
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
  # Where the manifest lies at its usual place, the generator finds it by itself.
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

    # The generator looks no further up than the repository.
    mkdir -p .git
    cd ${escapeShellArg here}
    export CARGO_HOME=$NIX_BUILD_TOP/cargo-home HOME=$NIX_BUILD_TOP
    cratesieve gen --check --color never${output}
    touch $out
  ''
