{ lib, pruneLock }:
let
  inherit (builtins)
    any
    attrNames
    concatMap
    elem
    filter
    groupBy
    head
    map
    mapAttrs
    toFile
    ;
  inherit (lib) findFirst;
in
/**
  Cargo.lock for any set of crates: the text of each package is made once for the workspace, and a
  pruned lock is some of these texts.

  In a lock for stubs the versions are those of the stubs, but for the `versioned` crates.
  Dev-dependencies are those of the crates
  for which `isTested` holds.

  # Type

  ```
  lockTexts :: { shape :: Manifest, read, stubVersion :: String } ->
    { kind :: "real" | "stubs", versioned ? [String], isTested :: String -> Bool, crates :: [String], keys :: Set } -> StorePath
  ```
*/
{
  shape,
  read,
  stubVersion,
}:
let
  inherit (read) described versions;

  textOf =
    versionOf: edgesOf:
    let
      reference =
        package:
        if package ? source || !(shape.crates ? ${package.name}) then
          package.reference
        else
          "${package.name} ${versionOf package.name}";
    in
    package:
    pruneLock.packageText {
      inherit package;
      version =
        if package ? source || !(shape.crates ? ${package.name}) then
          package.version
        else
          versionOf package.name;
      edges = map reference (edgesOf package);
    };
  builtEdges =
    package:
    if package ? source || !(described ? ${package.name}) then
      package.edges
    else
      filter (to: described.${package.name}.builtNames ? ${to.name}) package.edges;
  # The text of each package of the full lock, made once.
  textsOf =
    versionOf: edgesOf:
    mapAttrs (_: textOf versionOf edgesOf) (if read.hasLock then read.lock.byKey else { });
  textsFor = versionOf: {
    plain = textsOf versionOf builtEdges;
    tested = textsOf versionOf (package: package.edges);
  };
  texts = {
    real = textsFor (name: versions.${name});
    stubs = textsFor (_: stubVersion);
  };
in
{
  kind,
  versioned ? [ ],
  isTested,
  crates,
  keys,
}:
let
  chosen =
    if versioned == [ ] then
      texts.${kind}
    else
      textsFor (name: if elem name versioned then versions.${name} else stubVersion);
  isLocked = name: any (package: !(package ? source)) (read.lock.byName.${name} or [ ]);
  unlocked = filter (name: shape.crates.${name}.member && !isLocked name) crates;

  # Every dependency of a member is locked, the optional ones and those of other platforms too.
  missing = concatMap (
    name:
    let
      package = findFirst (package: !(package ? source)) null read.lock.byName.${name};
      locked = groupBy (to: to.name) package.edges;
    in
    map (to: { inherit name to; }) (
      filter (to: !(locked ? ${to})) (attrNames described.${name}.builtNames)
    )
  ) (filter (name: shape.crates.${name}.member) crates);
in
if unlocked != [ ] then
  throw ''
    cratesieve: Cargo.lock is stale: it does not have crate `${head unlocked}`
    run: cargo update --workspace''
else if missing != [ ] then
  throw ''
    cratesieve: Cargo.lock is stale: crate `${(head missing).name}` depends on `${(head missing).to}`, which it does not say
    run: cargo update --workspace''
else
  toFile "Cargo.lock" (
    pruneLock.pruneLock {
      inherit (read) lock;
      inherit keys;
      text =
        package:
        chosen.${if !(package ? source) && isTested package.name then "tested" else "plain"}.${package.key};
    }
  )
