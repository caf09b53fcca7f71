# The package set for `import inputs.nixpkgs { ... }`.
{
  system ? builtins.currentSystem,
  overlays ? [ ],
  ...
}:
(import ../.. { inherit overlays system; }).pkgs
