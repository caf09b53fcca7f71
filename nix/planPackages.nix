{ lib }:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    concatMap
    filter
    genericClosure
    groupBy
    head
    intersectAttrs
    length
    listToAttrs
    map
    removeAttrs
    toJSON
    ;
  inherit (lib)
    all
    findFirst
    genAttrs
    mergeAttrsList
    optional
    subtractLists
    unique
    ;

  # Packages of the lock, and all that they lead to, by key.
  reachedFrom =
    packages:
    listToAttrs (
      map
        (package: {
          name = package.key;
          value = package;
        })
        (genericClosure {
          startSet = packages;
          operator = package: package.edges;
        })
    );
in
/**
  From which layers each crate's package is built, where Cargo unifies features for each package by
  itself, as `cargo build -p` does.

  Cargo compiles a crate again for a dependent that unifies features of it, or of anything below it,
  differently. So there is a *link* for each crate: its library as Cargo compiles it for the crate
  alone. And there may be a *step*: all crates below a crate that it may want in another way than
  any link or step below has them, compiled together in one derivation. What may differ is decided
  from what the Cargo.toml files ask for and from the edges of the lock. Where it turns out not to
  differ, the step finds everything compiled.

  # Type

  ```
  planPackages :: {
    shape :: Manifest, read, inert,
    closures :: { ${crate} :: { crates, keys } },
    isApart :: String -> Bool, # whether a crate's flags choose features
  } -> { ${crate} :: Plan }
  ```

  where a `Plan` is

  ```
  {
    adds :: Bool,           # whether it asks for third-party packages that no crate below asks for
    same :: String | null,  # a crate below that asks for all of the same
    direct :: [String],     # the crates through which all that is below is found
    providers :: { ${crate} :: Provider },  # of each crate below
    step :: Step | null,
  }
  ```

  a `Step` is

  ```
  {
    crates :: [String],   # what it compiles
    real :: [String],     # they, and all that is below them
    from :: [Provider],   # of what they are built from
    maybe :: [Provider],  # of what they may turn out to be equal to
  }
  ```

  and a `Provider` is `{ crate :: String, isStep :: Bool }`: the link of a crate, or its step.
*/
{
  shape,
  read,
  inert,
  closures,
  isApart,
}:
let
  names = attrNames shape.crates;
  inherit (read) lock described;

  # ---- What crates ask for -----------------------------------------------------------------------

  packageOf = name: findFirst (package: !(package ? source)) null (lock.byName.${name} or [ ]);

  # One for each dependency, by what makes Cargo compile it differently. A plain path dependency
  # asks for nothing that the crate does not have by itself.
  asksOf =
    name:
    let
      package = packageOf name;
      edges = if package == null then [ ] else package.edges;
      isForHost = ask: ask.isBuild || shape.crates.${name}.procMacro;
      host = if shape.crates.${name}.procMacro then "host " else "";
    in
    listToAttrs (
      concatMap (
        ask:
        let
          thirdParty = filter (to: to ? source && to.name == ask.name) edges;
          isCrate = (ask.isPath || thirdParty == [ ]) && shape.crates ? ${ask.name};
          isDefault = ask.default || (read.tomls.${ask.name}.features.default or [ ]) == [ ];
        in
        # A macro is compiled for the host by whoever asks; for others that is another way.
        optional
          (
            !isCrate
            || ask.features != [ ]
            || !isDefault
            || isForHost ask && !shape.crates.${ask.name}.procMacro
          )
          {
            name = host + ask.what;
            value = {
              inherit (ask) features default isOptional;
              place = head ask.place;
              isForHost = isForHost ask;
              crate = if isCrate then ask.name else null;
              packages = if isCrate then [ ] else thirdParty;
              # What is asked. Of two packages of one name it is not known which one is meant.
              subject = toJSON [
                (isForHost ask)
                ask.name
                (map (package: package.key) thirdParty)
                (if length thirdParty > 1 then ask.what else null)
              ];
              isInert = isCrate && isDefault && all (feature: inert.${ask.name} ? ${feature}) ask.features;
            };
          }
      ) described.${name}.asks.built
    );
  asks = genAttrs names asksOf;
  demands = genAttrs names (
    name: mergeAttrsList (map (crate: asks.${crate}) closures.${name}.crates)
  );

  bySubject = genAttrs names (name: groupBy (ask: ask.subject) (attrValues demands.${name}));

  # Who asks for more makes Cargo compile the same.
  isCovered =
    from: ask:
    any (
      other:
      !other.isOptional
      && (other.place == null || other.place == ask.place)
      && (other.default || !ask.default)
      && subtractLists other.features ask.features == [ ]
    ) (bySubject.${from}.${ask.subject} or [ ]);
  # What is asked in `demand` and not for `from`.
  newIn =
    demand: from:
    filter (ask: !(isCovered from ask)) (attrValues (removeAttrs demand (attrNames demands.${from})));

  # ---- What they touch ---------------------------------------------------------------------------

  crateSets = genAttrs names (name: genAttrs closures.${name}.crates (_: null));
  packageSets = genAttrs names (
    name: lib.filterAttrs (_: package: package ? source) closures.${name}.keys
  );

  # Whether what is asked in `demand` and not for `from` may change how a crate is compiled.
  touches =
    demand: from:
    let
      new = newIn demand from;
      crates = filter (ask: ask.crate != null) new;
      # What runs on the host while others are built takes its whole closure along.
      ofCrates = mergeAttrsList (
        map (
          ask: if ask.isInert && !ask.isForHost then { ${ask.crate} = null; } else crateSets.${ask.crate}
        ) crates
      );
      packages =
        reachedFrom (concatMap (ask: ask.packages) new)
        // mergeAttrsList (map (ask: if ask.isInert then { } else packageSets.${ask.crate}) crates);
    in
    if new == [ ] then
      _: false
    else
      name:
      intersectAttrs ofCrates crateSets.${name} != { }
      || intersectAttrs packages packageSets.${name} != { };

  # ---- Plans -------------------------------------------------------------------------------------

  bySize =
    a: b:
    let
      size = name: length closures.${name}.crates;
    in
    size a < size b || (size a == size b && a < b);

  plan =
    name:
    let
      inherit (closures.${name}) crates keys;
      below = filter (crate: crate != name) crates;
      candidates = shape.crates.${name}.dependencies;
      touched = genAttrs candidates (touches demands.${name});
      providerFrom =
        crate: from:
        if from == crate then
          {
            inherit crate;
            isStep = false;
          }
        else
          plans.${from}.providers.${crate};
      isUsable =
        crate: from:
        crateSets.${from} ? ${crate} && !isApart from && !isApart name && !(touched.${from} crate);
      found = genAttrs below (
        crate:
        let
          from = findFirst (isUsable crate) null candidates;
        in
        if from == null then null else providerFrom crate from
      );

      affected = builtins.sort bySize (filter (crate: found.${crate} == null) below);
      providers = genAttrs below (
        crate:
        if found.${crate} != null then
          found.${crate}
        else
          {
            crate = name;
            isStep = true;
          }
      );

      equals = filter (crate: newIn demands.${name} crate == [ ] && !isApart name) candidates;
    in
    {
      inherit providers;
      step =
        if affected == [ ] then
          null
        else
          {
            crates = affected;
            real = attrNames (mergeAttrsList (map (crate: crateSets.${crate}) affected));
            from = map (crate: providers.${crate}) (
              subtractLists affected (unique (concatMap directOf affected))
            );
            maybe = concatMap (
              crate: map (providerFrom crate) (filter (from: crateSets.${from} ? ${crate}) candidates)
            ) affected;
          };
      direct = directOf name;
      adds = any (package: package ? source) (attrValues keys) && equals == [ ];
      same = if equals == [ ] then null else head equals;
    };

  # What a crate finds through the layers of others it need not name. Third-party packages may lead
  # back to any crate of the closure.
  directOf =
    name:
    filter (crate: crate != name) (
      if shape.patched != [ ] then closures.${name}.crates else shape.crates.${name}.dependencies
    );

  plans = genAttrs names plan;
in
plans
