# The package set, crane and nixpkgs' lib for the tests: the real ones if variables name them, or
# stand-ins. See README.md.
let
  inherit (builtins)
    fromJSON
    getEnv
    pathExists
    readFile
    ;

  # An environment variable, or null. Pure evaluation sees none.
  environment =
    name:
    let
      value = getEnv name;
    in
    if value == "" then null else value;

  firstExisting =
    paths:
    if paths == [ ] then
      null
    else if pathExists (builtins.head paths) then
      builtins.head paths
    else
      firstExisting (builtins.tail paths);
in
{
  system ? builtins.currentSystem,
  # The host's tools, as an attribute set.
  tools ?
    let
      file = environment "CRATESIEVE_HOST_TOOLS";
    in
    if file != null then
      fromJSON (readFile file)
    else if pathExists ./host-tools.json then
      fromJSON (readFile ./host-tools.json)
    else
      throw "the stand-in does not know the host's tools: set CRATESIEVE_HOST_TOOLS, or put host-tools.json next to its default.nix (tests/nix/stand-in/README.md)",
  # crane's source, or null for the stand-in.
  craneSrc ? environment "CRANE_SRC",
  # nixpkgs or its lib directory, or null for the stand-in.
  nixpkgsLib ?
    let
      given = environment "NIXPKGS_LIB";
    in
    if given != null then given else firstExisting [ ./nixpkgs-lib ],
  # Where crates are downloaded instead of https://static.crates.io/crates.
  registryMirror ?
    let
      given = environment "CRATESIEVE_REGISTRY_MIRROR";
    in
    if given != null then given else tools.registryMirror or null,
  overlays ? [ ],
}:
let
  lib =
    if nixpkgsLib == null then
      import ./lib
    else if pathExists (nixpkgsLib + "/lib/default.nix") then
      import (nixpkgsLib + "/lib")
    else
      import nixpkgsLib;

  pkgs = import ./pkgs {
    inherit
      lib
      overlays
      registryMirror
      system
      tools
      ;
  };
  mkLib = pkgs: import (if craneSrc == null then ./crane else craneSrc) { inherit pkgs; };
in
{
  inherit lib mkLib pkgs;
  craneLib = mkLib pkgs;
}
