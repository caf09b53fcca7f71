{
  lib,
  tables,
  paths,
  splitSource,
  ...
}:
let
  inherit (builtins)
    all
    attrValues
    dirOf
    filter
    listToAttrs
    map
    readFileType
    ;
  inherit (lib) any hasPrefix unique;

  marks = value: keys: map (name: { inherit name value; }) keys;
in
/**
  The parts of a crate's own directory: what dependents need (`library`), what its binaries add
  (`binaries`) and what its tests, benches and examples add (`tests`). The rules are those of
  src/source.rs, and a test compares the two.

  # Type

  ```
  crateParts :: { name :: String, entry :: Crate, root :: Path } -> { library, binaries, tests :: Source | null }
  ```
*/
{
  name,
  entry,
  root,
}:
let
  directory = if entry.path == "." then root else root + "/${entry.path}";

  # If the directory of a crate contains the workspace root, only the directories of its targets belong to it.
  holdsRoot = all (part: part == "..") (paths.components entry.path);
  targets =
    lib.optional (entry ? lib) entry.lib
    ++ lib.optional (entry ? buildScript) entry.buildScript
    ++ attrValues entry.bins;
  ofTarget = target: if dirOf target == "." then target else dirOf target;
  candidates = unique (
    filter (place: !hasPrefix "../" place) (map ofTarget targets ++ entry.testOnly ++ conventional)
  );
  # The directories where Cargo looks for tests, benches and examples. They are for tests even if they do not
  # exist yet, so that the first test of a crate does not rebuild its dependents.
  conventional = filter (directory: !any (paths.isWithin directory) targets) tables.testDirectories;
  isCovered = place: any (other: other != place && paths.isWithin other place) candidates;

  # A filter of Nix does not look behind links.
  ancestors = lib.foldl' (
    above: part: above ++ [ (if above == [ ] then part else "${lib.last above}/${part}") ]
  ) [ ] (paths.components entry.path);
  link = lib.findFirst (path: readFileType (root + "/${path}") == "symlink") null ancestors;
in
if link != null then
  throw ''
    cratesieve: crate `${name}` lies behind the symbolic link ${link}, and Nix does not look behind it
    name the directory that the link leads to in Cargo.toml, and run: nix run .#gen''
else
  splitSource {
    inherit name directory;
    places = if holdsRoot then unique (filter (place: !isCovered place) candidates) else [ "." ];
    skip = listToAttrs (
      marks true (
        entry.drop
        ++ entry.nested
        # Cargo.toml is rewritten, so that an edit which no build can see changes nothing.
        ++ [ "Cargo.toml" ]
      )
    );
    classes = listToAttrs (
      marks "binaries" entry.binOnly ++ marks "tests" (entry.testOnly ++ conventional)
    );
  }
