{
  lib,
  tables,
  packageText,
  pruneLock,
  ...
}:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    filter
    groupBy
    head
    map
    mapAttrs
    toFile
    ;
  inherit (lib)
    concatStrings
    findFirst
    genAttrs
    mapAttrsToList
    ;
in
/**
  Makes Cargo.lock files for sets of crates. The text of each package is made once for the workspace, and
  a pruned lock joins some of these texts. `part` joins the packages that lead to no crate of the
  workspace: they are the same in every lock of a set of packages.

  In a lock for stubs, packages have the versions of the stubs, except the `versioned` crates.
  Dev-dependencies are included for the crates for which `isTested` holds.

  # Type

  ```
  lockTexts :: { shape :: Manifest, read } -> {
    part :: { ${key} :: Package } -> Parted,
    file :: {
      kind :: "real" | "stubs",
      versioned ? [String],
      isTested :: String -> Bool,
      crates :: [String],
      parted :: Parted,
      # Packages that are not crates of the workspace: the crates that they use, and other packages.
      beside ? { ${package} :: { crates :: [String], references ? [String] } },
    } -> StorePath,
  }
  ```
*/
{ shape, read }:
let
  inherit (tables) stubVersion;
  inherit (read) described versions;
  byKey = if read.hasLock then read.lock.byKey else { };

  isCrate = package: !(package ? source) && shape.crates ? ${package.name};
  textOf =
    versionOf: edgesOf: package:
    packageText {
      inherit package;
      version = if isCrate package then versionOf package.name else package.version;
      edges = map (to: if isCrate to then "${to.name} ${versionOf to.name}" else to.reference) (
        edgesOf package
      );
    };
  builtEdges =
    package:
    if package ? source || !(described ? ${package.name}) then
      package.edges
    else
      filter (to: described.${package.name}.builtNames ? ${to.name}) package.edges;
  # The text of each package of the full lock.
  textsFor = versionOf: {
    plain = mapAttrs (_: textOf versionOf builtEdges) byKey;
    tested = mapAttrs (_: textOf versionOf (package: package.edges)) byKey;
  };
  texts = {
    real = textsFor (name: versions.${name});
    stubs = textsFor (_: stubVersion);
  };
  # Whether a package is a crate of the workspace or depends on one.
  hasCrates = mapAttrs (
    _: package: !(package ? source) || any (to: !(to ? source)) package.edges
  ) byKey;

  textBeside =
    name: edges:
    packageText {
      package = {
        inherit name;
        checksum = null;
      };
      version = stubVersion;
      inherit edges;
    };

  # What is wrong with the lock for each crate. Every dependency of a member must be locked, also optional ones
  # and those of other platforms.
  problems = mapAttrs (
    name: entry:
    let
      package = findFirst (package: !(package ? source)) null (read.lock.byName.${name} or [ ]);
      locked = groupBy (to: to.name) package.edges;
      missing = filter (to: !(locked ? ${to})) (attrNames described.${name}.builtNames);
    in
    if !entry.member then
      null
    else if package == null then
      "it has no entry for crate `${name}`"
    else if missing != [ ] then
      "the entry of crate `${name}` lacks its dependency `${head missing}`"
    else
      null
  ) shape.crates;
in
{
  part =
    keys:
    let
      packages = groupBy (package: if hasCrates.${package.key} then "some" else "none") (attrValues keys);
    in
    {
      text = pruneLock {
        inherit (read) lock;
        texts = map (package: texts.stubs.plain.${package.key}) (packages.none or [ ]);
      };
      rest = packages.some or [ ];
    };

  file =
    {
      kind,
      versioned ? [ ],
      isTested,
      crates,
      parted,
      beside ? { },
    }:
    let
      isVersioned = genAttrs versioned (_: null);
      versionOf = name: if kind == "real" || isVersioned ? ${name} then versions.${name} else stubVersion;
      text =
        package:
        let
          tested = !(package ? source) && isTested package.name;
        in
        if versioned == [ ] then
          texts.${kind}.${if tested then "tested" else "plain"}.${package.key}
        else
          textOf versionOf (if tested then (package: package.edges) else builtEdges) package;
      problem = findFirst (name: problems.${name} != null) null crates;
    in
    if problem != null then
      throw ''
        cratesieve: Cargo.lock is stale: ${problems.${problem}}
        run: cargo update --workspace''
    else
      toFile "Cargo.lock" (
        parted.text
        + concatStrings (map text parted.rest)
        + concatStrings (
          mapAttrsToList (
            name:
            {
              crates,
              references ? [ ],
              ...
            }:
            textBeside name (map (crate: "${crate} ${versionOf crate}") crates ++ references)
          ) beside
        )
      );
}
