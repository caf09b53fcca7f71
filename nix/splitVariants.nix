{ lib, craneArguments, ... }:
let
  inherit (builtins)
    attrNames
    filter
    groupBy
    head
    isAttrs
    mapAttrs
    match
    removeAttrs
    toJSON
    unsafeDiscardStringContext
    ;
  inherit (lib) filterAttrs optionalAttrs;

  compilingOf =
    args:
    filterAttrs (name: _: match craneArguments.compilingVariables name != null) (
      if isAttrs args then args else { }
    );
in
/**
  Groups the crates by the settings that decide how Cargo compiles, such as the target.

  Problem: for a crate that has such a setting of its own, Cargo compiles all crates below it again. Layers
  that were made without the setting do not fit. So each group, a variant, has layers of its own, in which
  the crates below get the setting too.

  # Type

  ```
  splitVariants :: {
    shape :: Manifest,
    crates :: AttrSet,       # the argument of mkWorkspace
    commonArgs, settings, checks, # what checkArguments returns
    isOfOneProfile :: Bool,
  } -> {
    isPlain :: String -> Bool,   # whether a crate has no such settings
    plain :: Variant,            # of these crates
    keyOf :: String -> String,   # the variant of another crate
    others :: { ${key} :: Variant },
  }
  Variant = { members :: [String], commonArgs, settings, checks, isOfOneProfile }
  ```
*/
{
  shape,
  crates,
  commonArgs,
  settings,
  checks,
  isOfOneProfile,
}:
let
  # Lazy: the settings of a crate are read only if the crate is used, or features are unified over all crates.
  ownOf = mapAttrs (_: compilingOf) crates;
  keyOf = name: unsafeDiscardStringContext (toJSON (ownOf.${name} or { }));
  withoutOwn =
    name: args:
    let
      own = attrNames (ownOf.${name} or { });
    in
    if own != [ ] && !shape.crates.${name}.member then
      throw ''
        cratesieve: `crates.${name}.${head own}` of mkWorkspace: crate `${name}` is not a member of the workspace, and is compiled only as a dependency of other crates
        move it to commonArgs, or to the crates that use `${name}`''
    else
      removeAttrs args own;
  isPlain = name: ownOf.${name} or { } == { };
  names = attrNames shape.crates;
  variantOf = own: group: {
    members = filter (name: shape.crates.${name}.member) group;
    commonArgs =
      commonArgs
      // own
      // optionalAttrs (commonArgs ? env) { env = removeAttrs commonArgs.env (attrNames own); };
    settings = mapAttrs withoutOwn settings;
    checks = checks // optionalAttrs (own ? CARGO_PROFILE) { profile = own.CARGO_PROFILE; };
    isOfOneProfile = own ? CARGO_PROFILE || isOfOneProfile;
  };
in
{
  inherit isPlain keyOf;
  plain = variantOf { } (filter isPlain names);
  others = mapAttrs (_: group: variantOf ownOf.${head group} group) (
    groupBy keyOf (filter (name: !isPlain name) names)
  );
}
