# Downloads with Nix's own fetchers.
{
  lib,
  pkgs,
  registryMirror,
}:
let
  inherit (lib) hasPrefix removePrefix;

  registry = "https://static.crates.io/crates";

  # Replaces the address. The content has a hash, so its origin does not matter.
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

  # Downloads during evaluation, unlike nixpkgs: a build in the sandbox does not see the host's
  # certificates.
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
