# Compares the stand-in for nixpkgs' lib with the real one. Evaluates
# to true, or throws with the calls that differ.
#
#   NIXPKGS_LIB=... nix eval --impure --expr 'import ./tests/nix/lib-agrees.nix { }'
{
  nixpkgsLib ? builtins.getEnv "NIXPKGS_LIB",
}:
let
  inherit (builtins)
    attrNames
    filter
    listToAttrs
    toJSON
    tryEval
    ;

  standIn = import ./stand-in/lib;
  real = import (
    if builtins.pathExists (nixpkgsLib + "/lib/default.nix") then nixpkgsLib + "/lib" else nixpkgsLib
  );

  # A value that can be compared. All values that throw are equal.
  comparable =
    value:
    let
      seen = tryEval (builtins.deepSeq value value);
    in
    if seen.success then seen.value else "an error";

  set = {
    a = 1;
    b = {
      c = 2;
      d = [
        3
        { e = 4; }
      ];
    };
    f = null;
  };
  other = {
    a = {
      x = 1;
    };
    b = {
      c = 5;
      g = { };
    };
  };
  list = [
    3
    1
    2
    3
    1
  ];
  strings = [
    ""
    "a"
    "crate-name_1.0"
    "a b"
    "it's"
    "$(x) `y` \"z\" \\"
    "../up/and.down"
    "..hidden"
    "ünïcode"
    "line\nbreak\n"
    "  space\t"
    "a.b.c"
    "1.2.3-rc.1+build"
    "registry+https://github.com/rust-lang/crates.io-index"
    (builtins.concatStringsSep "" (builtins.genList toString 200))
  ];
  versions = [
    "1"
    "1.0"
    "1.0.1"
    "1.0pre"
    "26.05"
    "26.11pre-git"
    "0.9"
  ];
  sizes = [
    0
    1
    3
    7
  ];

  overStrings = f: map (string: comparable (f string)) strings;
  overPairs = pairs: f: map (first: map (second: comparable (f first second)) pairs) pairs;
  overSizes = f: map (size: comparable (f size)) sizes;

  # Functions from a lib to a value to compare.
  cases =
    listToAttrs (
      map
        (name: {
          name = "strings.${name}";
          value = lib: overStrings lib.strings.${name};
        })
        [
          "escapeNixIdentifier"
          "escapeNixString"
          "escapeRegex"
          "escapeURL"
          "escapeShellArg"
          "getName"
          "getVersion"
          "isStorePath"
          "isStringLike"
          "sanitizeDerivationName"
          "stringToCharacters"
          "toInt"
          "toLower"
          "toUpper"
          "trim"
        ]
    )
    // listToAttrs (
      map
        (name: {
          name = "strings.${name}";
          value = lib: overPairs strings lib.strings.${name};
        })
        [
          "hasInfix"
          "hasPrefix"
          "hasSuffix"
          "removePrefix"
          "removeSuffix"
        ]
    )
    // {
      "strings.splitString" =
        lib:
        map (separator: overStrings (lib.splitString separator)) [
          "."
          "/"
          "-"
          "+"
          " "
          "\n"
        ];
      "strings.escapeShellArgs" = lib: lib.escapeShellArgs strings;
      "strings.escape" =
        lib:
        overStrings (
          lib.escape [
            "."
            "$"
          ]
        );
      "strings.concat" = lib: [
        (lib.concatLines strings)
        (lib.concatLines [ ])
        (lib.concatStrings strings)
        (lib.concatMapStrings lib.toUpper strings)
        (lib.concatMapStringsSep ", " lib.toUpper strings)
        (lib.concatStringsSep "/" strings)
        (lib.optionalString true "x")
        (lib.optionalString false "x")
        (lib.stringAsChars (c: if c == "a" then "b" else c) "banana")
        (lib.replaceStrings [ "a" ] [ "b" ] "banana")
        (lib.concatMapAttrsStringSep "," (name: value: "${name}${toString value}") { x = 1; })
        (lib.makeBinPath [
          "/a"
          "/b"
        ])
      ];
      "strings.toInt" =
        lib:
        map (s: comparable (lib.toInt s)) [
          "0"
          "7"
          " -12 "
          "x"
          "1.5"
        ];
      "strings.isStorePath" =
        lib:
        map (path: comparable (lib.isStorePath path)) [
          builtins.storeDir
          "${builtins.storeDir}/x"
          "${builtins.storeDir}/x/y"
          5
          { }
        ];
      "versions.compare" = lib: [
        (overPairs versions lib.versionOlder)
        (overPairs versions lib.versionAtLeast)
        (map lib.splitVersion versions)
        (map lib.versions.major versions)
        (map lib.versions.majorMinor versions)
      ];
      "lists.by size" = lib: [
        (overSizes (n: lib.take n list))
        (overSizes (n: lib.drop n list))
        (overSizes (n: lib.sublist n 2 list))
        (overSizes (n: lib.sublist 1 n list))
        (overSizes (n: lib.lists.range n 4))
        (overSizes (n: lib.lists.replicate n "x"))
        (overSizes (n: lib.lists.imap0 (i: x: i + x + n) list))
        (overSizes (n: lib.lists.imap1 (i: x: i * x + n) list))
      ];
      "lists.edges" = lib: [
        (comparable (lib.last [ ]))
        (comparable (lib.init [ ]))
        (comparable (lib.unique [ ]))
        (lib.flatten 1)
        (lib.flatten [
          1
          [
            [ 2 ]
            [ ]
          ]
        ])
        (lib.toList 1)
        (lib.toList [ 1 ])
        (lib.optional true 1)
        (lib.optional false 1)
        (lib.optionals true list)
        (lib.optionals false list)
      ];
      "lists.values" = lib: [
        (lib.last list)
        (lib.init list)
        (lib.unique list)
        (lib.allUnique list)
        (lib.sort builtins.lessThan list)
        (lib.sortOn (x: -x) list)
        (lib.sortOn (x: x.k) [
          {
            k = 1;
            v = "a";
          }
          {
            k = 0;
            v = "b";
          }
          {
            k = 1;
            v = "c";
          }
        ])
        (lib.lists.reverseList list)
        (lib.subtractLists [ 1 ] list)
        (lib.intersectLists [ 3 9 ] list)
        (lib.remove 3 list)
        (lib.partition (x: x > 1) list)
        (lib.groupBy toString list)
        (lib.foldl (a: b: "${a}${toString b}") "" list)
        (lib.foldl' (a: b: a + b) 0 list)
        (lib.foldr (a: b: "${toString a}${b}") "" list)
        (lib.lists.findFirst (x: x < 3) null list)
        (lib.lists.findFirst (x: x > 3) null list)
        (lib.lists.count (x: x == 1) list)
        (lib.zipListsWith (a: b: a - b) list [
          1
          2
        ])
        (lib.lists.elem 3 list)
        (lib.any (x: x == 2) list)
        (lib.all (x: x == 2) list)
        (lib.concatMap (x: [
          x
          x
        ]) list)
        (lib.concatLists [
          list
          list
        ])
      ];
      "attrsets.values" = lib: [
        (lib.filterAttrs (_: value: value != null) set)
        (lib.mapAttrs' (name: value: lib.nameValuePair (name + "x") value) set)
        (lib.mapAttrsToList (name: _: name) set)
        (lib.attrsToList set)
        (lib.genAttrs [ "p" "q" ] (name: name + "!"))
        (lib.getAttrs [ "a" ] set)
        (lib.attrVals [ "a" "f" ] set)
        (lib.concatMapAttrs (name: value: { ${name + "1"} = value; }) set)
        (lib.mergeAttrsList [
          set
          other
          { z = 0; }
        ])
        (lib.mergeAttrsList [ ])
        (lib.recursiveUpdate set other)
        (lib.recursiveUpdate other set)
        (lib.recursiveUpdateUntil (
          path: _: _:
          builtins.elem path [
            [ "a" ]
            [ "b" ]
          ]
        ) set other)
        (lib.attrByPath [ "b" "c" ] 0 set)
        (lib.attrByPath [ "b" "z" "y" ] 0 set)
        (lib.attrByPath [ ] 0 set)
        (lib.hasAttrByPath [ "b" "c" ] set)
        (lib.hasAttrByPath [ "a" "c" ] set)
        (lib.hasAttrByPath [ ] set)
        (lib.setAttrByPath [ "x" "y" ] 1)
        (lib.setAttrByPath [ ] 1)
        (lib.zipAttrsWith
          (name: values: [
            name
            values
          ])
          [
            set
            other
          ]
        )
        (lib.zipAttrs [
          set
          other
        ])
        (lib.foldAttrs (item: all: [ item ] ++ all) [ ] [ set other ])
        (lib.mapAttrsRecursive (path: value: [
          path
          value
        ]) set)
        (lib.collect builtins.isInt set)
        (lib.catAttrs "a" [
          set
          other
          { }
        ])
        (lib.optionalAttrs true set)
        (lib.optionalAttrs false set)
        (lib.isDerivation { type = "derivation"; })
        (lib.isDerivation "x")
        (lib.genAttrs' [ "x" ] (name: lib.nameValuePair (name + name) 1))
      ];
      "attrsets.filterAttrs is lazy" =
        lib:
        attrNames (
          lib.filterAttrs (name: _: name == "a") {
            a = throw "a";
            b = throw "b";
          }
        );
      "trivial" = lib: [
        (lib.id 1)
        (lib.const 1 2)
        (lib.flip (a: b: a - b) 1 2)
        (lib.pipe 2 [
          (x: x + 1)
          (x: x * x)
        ])
        (lib.max 1 2)
        (lib.min 1 2)
        (lib.boolToString true)
        (lib.mapNullable (x: x + 1) null)
        (lib.mapNullable (x: x + 1) 1)
        (comparable (lib.throwIf true "x" 1))
        (lib.throwIf false "x" 1)
        (comparable (lib.throwIfNot false "x" 1))
        (lib.warnIf false "x" 1)
        (comparable (lib.assertMsg false "x"))
        (lib.assertMsg true "x")
        (lib.isFunction lib.id)
        (lib.isFunction { __functor = _: x: x; })
        (lib.isFunction { })
        (lib.functionArgs (
          {
            a,
            b ? 1,
          }:
          a
        ))
        (lib.functionArgs (lib.setFunctionArgs lib.id { a = false; }))
      ];
      "fixedPoints" = lib: [
        (lib.fix (self: {
          a = 1;
          b = self.a + 1;
        })).b
        (lib.fix (
          lib.extends (_: previous: { a = previous.a + 10; }) (self: {
            a = 1;
            b = self.a + 1;
          })
        ))
        (lib.fix (
          lib.extends
            (lib.composeManyExtensions [
              (_: previous: { a = previous.a * 2; })
              (final: previous: {
                a = previous.a + 1;
                c = final.a;
              })
            ])
            (_: {
              a = 1;
            })
        ))
        (lib.fix (
          lib.extends
            (lib.toExtension (previous: {
              a = previous.a + 1;
            }))
            (_: {
              a = 1;
            })
        ))
        (lib.fix (
          lib.extends (lib.toExtension { a = 5; }) (_: {
            a = 1;
          })
        ))
        (
          (lib.makeExtensible (_: {
            a = 1;
          })).extend
          (_: _: { b = 2; })
        ).b
      ];
      "customisation" =
        lib:
        let
          callPackage = lib.callPackageWith {
            a = 1;
            b = 2;
          };
          scope = lib.makeScope lib.callPackageWith (self: {
            one = 1;
            two = self.callPackage ({ one }: { value = one + 1; }) { };
          });
          result = callPackage (
            {
              a,
              c ? 3,
            }:
            {
              sum = a + c;
            }
          ) { };
          function = callPackage ({ b }: { x }: b + x) { };
        in
        [
          result.sum
          (result.override { c = 10; }).sum
          (result.override (old: {
            a = old.a + 1;
          })).sum
          ((result.override { c = 10; }).override { a = 2; }).sum
          (function { x = 1; })
          ((function.override { b = 5; }) { x = 1; })
          (lib.functionArgs function)
          scope.two.value
          (scope.overrideScope (_: _: { one = 10; })).two.value
          (scope.callPackage ({ two }: two.value) { })
        ];
      "meta" =
        lib:
        let
          package = {
            type = "derivation";
            name = "tool-1.0";
            outPath = "/out";
            out.outPath = "/out";
            bin.outPath = "/bin-output";
            meta.mainProgram = "main";
          };
        in
        [
          (lib.getExe package)
          (lib.getExe' package "x")
          "${lib.getBin package}"
          "${lib.getDev package}"
          (lib.getName package)
          (lib.getVersion package)
        ];
      "sources" =
        lib:
        let
          first = lib.cleanSourceWith {
            src = ./stand-in/lib;
            filter = path: _: baseNameOf path != "lists.nix";
            name = "first";
          };
          second = lib.cleanSourceWith {
            src = first;
            filter = path: _: baseNameOf path != "meta.nix";
          };
          names = source: attrNames (builtins.readDir source);
          asked =
            map
              (
                name:
                map (type: lib.cleanSourceFilter "/x/${name}" type) [
                  "directory"
                  "regular"
                  "symlink"
                  "unknown"
                ]
              )
              [
                ".git"
                ".svn"
                "_darcs"
                "a~"
                ".a.swp"
                ".swp"
                "a.o"
                "a.so"
                "result"
                "result-1"
                "src"
                "CVS"
                ".jj"
              ];
        in
        [
          (names first)
          (names second)
          "${first}"
          "${second}"
          "${lib.cleanSource ./stand-in/lib}"
          "${lib.cleanSource second}"
          "${lib.sourceFilesBySuffices ./stand-in [ "s.nix" ]}"
          second.name
          second._isLibCleanSourceWith
          (toString second.origSrc)
          (lib.cleanSource ./stand-in/lib).name
          asked
        ];
    }
    // import ./module-cases.nix { inherit comparable; };

  different = filter (name: comparable (cases.${name} standIn) != comparable (cases.${name} real)) (
    attrNames cases
  );
  broken = filter (name: comparable (cases.${name} standIn) == "an error") (attrNames cases);

  # Names that only the stand-in has. Code that uses them would pass the tests, and fail with the real lib.
  unknown =
    builtins.concatMap
      (
        part:
        map (name: "${part}.${name}") (filter (name: !real.${part} ? ${name}) (attrNames standIn.${part}))
      )
      [
        "asserts"
        "attrsets"
        "customisation"
        "fixedPoints"
        "lists"
        "meta"
        "modules"
        "options"
        "sources"
        "strings"
        "trivial"
        "types"
        "versions"
      ]
    ++ filter (name: !real ? ${name}) (attrNames standIn);
in
if nixpkgsLib == "" then
  throw "lib-agrees.nix compares with the real lib: set NIXPKGS_LIB"
else if different ++ broken ++ unknown != [ ] then
  throw "the stand-in for nixpkgs' lib differs: ${
    toJSON {
      inherit broken different unknown;
    }
  }"
else
  true
