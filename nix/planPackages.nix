{ lib, ... }:
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

  # The given packages of the lock and all packages that they depend on, by key.
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
  Decides from which layers each crate's package is built, if Cargo unifies features for each package by
  itself, as `cargo build -p` does.

  Problem: Cargo compiles a crate again for a dependent that enables other features in it, or in a
  crate below it. Constraint: which crates these are is known only to Cargo, but the layers have to be
  known at evaluation. Trick: each crate has a *link*, its library as Cargo compiles it for the
  crate alone. A crate may also have a *step*: one derivation that compiles all crates below it that may
  differ from every link and step below. What may differ follows from the features in the Cargo.toml
  files and from the edges of the lock. If Cargo finds no difference, the step compiles nothing.

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
    adds :: Bool,           # whether it enables third-party packages that no crate below enables
    same :: String | null,  # a crate below that asks for the same third-party packages
    direct :: [String],     # the crates through which it finds all layers below
    providers :: { ${crate} :: Provider },  # for each crate below: which layer has it as this crate needs it
    step :: Step | null,
  }
  ```

  a `Step` is

  ```
  {
    crates :: [String],   # the crates that it compiles
    real :: [String],     # these, and all crates below them
    from :: [Provider],   # the layers that it starts from
    maybe :: [Provider],  # layers that may turn out to hold the same
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

  # The dependencies of a crate that make Cargo compile something differently, each once. Plain path
  # dependencies are left out: they select nothing that the crate does not have by itself.
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
        # A macro is always compiled for the host. Another crate is compiled again for the host.
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
              # Identifies the dependency. With two packages of one name, it is not known which one is meant.
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

  # Whether `from` selects the features of `ask` already. Then Cargo compiles the package alike.
  isCovered =
    from: ask:
    any (
      other:
      !other.isOptional
      && (other.place == null || other.place == ask.place)
      && (other.default || !ask.default)
      && subtractLists other.features ask.features == [ ]
    ) (bySubject.${from}.${ask.subject} or [ ]);
  # The dependencies in `demand` that `from` does not cover.
  newIn =
    demand: from:
    filter (ask: !(isCovered from ask)) (attrValues (removeAttrs demand (attrNames demands.${from})));

  # ---- What they touch ---------------------------------------------------------------------------

  crateSets = genAttrs names (name: genAttrs closures.${name}.crates (_: null));
  packageSets = genAttrs names (
    name: lib.filterAttrs (_: package: package ? source) closures.${name}.keys
  );

  # Whether the dependencies in `demand` that `from` does not cover may change how Cargo compiles a crate.
  touches =
    demand: from:
    let
      new = newIn demand from;
      crates = filter (ask: ask.crate != null) new;
      # A crate for the host, such as a macro, is compiled again with its whole closure.
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

  # The crates that a crate has to name. It finds the others through their layers. Third-party packages may
  # depend on any crate of the closure, because of `[patch]`.
  directOf =
    name:
    filter (crate: crate != name) (
      if shape.patched != [ ] then closures.${name}.crates else shape.crates.${name}.dependencies
    );

  plans = genAttrs names plan;
in
plans
