{ lib, prunePatches }:
let
  inherit (builtins) removeAttrs;
  inherit (lib) optionalAttrs;
in
/**
  A file of Cargo's configuration as a pruned source can have it. What is gone:

  - `source` and `paths`: packages lie in the vendor directory, for which crane writes `source`, and
    a project's own would outrank that. What they say is honoured there, see replacePackages;
  - `build.target-dir` and `build.build-dir`: where a build puts things is the build's own affair;
  - `alias`: a command of that name, `cargo fmt` say, would no longer be what a check calls;
  - the entries of `patch` whose packages are not there.

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
  build = removeAttrs configuration.build [
    "build-dir"
    "target-dir"
  ];
  patch = prunePatches {
    inherit (configuration) patch;
    inherit crates packages;
  };
in
removeAttrs configuration [
  "alias"
  "build"
  "patch"
  "paths"
  "source"
]
// optionalAttrs (configuration ? build && build != { }) { inherit build; }
// optionalAttrs (configuration ? patch && patch != { }) { inherit patch; }
