{ lib, ... }:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    concatMap
    elem
    elemAt
    filter
    head
    isAttrs
    mapAttrs
    match
    removeAttrs
    ;
  inherit (lib) filterAttrs last optional;
in
/**
  A Cargo.toml without its inert features, and without the entries that enable those of path
  dependencies: the `features` that are left, and a function that rewrites a dependency, given its key.

  # Type

  ```
  withoutInert :: {
    toml :: AttrSet,
    own :: { ${feature} :: true },       # inert features of this crate
    pathKeys :: { ${key} :: String },    # crate names of the path dependencies, by key
    inert :: { ${crate} :: { ${feature} :: true } },
    isOptional :: String -> Bool,        # by key
  } -> { features :: AttrSet, spec :: String -> Spec -> Spec }
  ```
*/
{
  toml,
  own,
  pathKeys,
  inert,
  isOptional,
}:
let
  features = toml.features or { };
  isAsked = key: feature: pathKeys ? ${key} && inert.${pathKeys.${key}} ? ${feature};

  # `key/feature` also enables an optional dependency, and that has to stay: the feature `key`, if there is
  # one, and `dep:key`.
  isExplicit = key: features ? ${key} || any (elem "dep:${key}") (attrValues features);
  activation =
    key:
    optional (features ? ${key} && !(own ? ${key})) key
    ++ (if isExplicit key then [ "dep:${key}" ] else [ key ]);
  kept =
    entry:
    let
      parts = match "([^/?]+)([?]?)/(.*)" entry;
      key = head parts;
      isWeak = elemAt parts 1 == "?";
    in
    if parts == null then
      (if own ? ${entry} then [ ] else [ entry ])
    else if !isAsked key (last parts) then
      [ entry ]
    else if isWeak || !isOptional key then
      [ ]
    else
      activation key;
in
{
  # An empty `default` means the same as no `default`.
  features = filterAttrs (name: entries: !(name == "default" && entries == [ ])) (
    mapAttrs (_: concatMap kept) (removeAttrs features (attrNames own))
  );
  spec =
    key: spec:
    let
      left = filter (feature: !isAsked key feature) spec.features;
    in
    if !(isAttrs spec && spec ? features) then
      spec
    else if left == [ ] then
      removeAttrs spec [ "features" ]
    else
      spec // { features = left; };
}
