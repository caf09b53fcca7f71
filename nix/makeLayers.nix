{ lib, ... }:
let
  inherit (lib) optional;
in
/**
  The functions with which the strategy `layered` makes layers of what Cargo compiled, and what they start from.

  # Type

  ```
  makeLayers :: {
    shape :: Manifest,
    traits,       # what crateTraits returns
    sources, vendors, closures,  # as for makeCrates
    builders :: { own, test :: { ${crate} :: Builder } }, # what buildCrate returns
    together :: { own, test :: Builder }, # for the members together
    formOf :: String -> String -> String, # of the stubs of a crate for a role: "full" or "lean"
    pkgs,
  } -> {
    # for the package of a crate: its third-party packages, some path dependencies, its library
    dependencies :: { name, layers } -> Derivation,
    step :: { name, real, layers, maybe } -> Derivation,
    link :: { name, layers } -> Derivation,
    # for builds that unify features for the workspace; `purpose` is "build" or "test"
    unified :: {
      dependencies :: { purpose, layers } -> Derivation,
      link :: { name, purpose, layers } -> Derivation,
    },
    empty :: Derivation, # a layer without anything
  }
  ```
*/
{
  shape,
  traits,
  sources,
  vendors,
  closures,
  builders,
  together,
  formOf,
  pkgs,
}:
let
  selectionOf = name: if traits.${name}.isUsed then "user" else "crate";
in
{
  dependencies =
    { name, layers }:
    builders.own.${name}.layer {
      inherit layers;
      suffix = "deps";
      compiled = null;
      trees = [ "build" ];
      selection = selectionOf name;
      source = sources.stubs {
        inherit name;
        role = "own";
        form = formOf "own" name;
        inherit (traits.${name}) isUsed;
        isLayered = true;
      };
      vendor = vendors.own.${name};
    };

  step =
    {
      name,
      real,
      layers,
      maybe,
    }:
    builders.own.${name}.layer {
      inherit layers maybe;
      suffix = "step";
      compiled = "a path dependency of crate ${name}";
      trees = [ "build" ];
      selection = selectionOf name;
      source = sources.stubs {
        inherit name real;
        role = "own";
        form = "full";
        inherit (traits.${name}) isUsed;
        isLayered = true;
      };
      vendor = vendors.own.${name};
    };

  link =
    { name, layers }:
    builders.own.${name}.layer {
      inherit layers;
      suffix = "link";
      trees = [ "build" ];
      selection = "user";
      isPackage = traits.${name}.installsNothing;
      source = sources.stubs {
        inherit name;
        role = "own";
        form = "full";
        real = closures.own.${name}.crates;
        isUsed = true;
        isLayered = true;
      };
      vendor = vendors.own.${name};
    };

  # The layers for builds that unify features for the workspace.
  unified =
    let
      treesOf =
        purpose: name:
        # A macro has no tree for `cargo check`: it runs while other crates are checked, so it is compiled.
        [ "build" ]
        ++ optional (purpose == "test" && !(name != null && shape.crates.${name}.procMacro)) "check";
      roleOf = purpose: if purpose == "test" then "test" else "own";
    in
    {
      dependencies =
        { purpose, layers }:
        together.${roleOf purpose}.layer {
          inherit layers;
          suffix = if purpose == "test" then "check-deps" else "deps";
          compiled = null;
          trees = treesOf purpose null;
          isForTests = purpose == "test";
          selection = "members";
          source = sources.unified.${purpose}.dependencies;
          vendor = vendors.all;
        };
      link =
        {
          name,
          purpose,
          layers,
        }:
        builders.${roleOf purpose}.${name}.layer {
          inherit layers;
          suffix = if purpose == "test" then "check-link" else "link";
          trees = treesOf purpose name;
          isForTests = purpose == "test";
          selection = "unified-user";
          isPackage = purpose == "build" && traits.${name}.installsNothing;
          source = sources.unified.${purpose}.link name;
          vendor = vendors.all;
        };
    };

  empty = pkgs.pkgsBuildBuild.runCommandLocal "no-dependencies" { } "mkdir -p $out";
}
