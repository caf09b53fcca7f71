{ lib, ... }:
let
  inherit (builtins)
    concatMap
    elemAt
    filter
    groupBy
    head
    length
    listToAttrs
    map
    split
    ;
  inherit (lib) splitString;

  # A source without the commit after `#`, which references to a git source do not have.
  referred = source: head (split "#" source);
in
/**
  A parsed Cargo.lock with resolved edges. Each package gets a `key` (its identity: name, version and
  source), a `reference` that names it in any subset of the lock, its `checksum` or `null`, and `edges`,
  the packages that it depends on.

  # Type

  ```
  readLock :: AttrSet -> {
    version :: Int,
    packages :: [ Package ],          # in the lock's order
    byKey :: { ${key} :: Package },
    byName :: { ${name} :: [ Package ] },
  }
  ```
*/
lock:
let
  # In version 1, checksums are in a separate table.
  checksum =
    package:
    package.checksum
      or lock.metadata."checksum ${package.name} ${package.version} (${package.source or ""})" or null;

  packages = map (
    package:
    package
    // {
      key = "${package.name} ${package.version} ${package.source or ""}";
      reference =
        "${package.name} ${package.version}"
        + (if package ? source then " (${referred package.source})" else "");
      checksum = checksum package;
      edges = concatMap resolve (package.dependencies or [ ]);
    }
  ) (lock.package or [ ]);

  byName = groupBy (package: package.name) packages;

  # Resolves a reference: `name`, `name version` or `name version (source)`, the shortest that is unique.
  resolve =
    reference:
    let
      parts = splitString " " reference;
      version = elemAt parts 1;
      source = elemAt parts 2;
      isMeant =
        package:
        (length parts < 2 || package.version == version)
        && (length parts < 3 || "(${referred (package.source or "")})" == source);
      meant = filter isMeant (byName.${head parts} or [ ]);
      # If several packages have the name and version, only a path dependency has a reference without a source.
      local = filter (package: !(package ? source)) meant;
    in
    if length parts == 2 && length meant > 1 && local != [ ] then local else meant;
in
{
  version = lock.version or 1;
  inherit packages byName;
  byKey = listToAttrs (
    map (package: {
      name = package.key;
      value = package;
    }) packages
  );
}
