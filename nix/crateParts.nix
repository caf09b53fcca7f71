{
  lib,
  paths,
  splitSource,
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

  # A crate whose directory holds the workspace root owns the directories of its targets only.
  holdsRoot = all (part: part == "..") (paths.components entry.path);
  targets =
    lib.optional (entry ? lib) entry.lib
    ++ lib.optional (entry ? buildScript) entry.buildScript
    ++ attrValues entry.bins;
  ofTarget = target: if dirOf target == "." then target else dirOf target;
  candidates = unique (
    filter (place: !hasPrefix "../" place) (map ofTarget targets ++ entry.testOnly ++ conventional)
  );
  # What Cargo itself takes for directories of tests is for tests only, before the manifest knows that it is
  # there: so the first test of a crate changes nothing for its dependents.
  conventional = filter (directory: !any (paths.isWithin directory) targets) [
    "benches"
    "examples"
    "tests"
  ];
  isCovered = place: any (other: other != place && paths.isWithin other place) candidates;

  # Nix neither lists nor filters what lies behind a link.
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
        # Rewritten: an edit of it that no build can see changes nothing.
        ++ [ "Cargo.toml" ]
      )
    );
    classes = listToAttrs (
      marks "binaries" entry.binOnly ++ marks "tests" (entry.testOnly ++ conventional)
    );
  }
