# Cases for the functions that plan derivations, on small workspaces: pairs of a value and the expected
# value. Nothing is built.
{
  lib,
  internal,
  fixtures, # the directory of the fixtures
}:
let
  inherit (builtins)
    attrNames
    concatLists
    filter
    genericClosure
    listToAttrs
    map
    mapAttrs
    readDir
    ;
  inherit (lib) genAttrs unique;

  # ---- Plans --------------------------------------------------------------------------------------

  dependencyTables = [
    "dependencies"
    "build-dependencies"
  ];

  # Plans for a workspace. It is given as a table of Cargo.toml for each crate, all in one directory, and
  # third-party packages with their dependencies.
  plansOf =
    {
      crates,
      packages ? { },
      macros ? [ ],
      patched ? [ ],
      apart ? [ ],
    }:
    let
      names = attrNames crates;
      tomls = mapAttrs (name: toml: { package = { inherit name; }; } // toml) crates;
      described = mapAttrs (
        name: toml:
        internal.describeMember {
          directory = name;
          inherit toml;
          rootDirectory = ".";
          root = { };
          workspaceRoot = "/workspace";
        }
      ) tomls;
      namesOf = dependencies: unique (map (dependency: dependency.name) dependencies);
      closureOf =
        name:
        lib.sort lib.lessThan (
          map (crate: crate.key) (genericClosure {
            startSet = [ { key = name; } ];
            operator = crate: map (key: { inherit key; }) (namesOf described.${crate.key}.built);
          })
        );
      shape = {
        inherit patched;
        crates = genAttrs names (name: {
          path = name;
          member = true;
          procMacro = lib.elem name macros;
          lib = "src/lib.rs";
          bins = { };
          dependencies = lib.sort lib.lessThan (namesOf described.${name}.built);
          devDependencies = lib.sort lib.lessThan (namesOf described.${name}.dev);
          closure = closureOf name;
          testExtra = [ ];
        });
      };
      lock = internal.readLock {
        version = 4;
        package =
          lib.mapAttrsToList (name: toml: {
            inherit name;
            version = "0.1.0";
            dependencies = unique (
              map (ask: ask.name) (described.${name}.asks.built ++ described.${name}.asks.dev)
            );
          }) tomls
          ++ lib.mapAttrsToList (name: dependencies: {
            inherit name dependencies;
            version = "1.0.0";
            source = "registry+https://example.org/index";
          }) packages;
      };
    in
    internal.planPackages {
      inherit shape;
      read = {
        inherit tomls described lock;
      };
      inert = mapAttrs (_: internal.inertFeatures) tomls;
      closures =
        (internal.resolveClosures {
          manifest = shape;
          inherit lock;
          builtNames = mapAttrs (_: described: described.builtNames) described;
        }).own;
      isApart = name: lib.elem name apart;
    };

  shown = provider: "${provider.crate} ${if provider.isStep then "step" else "link"}";
  providersOf = plan: mapAttrs (_: shown) plan.providers;
  stepOf =
    plan:
    if plan.step == null then
      null
    else
      plan.step
      // {
        from = map shown plan.step.from;
        maybe = unique (map shown plan.step.maybe);
      };
  # The plan of one crate, without empty fields.
  plan = name: workspace: {
    providers = providersOf (plansOf workspace).${name};
    step = stepOf (plansOf workspace).${name};
  };
  layers = name: workspace: {
    inherit ((plansOf workspace).${name}) adds same direct;
  };

  on = name: { path = "../${name}"; };
  with' = features: name: on name // { inherit features; };
  without = name: on name // { default-features = false; };

  # The crate has a feature that no other crate enables.
  base.features.fast = [ ];
  user = spec: { dependencies.base = spec; };
  above = names: { dependencies = genAttrs names on; };

  chain.crates = {
    base = { };
    mid = above [ "base" ];
    top = above [ "mid" ];
  };
  # `left` enables a feature, and `right` does not.
  diamond.crates = {
    inherit base;
    left = user (with' [ "fast" ] "base");
    right = user (on "base");
    top = above [
      "left"
      "right"
    ];
  };
  # Two crates enable different features of a third-party package.
  thirdParty = {
    packages.serde = [ ];
    crates = {
      plain = { };
      left.dependencies.serde = "1";
      right.dependencies.serde = {
        version = "1";
        features = [ "derive" ];
      };
      top = above [
        "left"
        "plain"
        "right"
      ];
    };
  };

  plans = {
    "a crate that depends on nothing" = {
      expr = plan "base" chain;
      expected = {
        providers = { };
        step = null;
      };
    };
    "who asks for nothing finds all of it" = {
      expr = plan "top" chain;
      expected = {
        providers = {
          base = "base link";
          mid = "mid link";
        };
        step = null;
      };
    };
    "who asks for a feature compiles the crate once more" = {
      expr = plan "left" diamond;
      expected = {
        providers.base = "left step";
        step = {
          crates = [ "base" ];
          real = [ "base" ];
          from = [ ];
          maybe = [ "base link" ];
        };
      };
    };
    "who depends on such a crate alone finds its step" = {
      expr = plan "top" {
        crates = {
          inherit base;
          left = user (with' [ "fast" ] "base");
          top = above [ "left" ];
        };
      };
      expected = {
        providers = {
          base = "left step";
          left = "left link";
        };
        step = null;
      };
    };
    "what one asks for reaches what the other is built from" = {
      expr = plan "top" diamond;
      expected = {
        providers = {
          base = "left step";
          left = "left link";
          right = "top step";
        };
        step = {
          crates = [ "right" ];
          real = [
            "base"
            "right"
          ];
          from = [ "left step" ];
          maybe = [ "right link" ];
        };
      };
    };
    "two that ask for different things" = {
      expr = plan "top" {
        crates = {
          base.features = {
            left = [ ];
            right = [ ];
          };
          left = user (with' [ "left" ] "base");
          right = user (with' [ "right" ] "base");
          top = above [
            "left"
            "right"
          ];
        };
      };
      expected = {
        providers = {
          base = "top step";
          left = "top step";
          right = "top step";
        };
        step = {
          crates = [
            "base"
            "left"
            "right"
          ];
          real = [
            "base"
            "left"
            "right"
          ];
          from = [ ];
          maybe = [
            "left step"
            "right step"
            "left link"
            "right link"
          ];
        };
      };
    };
    "two that ask for the same" = {
      expr = plan "top" {
        crates = {
          inherit base;
          left = user (with' [ "fast" ] "base");
          right = user (with' [ "fast" ] "base");
          top = above [
            "left"
            "right"
          ];
        };
      };
      expected = {
        providers = {
          base = "left step";
          left = "left link";
          right = "right link";
        };
        step = null;
      };
    };
    "features in another order are the same" = {
      expr =
        (plan "top" {
          crates = {
            base.features = {
              a = [ ];
              b = [ ];
            };
            left = user (
              with' [
                "a"
                "b"
              ] "base"
            );
            right = user (
              with' [
                "b"
                "a"
              ] "base"
            );
            top = above [
              "left"
              "right"
            ];
          };
        }).step;
      expected = null;
    };
    "a feature of a crate leaves what is below it" = {
      expr = plan "top" {
        crates = {
          base = { };
          mid = above [ "base" ] // {
            features.fast = [ ];
          };
          top.dependencies.mid = with' [ "fast" ] "mid";
        };
      };
      expected = {
        providers = {
          base = "base link";
          mid = "top step";
        };
        step = {
          crates = [ "mid" ];
          real = [
            "base"
            "mid"
          ];
          from = [ "base link" ];
          maybe = [ "mid link" ];
        };
      };
    };
    "and the third-party packages that it needs" = {
      expr =
        (plan "top" {
          packages.serde = [ ];
          crates = {
            base = {
              dependencies.serde = "1";
              features.fast = [ ];
            };
            other.dependencies.serde = "1";
            top.dependencies = {
              base = with' [ "fast" ] "base";
              other = on "other";
            };
          };
        }).step.crates;
      expected = [ "base" ];
    };
    "a feature that turns one on below may reach all of it" = {
      expr =
        (plan "top" {
          crates = {
            inherit base;
            mid = above [ "base" ] // {
              features.fast = [ "base/fast" ];
            };
            top.dependencies.mid = with' [ "fast" ] "mid";
          };
        }).step.crates;
      expected = [
        "base"
        "mid"
      ];
    };
    "no default features, where there are none" = {
      expr =
        (plan "top" {
          crates = {
            inherit base;
            top = user (without "base");
          };
        }).step;
      expected = null;
    };
    "no default features, where there are some" = {
      expr =
        (plan "top" {
          crates = {
            base.features.default = [ "fast" ];
            base.features.fast = [ ];
            top = user (without "base");
          };
        }).step.crates;
      expected = [ "base" ];
    };
    "a path dependency that is optional asks for nothing more" = {
      expr =
        (plan "top" {
          crates = {
            inherit base;
            top = user (on "base" // { optional = true; });
          };
        }).step;
      expected = null;
    };
    "what is renamed is the same crate" = {
      expr =
        (plan "top" {
          crates = {
            inherit base;
            top.dependencies.other = with' [ "fast" ] "base" // {
              package = "base";
            };
          };
        }).step.crates;
      expected = [ "base" ];
    };
    "what a platform asks for counts" = {
      expr =
        (plan "top" {
          crates = {
            inherit base;
            top = user (on "base") // {
              target."cfg(unix)".dependencies.base = with' [ "fast" ] "base";
            };
          };
        }).step.crates;
      expected = [ "base" ];
    };
    "what only tests ask for does not" = {
      expr = plan "top" {
        crates = {
          inherit base;
          top = user (on "base") // {
            dev-dependencies.base = with' [ "fast" ] "base";
          };
        };
      };
      expected = {
        providers.base = "base link";
        step = null;
      };
    };
    "a cycle through dev-dependencies is none" = {
      expr =
        (plan "top" {
          crates = {
            base.dev-dependencies = {
              top = on "top";
              base = on "base";
            };
            top = user (on "base");
          };
        }).step;
      expected = null;
    };
    "what a build script needs is compiled for the host" = {
      expr = plan "top" {
        crates = {
          inherit base;
          top.build-dependencies.base = on "base";
        };
      };
      expected = {
        providers.base = "top step";
        step = {
          crates = [ "base" ];
          real = [ "base" ];
          from = [ ];
          maybe = [ "base link" ];
        };
      };
    };
    "a macro is compiled for the host by everybody" = {
      expr = plan "top" {
        macros = [ "macros" ];
        crates = {
          macros = { };
          mid = above [ "macros" ];
          top = above [
            "macros"
            "mid"
          ];
        };
      };
      expected = {
        providers = {
          macros = "macros link";
          mid = "mid link";
        };
        step = null;
      };
    };
    "also for a build script" = {
      expr =
        (plan "top" {
          macros = [ "macros" ];
          crates = {
            macros = { };
            top.build-dependencies.macros = on "macros";
          };
        }).step;
      expected = null;
    };
    "what a macro is built from is compiled for the host, too" = {
      expr =
        (plan "macros" {
          macros = [ "macros" ];
          crates = {
            inherit base;
            macros = user (on "base");
          };
        }).step.crates;
      expected = [ "base" ];
    };
    "a feature of a third-party package reaches all that is built from it" = {
      expr = plan "top" thirdParty;
      expected = {
        providers = {
          left = "top step";
          plain = "plain link";
          right = "right link";
        };
        step = {
          crates = [ "left" ];
          real = [ "left" ];
          from = [ ];
          maybe = [ "left link" ];
        };
      };
    };
    "also where it is only below another one" = {
      expr =
        (plan "top" {
          packages = {
            serde_json = [ "serde" ];
            serde = [ ];
          };
          crates = {
            left.dependencies.serde = "1";
            right.dependencies.serde_json = {
              version = "1";
              features = [ "raw_value" ];
            };
            top = above [
              "left"
              "right"
            ];
          };
        }).step.crates;
      # The features that `serde_json` enables in `serde` are not known.
      expected = [
        "left"
        "right"
      ];
    };
    "who asks for more on all platforms finds nothing new" = {
      expr =
        (plan "top" {
          packages.serde = [ ];
          crates = {
            left.target."cfg(unix)".dependencies.serde = "1";
            right.dependencies.serde = {
              version = "1";
              features = [ "derive" ];
            };
            top = above [
              "left"
              "right"
            ];
          };
        }).step.crates;
      expected = [ "left" ];
    };
    "on one platform, or where it is optional, that is not known" = {
      expr =
        map
          (
            right:
            (plan "top" {
              packages.serde = [ ];
              crates = {
                left.dependencies.serde = "1";
                inherit right;
                top = above [
                  "left"
                  "right"
                ];
              };
            }).step.crates
          )
          (
            let
              spec = {
                version = "1";
                features = [ "derive" ];
              };
            in
            [
              { target."cfg(unix)".dependencies.serde = spec; }
              {
                dependencies.serde = spec // {
                  optional = true;
                };
              }
              {
                dependencies.serde = spec // {
                  default-features = false;
                };
              }
              { build-dependencies.serde = spec; }
            ]
          );
      expected = lib.genList (_: [
        "left"
        "right"
      ]) 4;
    };
    "different packages are nothing to each other" = {
      expr =
        (plan "top" {
          packages = {
            either = [ ];
            itoa = [ ];
          };
          crates = {
            left.dependencies.either = "1";
            right.dependencies.itoa = "1";
            top = above [
              "left"
              "right"
            ];
          };
        }).step;
      expected = null;
    };
    "flags that choose features leave nothing to be found" = {
      expr = plan "top" (chain // { apart = [ "top" ]; });
      expected = {
        providers = {
          base = "top step";
          mid = "top step";
        };
        step = {
          crates = [
            "base"
            "mid"
          ];
          real = [
            "base"
            "mid"
          ];
          from = [ ];
          maybe = [
            "base link"
            "mid link"
          ];
        };
      };
    };
    "nor do those of a crate to its dependents" = {
      expr = providersOf (plansOf (chain // { apart = [ "mid" ]; })).top;
      expected = {
        base = "top step";
        mid = "top step";
      };
    };
    "others are as they were" = {
      expr = plan "mid" (chain // { apart = [ "top" ]; });
      expected = plan "mid" chain;
    };
    "nothing but what is below is ever planned" = {
      expr = mapAttrs (_: plan: attrNames plan.providers) (plansOf diamond);
      expected = {
        base = [ ];
        left = [ "base" ];
        right = [ "base" ];
        top = [
          "base"
          "left"
          "right"
        ];
      };
    };
  };

  thirdPartyLayers = {
    "a layer for who asks for something" = {
      expr = layers "left" thirdParty;
      expected = {
        adds = true;
        same = null;
        direct = [ ];
      };
    };
    "none for who asks for no third-party package" = {
      expr = layers "top" chain;
      expected = {
        adds = false;
        same = "mid";
        direct = [ "mid" ];
      };
    };
    "that of a crate which asks for all of the same" = {
      expr = layers "top" {
        packages.serde = [ ];
        crates = {
          base.dependencies.serde = "1";
          top = above [ "base" ];
        };
      };
      expected = {
        adds = false;
        same = "base";
        direct = [ "base" ];
      };
    };
    "or for more" = {
      expr = layers "top" thirdParty;
      expected = {
        adds = false;
        same = "right";
        direct = [
          "left"
          "plain"
          "right"
        ];
      };
    };
    "one of its own where two ask for different things" = {
      expr = layers "top" {
        packages = {
          itoa = [ ];
          serde = [ ];
        };
        crates = {
          left.dependencies.itoa = "1";
          right.dependencies.serde = "1";
          top = above [
            "left"
            "right"
          ];
        };
      };
      expected = {
        adds = true;
        same = null;
        direct = [
          "left"
          "right"
        ];
      };
    };
    "and where its flags choose features" = {
      expr = layers "top" {
        packages.serde = [ ];
        apart = [ "top" ];
        crates = {
          base.dependencies.serde = "1";
          top = above [ "base" ];
        };
      };
      expected = {
        adds = true;
        same = null;
        direct = [ "base" ];
      };
    };
    "a feature of a crate may turn third-party packages on" = {
      expr =
        (layers "top" {
          packages.serde = [ ];
          crates = {
            base = {
              dependencies.serde = {
                version = "1";
                optional = true;
              };
              features.serde = [ "dep:serde" ];
            };
            top = user (with' [ "serde" ] "base");
          };
        }).adds;
      expected = true;
    };
    "with a patch, all that is below may be led back to" = {
      expr = (layers "top" (chain // { patched = [ "base" ]; })).direct;
      expected = [
        "base"
        "mid"
      ];
    };
  };

  # ---- Features in flags -----------------------------------------------------------------------------

  flags = text: expected: {
    expr = internal.featureFlags text;
    expected = {
      features = [ ];
      all = false;
      default = true;
      others = "";
    }
    // expected;
  };
  featureFlags = {
    "no flags" = flags "" { };
    "other flags stay as they are" = flags "--quiet  --target-dir 'a'" {
      others = "--quiet --target-dir 'a'";
    };
    "--features and a list" = flags "--features a,b -v" {
      features = [
        "a"
        "b"
      ];
      others = "-v";
    };
    "--features=" = flags "-v --features=a" {
      features = [ "a" ];
      others = "-v";
    };
    "-F" = flags "-F a" { features = [ "a" ]; };
    "-F with its value" = flags "-Fa,b" {
      features = [
        "a"
        "b"
      ];
    };
    "-F=" = flags "-F=a" { features = [ "a" ]; };
    "twice" = flags "--features a --features b,a" {
      features = [
        "a"
        "b"
      ];
    };
    "quoted" = flags "--features 'a,b'" {
      features = [
        "a"
        "b"
      ];
    };
    "several, quoted as one word" = flags "--features \"a b\" --quiet" {
      features = [
        "a"
        "b"
      ];
      others = "--quiet";
    };
    "of another crate" = flags "--features base/a" { features = [ "base/a" ]; };
    "all of them" = flags "--all-features" { all = true; };
    "no default ones" = flags "--no-default-features --features a" {
      features = [ "a" ];
      default = false;
    };
    "a line break is space, too" = flags "--features a\n--quiet" {
      features = [ "a" ];
      others = "--quiet";
    };
  };

  # ---- Which features crates enable -------------------------------------------------------------------------

  asked =
    commonFlags: settings:
    internal.askedFeatures {
      tomls = {
        base.features = {
          default = [ "std" ];
          std = [ ];
          fast = [ ];
        };
        user = {
          features.net = [ "dep:tokio" ];
          dependencies = {
            base = on "base";
            serde = {
              version = "1";
              optional = true;
            };
            tokio = {
              version = "1";
              optional = true;
            };
          };
          target."cfg(unix)".build-dependencies.cc = {
            version = "1";
            optional = true;
          };
        };
      };
      commonArgs = if commonFlags == null then { } else { cargoExtraArgs = commonFlags; };
      settings = mapAttrs (_: cargoExtraArgs: { inherit cargoExtraArgs; }) settings;
    };
  ask = features: {
    default = true;
    inherit features;
  };
  askedFeatures = {
    "nothing, of all" = {
      expr = asked null { };
      expected = {
        base = ask [ ];
        user = ask [ ];
      };
    };
    "a feature of those that have it" = {
      expr = asked "--features fast,net" { };
      expected = {
        base = ask [ "fast" ];
        user = ask [ "net" ];
      };
    };
    "one of a crate by its name" = {
      expr = asked "--features base/fast" { };
      expected = {
        base = ask [ "fast" ];
        # The crate depends on it, so it may name the feature.
        user = ask [ "base/fast" ];
      };
    };
    "an optional dependency is a feature" = {
      expr = (asked "--features serde,cc" { }).user;
      expected = ask [
        "serde"
        "cc"
      ];
    };
    "unless an entry names it" = {
      expr = (asked "--features tokio" { }).user;
      expected = ask [ ];
    };
    "all features" = {
      expr = asked "--all-features" { };
      expected = {
        base = ask [
          "default"
          "fast"
          "std"
        ];
        user = ask [
          "net"
          "serde"
          "cc"
        ];
      };
    };
    "no default features" = {
      expr = (asked "--no-default-features" { }).base;
      expected = {
        default = false;
        features = [ ];
      };
    };
    "a crate's own flags are instead of the common ones" = {
      expr = asked "--features fast --no-default-features" { base = "--features std"; };
      expected = {
        base = ask [ "std" ];
        user = {
          default = false;
          features = [ ];
        };
      };
    };
    "of a crate that has no such feature, Cargo says so" = {
      expr = (asked null { base = "--features gone"; }).base;
      expected = ask [ "gone" ];
    };
    "flags of a crate without features" = {
      expr = (asked "--features fast" { base = "--quiet"; }).base;
      expected = ask [ ];
    };
  };

  # ---- Files outside a crate -------------------------------------------------------------------------

  filesIn =
    directory:
    let
      entries = readDir directory;
    in
    concatLists (
      map (
        name:
        if entries.${name} == "directory" then
          map (path: "${name}/${path}") (filesIn (directory + "/${name}"))
        else
          [ name ]
      ) (attrNames entries)
    );
  outside =
    {
      fixture,
      wanted,
      workspace ? ".",
      sourceRoot ? ".",
    }:
    internal.outsideFiles {
      name = "reader-outside";
      reader = "reader";
      inherit wanted sourceRoot;
      root = fixtures + "/${fixture}" + (if workspace == "." then "" else "/${workspace}");
      manifest = "cratesieve.json";
    };
  found = arguments: {
    sources = map (source: filesIn "${source}") (outside arguments).sources;
    files = attrNames (outside arguments).files;
    directories = mapAttrs (_: source: filesIn "${source}") (outside arguments).directories;
    stamps = lib.length (outside arguments).stamp;
  };
  outsideFiles = {
    "nothing" = {
      expr = found {
        fixture = "shared-proto";
        wanted = [ ];
      };
      expected = {
        sources = [ ];
        files = [ ];
        directories = { };
        stamps = 0;
      };
    };
    "a file, at its place" = {
      expr = found {
        fixture = "shared-proto";
        wanted = [ "proto/api.proto" ];
      };
      expected = {
        sources = [ [ "proto/api.proto" ] ];
        files = [ ];
        directories = { };
        stamps = 1;
      };
    };
    "files and directories are one store path" = {
      expr = found {
        fixture = "shared-proto";
        wanted = [
          "proto"
          "crates/util/src/lib.rs"
          "crates/client/build.rs"
        ];
      };
      expected = {
        sources = [
          [
            "crates/client/build.rs"
            "crates/util/src/lib.rs"
            "proto/api.proto"
            "proto/unused.proto"
          ]
        ];
        files = [ ];
        directories = { };
        stamps = 1;
      };
    };
    "the same files are the same store path, whoever lists them how" = {
      expr =
        map
          (
            wanted:
            map toString
              (outside {
                fixture = "shared-proto";
                inherit wanted;
              }).stamp
          )
          [
            [
              "proto/api.proto"
              "proto/unused.proto"
            ]
            [ "proto" ]
          ];
      expected =
        let
          stamp =
            map toString
              (outside {
                fixture = "shared-proto";
                wanted = [
                  "proto/unused.proto"
                  "proto/api.proto"
                ];
              }).stamp;
        in
        [
          stamp
          stamp
        ];
    };
    "above the workspace, from the source root on" = {
      expr = found {
        fixture = "below-root";
        workspace = "rust";
        sourceRoot = "..";
        wanted = [ "../proto/x.txt" ];
      };
      expected = {
        sources = [ [ "proto/x.txt" ] ];
        files = [ ];
        directories = { };
        stamps = 1;
      };
    };
    "what is outside of the source root has a store path of its own" = {
      expr = found {
        fixture = "below-root";
        workspace = "rust";
        wanted = [ "../proto" ];
      };
      expected = {
        sources = [ ];
        files = [ ];
        directories."../proto" = [
          "x.txt"
          "y.txt"
        ];
        stamps = 1;
      };
    };
  };

  groups = {
    inherit
      plans
      thirdPartyLayers
      featureFlags
      askedFeatures
      outsideFiles
      ;
  };
in
listToAttrs (
  concatLists (
    lib.mapAttrsToList (
      group: cases:
      map (name: {
        name = "${group}: ${name}";
        value = cases.${name};
      }) (attrNames cases)
    ) groups
  )
)
