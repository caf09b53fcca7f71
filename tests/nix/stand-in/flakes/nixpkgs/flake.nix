{
  description = "The stand-in for nixpkgs, for --override-input; see ../../README.md";

  outputs =
    _:
    let
      lib = import ../../lib;
      standIn = system: import ../.. { inherit system; };
      forAllSystems = lib.genAttrs [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-darwin"
        "x86_64-linux"
      ];
    in
    {
      legacyPackages = forAllSystems (system: (standIn system).pkgs);
      inherit (standIn "x86_64-linux") lib;
    };
}
