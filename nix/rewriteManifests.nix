{
  lib,
  pruneMember,
  inertFeatures,
  stubMember,
}:
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    map
    mapAttrs
    removeAttrs
    ;
  inherit (lib) genAttrs;

  emptyLibrary = "${./stub/lib.rs}";
in
/**
  The Cargo.toml of every crate, rewritten for every use that is made of it, each made once.

  - `members`, by role and crate: the real one, pruned;
  - `linted`: that of a crate whose tests are linted;
  - `linked`: that of a crate as its dependents have it, where dev-dependencies count for the features
    that Cargo unifies: without tests and binaries, but with what tests depend on;
  - `stubs`, by form and kind and crate: what stands for the crate while third-party packages are
    compiled. `lean` is without the features that turn on no dependency, `full` with them; `built`
    is for the crate itself, `tested` for its tests, `plain` for its dependents;
  - `returned`: the crates that third-party packages depend on, because of a `[patch]`. There is no
    stub for these where that matters;
  - `inert`: the features that a `lean` stub is without, by crate.

  # Type

  ```
  rewriteManifests :: { shape :: Manifest, read } -> { members, linked, linted, stubs, returned, inert }
  ```
*/
{ shape, read }:
let
  inherit (read)
    tomls
    described
    ;
  names = attrNames shape.crates;

  # A crate with tests alone has nothing left without them, and Cargo refuses it.
  isBare = entry: !(entry ? lib) && entry.bins == { };
  member =
    role: name:
    let
      entry = shape.crates.${name};
    in
    pruneMember {
      toml = tomls.${name};
      inherit role;
      hasLibrary = entry ? lib;
      readme = if role == "linted" then read.readmes.${name} else null;
      emptyLibrary = if isBare entry && role != "test" && role != "linted" then emptyLibrary else null;
    };
  members = genAttrs [ "library" "own" "test" ] (role: genAttrs names (member role));
  linted = genAttrs names (member "linted");
  linked = genAttrs names (
    name:
    let
      cut = pruneMember {
        toml = tomls.${name};
        role = "units";
        hasLibrary = true;
      };
    in
    if shape.crates.${name} ? lib then
      removeAttrs cut [ "bin" ]
      // {
        package = removeAttrs cut.package [ "default-run" ] // {
          autobins = false;
        };
      }
    else
      members.library.${name}
  );

  # Third-party crates lead back to these: they cannot be compiled without the real ones.
  returned =
    let
      led = concatMap (package: filter (to: !(to ? source)) package.edges) (
        filter (package: package ? source) read.lock.packages
      );
      start = filter (name: shape.crates ? ${name}) (map (package: package.name) led);
    in
    if shape.patched == [ ] || !read.hasLock then
      { }
    else
      genAttrs (concatMap (name: shape.crates.${name}.closure) start) (_: true);

  # Real crates among the stubs may ask each other for any feature, and so may all that find a
  # patched crate by its version.
  inert = mapAttrs (
    name: toml: if returned ? ${name} || elem name shape.patched then { } else inertFeatures toml
  ) tomls;
  stubs = genAttrs [ "lean" "full" ] (
    form:
    genAttrs [ "plain" "built" "tested" ] (
      kind:
      genAttrs names (
        name:
        stubMember.stub {
          inherit kind;
          toml = tomls.${name};
          entry = shape.crates.${name};
          inherit (described.${name}) pathKeys;
          inert = if form == "lean" then inert else null;
        }
      )
    )
  );
in
{
  inherit
    members
    linked
    linted
    stubs
    returned
    inert
    ;
}
