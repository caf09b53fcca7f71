{
  lib,
  tables,
  prunePatches,
  ...
}:
let
  inherit (builtins) removeAttrs;
  inherit (lib) optionalAttrs;
in
/**
  A file of Cargo's configuration, as it is in a pruned source. These parts are removed:

  - `source` and `paths`: packages are in the vendor directory, for which crane writes `source`, and
    the project's own would override that. replacePackages applies them instead;
  - `build.target-dir` and `build.build-dir`: each build decides where its target directory is;
  - `alias`: an alias could replace a command that a check calls, such as `cargo fmt`;
  - entries of `patch` for packages that the source does not have.

  # Type

  ```
  pruneConfiguration :: {
    configuration :: AttrSet,                # the parsed file
    crates :: { ${name} :: Crate },
    packages :: { ${name} :: [ Package ] },  # of the pruned lock, by name
  } -> AttrSet
  ```

  # Examples

  ```nix
  pruneConfiguration {
    configuration = { build = { jobs = 1; target-dir = "out"; }; paths = [ "vendor/a" ]; };
    crates = { };
    packages = { };
  }
  => { build = { jobs = 1; }; }
  ```
*/
{
  configuration,
  crates,
  packages,
}:
let
  build = removeAttrs configuration.build tables.placesOfBuilds;
  patch = prunePatches {
    inherit (configuration) patch;
    inherit crates packages;
  };
in
removeAttrs configuration tables.droppedConfiguration
// optionalAttrs (configuration ? build && build != { }) { inherit build; }
// optionalAttrs (configuration ? patch && patch != { }) { inherit patch; }
