{ lib, paths }:
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

  # `.cargo/config.toml`, `../.cargo/config`: in the workspace root, or above it. Cargo reads no other
  # ones when it runs in the workspace root, and what else lies in a `.cargo` may be a script.
  isFirst = path: match "([.][.]/)*[.]cargo/config([.]toml)?" path != null;
  climbs = path: length (filter (part: part == "..") (paths.components path));
in
/**
  Cargo's own configuration: the files that Cargo reads when it runs in the workspace root, and what
  they say together. A file is configuration where Cargo finds it by itself or another one names it
  in `include`, not because of the directory that it lies in.

  - `files`: each file, parsed, by its path;
  - `all`: the same as a list, the least important first: what stands later has precedence;
  - `setting`: what is said of a key: its `value`, and the `directory` to which a path in it is
    relative. Of several, the value that Cargo takes; `null` where nobody says anything.

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
  # Where there is one without an ending, Cargo leaves the other one alone.
  used = filter (path: baseNameOf path == "config" || !elem "${dirOf path}/config" firsts) firsts;
  # From the outermost directory inwards.
  ordered = builtins.sort (a: b: climbs a > climbs b) used;

  namesOf =
    toml:
    map (entry: if isAttrs entry then entry.path or null else entry) (
      if isList (toml.include or null) then toml.include else [ ]
    );

  # What a file includes comes before it, in the order of `include`.
  expand =
    seen: path:
    let
      toml = read path;
      included = map (join (dirOf path)) (filter isString (namesOf toml));
      # Cargo skips an optional one that is missing, and refuses circles and what else is missing.
      found = filter (name: !elem name seen && isKnown path name) included;
    in
    concatMap (expand (seen ++ [ path ])) found
    ++ [
      {
        inherit path toml;
        # Also of a file that another one names.
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
  # What would make a build other than at home, in silence.
  refused = [
    {
      keys = [
        "resolver"
        "lockfile-path"
      ];
      reason = "cratesieve reads the Cargo.lock beside the root Cargo.toml";
      remedy = "leave it out";
    }
    {
      keys = [
        "resolver"
        "feature-unification"
      ];
      reason = "a crate's source does not have the whole workspace";
      remedy = "leave it out, and give mkWorkspace `features = \"workspace\"` where it says that";
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
