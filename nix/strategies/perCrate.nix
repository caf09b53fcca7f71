# Each crate has dependency layers of its own, which hold its third-party packages and no others.
# Bumping a dependency rebuilds the crates that use it.
#
# A strategy says what a crate's package and its checks start from (`start`), which derivations are shown
# as its `deps`, `testDeps` and `docDeps`, and which vendor directory they see (`vendor`, by role and
# crate).
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
  deps = of "build";
  testDeps = of "test";
in
{
  inherit deps testDeps;
  docDeps = of "check";
  start = {
    package = name: { artifacts = deps name; };
    check = name: { artifacts = testDeps name; };
  };
  vendor = role: name: vendors.${role}.${name};
}
