{ lib }:
let
  inherit (builtins)
    all
    attrNames
    filter
    genericClosure
    listToAttrs
    map
    ;
in
/**
  The crates that a build needs, and the packages of the lock that it needs.

  Path edges give the closure; where `[patch]` puts crates of the tree in place of third-party
  packages, the lock may lead back to them, so they are added with their closures, to a fixed point.
  The dev-dependencies of the crate `tested` count, nobody else's.

  # Type

  ```
  resolveClosure :: {
    names :: [String],          # closure or testClosure of the manifest
    tested :: String | null,
    manifest :: Manifest,
    lock :: Lock | null,        # what readLock returns; null leaves the packages out
    builtNames :: { ${crate} :: { ${package} :: true } },
  } -> { crates :: [String], keys :: { ${key} :: Package } }
  ```
*/
{
  names,
  tested,
  manifest,
  lock,
  builtNames,
}:
let
  inherit (manifest) crates;
  isCrate = package: !(package ? source) && crates ? ${package.name};

  # Where one name is there twice, say two versions of which one is for tests, both are kept: a
  # superset does no harm.
  edgesOf =
    package:
    if isCrate package && package.name != tested then
      filter (to: builtNames.${package.name} ? ${to.name}) package.edges
    else
      package.edges;

  crateNode = name: {
    key = "crate ${name}";
    package = lib.findFirst (package: !(package ? source)) null (lock.byName.${name} or [ ]);
    crate = name;
  };
  packageNode = package: {
    key = package.key;
    inherit package;
    crate = null;
  };
  node = package: if isCrate package then crateNode package.name else packageNode package;

  nodes = genericClosure {
    startSet = map crateNode names;
    operator =
      { package, crate, ... }:
      # A crate that the lock led to brings its closure along.
      (if crate != null then map crateNode crates.${crate}.closure else [ ])
      ++ (if package != null then map node (edgesOf package) else [ ]);
  };
  reached = listToAttrs (
    map (found: {
      name = found.package.key;
      value = found.package;
    }) (filter (found: found.package != null) nodes)
  );
  reachedCrates = listToAttrs (
    map (found: {
      name = found.crate;
      value = true;
    }) (filter (found: found.crate != null) nodes)
  );
in
{
  crates =
    # Without a patch, path edges are all there is, and the lock need not be read.
    if lock == null || all (name: lib.elem name names) manifest.patched then
      names
    else
      attrNames reachedCrates;
  keys = if lock == null then { } else reached;
}
