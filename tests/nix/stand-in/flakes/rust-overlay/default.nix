# For `import rust-overlay`: every toolchain is the host's.
_: prev: {
  rust-bin = {
    stable.latest.default = prev.rustc;
    fromRustupToolchainFile = _: prev.rustc;
    selectLatestNightlyWith = _: prev.rustc;
  };
}
