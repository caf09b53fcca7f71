{
  lib,
  stubPaths,
  emptyPackage,
  ...
}:
let
  inherit (lib) genAttrs;
in
/**
  The Cargo.toml of the package `cratesieve-user`, which depends on one crate only. Cargo compiles the
  crate as for its dependents. If the crate itself were selected, Cargo would compile a macro or a
  dynamically linked library differently.

  The package has an empty library, and an empty binary or test. For a binary, Cargo compiles the
  crate as `cargo build` does, for a test as `cargo test` does. With `panic = "abort"` in a profile,
  these differ, and checking the library differs from both.

  # Type

  ```
  userPackage :: {
    name :: String,
    path :: String,
    features ? [String],
    default ? Bool,
    targets ? [ "bin" | "test" ],
  } -> AttrSet
  ```
*/
{
  name,
  path,
  features ? [ ],
  default ? true,
  targets ? [ "bin" ],
}:
emptyPackage "cratesieve-user"
// {
  dependencies.${name} = {
    inherit path features;
    default-features = default;
  };
}
// genAttrs targets (target: [
  {
    name = if target == "bin" then "cratesieve-user" else "cratesieve-user-test";
    path = if target == "bin" then stubPaths.binary else stubPaths.test;
  }
])
