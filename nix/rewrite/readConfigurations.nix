{ lib, paths, ... }:
let
  inherit (builtins)
    concatMap
    elem
    filter
    fromTOML
    head
    isAttrs
    isList
    isString
    length
    listToAttrs
    map
    match
    pathExists
    readFile
    ;
  inherit (lib) attrByPath findFirst reverseList;

  # Whether Cargo reads a file by itself: `.cargo/config.toml` or `.cargo/config` in the workspace root or above
  # it. Other files in `.cargo` may be scripts.
  isFirst = path: match "([.][.]/)*[.]cargo/config([.]toml)?" path != null;
  climbs = path: length (filter (part: part == "..") (paths.components path));
in
/**
  Cargo's configuration: the files that Cargo reads when it runs in the workspace root, and their merged
  settings. A file counts if Cargo finds it by itself or another file names it in `include`, not because of
  its directory.

  - `files`: each parsed file, by its path;
  - `all`: these as a list, in ascending precedence;
  - `setting`: the value of a key that Cargo uses, and the `directory` to which a path in it is
    relative. `null` if no file sets it.

  # Type

  ```
  readConfigurations :: { root :: Path, shape :: Manifest, manifest :: String } -> {
    files :: { ${path} :: AttrSet },
    all :: [ { path :: String, directory :: String, toml :: AttrSet } ],
    setting :: [String] -> { value :: Any, directory :: String } | null,
  }
  ```
*/
{
  root,
  shape,
  manifest,
}:
let
  join = paths.joinFrom root;
  read =
    path:
    builtins.addErrorContext "while reading ${toString root}/${path}" (
      fromTOML (readFile (root + "/${path}"))
    );

  firsts = filter isFirst shape.files;
  # If there is a file without an ending, Cargo ignores the other one.
  used = filter (path: baseNameOf path == "config" || !elem "${dirOf path}/config" firsts) firsts;
  # From the outermost directory to the innermost.
  ordered = builtins.sort (a: b: climbs a > climbs b) used;

  namesOf =
    toml:
    map (entry: if isAttrs entry then entry.path or null else entry) (
      if isList (toml.include or null) then toml.include else [ ]
    );

  # An included file comes before the file that includes it, in the order of `include`.
  expand =
    seen: path:
    let
      toml = read path;
      included = map (join (dirOf path)) (filter isString (namesOf toml));
      # Cargo ignores an optional file that is missing. It refuses circles, and other missing files.
      found = filter (name: !elem name seen && isKnown path name) included;
    in
    concatMap (expand (seen ++ [ path ])) found
    ++ [
      {
        inherit path toml;
        # Also the directory for a file that another one includes.
        directory = join (dirOf path) "..";
      }
    ];
  isKnown =
    by: path:
    if elem path shape.files then
      true
    else if pathExists (root + "/${path}") then
      throw ''
        cratesieve: ${manifest} is stale: ${by} includes ${path}, which the manifest does not know
        run: nix run .#gen''
    else
      false;

  all = map (file: builtins.seq (refuse file) file) (concatMap (expand [ ]) ordered);
  # Settings that would change a build without any message.
  refused = [
    {
      keys = [
        "resolver"
        "lockfile-path"
      ];
      reason = "cratesieve reads the Cargo.lock next to the root Cargo.toml";
      remedy = "leave it out";
    }
    {
      keys = [
        "resolver"
        "feature-unification"
      ];
      reason = "each crate is built without the rest of the workspace";
      remedy = "leave it out; if its value is \"workspace\", give mkWorkspace `features = \"workspace\"`";
    }
  ];
  refuse =
    file:
    let
      found = filter (key: attrByPath key.keys null file.toml != null) refused;
      key = head found;
    in
    if found == [ ] then
      null
    else
      throw ''
        cratesieve: ${file.path} has `${builtins.concatStringsSep "." key.keys}`: ${key.reason}
        ${key.remedy}'';
  byPrecedence = reverseList all;
in
{
  inherit all;
  files = listToAttrs (
    map (file: {
      name = file.path;
      value = file.toml;
    }) all
  );

  setting =
    keys:
    let
      saying = findFirst (file: attrByPath keys null file.toml != null) null byPrecedence;
    in
    if saying == null then
      null
    else
      {
        value = attrByPath keys null saying.toml;
        inherit (saying) directory;
      };
}
