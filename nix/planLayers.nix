{ lib }:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    ceil
    concatLists
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    genericClosure
    groupBy
    head
    intersectAttrs
    length
    listToAttrs
    map
    mapAttrs
    removeAttrs
    ;
  inherit (lib)
    all
    filterAttrs
    findFirst
    genAttrs
    imap0
    mergeAttrsList
    optional
    optionals
    subtractLists
    unique
    ;

  # Steps of single crates compile nothing in vain. Where one crate wants very many others in its own
  # way, so many derivations cost more than they save, and some crates are compiled together.
  stepsAtMost = 20;
  stepsOfMany = 3;

  set = names: genAttrs names (_: null);

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
  Which layers the crates of a workspace have, and where each crate finds what it is built from.

  Cargo compiles a crate anew for a dependent that unifies features of it, or of anything below it,
  differently. So there is a layer of each crate's library as Cargo compiles it for the crate alone,
  and there are *steps*: what lies below a crate, compiled as that crate wants it, where this may
  differ from all that is there already. It is decided from what the Cargo.toml files ask for and
  from the edges of the lock. Where it "may differ" and does not, the step finds everything done.

  Where crates that do not depend on each other ask for the same third-party crates, these have a
  layer of their own, one of `commons`; and where they ask for the same features of one crate, that
  crate has a layer for these, one of `variants`.

  # Type

  ```
  planLayers :: {
    shape :: Manifest, read, inert,
    closures :: { own, test :: { ${crate} :: { crates, keys } } },
    isApart :: String -> Bool, # whether a crate's flags choose features
    isSet :: String -> Bool,   # whether it has settings that change what it is built from
    isScriptAlone :: String -> Bool, # whether it has a build script of one file
    isWide ? Bool,             # whether features are unified for the whole workspace
  } -> {
    own, test :: { ${crate} :: Plan },
    commons :: { ${common} :: { asks, keys, commons :: [String] } },
    variants :: { ${variant} :: { crate :: String, features :: [String], default :: Bool } },
  }
  ```

  where a `Plan` is

  ```
  {
    adds :: Bool,              # whether it asks for anything third-party that no crate below asks for
    same :: String | null,     # the crate below that asks for all of the same
    steps :: [Step],
    whole :: Step | null,      # all steps in one
    providers :: { ${crate} :: Provider },  # of what is below
    script :: { real, from } | null, # of a build script that is compiled alone, as in a step
    keepsLibrary :: Bool,      # whether its library is compiled no other way than for itself
    direct :: [String],        # the crates through which all of that is found
    commons :: [String],       # those that it starts from
  }
  ```

  a `Step` is what crates below are compiled in, as this one wants them:

  ```
  {
    crates :: [String],
    real :: [String],      # they, and all that is below them
    from :: [Provider],    # of what they are built from
    maybe :: [Provider],   # of what they may turn out to be equal to
    variants :: [String],  # the same
  }
  ```

  and a `Provider` is `{ crate :: String, role :: "own" | "test", step :: Int | null }`: a crate's own
  layer, or one of its steps.
*/
{
  shape,
  read,
  inert,
  closures,
  isApart,
  isSet,
  isScriptAlone,
  isWide ? false,
}:
let
  names = attrNames shape.crates;
  inherit (read) lock described;

  # ---- What crates ask for -----------------------------------------------------------------------

  packageOf = name: findFirst (package: !(package ? source)) null (lock.byName.${name} or [ ]);

  # One for each dependency, by what makes Cargo compile it differently. A plain path dependency
  # asks for nothing that the crate does not have by itself.
  asksOf =
    kind: name:
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
              inherit ask;
              isForHost = isForHost ask;
              crate = if isCrate then ask.name else null;
              packages = if isCrate then [ ] else thirdParty;
              isInert = isCrate && isDefault && all (feature: inert.${ask.name} ? ${feature}) ask.features;
            };
          }
      ) described.${name}.asks.${kind}
    );
  asks = genAttrs [ "built" "dev" ] (kind: genAttrs names (asksOf kind));

  # Where features are unified for the workspace, everybody gets what anybody asks for. Whether a
  # crate is compiled for the host stays its dependents' affair.
  everybodys = filterAttrs (_: ask: !ask.isForHost) (mergeAttrsList (attrValues asks.built));
  demandOf =
    crates:
    (if isWide then everybodys else { }) // mergeAttrsList (map (crate: asks.built.${crate}) crates);
  demands = genAttrs names (name: demandOf closures.own.${name}.crates);
  demandsOfTests = genAttrs names (name: demandOf closures.test.${name}.crates // asks.dev.${name});

  # ---- What they touch ---------------------------------------------------------------------------

  crateSets = genAttrs names (name: set closures.own.${name}.crates);
  packageSets = genAttrs names (
    name: filterAttrs (_: package: package ? source) closures.own.${name}.keys
  );

  # Whether what is asked in `demand` and not for `from` may change how a crate is compiled.
  touches =
    demand: from:
    let
      new = attrValues (removeAttrs demand (attrNames demands.${from}));
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

  # ---- What unrelated crates share ---------------------------------------------------------------

  # A crate whose Cargo.toml does not fit the manifest is not asked, so that it is in nobody's way but
  # its own.
  isSound = name: (builtins.tryEval (builtins.seq described.${name} true)).success;
  askers = filter (name: !(isSet name) && isSound name) names;

  # The third-party packages that lead to crates of the workspace.
  returns =
    package:
    shape.patched != [ ] && any (found: !(found ? source)) (attrValues (reachedFrom [ package ]));

  # What may be shared is not optional, and of a third-party crate independent of the workspace, of a
  # crate of the workspace nothing that changes any other crate. A crate with settings of its own
  # builds its dependencies its own way.
  shareable = concatMap (
    asker:
    concatMap (
      what:
      let
        ask = asks.built.${asker}.${what};
        isShareable =
          if ask.crate != null then
            ask.isInert && !ask.isForHost
          else
            ask.packages != [ ] && !(any returns ask.packages);
      in
      optional (isShareable && !ask.ask.isOptional) {
        inherit asker ask what;
        key = concatStringsSep " " ([ what ] ++ map (package: package.key) ask.packages);
      }
    ) (attrNames asks.built.${asker})
  ) askers;

  # Those of the askers that have no other one of them below.
  lowest =
    found:
    let
      all = set found;
    in
    filter (asker: removeAttrs (intersectAttrs all crateSets.${asker}) [ asker ] == { }) found;

  # One layer for all that the same unrelated crates ask for.
  sharedAsks = filter (one: !isWide && length one.lowest > 1) (
    map (asked: {
      inherit (head asked) ask what;
      lowest = lowest (unique (map (one: one.asker) asked));
    }) (attrValues (groupBy (one: one.key) shareable))
  );
  commons = mapAttrs (
    _: found:
    let
      asks = map (one: one.ask) found;
    in
    {
      inherit (head found) lowest;
      inherit asks;
      keys = reachedFrom (concatMap (ask: ask.packages) asks);
    }
  ) (groupBy (one: concatStringsSep " " one.lowest) (filter (one: one.ask.crate == null) sharedAsks));
  # A crate with the features that several want of it.
  variants = listToAttrs (
    map (one: {
      name = one.what;
      value = {
        inherit (one.ask) crate;
        inherit (one.ask.ask) features default;
      };
    }) (filter (one: one.ask.crate != null) sharedAsks)
  );
  commonNames = attrNames commons;
  # Those that a set of crates uses.
  commonsOfLowest = mapAttrs (_: found: set (map (one: one.common) found)) (
    groupBy (one: one.low) (
      concatMap (common: map (low: { inherit low common; }) commons.${common}.lowest) commonNames
    )
  );
  commonsOf = crates: mergeAttrsList (map (crate: commonsOfLowest.${crate} or { }) crates);
  commonsOfCrates = genAttrs names (name: commonsOf closures.own.${name}.crates);
  # Such a layer starts from those that all of its users use as well.
  commonsBelow =
    name:
    let
      inherit (commons.${name}) lowest keys;
      ofAll = foldl' intersectAttrs commonsOfCrates.${head lowest} (
        map (asker: commonsOfCrates.${asker}) lowest
      );
    in
    filter (other: other != name && intersectAttrs commons.${other}.keys keys != { }) (attrNames ofAll);

  pathsOf =
    role: name:
    let
      entry = shape.crates.${name};
    in
    # A crate may be a dev-dependency of itself.
    filter (crate: crate != name) (
      entry.dependencies ++ optionals (role == "test") entry.devDependencies
    );
  # What a crate finds through the layers of others it need not name. Third-party packages may lead
  # back to any crate of the closure.
  directOf =
    role: name:
    if shape.patched != [ ] then
      filter (crate: crate != name) closures.${role}.${name}.crates
    else
      pathsOf role name;

  bySize =
    a: b:
    let
      size = name: length closures.own.${name}.crates;
    in
    size a < size b || (size a == size b && a < b);

  # Cargo's configuration has profiles as well.
  profiles = concatMap (toml: attrValues (toml.profile or { })) (
    [ read.rootToml ] ++ map (file: file.toml) read.configurations.all
  );

  # ---- Plans -------------------------------------------------------------------------------------

  plan =
    { role, demand }:
    name:
    let
      entry = shape.crates.${name};
      inherit (closures.${role}.${name}) crates keys;
      below = filter (crate: crate != name) crates;
      # A crate that its own tests' dependencies lead back to is below itself.
      candidates = unique (pathsOf role name ++ optional (role == "test") name);
      touched = genAttrs candidates (touches demand.${name});
      isWithin = crate: from: crateSets.${from} ? ${crate};
      providerFrom =
        crate: from:
        if from == crate then
          {
            inherit crate;
            step = null;
            role = "own";
          }
        else
          plans.own.${from}.providers.${crate};
      # Cargo compiles all that tests start from so that it can unwind.
      isUnwound = role == "test" && any (profile: profile ? panic) profiles;
      isUsable =
        crate: from:
        isWithin crate from && !isApart from && !isApart name && !isUnwound && !(touched.${from} crate);
      found = genAttrs below (
        crate:
        let
          from = findFirst (isUsable crate) null candidates;
        in
        if from == null then null else providerFrom crate from
      );

      affected = builtins.sort bySize (filter (crate: found.${crate} == null) below);
      size =
        if role == "test" then
          length affected
        else if length affected <= stepsAtMost then
          1
        else
          ceil (length affected * 1.0 / stepsOfMany);
      count = if affected == [ ] then 0 else (length affected + size - 1) / size;
      chunks = builtins.genList (index: lib.sublist (index * size) size affected) count;

      stepOf = listToAttrs (
        concatLists (
          imap0 (
            step: chunk:
            map (crate: {
              name = crate;
              value = {
                crate = name;
                inherit step role;
              };
            }) chunk
          ) chunks
        )
      );
      providers = genAttrs below (
        crate: if found.${crate} != null then found.${crate} else stepOf.${crate}
      );
      stepOfAll = chunk: {
        crates = chunk;
        real = attrNames (mergeAttrsList (map (crate: crateSets.${crate}) chunk));
        # Tests may need what needs the crate itself; where its library is another one for them, it is
        # compiled in this step.
        from = concatMap (
          crate:
          if crate != name then
            [ providers.${crate} ]
          else
            optional (isUsable name name) (providerFrom name name)
        ) (subtractLists chunk (unique (concatMap (directOf "own") chunk)));
        maybe = concatMap (crate: map (providerFrom crate) (filter (isWithin crate) candidates)) chunk;
        variants = filter (variant: elem variants.${variant}.crate chunk) (
          attrNames (intersectAttrs demand.${name} variants)
        );
      };

      # The crates of the workspace that the build script uses.
      used = unique (
        map (ask: ask.name) (
          filter (
            ask: ask.isBuild && ask.isPath && crateSets.${name} ? ${ask.name}
          ) described.${name}.asks.built
        )
      );

      equals = filter (
        crate: removeAttrs demand.${name} (attrNames demands.${crate}) == { } && !isApart name
      ) candidates;
    in
    {
      inherit providers;
      keepsLibrary = role == "own" || isUsable name name;
      steps = map stepOfAll chunks;
      script =
        # Third-party packages that lead back to the crate need more of it.
        if role == "own" && isScriptAlone name && shape.patched == [ ] then
          {
            real = attrNames (mergeAttrsList (map (crate: crateSets.${crate}) used));
            from = map (crate: providers.${crate}) used;
          }
        else
          null;
      whole = if affected == [ ] then null else stepOfAll affected;
      direct = directOf role name;
      # Tests start from what the crates that they use start from.
      commons = attrNames (if role == "own" then commonsOfCrates.${name} else commonsOf crates);
      # The tests of a macro are compiled for the target.
      adds =
        !(isWide && role == "own")
        && any (package: package ? source) (attrValues keys)
        && (equals == [ ] || isUnwound || role == "test" && entry.procMacro && entry.testOnly != [ ]);
      same = if equals == [ ] then null else builtins.head equals;
    };

  plans = {
    own = genAttrs names (plan {
      role = "own";
      demand = demands;
    });
    test = genAttrs names (plan {
      role = "test";
      demand = demandsOfTests;
    });
  };
in
plans
// {
  commons = mapAttrs (name: common: {
    inherit (common) asks keys;
    commons = commonsBelow name;
  }) commons;
  inherit variants;
}
