# One dependency layer for the packages of the workspace, and one for its checks: the fewest derivations.
# Bumping any dependency rebuilds everything, and a third-party package is compiled again where a crate
# wants other features of it.
{
  allDependencies,
  vendors,
  ...
}:
let
  deps = allDependencies "build";
  testDeps = allDependencies "test";
in
{
  deps = _: deps;
  testDeps = _: testDeps;
  docDeps = _: testDeps;
  start = {
    package = _: { artifacts = deps; };
    check = _: { artifacts = testDeps; };
  };
  # Cargo knows a vendored crate by its path, so everybody must see the same directory.
  vendor = _: _: vendors.all;
}
