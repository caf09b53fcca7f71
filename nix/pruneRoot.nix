{ lib, paths }:
let
  inherit (builtins)
    any
    attrNames
    filter
    head
    intersectAttrs
    isAttrs
    isString
    map
    mapAttrs
    removeAttrs
    split
    ;
  inherit (lib)
    filterAttrs
    hasPrefix
    last
    optionalAttrs
    ;

  # What `resolver` is where the workspace does not say it: a root package's edition decides.
  impliedResolver =
    toml:
    let
      edition = toml.package.edition or "2015";
      resolved = if isString edition then edition else toml.workspace.package.edition or "2015";
    in
    if !(toml ? package) then
      "1"
    else
      {
        "2015" = "1";
        "2018" = "1";
        "2021" = "2";
      }
      .${resolved} or "3";

  # The package that a profile override or `[replace]` names: a name, `name@version`, `name:version`
  # or a URL that ends in one of these or in the name of a directory.
  specName =
    spec:
    let
      fragment = last (filter isString (split "[#/]" spec));
    in
    head (filter isString (split "[@:]" fragment));
in
/**
  The root Cargo.toml of a workspace that consists of the given crates only.

  `members` lists the members among them; of what they may inherit and of `[patch]` and overrides
  in profiles, only what they use is left. `resolver` is always said, because a root package that
  is left out would have implied it.

  # Type

  ```
  pruneRoot :: {
    toml :: AttrSet,                # the parsed root Cargo.toml
    package :: AttrSet | null,      # the root package's own, already rewritten Cargo.toml, if it is among the crates
    crates :: { ${name} :: Crate }, # their entries in the manifest
    inherits :: { dependencies :: Set, package :: Set, lints :: Bool },
    packages :: { ${name} :: [ Package ] }, # of the pruned lock, by name
    spec ? (spec: spec),            # rewrites a dependency
  } -> AttrSet
  ```
*/
{
  toml,
  package,
  crates,
  inherits,
  packages,
  spec ? (spec: spec),
}:
let
  workspace = toml.workspace or { };

  directories =
    wanted: map (name: crates.${name}.path) (filter (name: wanted crates.${name}) (attrNames crates));
  members = directories (crate: crate.member && crate.path != ".");
  others = directories (crate: !crate.member);

  normal = path: paths.fromComponents (paths.components path);
  excludes = filter (path: any (paths.isWithin (normal path)) others) (workspace.exclude or [ ]);

  pruned =
    removeAttrs workspace [
      "default-members"
      "dependencies"
      "exclude"
      "lints"
      "metadata"
      "package"
    ]
    // {
      inherit members;
      resolver = workspace.resolver or (impliedResolver toml);
    }
    // optionalAttrs (excludes != [ ]) { exclude = excludes; }
    // optionalAttrs (inherits.dependencies != { } && workspace ? dependencies) {
      dependencies = mapAttrs (_: spec) (intersectAttrs inherits.dependencies workspace.dependencies);
    }
    // optionalAttrs (inherits.package != { } && workspace ? package) {
      package = intersectAttrs inherits.package workspace.package;
    }
    // optionalAttrs (inherits.lints && workspace ? lints) { inherit (workspace) lints; };

  # A patch is used if what it puts there is: a crate of the tree, or a package of the lock.
  isUsed =
    key: patch:
    let
      name = patch.package or key;
      locked = packages.${name} or [ ];
    in
    isAttrs patch
    && (
      if patch ? path then
        crates ? ${name}
      else if patch ? git then
        any (package: hasPrefix "git+${patch.git}" (package.source or "")) locked
      else
        locked != [ ]
    )
    || isString patch && locked != [ ];
  patches = filterAttrs (_: entries: entries != { }) (
    mapAttrs (_: entries: filterAttrs isUsed entries) (toml.patch or { })
  );

  isThere = spec: spec == "*" || packages ? ${specName spec};
  profiles = mapAttrs (
    _: profile:
    if profile ? package then
      profile // { package = filterAttrs (spec: _: isThere spec) profile.package; }
    else
      profile
  ) (toml.profile or { });
  replaced = filterAttrs (spec: _: isThere spec) (toml.replace or { });
in
lib.getAttrs (filter (name: toml ? ${name}) [ "cargo-features" ]) toml
// (if package == null then { } else package)
// optionalAttrs (toml ? workspace) { workspace = pruned; }
// optionalAttrs (toml ? profile) { profile = profiles; }
// optionalAttrs (patches != { }) { patch = patches; }
// optionalAttrs (replaced != { }) { replace = replaced; }
