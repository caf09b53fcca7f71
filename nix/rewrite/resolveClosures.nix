{ lib, ... }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    filter
    genericClosure
    listToAttrs
    map
    mapAttrs
    removeAttrs
    ;
  inherit (lib) findFirst genAttrs mergeAttrsList;

  set = names: genAttrs names (_: true);
in
/**
  The closures of all crates: the crates that a build needs, and the packages of the lock that it needs.

  Path dependencies give the closure. If `[patch]` replaces third-party packages with crates of the
  repository, the lock may lead back to such crates. These are added with their closures, until nothing
  changes. A crate's dev-dependencies count for its own tests only.

  # Type

  ```
  resolveClosures :: {
    manifest :: Manifest,
    lock :: Lock | null,        # what readLock returns; null leaves the packages out
    builtNames :: { ${crate} :: { ${package} :: true } },
  } -> {
    own, test :: { ${crate} :: Closure },
    wide :: Closure, # of all crates together, without dev-dependencies
  }
  ```

  where a `Closure` is `{ crates :: [String], keys :: { ${key} :: Package } }`.
*/
{
  manifest,
  lock,
  builtNames,
}:
let
  inherit (manifest) crates patched;
  names = attrNames crates;
  isPatched = set patched;

  packageOf = name: findFirst (package: !(package ? source)) null (lock.byName.${name} or [ ]);

  # A crate's package and the third-party packages that it depends on, up to the next crate.
  reached =
    edgesOf: name:
    let
      package = packageOf name;
      nodes = genericClosure {
        startSet = [ package ];
        operator =
          found:
          if found.key == package.key then
            edgesOf package
          else if found ? source || !(crates ? ${found.name}) then
            found.edges
          else
            [ ];
      };
    in
    if lock == null || package == null then
      { }
    else
      listToAttrs (
        map (found: {
          name = found.key;
          value = found;
        }) nodes
      );
  # If a name occurs twice, such as two versions of which one is for tests, both are kept. An unused package
  # in the lock does no harm.
  built = genAttrs names (
    name: reached (package: filter (to: builtNames.${name} ? ${to.name}) package.edges) name
  );
  builtAndTested = genAttrs names (reached (package: package.edges));

  # The packages of the closure. They are joined from those of the direct dependencies.
  keysOf = mapAttrs (
    name: crate: mergeAttrsList (map (below: keysOf.${below}) crate.dependencies ++ [ built.${name} ])
  ) crates;

  # Adds the patched crates that third-party packages depend on, with their closures.
  withPatched =
    closure:
    let
      returned = filter (package: !(package ? source) && isPatched ? ${package.name}) (
        attrValues closure.keys
      );
      new = removeAttrs (set (map (package: package.name) returned)) (attrNames closure.crates);
    in
    if patched == [ ] || new == { } then
      closure
    else
      withPatched {
        crates = closure.crates // set (concatMap (name: crates.${name}.closure) (attrNames new));
        keys = mergeAttrsList ([ closure.keys ] ++ map (name: keysOf.${name}) (attrNames new));
      };
  resolve =
    names: keys:
    let
      found = withPatched {
        crates = set names;
        inherit keys;
      };
    in
    {
      # Without a patch, path dependencies are enough, and the lock need not be read.
      crates =
        if lock == null || removeAttrs isPatched names == { } then names else attrNames found.crates;
      inherit (found) keys;
    };

  # Sorted, as `closure` is.
  testClosure =
    crate:
    if crate.testExtra == [ ] then
      crate.closure
    else
      attrNames (set (crate.closure ++ crate.testExtra));
  keysOfTests =
    name: crate:
    mergeAttrsList (
      map (below: keysOf.${below}) (crate.dependencies ++ crate.devDependencies)
      ++ [ builtAndTested.${name} ]
    );
in
{
  own = mapAttrs (name: crate: resolve crate.closure keysOf.${name}) crates;
  test = mapAttrs (name: crate: resolve (testClosure crate) (keysOfTests name crate)) crates;
  wide = resolve names (mergeAttrsList (attrValues built));
}
