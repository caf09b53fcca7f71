{ lib, ... }:
let
  inherit (builtins)
    attrNames
    elem
    head
    length
    mapAttrs
    ;
  inherit (lib) any;
in
/**
  What the manifests of a crate say about how it is built.

  # Type

  ```
  crateTraits :: { shape :: Manifest, tomls :: { ${crate} :: AttrSet } } -> { ${crate} :: Traits }
  Traits = {
    mainProgram :: String | null, # what `cargo run` would run
    isDynamic :: Bool,            # a library that is linked dynamically
    installsNothing :: Bool,      # a library of which dependents use only what Cargo compiled
    isUsed :: Bool,               # layers compile third-party packages for its dependents, not for the crate
    hasDocTests :: Bool,          # Cargo would run tests in its documentation
  }
  ```
*/
{ shape, tomls }:
mapAttrs (
  name: entry:
  let
    inherit (entry) bins procMacro;
    hasLibrary = entry ? lib;
    library = tomls.${name}.lib or { };
    types = library.crate-type or library.crate_type or [ "lib" ];
    # Whether Cargo compiles the crate in the same way for its dependents and for itself: not if it is a macro,
    # or is linked with C or dynamically.
    isPlain = hasLibrary && !procMacro && !(library ? crate-type || library ? crate_type);
    # `default-run`, or the only binary, or the one with the crate's name.
    mainProgram =
      if tomls.${name}.package ? default-run then
        tomls.${name}.package.default-run
      else if length (attrNames bins) == 1 then
        head (attrNames bins)
      else if bins ? ${name} then
        name
      else
        null;
  in
  {
    inherit mainProgram;
    isDynamic = elem "dylib" types;
    installsNothing = bins == { } && (isPlain || procMacro);
    # With LTO, Cargo compiles third-party packages differently for a selected library than for a program.
    isUsed = bins == { } && (isPlain || procMacro || !entry.member);
    hasDocTests =
      hasLibrary
      && library.doctest or true
      && (
        procMacro
        || any (type: elem type types) [
          "lib"
          "rlib"
        ]
      );
  }
) shape.crates
