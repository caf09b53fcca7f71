# The strategy `layered`: each crate is compiled once, as Cargo does it in one target directory. A crate's
# derivations start from the layers of the crates below it. There are three kinds of layers:
#
# - `dependencies`: third-party packages, compiled with stubs of the workspace's crates;
# - `link`: the library of one crate;
# - `step`: libraries that one crate needs with other features than their links have, see planPackages.
#
# A layer names the layers that it was built from, so a derivation has to name only the topmost ones.
{
  lib,
  shape,
  plans,
  features,
  members,
  vendors,
  make,
  closures,
  traits,
  isOfOneProfile,
  ...
}:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    filter
    head
    listToAttrs
    map
    ;
  inherit (lib) genAttrs optional optionals;
  names = attrNames shape.crates;

  # The layer of a link. If the link has a second output, its package, the layer is an attribute.
  layerOf = made: made.layer or made;

  # ---- Features for each package by itself ----------------------------------------------------------

  byPackage =
    let
      # Removes duplicates by key, because comparing derivations is slow.
      distinct =
        providers:
        attrValues (
          listToAttrs (
            map (provider: {
              name = "${provider.crate} ${if provider.isStep then "step" else "link"}";
              value = provider;
            }) providers
          )
        );
      find =
        provider: if provider.isStep then steps.${provider.crate} else layerOf links.${provider.crate};
      findAll = providers: map find (distinct providers);

      # A layer for each crate that enables third-party packages which no crate below it enables.
      dependencies = genAttrs names (
        name:
        optional plans.${name}.adds (
          make.dependencies {
            inherit name;
            layers = concatMap top plans.${name}.direct;
          }
        )
      );
      # The layer of the crate itself, or of the crate below that enables the same packages.
      top =
        name:
        let
          inherit (plans.${name}) same;
        in
        if dependencies.${name} != [ ] then
          dependencies.${name}
        else if same != null then
          top same
        else
          [ ];

      steps = genAttrs names (
        name:
        make.step {
          inherit name;
          inherit (plans.${name}.step) real;
          layers = top name ++ findAll plans.${name}.step.from;
          maybe = findAll plans.${name}.step.maybe;
        }
      );
      below =
        name: top name ++ findAll (map (crate: plans.${name}.providers.${crate}) plans.${name}.direct);
      links = genAttrs names (
        name:
        make.link {
          inherit name;
          layers = below name;
        }
      );
    in
    {
      inherit links below;
      all = concatMap (name: dependencies.${name}) members;
      # `deps` of a crate that adds no third-party packages is the layer that it starts from.
      deps =
        name:
        let
          found = top name;
        in
        if found != [ ] then head found else make.empty;
    };

  # ---- Features for all members together --------------------------------------------------------------

  unified =
    {
      purpose,
      role,
      layers ? [ ],
    }:
    let
      dependencies = make.unified.dependencies { inherit purpose layers; };
      below = name: [ dependencies ] ++ map (crate: layerOf links.${crate}) (directOf role name);
      links = genAttrs names (
        name:
        make.unified.link {
          inherit name purpose;
          layers = [ dependencies ] ++ map (crate: layerOf links.${crate}) (directOf "own" name);
        }
      );
    in
    {
      inherit links below;
      all = [ dependencies ];
      deps = _: dependencies;
    };
  directOf =
    role: name:
    let
      entry = shape.crates.${name};
    in
    filter (crate: crate != name) (
      if shape.patched != [ ] then
        closures.${role}.${name}.crates
      else
        entry.dependencies ++ (if role == "test" then entry.devDependencies else [ ])
    );

  packages =
    if features == "workspace" then
      unified {
        purpose = "build";
        role = "own";
      }
    else
      byPackage;
  checks = unified {
    purpose = "test";
    role = "test";
    # With one profile for packages and checks, most third-party packages are compiled alike. So checks start
    # from those of packages: nextest then needs 931 compiler calls instead of 1,323. Packages do not start
    # from checks, which change with every member's dev-dependencies.
    layers = optionals isOfOneProfile packages.all;
  };

  # Problem: rustc prefers dynamic libraries in a `dylib` that Cargo builds for a dependent, but not in one that
  # is selected, and Cargo takes one for the other. So the crate's own derivations do not start from the layer
  # for its dependents.
  startsFromOwn = name: shape.crates.${name} ? lib && !traits.${name}.isDynamic;
  withOwn = made: name: made.below name ++ optional (startsFromOwn name) (layerOf made.links.${name});
in
{
  inherit (packages) deps;
  testDeps = checks.deps;
  docDeps = checks.deps;
  links = packages.links;
  start = {
    package = name: { layers = withOwn packages name; };
    check = name: {
      layers = withOwn checks name;
      # Clippy has to lint the crate again, although a layer has checked it.
      buildOnly = if startsFromOwn name then checks.links.${name} else null;
    };
  };
  # As `start`, but without the layer of the crate itself, so that its build script runs again.
  startBelow = {
    package = name: { layers = packages.below name; };
    check = name: { layers = checks.below name; };
  };
  vendor =
    role: name: if role == "test" || features == "workspace" then vendors.all else vendors.own.${name};
}
