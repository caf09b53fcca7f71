lib:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    elemAt
    foldl'
    head
    isAttrs
    length
    listToAttrs
    mapAttrs
    tail
    zipAttrsWith
    ;

  nameValuePair = name: value: { inherit name value; };
in
{
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;
  inherit nameValuePair;

  optionalAttrs = condition: set: if condition then set else { };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  genAttrs' = values: f: listToAttrs (map f values);
  getAttrs = names: set: lib.genAttrs names (name: set.${name});
  attrVals = names: set: map (name: set.${name}) names;
  attrsToList = lib.mapAttrsToList nameValuePair;
  mapAttrsToList = f: set: attrValues (mapAttrs f set);
  mapAttrs' = f: set: listToAttrs (lib.mapAttrsToList f set);
  concatMapAttrs = f: set: lib.mergeAttrsList (lib.mapAttrsToList f set);
  mergeAttrsList = foldl' (all: set: all // set) { };
  zipAttrs = zipAttrsWith (_: values: values);
  foldAttrs =
    f: initial: sets:
    zipAttrsWith (_: lib.foldr f initial) sets;

  # Lazy: values that the predicate does not look at are not evaluated.
  filterAttrs =
    keep: set: removeAttrs set (builtins.filter (name: !keep name set.${name}) (attrNames set));
  mapAttrsRecursive = f: lib.mapAttrsRecursiveCond (_: true) f;
  mapAttrsRecursiveCond =
    descend: f: set:
    let
      at =
        path:
        mapAttrs (
          name: value:
          if isAttrs value && descend value then at (path ++ [ name ]) value else f (path ++ [ name ]) value
        );
    in
    at [ ] set;
  collect =
    wanted: set:
    if wanted set then
      [ set ]
    else if isAttrs set then
      concatMap (lib.collect wanted) (attrValues set)
    else
      [ ];

  recursiveUpdateUntil =
    stop: first: second:
    let
      at =
        path:
        zipAttrsWith (
          name: values:
          let
            here = path ++ [ name ];
          in
          if length values == 1 || stop here (elemAt values 1) (head values) then
            head values
          else
            at here values
        );
    in
    at
      [ ]
      [
        second
        first
      ];
  recursiveUpdate = lib.recursiveUpdateUntil (
    _: first: second:
    !(isAttrs first && isAttrs second)
  );

  attrByPath =
    path: default: set:
    if path == [ ] then
      set
    else if set ? ${head path} then
      lib.attrByPath (tail path) default set.${head path}
    else
      default;
  hasAttrByPath =
    path: set: path == [ ] || (set ? ${head path} && lib.hasAttrByPath (tail path) set.${head path});
  setAttrByPath =
    path: value: if path == [ ] then value else { ${head path} = lib.setAttrByPath (tail path) value; };
  getAttrFromPath =
    path: lib.attrByPath path (abort "cannot find attribute '${lib.concatStringsSep "." path}'");

  isDerivation = value: value.type or null == "derivation";
  getOutput =
    output: package:
    if package.outputSpecified or false then package else package.${output} or package.out or package;
  getBin = lib.getOutput "bin";
  getDev = lib.getOutput "dev";
  getLib = lib.getOutput "lib";
  getMan = lib.getOutput "man";
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
}
