/**
  The linkers that `mkWorkspace` knows by name. Each is a function from nixpkgs and a `stdenv` to that
  `stdenv` with the linker, made as nixpkgs recommends. Programs find the libraries of their inputs as
  with any other linker. Cargo sees no flag, so `RUSTFLAGS` and `.cargo/config.toml` still apply.

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
