# The name and version of a crate, if the caller does not give them.
{ lib }:
let
  inherit (builtins)
    fromTOML
    isString
    pathExists
    readFile
    unsafeDiscardStringContext
    ;
  inherit (lib) findFirst warn;

  nameOf =
    toml:
    findFirst isString null [
      (toml.package.metadata.crane.name or null)
      (toml.package.name or null)
      (toml.workspace.metadata.crane.name or null)
      (toml.workspace.package.name or null)
    ];
  versionOf =
    toml:
    findFirst isString null [
      (toml.package.version or null)
      (toml.workspace.package.version or null)
    ];

  orPlaceholder =
    what: placeholder: value:
    if value != null then
      value
    else
      warn "crane will use a placeholder value since `${what}` cannot be found: set it in the derivation's arguments" placeholder;
in
{
  crateNameFromCargoToml =
    args:
    let
      unknown = throw "unable to infer crate name and version: give `pname` and `version`, `src`, `cargoToml` or `cargoTomlContents`";
      src = args.src or unknown;
      file = args.cargoToml or ((src.origSrc or src) + "/Cargo.toml");
      text = args.cargoTomlContents or (if pathExists file then readFile file else unknown);
      toml = fromTOML (unsafeDiscardStringContext text);
    in
    {
      pname = orPlaceholder "name" "cargo-package" (nameOf toml);
      version = orPlaceholder "version" "0.0.1" (versionOf toml);
    };
}
