{
  lib,
  tables,
  stubPaths,
  emptyPackage,
  unversioned,
  pruneMember,
  withoutInert,
  ...
}:
let
  inherit (builtins)
    attrNames
    attrValues
    filter
    map
    mapAttrs
    ;
  inherit (lib) any filterAttrs optionalAttrs;

  dependencyTables = tables.builtTables ++ tables.devTables;

  # The tables of dependencies in one scope, with each dependency rewritten.
  scope =
    rewrite: toml:
    mapAttrs (_: mapAttrs rewrite) (lib.getAttrs (filter (name: toml ? ${name}) dependencyTables) toml);
in
/**
  The Cargo.toml of a stub, which replaces a crate while its third-party dependencies are compiled. It
  has the crate's name, dependencies and features, and empty targets in the Nix store. Cargo records the
  path of a target's source in its fingerprint. So Cargo never takes an empty target for the real one,
  which lies in the crate. If there are build-dependencies, an empty build script makes Cargo
  compile them.

  Everything that changes how Cargo compiles third-party packages stays: whether the library is a macro
  or a C library (with LTO, that matters for every dependency), and, for the crate that is built or
  tested itself, that there are binaries and tests.

  # Type

  ```
  stubMember :: {
    toml :: AttrSet,
    entry :: Crate,
    kind :: "plain" | "built" | "tested", # for a dependency, for the crate itself, with its dev-dependencies
    pathKeys :: { ${key} :: String },     # see describeMember
    inert :: { ${crate} :: Set } | null,  # inert features of the crate and its path dependencies; null keeps them
  } -> AttrSet
  ```
*/
{
  toml,
  entry,
  kind,
  pathKeys,
  inert,
}:
let
  cut = pruneMember {
    inherit toml;
    role = if kind == "tested" then "test" else "library";
    hasLibrary = true;
  };
  scopes = [ cut ] ++ attrValues (cut.target or { });
  lean =
    if inert == null then
      {
        features = cut.features or { };
        spec = _: spec: spec;
      }
    else
      withoutInert {
        toml = cut;
        own = inert.${toml.package.name};
        inherit pathKeys inert;
        isOptional =
          key: any (scope: any (table: scope.${table}.${key}.optional or false) dependencyTables) scopes;
      };
  rewrite = key: spec: unversioned (lean.spec key spec);
  target = filterAttrs (_: table: table != { }) (mapAttrs (_: scope rewrite) (cut.target or { }));
  hasBuildDependencies = any (scope: any (table: scope ? ${table}) tables.hostTables) scopes;

  crateTypes = toml.lib.crate-type or toml.lib.crate_type or null;
  library =
    if entry.procMacro then
      {
        path = stubPaths.procMacro;
        proc-macro = true;
      }
    else if crateTypes != null then
      {
        path = stubPaths.cLibrary;
        crate-type = crateTypes;
      }
    else
      { };
  nothing = emptyPackage toml.package.name;
in
optionalAttrs (cut ? "cargo-features") { inherit (cut) cargo-features; }
// optionalAttrs (lean.features != { }) { inherit (lean) features; }
// scope rewrite cut
// optionalAttrs (target != { }) { inherit target; }
// {
  package =
    nothing.package
    // optionalAttrs hasBuildDependencies { build = stubPaths.buildScript; }
    # A member outside the workspace root names its workspace.
    // optionalAttrs (toml.package ? workspace) { inherit (toml.package) workspace; };
  lib = nothing.lib // library;
}
// optionalAttrs (kind != "plain" && entry.bins != { }) {
  bin = map (name: {
    inherit name;
    path = stubPaths.binary;
  }) (attrNames entry.bins);
}
// optionalAttrs (kind == "tested") {
  test = [
    {
      name = "cratesieve-stub";
      path = stubPaths.test;
    }
  ];
}
