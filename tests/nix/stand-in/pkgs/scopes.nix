# `callPackage` and the scopes from which crane is made. There is no cross-compilation, so splicing does
# nothing.
{ lib, pkgs }:
let
  newScope = extra: lib.callPackageWith (pkgs // extra);
in
{
  inherit newScope;
  callPackage = lib.callPackageWith pkgs;
  splicePackages = { pkgsHostTarget, ... }: pkgsHostTarget;
  makeScopeWithSplicing' = { f, ... }: lib.makeScope newScope f;
}
