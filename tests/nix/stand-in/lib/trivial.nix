lib:
let
  inherit (builtins)
    fromJSON
    fromTOML
    functionArgs
    isFunction
    readFile
    trace
    ;

  # Nix before 2.23 has no `builtins.warn`.
  warn =
    builtins.warn or (
      message: value:
      if
        builtins.elem (builtins.getEnv "NIX_ABORT_ON_WARN") [
          "1"
          "true"
          "yes"
        ]
      then
        abort "NIX_ABORT_ON_WARN is set, and there was a warning: ${message}"
      else
        trace "evaluation warning: ${message}" value
    );

  isFunctor = value: value ? __functor;
in
{
  inherit (builtins)
    add
    bitAnd
    bitOr
    bitXor
    deepSeq
    div
    genericClosure
    isBool
    isFloat
    isInt
    lessThan
    mul
    pathExists
    readFile
    seq
    sub
    ;

  # crane requires 26.05 or later.
  version = "26.11pre-stand-in";
  release = "26.11";

  id = value: value;
  const = value: _: value;
  flip =
    f: a: b:
    f b a;
  pipe = builtins.foldl' (value: f: f value);
  concat = first: second: first ++ second;
  mergeAttrs = first: second: first // second;
  max = a: b: if a > b then a else b;
  min = a: b: if a < b then a else b;
  and = a: b: a && b;
  boolToString = value: if value then "true" else "false";
  defaultTo = default: value: if value == null then default else value;
  mapNullable = f: value: if value == null then null else f value;
  toFunction = value: if lib.isFunction value then value else _: value;

  importJSON = file: fromJSON (readFile file);
  importTOML = file: fromTOML (readFile file);

  inherit warn;
  warnIf = condition: message: if condition then warn message else lib.id;
  warnIfNot = condition: lib.warnIf (!condition);
  throwIf = condition: message: if condition then throw message else lib.id;
  throwIfNot = condition: lib.throwIf (!condition);

  isFunction = value: isFunction value || (isFunctor value && lib.isFunction (value.__functor value));
  functionArgs =
    f: if isFunctor f then f.__functionArgs or (lib.functionArgs (f.__functor f)) else functionArgs f;
  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };
  mirrorFunctionArgs =
    f:
    let
      args = lib.functionArgs f;
    in
    g: lib.setFunctionArgs g args;
}
