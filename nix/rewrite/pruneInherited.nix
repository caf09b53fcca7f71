{ lib, ... }:
let
  inherit (builtins) intersectAttrs mapAttrs;
  inherit (lib) optionalAttrs;
in
/**
  The tables of `[workspace]` that members inherit from, with only the entries that they use. If a
  program reads the file, all entries stay.

  # Type

  ```
  pruneInherited :: {
    workspace :: AttrSet,         # the parsed [workspace]
    inherits :: { dependencies :: Set, package :: Set, lints :: Bool },
    isRead ? Bool,                # whether some program reads the file
    spec ? (_: spec: spec),       # rewrites a dependency, given its key
  } -> AttrSet
  ```
*/
{
  workspace,
  inherits,
  isRead ? false,
  spec ? (_: spec: spec),
}:
let
  kept = used: table: if isRead then table else intersectAttrs used table;
in
optionalAttrs ((isRead || inherits.dependencies != { }) && workspace ? dependencies) {
  dependencies = mapAttrs spec (kept inherits.dependencies workspace.dependencies);
}
// optionalAttrs ((isRead || inherits.package != { }) && workspace ? package) {
  package = kept inherits.package workspace.package;
}
// optionalAttrs ((isRead || inherits.lints) && workspace ? lints) { inherit (workspace) lints; }
