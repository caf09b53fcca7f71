# `callPackage` and the scopes that crane is made of. Nothing here is built for
# another machine, so splicing has nothing to do.
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
