{
  description = "The stand-in for rust-overlay, for --override-input; see ../../README.md";

  outputs = _: {
    overlays.default = import ./.;
  };
}
