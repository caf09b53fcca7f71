lib:
let
  extends =
    overlay: f: final:
    let
      previous = f final;
    in
    previous // overlay final previous;
in
{
  inherit extends;

  fix =
    f:
    let
      value = f value;
    in
    value;

  composeExtensions =
    first: second: final: previous:
    let
      changes = first final previous;
    in
    changes // second final (previous // changes);

  composeManyExtensions = lib.foldr lib.composeExtensions (_: _: { });

  toExtension =
    given:
    if lib.isFunction given then
      final: previous:
      let
        result = given previous;
      in
      if lib.isFunction result then given final previous else result
    else
      _: _: given;

  makeExtensible =
    f:
    lib.fix (
      self:
      f self
      // {
        extend = overlay: lib.makeExtensible (extends overlay f);
      }
    );
}
