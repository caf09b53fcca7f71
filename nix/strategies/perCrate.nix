# Each crate has dependency layers of its own, which hold its third-party crates and no others.
# Bumping a dependency rebuilds the crates that use it.
#
# A strategy says what a crate's derivations start from (`start`, by their kind and the crate), which
# derivations are shown as its `deps`, `testDeps` and `docDeps`, and which vendor directory they see
# (`vendor`, by role and crate).
{
  dependencies,
  vendors,
  ...
}:
let
  of =
    kind: name:
    dependencies {
      inherit name kind;
    };
  artifacts = layer: name: { artifacts = layer name; };
  deps = of "build";
  testDeps = of "test";
  docDeps = of "check";
in
{
  inherit deps testDeps docDeps;
  start = {
    package = artifacts deps;
    test = artifacts testDeps;
    nextest = artifacts testDeps;
    clippy = artifacts testDeps;
    doc = artifacts docDeps;
  };
  vendor = role: name: vendors.${role}.${name};
}
