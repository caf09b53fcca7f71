# One dependency layer for the workspace: the fewest derivations. Bumping any dependency rebuilds
# everything, and a third-party crate is compiled again where a crate wants other features of it.
{
  lib,
  allDependencies,
  vendors,
  ...
}:
let
  deps = _: allDependencies;
in
{
  inherit deps;
  testDeps = deps;
  docDeps = deps;
  start = lib.genAttrs [ "package" "test" "nextest" "clippy" "doc" ] (
    _: _: {
      artifacts = allDependencies;
    }
  );
  # Cargo knows a vendored crate by its path, so everybody must see the same directory.
  vendor = _: _: vendors.all;
}
