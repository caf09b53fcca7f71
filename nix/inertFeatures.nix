{ lib }:
let
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    concatMap
    elem
    filter
    genericClosure
    head
    listToAttrs
    map
    mapAttrs
    match
    removeAttrs
    ;
  inherit (lib) filterAttrs;
in
{
  /**
    The features of a crate that enable only each other: no dependency, and no feature of a
    dependency. They select code of the crate itself, so third-party crates are compiled alike with
    and without them.

    # Type

    ```
    inertFeatures :: AttrSet -> { ${feature} :: true }  # of a parsed Cargo.toml
    ```

    # Examples

    ```nix
    inertFeatures { features = { default = [ "fast" ]; fast = [ ]; net = [ "dep:tokio" ]; all = [ "fast" "net" ]; }; }
    => { fast = true; }
    ```
  */
  inertFeatures =
    toml:
    let
      features = toml.features or { };
      reached =
        feature:
        genericClosure {
          startSet = [ { key = feature; } ];
          operator = { key }: map (key: { inherit key; }) (features.${key} or [ ]);
        };
      isInert = feature: feature != "default" && all ({ key }: features ? ${key}) (reached feature);
    in
    listToAttrs (
      map (name: {
        inherit name;
        value = true;
      }) (filter isInert (attrNames features))
    );

  /**
    A Cargo.toml without its inert features, and without the entries that enable those of path dependencies.

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
  withoutInert =
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
        lib.optional (features ? ${key} && !(own ? ${key})) key
        ++ (if isExplicit key then [ "dep:${key}" ] else [ key ]);
      kept =
        entry:
        let
          parts = match "([^/?]+)([?]?)/(.*)" entry;
          key = head parts;
          isWeak = lib.elemAt parts 1 == "?";
        in
        if parts == null then
          (if own ? ${entry} then [ ] else [ entry ])
        else if !isAsked key (lib.last parts) then
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
        if !(builtins.isAttrs spec && spec ? features) then
          spec
        else if left == [ ] then
          removeAttrs spec [ "features" ]
        else
          spec // { features = left; };
    };
}
