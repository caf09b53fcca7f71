{ lib, ... }:
let
  inherit (builtins) concatStringsSep map toJSON;
  inherit (lib) optionalString;

  line = key: value: optionalString (value != null) "${key} = ${toJSON value}\n";
in
/**
  The text of one package in a Cargo.lock. References have their full form, which Cargo always accepts.

  # Type

  ```
  packageText :: {
    package :: Package,
    version :: String,
    edges :: [ String ],  # the references of its dependencies
  } -> String
  ```
*/
{
  package,
  version,
  edges,
}:
"\n[[package]]\n"
+ line "name" package.name
+ line "version" version
+ line "source" (package.source or null)
+ line "checksum" package.checksum
+ line "replace" (package.replace or null)
+ optionalString (edges != [ ]) (
  "dependencies = [\n"
  + concatStringsSep "" (map (reference: " ${toJSON reference},\n") edges)
  + "]\n"
)
