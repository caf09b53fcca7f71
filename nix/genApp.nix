/**
  The app `gen`: the generator, with a cargo to ask where there is none on the PATH. The one on the
  PATH comes first: it is the workspace's own toolchain.

  `workspaces` are the paths of the workspaces of the flake. What of them lies below the top of the
  flake is there for who runs the app outside of them, at the top of the repository say.

  # Type

  ```
  genApp :: { pkgs, cratesieve :: Derivation, workspaces ? [ Path ] } -> App
  ```
*/
{
  pkgs,
  cratesieve,
  workspaces ? [ ],
}:
let
  inherit (pkgs) lib;
  inherit (builtins)
    concatStringsSep
    filter
    tail
    unsafeDiscardStringContext
    ;
  inherit (lib) escapeShellArg hasPrefix splitString;

  # A flake lies in the store, and the work tree that it was made from elsewhere: the same below both.
  placeInFlake =
    workspace:
    let
      name = unsafeDiscardStringContext (toString workspace);
      below = lib.removePrefix "${builtins.storeDir}/" name;
    in
    if hasPrefix "${builtins.storeDir}/" name then
      concatStringsSep "/" (tail (splitString "/" below))
    else
      "";
  places = filter (place: place != "") (map placeInFlake workspaces);
  fallbacks = map (place: "--fallback ${escapeShellArg place} ") places;
in
{
  type = "app";
  program = lib.getExe (
    pkgs.writeShellScriptBin "cratesieve-gen" ''
      export PATH="$PATH:${pkgs.cargo}/bin"
      exec ${cratesieve}/bin/cratesieve gen ${lib.concatStrings fallbacks}"$@"
    ''
  );
  meta.description = "Write cratesieve.json for the Cargo workspace";
}
