{
  lib,
  stubPaths,
  pruneMember,
  inertFeatures,
  stubMember,
  ...
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
in
/**
  The rewritten Cargo.toml files of all crates, one for each use, each made once.

  - `members`, by role and crate: the real Cargo.toml, pruned;
  - `linted`: for a crate whose tests are linted;
  - `linked`: for dependents, if dev-dependencies count when Cargo unifies features: without tests and
    binaries, but with dev-dependencies;
  - `stubs`, by form, kind and crate: the stub that replaces the crate while third-party packages are
    compiled. `lean` omits features that enable no dependency, `full` has all. `built` is for the crate
    itself, `tested` for its tests, `plain` for its dependents;
  - `returned`: the crates that third-party packages depend on, because of a `[patch]`. These cannot be
    stubs;
  - `inert`: the features that a `lean` stub omits, by crate.

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

  # A crate that has only tests: without them it has no target, and Cargo refuses it.
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
      emptyLibrary =
        if isBare entry && role != "test" && role != "linted" then stubPaths.library else null;
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

  # Crates that third-party packages depend on: a stub would not compile there.
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

  # Features that stubs may omit. Real crates among the stubs may enable any feature of each other, and so may
  # packages that depend on a patched crate by its version.
  inert = mapAttrs (
    name: toml: if returned ? ${name} || elem name shape.patched then { } else inertFeatures toml
  ) tomls;
  stubs = genAttrs [ "lean" "full" ] (
    form:
    genAttrs [ "plain" "built" "tested" ] (
      kind:
      genAttrs names (
        name:
        stubMember {
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
