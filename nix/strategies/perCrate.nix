# Each crate has dependency layers of its own, which hold its third-party crates and no others.
# Bumping a dependency rebuilds the crates that use it.
#
# A strategy says what a crate's derivations start from (`build`, `test` and `doc`, by crate), and
# which vendor directory they see (`vendor`, by role and crate).
{ dependencies, vendors, ... }:
{
  build =
    name:
    dependencies {
      inherit name;
      kind = "build";
    };
  test =
    name:
    dependencies {
      inherit name;
      kind = "test";
    };
  doc =
    name:
    dependencies {
      inherit name;
      kind = "check";
    };
  vendor = role: name: vendors.${role}.${name};
}
