/**
  The linkers that `mkWorkspace` knows by name: each a function of nixpkgs and of a `stdenv` to the
  same one with that linker, in nixpkgs' own ways. Programs find the libraries of their inputs as with
  any other linker, and Cargo sees no flag, so `RUSTFLAGS` and what `.cargo/config.toml` says stay.

  # Type

  ```
  linkers :: { ${name} :: Nixpkgs -> Stdenv -> Stdenv }
  ```
*/
{
  lld =
    pkgs: stdenv: pkgs.overrideCC stdenv (stdenv.cc.override { inherit (pkgs.llvmPackages) bintools; });
  mold = pkgs: pkgs.stdenvAdapters.useMoldLinker;
}
