# The strategy `per-crate`: each crate has one layer with its third-party packages. A new version of a
# package rebuilds the crates that use it.
#
# A strategy returns what each crate's package and checks start from (`start`), the derivations for `deps`,
# `testDeps` and `docDeps`, and the vendor directories (`vendor`, by role and crate).
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
