# The download addresses of a registry's packages.
# https://doc.rust-lang.org/cargo/reference/registries.html
{ crateRegistries, lib }:
let
  inherit (builtins)
    attrNames
    replaceStrings
    stringLength
    substring
    ;
  inherit (lib)
    any
    concatStringsSep
    hasInfix
    hasPrefix
    toLower
    ;

  markers = [
    "{crate}"
    "{version}"
    "{prefix}"
    "{lowerprefix}"
    "{sha256-checksum}"
  ];

  # The directories in which the index has a crate.
  prefixOf =
    name:
    let
      length = stringLength name;
    in
    if length <= 2 then
      toString length
    else if length == 3 then
      "3/${substring 0 1 name}"
    else
      "${substring 0 2 name}/${substring 2 2 name}";
in
{
  registryFromDownloadUrl =
    {
      dl,
      indexUrl,
      registryPrefix ? "registry+",
      fetchurlExtraArgs ? { },
    }:
    {
      ${if hasPrefix registryPrefix indexUrl then indexUrl else registryPrefix + indexUrl} = {
        inherit fetchurlExtraArgs;
        downloadUrl =
          if any (marker: hasInfix marker dl) markers then dl else "${dl}/{crate}/{version}/download";
      };
    };

  urlForCargoPackage =
    {
      name,
      version,
      source,
      checksum,
      ...
    }:
    let
      registry =
        crateRegistries.${source}
          or (throw "not sure how to download crates from ${source}; known registries are: ${concatStringsSep ", " (attrNames crateRegistries)}");
      prefix = prefixOf name;
    in
    {
      fetchurlExtraArgs = registry.fetchurlExtraArgs or { };
      url = replaceStrings markers [
        name
        version
        prefix
        (toLower prefix)
        checksum
      ] registry.downloadUrl;
    };
}
