{
  lib,
  tables,
  stubPaths,
  ...
}:
/**
  The Cargo.toml of a package without code and dependencies. It has an empty library.

  # Type

  ```
  emptyPackage :: String -> AttrSet
  ```
*/
name: {
  package = {
    inherit name;
    # No real crate has this version. So a release changes no stub, and no compiled stub has the file name of a
    # compiled crate.
    version = tables.stubVersion;
    edition = "2021";
    build = false;
    autobins = false;
    autotests = false;
    autobenches = false;
    autoexamples = false;
    # Clippy asks for a description and the like in packages that can be published.
    publish = false;
  };
  lib = {
    # This name is not that of another crate or of a part of the standard library.
    name = "cratesieve_stub_${lib.replaceStrings [ "-" ] [ "_" ] name}";
    path = stubPaths.library;
  };
}
