# Downloads, by Nix's own fetchers.
{
  lib,
  pkgs,
  registryMirror,
}:
let
  inherit (lib) hasPrefix removePrefix;

  registry = "https://static.crates.io/crates";

  # The content is pinned, so it is all the same where it comes from.
  mirrored =
    url:
    if registryMirror != null && hasPrefix registry url then
      registryMirror + removePrefix registry url
    else
      url;
in
{
  fetchurl =
    {
      url ? builtins.head urls,
      urls ? [ url ],
      name ? baseNameOf url,
      hash ? null,
      sha256 ? null,
      ...
    }:
    derivation {
      inherit name;
      builder = "builtin:fetchurl";
      system = "builtin";
      outputHashMode = "flat";
      outputHashAlgo = if hash != null then null else "sha256";
      outputHash =
        if hash != null then
          hash
        else if sha256 != null then
          sha256
        else
          throw "fetchurl: '${url}' has neither 'hash' nor 'sha256'";
      url = mirrored url;
      urls = map mirrored urls;
      executable = false;
      unpack = false;
      preferLocalBuild = true;
    };

  # Fetched at evaluation, other than with nixpkgs: a build in the sandbox could
  # not see the certificates of the host.
  fetchgit =
    {
      url,
      rev,
      hash,
      fetchSubmodules ? true,
      ...
    }:
    builtins.fetchTree {
      type = "git";
      inherit rev url;
      allRefs = true;
      narHash = hash;
      submodules = fetchSubmodules;
    };

}
