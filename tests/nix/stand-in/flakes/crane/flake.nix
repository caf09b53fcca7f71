{
  description = "The stand-in for crane, for --override-input; see ../../README.md";

  outputs = _: {
    mkLib = pkgs: import ../../crane { inherit pkgs; };
  };
}
