# A stand-in for flake-parts: the parts of its `lib` that a module and its users need.
{ lib }:
let
  inherit (lib) mkOption types;

  # A list of modules, to which several modules can add.
  modulesWith =
    modules:
    lib.mkOptionType {
      name = "deferredModule";
      description = "module";
      check = value: lib.isAttrs value || lib.isFunction value || types.path.check value;
      merge =
        path: definitions:
        modules
        ++ map (
          definition:
          lib.setDefaultModuleLocation "${definition.file}, via option ${lib.showOption path}" definition.value
        ) definitions;
      inherit (types.submoduleWith { inherit modules; }) getSubOptions getSubModules;
      substSubModules = modulesWith;
      functor = lib.defaultFunctor "deferredModule" // {
        type = { modules }: modulesWith modules;
        payload = { inherit modules; };
        binOp = first: second: { modules = first.modules ++ second.modules; };
      };
    };

  flake-parts-lib = {
    mkFlake = arguments: module: (flake-parts-lib.evalFlakeModule arguments module).config.flake;

    evalFlakeModule =
      {
        inputs,
        specialArgs ? { },
        self ? inputs.self,
        moduleLocation ? "${self.outPath}/flake.nix",
      }:
      module:
      lib.evalModules {
        specialArgs = {
          inherit
            flake-parts-lib
            inputs
            moduleLocation
            self
            ;
        }
        // specialArgs;
        modules = [
          ./modules.nix
          (lib.setDefaultModuleLocation moduleLocation module)
        ];
        class = "flake";
      };

    mkPerSystemType = module: modulesWith [ module ];
    mkPerSystemOption = module: mkOption { type = flake-parts-lib.mkPerSystemType module; };

    importApply = file: arguments: lib.setDefaultModuleLocation file (import file arguments);
  };
in
flake-parts-lib
