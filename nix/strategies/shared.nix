# One dependency layer for the workspace: the fewest derivations. Bumping any dependency rebuilds
# everything, and a third-party crate is compiled again where a crate wants other features of it.
{ allDependencies, vendors, ... }:
{
  build = _: allDependencies;
  test = _: allDependencies;
  doc = _: allDependencies;
  # Cargo knows a vendored crate by its path, so everybody must see the same directory.
  vendor = _: _: vendors.all;
}
