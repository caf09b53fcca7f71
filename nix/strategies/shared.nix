# The strategy `shared`: one layer of third-party packages for all packages of the workspace, and one for all
# checks. It has the fewest derivations. A new version of any package rebuilds everything. A third-party
# package is compiled again for a crate that enables other features in it.
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
  # Cargo identifies a vendored package by its path, so all derivations use one vendor directory.
  vendor = _: _: vendors.all;
}
