{ lib, ... }:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    groupBy
    head
    length
    map
    ;
  inherit (lib) optionalAttrs;
in
/**
  One package with the programs and libraries of several crates. Each crate is still built by itself, so
  an edit rebuilds the packages that it reaches, and links them together again.

  # Type

  ```
  joinPackages :: {
    pkgs,
    shape :: Manifest,
    packages :: { ${crate} :: Derivation },  # of members
    isStrict ? true :: Bool,                 # whether two programs of one name are an error
  } -> {
    pname ? "workspace" :: String,
    version ? null :: String | null,
    crates :: [String],
    mainProgram ? null :: String | null,     # default: the only program, if there is only one
    meta, passthru ? { } :: AttrSet,
    nativeBuildInputs ? [ ] :: [Derivation],
    postInstall ? "" :: String,              # commands that run when the links are in $out
  } -> Derivation
  ```
*/
{
  pkgs,
  shape,
  packages,
  isStrict ? true,
}:
{
  crates,
  pname ? "workspace",
  version ? null,
  mainProgram ? null,
  meta ? { },
  passthru ? { },
  nativeBuildInputs ? [ ],
  postInstall ? "",
}:
let
  unknown = filter (name: !(packages ? ${name})) crates;
  programs = concatMap (
    crate: map (program: { inherit crate program; }) (attrNames shape.crates.${crate}.bins)
  ) crates;
  twice = filter (same: length same > 1) (lib.attrValues (groupBy (one: one.program) programs));
  program =
    if mainProgram != null then
      mainProgram
    else if length programs == 1 then
      packages.${(head programs).crate}.meta.mainProgram or (head programs).program
    else
      null;
in
if unknown != [ ] then
  throw ''
    cratesieve: `joinPackages` of the workspace: there is no crate `${head unknown}` in the workspace
    its members are: ${lib.concatStringsSep ", " (attrNames packages)}''
else if isStrict && twice != [ ] then
  throw ''
    cratesieve: `joinPackages` of the workspace: the crates ${
      lib.concatMapStringsSep " and " (one: "`${one.crate}`") (head twice)
    } both have a program `${(head (head twice)).program}`
    leave one of them out''
else
  pkgs.symlinkJoin (
    {
      name = if version == null then pname else "${pname}-${version}";
      paths = map (name: packages.${name}) crates;
    }
    // optionalAttrs (passthru != { }) { inherit passthru; }
    // optionalAttrs (nativeBuildInputs != [ ]) { inherit nativeBuildInputs; }
    // optionalAttrs (postInstall != "") { postBuild = postInstall; }
    // optionalAttrs (program != null || meta != { }) {
      meta = optionalAttrs (program != null) { mainProgram = program; } // meta;
    }
  )
