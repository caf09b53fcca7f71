lib:
let
  inherit (builtins)
    all
    elem
    head
    isAttrs
    isBool
    isFunction
    isInt
    isList
    isPath
    isString
    length
    tail
    ;

  # A value for a message, shortened to a line.
  show =
    value:
    if isString value || isBool value || isInt value || value == null then
      builtins.toJSON value
    else if isPath value then
      toString value
    else if isList value then
      "[ ${lib.concatMapStringsSep " " (_: "...") (lib.take 1 value)} ]"
    else if isFunction value then
      "<function>"
    else if lib.isDerivation value then
      "<derivation ${value.name or "?"}>"
    else if isAttrs value then
      "{ ${
        lib.concatMapStringsSep " " (name: "${name} = ...;") (lib.take 3 (builtins.attrNames value))
      } }"
    else
      "<${builtins.typeOf value}>";
in
{
  isOption = value: isAttrs value && value._type or null == "option";
  mkOption = attributes: { _type = "option"; } // attributes;

  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };
  literalMD = text: {
    _type = "literalMD";
    inherit text;
  };

  showOption =
    path:
    lib.concatMapStringsSep "." (
      part:
      if
        elem part [
          "*"
          "<name>"
          "<function body>"
        ]
      then
        part
      else
        lib.strings.escapeNixIdentifier part
    ) path;
  showFiles = lib.concatMapStringsSep " and " (file: "`${file}'");
  showDefs = lib.concatMapStrings (
    definition: "\n- In `${toString definition.file}': ${show definition.value}"
  );
  getValues = map (definition: definition.value);
  getFiles = map (definition: definition.file);

  mergeUniqueOption =
    {
      message,
      merge ? null,
    }:
    path: definitions:
    if length definitions == 1 then
      if merge == null then (head definitions).value else merge path definitions
    else
      throw "The option `${lib.showOption path}' is defined multiple times while it's expected to be unique.\n${message}\nDefinition values:${lib.options.showDefs definitions}";
  mergeOneOption = lib.mergeUniqueOption { message = ""; };
  mergeDefaultOption =
    path: definitions:
    let
      values = lib.getValues definitions;
    in
    if length values == 1 then
      head values
    else if all isList values then
      lib.concatLists values
    else if all isAttrs values then
      lib.mergeAttrsList values
    else if all isBool values then
      lib.any lib.id values
    else if all isString values then
      lib.concatStrings values
    else if all isInt values && all (value: value == head values) values then
      head values
    else
      throw "Cannot merge definitions of `${lib.showOption path}'. Definition values:${lib.options.showDefs definitions}";
  mergeEqualOption =
    path: definitions:
    let
      first = (head definitions).value;
    in
    if length definitions == 1 || all (definition: definition.value == first) (tail definitions) then
      first
    else
      throw "The option `${lib.showOption path}' has conflicting definition values:${lib.options.showDefs definitions}";
}
