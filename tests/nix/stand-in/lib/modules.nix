# The module system: evaluates modules to the values of the options that they declare. It is as lazy as
# nixpkgs': it reads the names of definitions first, and values when they are needed.
lib:
let
  properties = import ./properties.nix lib;
  inherit (properties) effective pushDown;

  inherit (builtins)
    attrNames
    catAttrs
    concatMap
    elem
    filter
    foldl'
    functionArgs
    head
    isAttrs
    isList
    isPath
    isString
    length
    mapAttrs
    ;

  # ---- Modules ----------------------------------------------------------------------------------

  ownNames = [
    "_class"
    "_file"
    "config"
    "disabledModules"
    "freeformType"
    "imports"
    "key"
    "meta"
    "options"
  ];

  # A module with all of its parts.
  parts =
    fallback: module:
    let
      surplus = removeAttrs module ownNames;
      file = toString (module._file or fallback.file);
      free = lib.optionalAttrs (module ? freeformType) {
        _module.freeformType = module.freeformType;
      };
    in
    if !isAttrs module then
      throw "module ${fallback.file} (${fallback.key}) does not look like a module."
    else if
      elem (module._type or "module") [
        "if"
        "override"
      ]
    then
      parts fallback { config = module; }
    else if module._type or "module" != "module" then
      throw "Expected a module, but found a value of type ${builtins.toJSON module._type}."
    else if !(module ? config || module ? options) then
      {
        inherit file;
        key = toString (module.key or fallback.key);
        class = module._class or null;
        imports = module.imports or [ ];
        options = { };
        config = lib.mkMerge [
          surplus
          free
        ];
      }
    else if surplus != { } then
      throw "Module `${fallback.key}' has an unsupported attribute `${head (attrNames surplus)}'. Beside `config' and `options' there is none: move it into `config'."
    else
      {
        inherit file;
        key = toString (module.key or fallback.key);
        class = module._class or null;
        imports = module.imports or [ ];
        options = module.options or { };
        config = lib.mkMerge [
          (module.config or { })
          free
        ];
      };

  # All imported modules, each once.
  collect =
    {
      class,
      arguments,
      argument,
    }:
    let
      apply =
        module:
        if lib.isFunction module then
          module (arguments // mapAttrs (name: _: arguments.${name} or (argument name)) (functionArgs module))
        else
          module;
      load =
        parent: index: module:
        let
          isFile = isPath module || isString module;
          loaded =
            if isFile then
              parts {
                file = toString module;
                key = toString module;
              } (apply (import module))
            else
              parts {
                inherit (parent) file;
                key = "${parent.key}:anon-${toString index}";
              } (apply module);
        in
        if isList module then
          throw "Module imports can't be nested lists."
        else if class != null && loaded.class != null && loaded.class != class then
          throw "The module `${loaded.file}` (class: ${builtins.toJSON loaded.class}) cannot be imported into a module evaluation that expects class ${builtins.toJSON class}."
        else
          loaded;
    in
    modules:
    builtins.genericClosure {
      startSet = lib.imap1 (load {
        file = "<unknown-file>";
        key = "";
      }) modules;
      operator = loaded: lib.imap1 (load loaded) loaded.imports;
    };

  # ---- Options ----------------------------------------------------------------------------------

  # Merges several declarations of one option. If the option is a set of modules, `options` below it are
  # more of its modules.
  declare =
    path: declarations:
    foldl'
      (
        declared: declaration:
        let
          merged =
            if declaration.options ? type then
              declared.type.typeMerge declaration.options.type.functor
            else
              declared.type;
          twice = filter (name: declared ? ${name} && declaration.options ? ${name}) [
            "apply"
            "default"
            "description"
            "example"
          ];
        in
        declared
        // declaration.options
        // {
          declarations = declared.declarations ++ [ declaration.file ];
          type =
            if declared.declarations == [ ] then
              declaration.options.type or lib.types.unspecified
            else if twice != [ ] || merged == null then
              throw "The option `${lib.showOption path}' in `${declaration.file}' is already declared in ${lib.showFiles declared.declarations}."
            else
              merged;
        }
      )
      {
        declarations = [ ];
        type = lib.types.unspecified;
      }
      declarations;

  evaluateOption =
    path: option: definitions:
    let
      withDefault =
        lib.optional (option ? default) {
          file = head option.declarations;
          value = lib.mkOptionDefault option.default;
        }
        ++ definitions;
      found = effective withDefault;
      merged = lib.mergeDefinitions path option.type withDefault;
    in
    option
    // {
      loc = path;
      value =
        if option.readOnly or false && length withDefault > 1 then
          throw "The option `${lib.showOption path}' is read-only, but it's set multiple times. Definition values:${lib.options.showDefs withDefault}"
        else
          (option.apply or lib.id) merged.mergedValue;
      highestPrio = found.highest;
      definitions = map (definition: definition.value) found.values;
      definitionsWithLocations = found.values;
      files = catAttrs "file" found.values;
      isDefined = found.values != [ ];
      __toString = _: lib.showOption path;
    };

  # The options and their values below a path, and the definitions without an option.
  evaluateBelow =
    path: modules: configurations:
    let
      declarations = lib.zipAttrsWith (_: lib.id) (
        map (
          module:
          mapAttrs (_: options: {
            inherit (module) file;
            inherit options;
          }) module.options
        ) modules
      );
      definitions = lib.zipAttrsWith (_: lib.id) (
        concatMap (
          { file, value }:
          map (
            value:
            if !isAttrs value then
              throw "The option `${lib.showOption path}' in `${file}' is no set of options"
            else
              mapAttrs (_: value: { inherit file value; }) value
          ) (pushDown value)
        ) configurations
      );
      results = mapAttrs (
        name: declared:
        let
          here = path ++ [ name ];
          options = filter (declaration: lib.isOption declaration.options) declared;
          nested = filter (declaration: !lib.isOption declaration.options) declared;
          asModules = map (
            declaration:
            declaration
            // {
              options = lib.mkOption {
                type = lib.types.submoduleWith {
                  modules = [
                    {
                      _file = declaration.file;
                      inherit (declaration) options;
                    }
                  ];
                };
              };
            }
          ) nested;
          takesModules = (declare here options).type.getSubModules or null != null;
          option = evaluateOption here (declare here (options ++ asModules)) (definitions.${name} or [ ]);
        in
        if options == [ ] then
          evaluateBelow here declared (definitions.${name} or [ ])
        else if nested != [ ] && !takesModules then
          throw "The option `${lib.showOption here}' in module `${(head options).file}' would be a parent of the options in `${(head nested).file}'"
        else
          {
            options = option;
            config = option.value;
            unmatched = [ ];
          }
      ) declarations;
    in
    {
      options = mapAttrs (_: result: result.options) results;
      config = mapAttrs (_: result: result.config) results;
      unmatched =
        concatMap (
          name:
          map (definition: {
            path = path ++ [ name ];
            inherit (definition) file value;
          }) definitions.${name}
        ) (filter (name: !(declarations ? ${name})) (attrNames definitions))
        ++ concatMap (result: result.unmatched) (builtins.attrValues results);
    };

  # The options of `_module`, which every evaluation has.
  ownOptions = {
    _file = "lib/modules.nix";
    options._module = {
      args = lib.mkOption {
        type = lib.types.lazyAttrsOf lib.types.raw;
        internal = true;
        description = "Additional arguments of the modules.";
      };
      check = lib.mkOption {
        type = lib.types.bool;
        default = true;
        internal = true;
        description = "Whether what no option is for is an error.";
      };
      freeformType = lib.mkOption {
        type = lib.types.nullOr lib.types.raw;
        default = null;
        internal = true;
        description = "The type of what no option is for.";
      };
    };
  };
in
removeAttrs properties [
  "effective"
  "pushDown"
]
// {
  setDefaultModuleLocation = file: module: {
    _file = file;
    imports = [ module ];
  };

  mergeDefinitions =
    path: type: definitions:
    let
      found = effective definitions;
      wrong = filter (definition: !type.check definition.value) found.values;
      isDefined = found.values != [ ];
      mergedValue =
        if !isDefined then
          type.emptyValue.value
            or (throw "The option `${lib.showOption path}' was accessed but has no value defined. Try setting the option.")
        else if wrong != [ ] then
          throw "A definition for option `${lib.showOption path}' is not of type `${type.description}'. Definition values:${lib.options.showDefs wrong}"
        else
          type.merge path found.values;
    in
    {
      inherit isDefined mergedValue;
      optionalValue = lib.optionalAttrs isDefined { value = mergedValue; };
    };

  evalModules =
    {
      modules,
      specialArgs ? { },
      prefix ? [ ],
      class ? null,
    }:
    let
      # In the order of nixpkgs: definitions of the last module come first.
      collected = lib.reverseList (
        collect {
          inherit class;
          arguments = {
            inherit
              config
              lib
              options
              specialArgs
              ;
            _class = class;
            _prefix = prefix;
          }
          // specialArgs;
          argument =
            name:
            builtins.addErrorContext "while evaluating the module argument `${name}'"
              config._module.args.${name};
        } (modules ++ [ ownOptions ])
      );
      found = evaluateBelow prefix collected (
        map (module: {
          inherit (module) file;
          value = module.config;
        }) collected
      );
      inherit (found) options;
      free = found.config._module.freeformType;
      # Merges sets of definitions to any depth.
      freeValues = lib.mergeDefinitions prefix free (
        map (definition: {
          inherit (definition) file;
          value = lib.setAttrByPath (lib.drop (length prefix) definition.path) definition.value;
        }) found.unmatched
      );
      # The unchecked configuration, which modules read: its values may decide what is defined.
      config =
        if free == null then
          found.config
        else
          lib.recursiveUpdate (freeValues.optionalValue.value or { }) found.config;
      surplus = head found.unmatched;
      checked =
        if found.unmatched != [ ] && free == null && config._module.check then
          throw "The option `${lib.showOption surplus.path}' does not exist. Definition values:${
            lib.options.showDefs [ surplus ]
          }"
        else
          config;
    in
    {
      _type = "configuration";
      inherit class options;
      inherit (checked) _module;
      config = removeAttrs checked [ "_module" ];
    };
}
