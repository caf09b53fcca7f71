# The overlay for `import rust-overlay`. Every toolchain is the host's.
_: prev: {
  rust-bin = {
    stable.latest.default = prev.rustc // {
      override = _: prev.rustc;
    };
    fromRustupToolchainFile = _: prev.rustc;
    selectLatestNightlyWith = _: prev.rustc;
  };
}
