{ lib, splitSource, ... }:
let
  inherit (builtins)
    baseNameOf
    pathExists
    readFileType
    ;
  inherit (lib.strings) sanitizeDerivationName;
in
/**
  The store path of a file or directory outside the crates that read it. An empty directory
  gives `{ }`.

  # Type

  ```
  includePath :: {
    path :: String,       # relative to the workspace root
    root :: Path,         # the workspace root
    reader :: String,     # the crate that reads it, for the message
    manifest :: String,   # the file's name, for the message
  } -> { directory :: Source } | { file :: StorePath } | { }
  ```
*/
{
  path,
  root,
  reader,
  manifest,
}:
let
  full = root + "/${path}";
  name = sanitizeDerivationName (baseNameOf path);
in
# A link that leads nowhere counts as existing, for Nix and for the generator.
if !pathExists full then
  throw ''
    cratesieve: ${manifest} is stale: ${path}, which ${reader} reads, is not there
    run: nix run .#gen
    (In a git repository, first `git add` the file: a flake sees only files that git tracks.)''
else if readFileType full == "directory" then
  let
    parts = splitSource {
      inherit name;
      directory = full;
    };
  in
  if parts ? library then { directory = parts.library; } else { }
else
  {
    file = builtins.path {
      inherit name;
      path = full;
    };
  }
