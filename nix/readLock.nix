{ lib }:
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

  # The commit after the `#` of a git source is not part of a reference.
  referred = source: head (split "#" source);
in
/**
  A parsed Cargo.lock with its edges resolved. Each package gets a `key` (name, version and source:
  its identity), a `reference` that names it in any subset of the lock, its `checksum` or `null`,
  and `edges`, the packages that it depends on.

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
  # Version 1 keeps the checksums in a table of their own.
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

  # `name`, `name version` or `name version (source)`, whichever Cargo found unique in this lock.
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
      # Where others have the same name and version, only a path dependency goes without a source.
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
