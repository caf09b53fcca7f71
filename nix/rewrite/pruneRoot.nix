{
  lib,
  paths,
  pruneInherited,
  prunePatches,
  ...
}:
let
  inherit (builtins)
    any
    attrNames
    filter
    head
    isString
    map
    mapAttrs
    removeAttrs
    split
    ;
  inherit (lib)
    filterAttrs
    last
    optionalAttrs
    ;

  # The resolver if the workspace does not set it: the edition of the root package decides.
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

  `members` lists the members among them. Entries that members may inherit, `[patch]` and overrides in
  profiles are kept only if these crates use them. If a crate reads the file, all entries that members
  may inherit and `[workspace.metadata]` stay. `resolver` is always written: the root package, whose
  edition implies it, may be missing.

  # Type

  ```
  pruneRoot :: {
    toml :: AttrSet,                # the parsed root Cargo.toml
    package :: AttrSet | null,      # the root package's rewritten Cargo.toml, if it is among the crates
    crates :: { ${name} :: Crate }, # their entries in the manifest
    inherits :: { dependencies :: Set, package :: Set, lints :: Bool },
    packages :: { ${name} :: [ Package ] }, # of the pruned lock, by name
    isRead ? Bool,                  # whether a crate reads the file
    spec ? (_: spec: spec),         # rewrites a dependency, given its key
    isWorkspace ? Bool,             # whether it gets a `[workspace]`; default: as the file
    isLayered ? Bool,               # whether it is for builds that start from layers
  } -> AttrSet
  ```
*/
{
  toml,
  package,
  crates,
  inherits,
  packages,
  isRead ? false,
  spec ? (_: spec: spec),
  isWorkspace ? toml ? workspace,
  isLayered ? false,
}:
let
  workspace = toml.workspace or { };

  resolver = workspace.resolver or toml.package.resolver or (impliedResolver toml);

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
      inherit resolver;
    }
    // optionalAttrs (excludes != [ ]) { exclude = excludes; }
    // optionalAttrs (isRead && metadata != { }) { inherit metadata; }
    // pruneInherited {
      inherit
        workspace
        inherits
        isRead
        spec
        ;
    };
  metadata = removeAttrs (workspace.metadata or { }) [ "cratesieve" ];

  patches = prunePatches {
    patch = toml.patch or { };
    inherit crates packages;
  };

  isThere = spec: spec == "*" || packages ? ${specName spec};
  profiles = filterAttrs (_: profile: profile != { }) (
    mapAttrs (
      _: profile:
      let
        package = filterAttrs (spec: _: isThere spec) (profile.package or { });
      in
      removeAttrs profile [ "package" ] // optionalAttrs (package != { }) { inherit package; }
    ) (lib.recursiveUpdate hostProfiles (toml.profile or { }))
  );
  # Problem: Cargo gives debug information to a package for the host if the same build also compiles that package
  # for the target, so that one unit serves both. So the selected crates change the units of others, and layers
  # would not fit. Setting `debug` in the profile prevents that.
  hostProfiles = optionalAttrs isLayered {
    dev.build-override.debug = false;
    release.build-override.debug = false;
  };
  replaced = filterAttrs (spec: _: isThere spec) (toml.replace or { });
in
lib.getAttrs (filter (name: toml ? ${name}) [ "cargo-features" ]) toml
// (
  if package == null then
    { }
  else
    package
    // {
      package =
        removeAttrs package.package [ "resolver" ]
        # A `[workspace]` has `resolver` itself.
        // optionalAttrs (!isWorkspace) { inherit resolver; };
    }
)
// optionalAttrs isWorkspace { workspace = pruned; }
// optionalAttrs (profiles != { }) { profile = profiles; }
// optionalAttrs (patches != { }) { patch = patches; }
// optionalAttrs (replaced != { }) { replace = replaced; }
