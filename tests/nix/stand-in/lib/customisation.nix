lib:
let
  inherit (builtins)
    attrNames
    filter
    intersectAttrs
    isAttrs
    ;
  inherit (lib)
    extends
    functionArgs
    isFunction
    mirrorFunctionArgs
    setFunctionArgs
    ;

  # Calls `f`, and adds an `override` to the result, which calls it again with other
  # arguments.
  makeOverridable =
    f:
    mirrorFunctionArgs f (
      args:
      let
        result = f args;
        again = g: makeOverridable (mirrorFunctionArgs f g);
        override = mirrorFunctionArgs f (
          changes: makeOverridable f (args // (if isFunction changes then changes args else changes))
        );
      in
      if isAttrs result then
        result
        // {
          inherit override;
        }
        // lib.optionalAttrs (result ? overrideAttrs) {
          overrideAttrs = change: again (newArgs: (f newArgs).overrideAttrs change) args;
        }
      else if isFunction result then
        setFunctionArgs result (functionArgs result) // { inherit override; }
      else
        result
    );

  # Calls a function, or the function in a file, with `args` and those of `available` that it
  # names.
  callPackageWith =
    available: functionOrFile: args:
    let
      f = if isFunction functionOrFile then functionOrFile else import functionOrFile;
      wanted = functionArgs f;
      given = intersectAttrs wanted available // args;
      missing = filter (name: !wanted.${name} && !given ? ${name}) (attrNames wanted);
    in
    if missing == [ ] then
      makeOverridable f given
    else
      abort "callPackageWith: a function was called without the required argument '${builtins.head missing}'";

  makeScope =
    newScope: f:
    let
      self = {
        callPackage = self.newScope { };
      }
      // f self
      // {
        newScope = extra: newScope (self // extra);
        overrideScope = overlay: makeScope newScope (extends overlay f);
        packages = f;
      };
    in
    self;
in
{
  inherit callPackageWith makeOverridable makeScope;

  extendDerivation =
    condition: passthru: drv:
    let
      common =
        drv
        // lib.genAttrs (drv.outputs or [ "out" ]) (
          name:
          common
          // {
            inherit (drv.${name}) type outputName;
            drvPath =
              assert condition;
              drv.${name}.drvPath;
            outPath =
              assert condition;
              drv.${name}.outPath;
            outputSpecified = true;
          }
        )
        // passthru;
    in
    common
    // {
      drvPath =
        assert condition;
        drv.drvPath;
      outPath =
        assert condition;
        drv.outPath;
    };
}
