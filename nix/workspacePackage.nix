{
  lib,
  stubPaths,
  emptyPackage,
  ...
}:
let
  inherit (builtins)
    any
    concatMap
    filter
    groupBy
    hashString
    head
    map
    mapAttrs
    removeAttrs
    toJSON
    ;
  inherit (lib) genAttrs optionalAttrs unique;
in
/**
  The Cargo.toml of the package `cratesieve-workspace`, which enables everything that any member
  enables. If it is selected together with a member, Cargo unifies features as for the whole workspace. It
  has no code. It has the feature names that flags may select in the member.

  Dev-dependencies of members are its normal dependencies. Cargo ignores the dev-dependencies of
  packages that are not selected, and ignores all of them for documentation.

  # Type

  ```
  workspacePackage :: {
    members :: [ { name, path, features :: [String], default :: Bool } ],
    # the members' dev-dependencies, with `path` if they are crates, and with the locked package if it is certain
    asks :: [ Ask // { locked :: Package | null } ],
    features :: [String],
  } -> AttrSet
  ```
*/
{
  members,
  asks,
  features,
}:
let
  # Problem: several members may ask for one package, each with its own requirement and features. Constraint:
  # a table has one entry for a key, and `cargo metadata`, which nextest calls too, refuses a package that has
  # two names in another one. So each package has one key, and its entry asks for all that any member asks for.
  keyOf =
    ask:
    let
      sourceless = ask.isPath || ask.locked != null && !(ask.locked ? source);
      identity = if ask.locked == null then ask.what + toJSON ask.spec else ask.locked.key;
    in
    if sourceless then ask.name else "d-${hashString "md5" identity}";
  specOf = ask: if ask.spec ? path then removeAttrs ask.spec [ "version" ] else ask.spec;
  ofMember = member: {
    target = null;
    key = member.name;
    spec = {
      inherit (member) path features;
      default-features = member.default;
    };
  };
  ofAsk = ask: {
    target = head ask.place;
    key = keyOf ask;
    spec = specOf ask;
  };
  merge =
    entries:
    (head entries).spec
    // {
      features = unique (concatMap (entry: entry.spec.features) entries);
      default-features = any (entry: entry.spec.default-features) entries;
    };
  tableOf = entries: mapAttrs (_: merge) (groupBy (entry: entry.key) entries);
  entries = map ofMember members ++ map ofAsk asks;
  ofTargets = groupBy (entry: entry.target) (filter (entry: entry.target != null) entries);
in
removeAttrs (emptyPackage "cratesieve-workspace") [ "lib" ]
// {
  dependencies = tableOf (filter (entry: entry.target == null) entries);
  features = genAttrs (features ++ [ "cratesieve-never" ]) (_: [ ]);
  bin = [
    {
      name = "cratesieve-never";
      path = stubPaths.binary;
      required-features = [ "cratesieve-never" ];
      doc = false;
    }
  ];
}
// optionalAttrs (ofTargets != { }) {
  target = mapAttrs (_: entries: { dependencies = tableOf entries; }) ofTargets;
}
