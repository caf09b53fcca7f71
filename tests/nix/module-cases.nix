# Cases of the module system for lib-agrees.nix: modules with the values of their options, and the names of
# types in messages. Each is a function from a lib to a value to compare.
{ comparable }:
{
  "modules" =
    lib:
    let
      inherit (lib) mkOption types;
      base =
        { config, ... }:
        {
          options = {
            flag = mkOption {
              type = types.bool;
              default = false;
            };
            text = mkOption {
              type = types.str;
              default = if config.flag then "on" else "off";
              apply = text: "<${text}>";
            };
            kind = mkOption {
              type = types.enum [
                "a"
                "b"
              ];
            };
            maybe = mkOption {
              type = types.nullOr types.path;
              default = null;
            };
            numbers = mkOption { type = types.listOf types.raw; };
            kinds = mkOption {
              type = types.nullOr (
                types.listOf (
                  types.enum [
                    "a"
                    "b"
                  ]
                )
              );
              default = null;
            };
            each = mkOption {
              type = types.lazyAttrsOf (
                types.submoduleWith {
                  shorthandOnlyDefinesConfig = true;
                  modules = [
                    {
                      freeformType = types.attrsOf types.raw;
                      options.known = mkOption {
                        type = types.listOf types.raw;
                        default = [ ];
                      };
                    }
                  ];
                }
              );
              default = { };
            };
            sets = mkOption {
              type = types.attrsOf (types.lazyAttrsOf types.raw);
              default = { };
            };
            fixed = mkOption {
              type = types.raw;
              readOnly = true;
              default = 1;
            };
            deep.er = mkOption {
              type = types.attrsOf (
                types.submodule (
                  { name, config, ... }:
                  {
                    options.own = mkOption {
                      type = types.str;
                      default = name;
                    };
                    options.twice = mkOption {
                      type = types.raw;
                      default = config.own + config.own;
                    };
                  }
                )
              );
              default = { };
            };
            open = mkOption {
              type = types.submoduleWith {
                modules = [
                  {
                    freeformType = types.lazyAttrsOf (types.unique { message = "once"; } types.raw);
                    options.known = mkOption { default = 3; };
                  }
                ];
              };
              default = { };
            };
            apply = mkOption {
              type = types.functionTo (types.attrsOf types.raw);
              default = _: { };
            };
            coerced = mkOption {
              type = types.coercedTo types.bool (flag: if flag then "yes" else "no") types.str;
              default = true;
            };
          };
        };
      configurations = [
        { }
        { flag = true; }
        { flag = "true"; }
        { flagg = true; }
        { kind = "a"; }
        { kind = "c"; }
        { numbers = [ 1 ]; }
        { numbers = lib.mkBefore [ 0 ]; }
        { numbers = lib.mkAfter [ 9 ]; }
        { numbers = lib.mkForce [ ]; }
        { kinds = [ "a" ]; }
        { kinds = [ "c" ]; }
        { kinds = lib.mkIf false [ "b" ]; }
        { each.x = { }; }
        { each.x.known = [ 1 ]; }
        { each.x.known = 1; }
        {
          each.x = {
            config = 1;
            imports = 2;
          };
        }
        { each.x.other = lib.mkIf false 1; }
        { each.x = "x"; }
        { text = lib.mkDefault "default"; }
        { text = "said"; }
        { text = lib.mkOverride 10 "urgent"; }
        { text = lib.mkIf false "never"; }
        (lib.mkIf true { text = "if"; })
        (lib.mkMerge [
          { flag = true; }
          { maybe = "/x"; }
        ])
        { maybe = "x"; }
        { fixed = 2; }
        { sets.a.b = 1; }
        { sets.a.b = 2; }
        { sets.a = lib.mkIf false { c = 1; }; }
        { sets.a.c = lib.mkDefault 1; }
        { deep.er.x = { }; }
        { deep.er.x.own = "y"; }
        { deep.er.x.other = "y"; }
        { deep.er.x = _: { config.own = "z"; }; }
        { deep.err = { }; }
        { open.more = 1; }
        { open.known = 4; }
        { apply = x: { ${x} = 1; }; }
        { apply = x: { other = x; }; }
        { coerced = false; }
        { coerced = 1; }
        { imports = [ { flag = true; } ]; }
        {
          key = "once";
          numbers = [ 5 ];
        }
        {
          config.flag = true;
          stray = 1;
        }
        { options.deep.more = mkOption { default = 1; }; }
        { options.open.more = mkOption { default = 1; }; }
        { options.flag = mkOption { default = 1; }; }
        { options.kind = mkOption { type = types.enum [ "c" ]; }; }
        { options.text = mkOption { type = types.bool; }; }
        {
          imports = [ ({ given, ... }: { flag = given; }) ];
          _module.args.given = true;
        }
        { _module.check = false; }
        [ ]
      ];
      parts = [
        "flag"
        "text"
        "kind"
        "maybe"
        "numbers"
        "kinds"
        "each"
        "sets"
        "fixed"
        "deep"
        "open"
        "coerced"
      ];
      # Shows each part separately, because some parts of these modules have no value.
      shown =
        modules:
        let
          evaluation = lib.evalModules { modules = [ base ] ++ modules; };
          whole = builtins.tryEval evaluation.config;
        in
        if !whole.success then
          "an error"
        else
          map (part: comparable whole.value.${part}) parts
          ++ [
            (comparable (whole.value.apply "x"))
            (builtins.typeOf whole.value.apply)
          ];
    in
    map (
      first:
      map (
        second:
        shown [
          first
          second
        ]
      ) configurations
    ) configurations;
  "types" =
    lib:
    let
      inherit (lib) types;
    in
    map (type: type.description) [
      types.bool
      types.str
      types.path
      types.package
      types.pkgs
      types.raw
      types.unspecified
      types.deferredModule
      (types.enum [ "a" ])
      (types.enum [
        "a"
        "b"
      ])
      (types.nullOr (
        types.enum [
          "a"
          "b"
        ]
      ))
      (types.listOf (types.nullOr types.str))
      (types.attrsOf types.raw)
      (types.lazyAttrsOf (types.attrsOf types.bool))
      (types.lazyAttrsOf (types.submodule { }))
      (types.lazyAttrsOf (
        types.submoduleWith { modules = [ { freeformType = types.attrsOf types.raw; } ]; }
      ))
      (types.nullOr (types.listOf (types.enum [ "a" ])))
      (types.functionTo (types.listOf types.str))
      (types.coercedTo types.bool toString types.str)
      (types.unique { message = ""; } types.str)
      (types.uniq (
        types.enum [
          1
          2
        ]
      ))
      (types.addCheck types.raw (_: true))
    ];
  "showOption" =
    lib:
    lib.showOption [
      "a"
      "b.c"
      "<name>"
      "*"
    ];
}
