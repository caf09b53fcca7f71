# The types of options: only those that flake-parts and a flake with modules need.
lib:
let
  inherit (builtins)
    all
    elem
    head
    isAttrs
    isBool
    isList
    isString
    length
    mapAttrs
    ;
  inherit (lib) mergeEqualOption mergeOneOption;

  # Merges the types of two declarations of one option.
  defaultTypeMerge =
    functor: other:
    let
      payload = functor.binOp functor.payload other.payload;
    in
    if functor.name != other.name then
      null
    else if functor.payload == null then
      functor.type
    else if payload == null then
      null
    else
      functor.type payload;

  phrase =
    fits: type:
    if fits (type.descriptionClass or null) then type.description else "(${type.description})";
  nounPhrase = phrase (class: class == "noun" || class == "composite");

  # The functor of a type with one element type.
  ofElements = name: elemType: type: {
    inherit name;
    payload = { inherit elemType; };
    type = payload: type payload.elemType;
    binOp =
      first: second:
      let
        merged = first.elemType.typeMerge second.elemType.functor;
      in
      if merged == null then null else { elemType = merged; };
  };

  simple =
    name: description: check:
    lib.mkOptionType {
      inherit name description check;
      descriptionClass = "noun";
      merge = mergeEqualOption;
    };

  attributesOf =
    {
      name,
      description,
      isLazy,
      placeholder,
      make,
    }:
    elemType:
    lib.mkOptionType {
      inherit name;
      description = "${description} of ${nounPhrase elemType}";
      descriptionClass = "composite";
      check = isAttrs;
      merge =
        path: definitions:
        let
          merged = lib.zipAttrsWith (name: lib.mergeDefinitions (path ++ [ name ]) elemType) (
            map ({ file, value }: mapAttrs (_: value: { inherit file value; }) value) definitions
          );
        in
        if isLazy then
          # Whether there is a definition is known before its value.
          mapAttrs (_: one: one.mergedValue) merged
        else
          mapAttrs (_: one: one.optionalValue.value) (
            lib.filterAttrs (_: one: one.optionalValue ? value) merged
          );
      emptyValue.value = { };
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<${placeholder}>" ]);
      inherit (elemType) getSubModules;
      functor = ofElements name elemType make;
    };

  types = {
    raw = lib.mkOptionType {
      name = "raw";
      description = "raw value";
      descriptionClass = "noun";
      merge = mergeOneOption;
    };
    unspecified = lib.mkOptionType {
      name = "unspecified";
      description = "unspecified value";
      descriptionClass = "noun";
    };
    bool = simple "bool" "boolean" isBool;
    str = simple "str" "string" isString;
    path = simple "path" "absolute path" (
      value: lib.isStringLike value && lib.hasPrefix "/" (toString value)
    );
    package = simple "package" "package" (value: lib.isDerivation value || lib.isStorePath value) // {
      merge = mergeOneOption;
    };
    pkgs =
      simple "pkgs" "Nixpkgs package set" (value: isAttrs value && value._type or null == "pkgs")
      // {
        merge = mergeOneOption;
      };
    enum =
      values:
      let
        shown = map builtins.toJSON values;
      in
      lib.mkOptionType {
        name = "enum";
        description =
          if length values == 1 then
            "value ${head shown} (singular enum)"
          else
            "one of ${lib.concatStringsSep ", " shown}";
        descriptionClass = if length values < 2 then "noun" else "conjunction";
        check = value: elem value values;
        merge = mergeEqualOption;
        functor = {
          name = "enum";
          payload = { inherit values; };
          type = payload: types.enum payload.values;
          binOp = first: second: { values = lib.unique (first.values ++ second.values); };
        };
      };

    listOf =
      elemType:
      lib.mkOptionType {
        name = "listOf";
        description = "list of ${nounPhrase elemType}";
        descriptionClass = "composite";
        check = isList;
        merge =
          path: definitions:
          lib.concatLists (
            lib.imap1 (
              number: definition:
              lib.imap1 (
                index: value:
                (lib.mergeDefinitions (path ++ [ "[definition ${toString number}-entry ${toString index}]" ])
                  elemType
                  [
                    {
                      inherit (definition) file;
                      inherit value;
                    }
                  ]
                ).mergedValue
              ) definition.value
            ) definitions
          );
        emptyValue.value = [ ];
        getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
        functor = ofElements "listOf" elemType types.listOf;
      };
    attrsOf = attributesOf {
      name = "attrsOf";
      description = "attribute set";
      isLazy = false;
      placeholder = "name";
      make = types.attrsOf;
    };
    lazyAttrsOf = attributesOf {
      name = "lazyAttrsOf";
      description = "lazy attribute set";
      isLazy = true;
      placeholder = "name";
      make = types.lazyAttrsOf;
    };
    attrsWith =
      {
        elemType,
        lazy ? false,
        placeholder ? "name",
      }:
      (attributesOf {
        name = if lazy then "lazyAttrsOf" else "attrsOf";
        description = if lazy then "lazy attribute set" else "attribute set";
        isLazy = lazy;
        inherit placeholder;
        make = elemType: types.attrsWith { inherit elemType lazy placeholder; };
      })
        elemType;
    nullOr =
      elemType:
      lib.mkOptionType {
        name = "nullOr";
        description = "null or ${phrase (class: class == "noun" || class == "conjunction") elemType}";
        descriptionClass = "conjunction";
        check = value: value == null || elemType.check value;
        merge =
          path: definitions:
          let
            nulls = lib.count ({ value, ... }: value == null) definitions;
          in
          if nulls == length definitions then
            null
          else if nulls != 0 then
            throw "The option `${lib.showOption path}` is defined both null and not null, in ${lib.showFiles (lib.getFiles definitions)}."
          else
            elemType.merge path definitions;
        emptyValue.value = null;
        inherit (elemType) getSubOptions getSubModules;
        functor = ofElements "nullOr" elemType types.nullOr;
      };
    either =
      first: second:
      lib.mkOptionType {
        name = "either";
        description = "${phrase (class: class == "noun" || class == "conjunction") first} or ${
          phrase (class: class == "noun" || class == "conjunction" || class == "composite") second
        }";
        descriptionClass = "conjunction";
        check = value: first.check value || second.check value;
        merge =
          path: definitions:
          if all ({ value, ... }: first.check value) definitions then
            first.merge path definitions
          else if all ({ value, ... }: second.check value) definitions then
            second.merge path definitions
          else
            lib.mergeOneOption path definitions;
      };
    functionTo =
      elemType:
      lib.mkOptionType {
        name = "functionTo";
        description = "function that evaluates to a(n) ${nounPhrase elemType}";
        descriptionClass = "composite";
        check = lib.isFunction;
        merge =
          path: definitions:
          # As in nixpkgs, the merged function is a set that can be called.
          lib.setFunctionArgs (
            argument:
            (lib.mergeDefinitions (path ++ [ "<function body>" ]) elemType (
              map (
                { file, value }:
                {
                  inherit file;
                  value = value argument;
                }
              ) definitions
            )).mergedValue
          ) (lib.mergeAttrsList (map ({ value, ... }: lib.functionArgs value) definitions));
        functor = ofElements "functionTo" elemType types.functionTo;
      };
    unique =
      { message }:
      elemType:
      lib.mkOptionType {
        name = "unique";
        inherit (elemType)
          check
          description
          descriptionClass
          emptyValue
          getSubOptions
          ;
        merge = lib.mergeUniqueOption {
          inherit message;
          inherit (elemType) merge;
        };
      };
    uniq = types.unique { message = ""; };
    coercedTo =
      from: coerce: to:
      lib.mkOptionType {
        name = "coercedTo";
        description = "${phrase (class: class == "noun") to} or ${
          phrase (class: class == "noun") from
        } convertible to it";
        check = value: (from.check value && to.check (coerce value)) || to.check value;
        merge =
          path: definitions:
          to.merge path (
            map (
              definition:
              definition
              // {
                value = if from.check definition.value then coerce definition.value else definition.value;
              }
            ) definitions
          );
        inherit (to) emptyValue getSubOptions;
      };
    addCheck = elemType: check: elemType // { check = value: elemType.check value && check value; };

    deferredModule = lib.mkOptionType {
      name = "deferredModule";
      description = "module";
      descriptionClass = "noun";
      check = value: isAttrs value || lib.isFunction value || types.path.check value;
      merge = path: definitions: {
        imports = map (
          { file, value }:
          lib.setDefaultModuleLocation "${file}, via option ${lib.showOption path}" value
        ) definitions;
      };
    };
    submodule =
      modules:
      types.submoduleWith {
        shorthandOnlyDefinesConfig = true;
        modules = lib.toList modules;
      };
    submoduleWith =
      {
        modules,
        specialArgs ? { },
        shorthandOnlyDefinesConfig ? false,
        description ? null,
        class ? null,
      }@arguments:
      let
        documented =
          prefix:
          lib.evalModules {
            inherit class prefix specialArgs;
            modules = modules ++ [
              {
                _module.args.name = lib.mkOptionDefault "‹name›";
                _module.check = lib.mkForce false;
              }
            ];
          };
        free = (documented [ ])._module.freeformType;
      in
      lib.mkOptionType {
        name = "submodule";
        description =
          if description != null then
            description
          else if free ? description then
            "open submodule of ${nounPhrase free}"
          else
            "submodule";
        check = value: isAttrs value || lib.isFunction value || types.path.check value;
        merge =
          path: definitions:
          (lib.evalModules {
            inherit class specialArgs;
            prefix = path;
            modules =
              modules
              ++ [ { _module.args.name = lib.last path; } ]
              ++ map (
                { file, value }:
                if isAttrs value && shorthandOnlyDefinesConfig then
                  {
                    _file = file;
                    config = value;
                  }
                else
                  lib.setDefaultModuleLocation file value
              ) definitions;
          }).config;
        emptyValue.value = { };
        getSubOptions = prefix: (documented prefix).options;
        getSubModules = modules;
        functor = {
          name = "submodule";
          type = types.submoduleWith;
          payload = {
            inherit
              modules
              specialArgs
              shorthandOnlyDefinesConfig
              description
              class
              ;
          };
          binOp = first: second: {
            modules = first.modules ++ second.modules;
            specialArgs = first.specialArgs // second.specialArgs;
            shorthandOnlyDefinesConfig = first.shorthandOnlyDefinesConfig || second.shorthandOnlyDefinesConfig;
            description = if first.description == null then second.description else first.description;
            class = if first.class == null then second.class else first.class;
          };
        };
      };
  };
in
types
// {
  inherit types;

  defaultFunctor = name: {
    inherit name;
    type = types.${name} or null;
    wrapped = null;
    payload = null;
    binOp = _: _: null;
  };

  mkOptionType =
    {
      name,
      description ? name,
      descriptionClass ? null,
      check ? _: true,
      merge ? lib.mergeDefaultOption,
      emptyValue ? { },
      getSubOptions ? _: { },
      getSubModules ? null,
      substSubModules ? _: null,
      functor ? lib.defaultFunctor name,
      typeMerge ? defaultTypeMerge functor,
    }:
    {
      _type = "option-type";
      inherit
        name
        description
        descriptionClass
        check
        merge
        emptyValue
        getSubOptions
        getSubModules
        substSubModules
        functor
        typeMerge
        ;
    };
}
