# The `lib` of the flake. It does not depend on a system: `mkWorkspace` takes `pkgs`.
# `internal.nix` lists the functions that it uses, in the order in which data flows.
{
  mkWorkspace = import ./mkWorkspace.nix { };
}
