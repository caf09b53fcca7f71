# What the flake exports as `lib`. Nothing here depends on a system: `mkWorkspace` takes `pkgs`.
# The functions behind it are listed, in the order in which data flows, in `internal.nix`.
{
  mkWorkspace = import ./mkWorkspace.nix;
}
