# Properties of option values (`mkIf`, `mkMerge`, `mkOverride`, `mkOrder`): conditions and priorities.
lib:
let
  inherit (builtins)
    concatMap
    filter
    foldl'
    isBool
    mapAttrs
    ;

  property = value: value._type or null;

  # Moves the properties of a configuration to each of its attributes.
  pushDown =
    value:
    if property value == "merge" then
      concatMap pushDown value.contents
    else if property value == "if" then
      map (mapAttrs (_: lib.mkIf value.condition)) (pushDown value.content)
    else if property value == "override" then
      map (mapAttrs (_: lib.mkOverride value.priority)) (pushDown value.content)
    else
      [ value ];

  # Resolves `mkMerge` and `mkIf`.
  discharge =
    value:
    if property value == "merge" then
      concatMap discharge value.contents
    else if property value == "if" then
      if !isBool value.condition then
        throw "‘mkIf’ called with a non-Boolean condition"
      else if value.condition then
        discharge value.content
      else
        [ ]
    else
      [ value ];

  priorityOf =
    value: if property value == "override" then value.priority else lib.modules.defaultOverridePriority;
  orderOf = value: if property value == "order" then value.priority else 1000;
  unwrapped = kind: value: if property value == kind then value.content else value;

  # The definitions of an option with the highest priority.
  effective =
    definitions:
    let
      said = concatMap (
        { file, value }: map (value: { inherit file value; }) (discharge value)
      ) definitions;
      highest = foldl' (least: { value, ... }: lib.min least (priorityOf value)) 9999 said;
      urgent = filter ({ value, ... }: priorityOf value == highest) said;
      inner = map (definition: definition // { value = unwrapped "override" definition.value; }) urgent;
      sorted = lib.sortOn ({ value, ... }: orderOf value) inner;
    in
    {
      inherit highest;
      values = map (definition: definition // { value = unwrapped "order" definition.value; }) sorted;
    };
in
{
  defaultOverridePriority = 100;

  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkOptionDefault = lib.mkOverride 1500;
  mkDefault = lib.mkOverride 1000;
  mkForce = lib.mkOverride 50;
  mkBefore = lib.mkOrder 500;
  mkAfter = lib.mkOrder 1500;

  inherit pushDown effective;
}
