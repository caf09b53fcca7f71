# The filter for the files of a source that Cargo reads.
{ crateNameFromCargoToml, lib }:
let
  inherit (builtins)
    concatMap
    filter
    pathExists
    readDir
    ;
  inherit (lib) cleanSource cleanSourceWith hasSuffix;

  filterCargoSources =
    path: type:
    let
      name = baseNameOf path;
    in
    type == "directory"
    || hasSuffix ".rs" name
    || hasSuffix ".toml" name
    || name == "Cargo.lock"
    || (name == "config" && baseNameOf (dirOf path) == ".cargo");

  # Every manifest and configuration below a directory that passes the filter
  # of the source.
  find =
    keep: parent: directory:
    let
      entries = readDir directory;
    in
    concatMap (
      name:
      let
        path = "${directory}/${name}";
        type = entries.${name};
      in
      if !keep path type then
        [ ]
      else if type == "directory" then
        find keep name path
      else if name == "Cargo.toml" then
        [
          {
            kind = "cargoTomls";
            inherit path;
          }
        ]
      else if parent == ".cargo" && (name == "config" || name == "config.toml") then
        [
          {
            kind = "cargoConfigs";
            inherit path;
          }
        ]
      else
        [ ]
    ) (builtins.attrNames entries);
in
{
  inherit filterCargoSources;

  findCargoFiles =
    src:
    let
      root = builtins.unsafeDiscardStringContext (toString (src.origSrc or src));
      found = find (src.filter or (_: _: true)) "" root;
      ofKind = kind: map (file: file.path) (filter (file: file.kind == kind) found);
    in
    {
      cargoConfigs = ofKind "cargoConfigs";
      cargoTomls = ofKind "cargoTomls";
    };

  cleanCargoSource =
    src:
    cleanSourceWith {
      src = cleanSource src;
      filter = filterCargoSources;
      name =
        if pathExists ((src.origSrc or src) + "/Cargo.toml") then
          (crateNameFromCargoToml {
            inherit src;
          }).pname
        else
          "source";
    };
}
