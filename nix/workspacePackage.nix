{
  lib,
  stubPaths,
  emptyPackage,
  ...
}:
let
  inherit (builtins)
    foldl'
    hashString
    head
    listToAttrs
    map
    removeAttrs
    toJSON
    ;
  inherit (lib) genAttrs optionalAttrs recursiveUpdate;
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
    asks :: [Ask],         # the members' dev-dependencies, with `path` if they are crates
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
  ofMember = member: {
    name = member.name;
    value = {
      inherit (member) path features;
      default-features = member.default;
    };
  };
  # Cargo allows one key for one package, and the members already have keys: their names.
  askOf =
    ask:
    let
      target = head ask.place;
      spec = removeAttrs ask.spec [ "version" ] // optionalAttrs (!(ask.spec ? path)) (getVersion ask);
      dependency.dependencies."d-${hashString "md5" ask.what + hashString "md5" (toJSON spec)}" = spec;
    in
    if target == null then dependency else { target.${target} = dependency; };
  getVersion = ask: optionalAttrs (ask.spec ? version) { inherit (ask.spec) version; };
in
foldl' recursiveUpdate (
  removeAttrs (emptyPackage "cratesieve-workspace") [ "lib" ]
  // {
    dependencies = listToAttrs (map ofMember members);
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
) (map askOf asks)
