# Each crate is compiled once, as Cargo does it in one target directory: a crate's derivations start
# from the layers of what is below it. What comes from others lies in layers of third-party crates,
# each of which holds what one crate adds to the crates below it. What is the workspace's own lies in
# layers of one library each, and in steps (see planLayers).
{
  lib,
  shape,
  plans,
  testTargets,
  isUsed,
  isDynamic,
  wide,
  vendors,
  makeLayers,
  ...
}:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    elem
    elemAt
    head
    filter
    listToAttrs
    map
    mapAttrs
    ;
  inherit (lib)
    all
    genAttrs
    imap0
    optional
    subtractLists
    ;
  names = attrNames shape.crates;

  # Derivations are slow to compare.
  distinct =
    providers:
    attrValues (
      listToAttrs (
        map (provider: {
          name = "${provider.crate} ${provider.role} ${toString provider.step}";
          value = provider;
        }) providers
      )
    );

  # ---- Third-party crates --------------------------------------------------------------------------

  # What unrelated crates share. To check starts from what is built: macros and build scripts.
  commonly =
    kind: others:
    let
      made = mapAttrs (
        name: common:
        makeLayers.common {
          inherit kind;
          inherit (common) asks keys;
          layers = others name ++ map (below: made.${below}) common.commons;
        }
      ) plans.commons;
    in
    made;
  # Where features are unified for the workspace, that is everything.
  builtCommons =
    if wide != null then
      {
        all = makeLayers.everything {
          kind = "build";
          layers = [ ];
        };
      }
    else
      commonly "build" (_: [ ]);
  checkedCommons =
    if wide != null then
      {
        all = makeLayers.everything {
          kind = "check";
          layers = [ builtCommons.all ];
        };
      }
    else
      commonly "check" (
        name: map (below: builtCommons.${below}) ([ name ] ++ plans.commons.${name}.commons)
      );
  # Those that the crates below do not bring along.
  commons =
    made: role: name:
    let
      plan = plans.${role}.${name};
      brought = concatMap (crate: plans.own.${crate}.commons) (
        plan.direct ++ optional (role == "test") name
      );
    in
    if wide != null then
      [ made.all ]
    else
      map (common: made.${common}) (subtractLists brought plan.commons);

  # One layer for each crate that asks for something new, by what Cargo does.
  added =
    kind: role: layersBelow:
    genAttrs names (
      name:
      optional plans.${role}.${name}.adds (
        makeLayers.thirdParty {
          inherit name kind role;
          layers = layersBelow name;
        }
      )
    );

  # A layer names the layers that it builds upon, so the last ones are enough: the crate's own, or those
  # of a crate that asks for the same.
  top =
    layers: name:
    let
      inherit (plans.own.${name}) same;
    in
    if layers.${name} != [ ] then
      layers.${name}
    else if same != null then
      top layers same
    else
      [ ];
  below =
    layers: role: name:
    concatMap (top layers) plans.${role}.${name}.direct;

  # What `cargo build` compiles of the third-party crates of a crate, what `cargo check` does, and what
  # its tests add to both.
  built = added "build" "own" (name: commons builtCommons "own" name ++ below built "own" name);
  checked = added "check" "own" (
    name: ofBuild "own" name ++ commons checkedCommons "own" name ++ below checked "own" name
  );
  tested = added "test" "test" (
    name: commons builtCommons "test" name ++ top built name ++ below built "test" name
  );
  linted = added "lint" "test" (name: ofBuild "test" name ++ ofCheck "test" name);

  allOf =
    everything: layers: role: name:
    (if wide != null then [ everything.all ] else [ ])
    ++ top layers name
    ++ (if role == "test" then below layers "test" name else [ ]);
  ofBuild =
    role: name: allOf builtCommons built role name ++ (if role == "test" then tested.${name} else [ ]);
  ofCheck = allOf checkedCommons checked;

  # ---- The workspace's own crates --------------------------------------------------------------------

  # `kind` is what Cargo does: "build", "check" or "clippy". `thirdParty` are the layers of third-party
  # crates for a crate, by role.
  view =
    { kind, thirdParty }:
    let
      # Checking is fast: all that a crate wants differently is one step.
      stepsOf =
        { steps, whole, ... }:
        if kind == "build" then steps else optional (whole != null) (whole // { variants = [ ]; });

      library =
        name: features:
        makeLayers.library {
          inherit name kind features;
          layers = from "own" name ++ scripts.${name};
        };
      libraries = genAttrs names (
        name:
        # A macro runs while others are checked.
        if kind == "check" && isUsed name && !(isDynamic name) then building.libraries.${name} else library name null
      );
      variants = mapAttrs (_: variant: library variant.crate variant) plans.variants;
      steps = genAttrs [ "own" "test" ] (
        role:
        genAttrs names (
          name:
          imap0 (
            index: step:
            makeLayers.step {
              inherit
                name
                kind
                role
                index
                ;
              inherit (step) real;
              layers = thirdParty role name ++ findAll step.from;
              maybe =
                findAll step.maybe
                ++ map (variant: variants.${variant}) step.variants
                ++ concatMap (crate: scripts.${crate}) step.crates;
            }
          ) (stepsOf plans.${role}.${name})
        )
      );
      find =
        provider:
        if provider.step == null then
          libraries.${provider.crate}
        else
          elemAt steps.${provider.role}.${provider.crate} (if kind == "build" then provider.step else 0);
      findAll = providers: map find (distinct providers);
      # What a crate starts from in a role: third-party crates, and what is below it.
      from =
        role: name:
        let
          inherit (plans.${role}.${name}) direct providers;
        in
        thirdParty role name ++ findAll (map (crate: providers.${crate}) direct);
    in
    {
      inherit libraries from findAll;
    };

  building = view {
    kind = "build";
    thirdParty = ofBuild;
  };

  scripts = genAttrs names (
    name:
    let
      inherit (plans.own.${name}) script;
    in
    optional (script != null) (
      makeLayers.buildScript {
        inherit name;
        inherit (script) real;
        layers = ofBuild "own" name ++ building.findAll script.from;
      }
    )
  );

  # Macros and build scripts are compiled once for all that Cargo does.
  runs = name: shape.crates.${name}.procMacro || shape.crates.${name} ? buildScript;
  forHost =
    role: name:
    let
      inherit (plans.${role}.${name}) providers;
    in
    building.findAll (map (crate: providers.${crate}) (filter runs (attrNames providers)));
  checking = view {
    kind = "check";
    thirdParty = role: name: ofBuild role name ++ ofCheck role name ++ forHost role name;
  };
  linting = view {
    kind = "clippy";
    thirdParty =
      role: name:
      ofBuild role name ++ ofCheck role name ++ (if role == "test" then linted.${name} else [ ]);
  };

  own =
    role: name:
    building.from role name
    ++ (
      if shape.crates.${name} ? lib && !(isDynamic name) then
        [ building.libraries.${name} ]
      else
        scripts.${name}
    );
  # Tests may run programs.
  binaries = genAttrs names (
    name:
    optional (shape.crates.${name}.bins != { } && shape.crates.${name}.testOnly != [ ]) (
      makeLayers.binaries {
        inherit name;
        layers = own "own" name;
      }
    )
  );
  # Tests of their own targets start from the unit tests, where these need none of their files.
  isApart =
    entry:
    entry.testOnly != [ ]
    && entry.testInclude == [ ]
    && all (
      path:
      elem path [
        "benches"
        "examples"
        "tests"
      ]
    ) entry.testOnly;
  unitTests = genAttrs names (
    name:
    optional (isApart shape.crates.${name}) (
      makeLayers.unitTests {
        inherit name;
        layers = own "test" name;
      }
    )
  );
  targets = genAttrs names (
    name:
    # The library would be compiled for each of them.
    concatMap (
      target:
      optional plans.test.${name}.keepsLibrary (
        makeLayers.testTarget {
          inherit name target;
          layers = own "test" name ++ binaries.${name};
        }
      )
    ) testTargets.${name}
  );
  test = name: {
    layers = own "test" name ++ binaries.${name} ++ unitTests.${name} ++ targets.${name};
  };

  # Where a crate adds no third-party crates, what it shows is the layer that it starts from.
  shown =
    layers: everything: name:
    let
      found = top layers name;
    in
    if found != [ ] then
      head found
    else if wide != null then
      everything.all
    else
      makeLayers.empty;
in
{
  deps = shown built builtCommons;
  testDeps =
    name: if tested.${name} != [ ] then head tested.${name} else shown built builtCommons name;
  docDeps = shown checked checkedCommons;
  vendor = role: name: vendors.${role}.${name};
  start = {
    package = name: { layers = own "own" name ++ binaries.${name}; };
    inherit test;
    nextest = test;
    clippy = name: { layers = linting.from "test" name ++ scripts.${name}; };
    doc = name: { layers = checking.from "own" name ++ scripts.${name}; };
  };
}
