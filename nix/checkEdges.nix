{ lib, ... }:
let
  inherit (builtins)
    elem
    filter
    head
    map
    ;
  inherit (lib) findFirst unique;

  stale = manifest: what: ''
    cratesieve: ${manifest} is stale: ${what}
    run: nix run .#gen'';
in
/**
  Returns `value` if the path dependencies in a crate's Cargo.toml are those of the manifest. Otherwise it
  throws, and names the crate and the path dependency that is new or gone.

  # Type

  ```
  checkEdges :: {
    name :: String,      # of the crate
    entry :: Crate,      # its entry in the manifest
    crates :: { ${name} :: Crate },
    described :: AttrSet, # what describeMember returns
    manifest :: String,  # the file's name, for the message
  } -> a -> a
  ```
*/
{
  name,
  entry,
  crates,
  described,
  manifest,
}:
value:
let
  file = if entry.path == "." then "Cargo.toml" else "${entry.path}/Cargo.toml";
  moved = edge: (crates.${edge.name} or { path = null; }).path != edge.path;
  check =
    {
      verb,
      found,
      known,
    }:
    let
      names = unique (map (edge: edge.name) found);
      new = filter (to: !elem to known) names;
      gone = filter (to: !elem to names) known;
      elsewhere = findFirst moved null found;
    in
    if new != [ ] then
      stale manifest "crate `${name}` ${verb} `${head new}` by path (${file}), which the manifest does not know"
    else if gone != [ ] then
      stale manifest "crate `${name}` no longer ${verb} `${head gone}` by path (${file}), but the manifest lists it"
    else if elsewhere != null then
      stale manifest "crate `${name}` ${verb} `${elsewhere.name}` in ${elsewhere.path} (${file}), but the manifest has another path for it"
    else
      null;
  problems = filter (problem: problem != null) [
    (check {
      verb = "depends on";
      found = described.built;
      known = entry.dependencies;
    })
    # Cargo builds no tests of a crate that is not a member, so the manifest omits its dev-dependencies.
    (
      if entry.member then
        check {
          verb = "dev-depends on";
          found = described.dev;
          known = entry.devDependencies;
        }
      else
        null
    )
  ];
in
if problems == [ ] then value else throw (head problems)
