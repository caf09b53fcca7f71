# A stand-in for nixpkgs' `lib`: the functions that crane, the stand-ins and cratesieve use, with the
# semantics of nixpkgs. `../../lib-agrees.nix` compares the two.
let
  inherit (builtins) foldl' mapAttrs;

  parts = mapAttrs (_: file: import file lib) {
    asserts = ./asserts.nix;
    attrsets = ./attrsets.nix;
    customisation = ./customisation.nix;
    fixedPoints = ./fixed-points.nix;
    lists = ./lists.nix;
    meta = ./meta.nix;
    modules = ./modules.nix;
    options = ./options.nix;
    sources = ./sources.nix;
    strings = ./strings.nix;
    trivial = ./trivial.nix;
    types = ./types.nix;
    versions = ./versions.nix;
  };

  absent = name: throw "lib.${name} is not in the stand-in for nixpkgs' lib: set NIXPKGS_LIB";

  # Functions that nixpkgs has under long names only. Code with a short name would pass the tests,
  # and fail with the real lib.
  longNamesOnly = [
    "defaultOverridePriority"
    "escapeNixIdentifier"
    "escapeNixString"
    "findFirstIndex"
    "release"
    "sanitizeDerivationName"
    "showDefs"
    "storeDir"
  ];

  shortNames = removeAttrs (foldl' (all: part: all // part) { } (
    builtins.attrValues (
      removeAttrs parts [
        "types"
        "versions"
      ]
    )
  )) longNamesOnly;

  lib =
    shortNames
    // parts
    // {
      inherit (builtins) isPath trace;
      inherit (parts.types) defaultFunctor mkOptionType;
      inherit (parts.versions) splitVersion;

      fileset = absent "fileset";
      filesystem = absent "filesystem";
      generators = absent "generators";
      path = absent "path";
      systems = absent "systems";
    };
in
lib
