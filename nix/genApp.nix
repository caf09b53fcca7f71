# `nix run .#gen`: the generator, with a cargo to ask where there is none on the PATH. The one on the
# PATH comes first: it is the workspace's own toolchain.
{ pkgs, cratesieve }:
pkgs.writeShellScriptBin "cratesieve-gen" ''
  export PATH="$PATH:${pkgs.cargo}/bin"
  exec ${cratesieve}/bin/cratesieve gen "$@"
''
