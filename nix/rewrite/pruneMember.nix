{ lib, tables, ... }:
let
  inherit (builtins)
    filter
    head
    isAttrs
    mapAttrs
    match
    removeAttrs
    ;
  inherit (lib) filterAttrs genAttrs optionalAttrs;

  # Fields for which clippy checks only that they exist. Placeholders replace their values, so an edit of them
  # changes nothing.
  linted =
    {
      package,
      role,
      readme,
    }:
    let
      has = name: package ? ${name} && package.${name} != [ ];
      publish = package.publish or true;
    in
    if role == "linted" then
      genAttrs (filter has [
        "categories"
        "keywords"
      ]) (_: [ "cratesieve" ])
      // optionalAttrs (isAttrs publish) { inherit publish; }
      // optionalAttrs (publish == false || publish == [ ]) { publish = false; }
      # The readme that Cargo finds by itself. The source need not have the file.
      // optionalAttrs (readme != null && !(package ? readme)) { inherit readme; }
    # Clippy checks these fields in all members, but only the linted crate has them.
    else if role == "library" || role == "units" then
      { publish = false; }
    else
      { };

  # The dependency that an entry of `[features]` names: `dep:name`, `name/feature`, `name?/feature`. `null` for
  # the name of a feature.
  aboutDependency =
    entry:
    let
      explicit = match "dep:(.*)" entry;
      weak = match "([^/?]+)[?]?/.*" entry;
    in
    if explicit != null then
      head explicit
    else if weak != null then
      head weak
    else
      null;

  scopesOf = toml: [ toml ] ++ builtins.attrValues (toml.target or { });

  cutDev =
    toml:
    let
      without = scope: removeAttrs scope tables.devTables;
      isThere =
        name:
        lib.any (scope: lib.any (table: scope.${table} or { } ? ${name}) tables.builtTables) (
          scopesOf toml
        );
      isKept =
        entry:
        let
          name = aboutDependency entry;
        in
        name == null || isThere name;
      features = mapAttrs (_: filter isKept) toml.features;
      target = filterAttrs (_: scope: scope != { }) (mapAttrs (_: without) toml.target);
    in
    without toml
    // (if toml ? target then { inherit target; } else { })
    // (if toml ? features then { inherit features; } else { });
in
/**
  The Cargo.toml of a crate, without the parts that a build with the given role does not need.

  `library` is for dependents: without dev-dependencies, tests, benches and examples, and without
  binaries if there is a library. `own` has the binaries, `units` also the dev-dependencies, and `test`
  has everything. Entries of `[features]` that name a removed dependency are removed. Fields that no
  build can see are removed. `linted` is `test` with the fields that clippy checks.

  # Type

  ```
  pruneMember :: {
    toml :: AttrSet,        # the parsed Cargo.toml
    role :: "library" | "own" | "units" | "test" | "linted",
    hasLibrary :: Bool,
    emptyLibrary :: String | null, # the library for a crate that has neither a library nor a binary
    readme :: String | null, # the readme that Cargo finds if the file names none
  } -> AttrSet
  ```
*/
{
  toml,
  role,
  hasLibrary,
  emptyLibrary ? null,
  readme ? null,
}:
let
  package =
    removeAttrs toml.package (
      tables.invisibleFields
      ++ (
        if role == "library" && hasLibrary then
          [
            "autobins"
            "default-run"
          ]
        else
          [ ]
      )
    )
    // linted {
      inherit (toml) package;
      inherit role readme;
    }
    // {
      metadata = removeAttrs (toml.package.metadata or { }) [ "cratesieve" ];
    };
  isTests = role == "test" || role == "linted";
  targets =
    if isTests then
      { }
    else
      {
        autotests = false;
        autobenches = false;
        autoexamples = false;
      }
      // (if role == "library" && hasLibrary then { autobins = false; } else { });
  cut = removeAttrs (if isTests || role == "units" then toml else cutDev toml) (
    [ "badges" ]
    ++ tables.rootTables
    ++ (if isTests then [ ] else tables.testTargets)
    ++ (if role == "library" && hasLibrary then [ "bin" ] else [ ])
  );
in
cut
// {
  package =
    (if package.metadata == { } then removeAttrs package [ "metadata" ] else package) // targets;
}
// (if emptyLibrary == null then { } else { lib.path = emptyLibrary; })
