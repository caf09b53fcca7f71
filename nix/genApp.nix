/**
  The app `gen`, which runs the generator. It adds a `cargo` at the end of the PATH, for shells that
  have none. The workspace's own toolchain, if it is on the PATH, comes first.

  `workspaces` are the paths of the workspaces of the flake. If the app runs outside of them, say at
  the top of the repository, it uses them by their paths relative to the flake.

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

  # The path of a workspace relative to its flake. It is the same in the store and in the work tree.
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
