{ lib }:
let
  inherit (builtins) intersectAttrs mapAttrs;
  inherit (lib) optionalAttrs;
in
/**
  The tables of `[workspace]` from which its members inherit, as far as they do.

  # Type

  ```
  pruneInherited :: {
    workspace :: AttrSet,         # the parsed [workspace]
    inherits :: { dependencies :: Set, package :: Set, lints :: Bool },
    spec ? (_: spec: spec),       # rewrites a dependency, given its key
  } -> AttrSet
  ```
*/
{
  workspace,
  inherits,
  spec ? (_: spec: spec),
}:
optionalAttrs (inherits.dependencies != { } && workspace ? dependencies) {
  dependencies = mapAttrs spec (intersectAttrs inherits.dependencies workspace.dependencies);
}
// optionalAttrs (inherits.package != { } && workspace ? package) {
  package = intersectAttrs inherits.package workspace.package;
}
// optionalAttrs (inherits.lints && workspace ? lints) { inherit (workspace) lints; }
