lib:
let
  inherit (builtins)
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isList
    length
    sort
    ;

  notEmpty =
    name: list: result:
    if list == [ ] then throw "lists.${name}: list must not be empty!" else result;
in
{
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    groupBy
    head
    isList
    length
    map
    partition
    sort
    tail
    ;

  # The accumulator is not forced, unlike that of `foldl'`.
  foldl =
    f: initial: list:
    let
      upTo = n: if n == -1 then initial else f (upTo (n - 1)) (elemAt list n);
    in
    upTo (length list - 1);
  foldr =
    f: initial: list:
    let
      from = n: if n == length list then initial else f (elemAt list n) (from (n + 1));
    in
    from 0;
  fold = lib.foldr;

  singleton = value: [ value ];
  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: list: if condition then list else [ ];
  toList = value: if isList value then value else [ value ];
  flatten = value: if isList value then concatMap lib.flatten value else [ value ];
  range = first: final: if first > final then [ ] else genList (n: first + n) (final - first + 1);
  replicate = count: value: genList (_: value) count;
  reverseList =
    list:
    let
      count = length list;
    in
    genList (n: elemAt list (count - n - 1)) count;

  count = holds: list: length (filter holds list);
  last = list: notEmpty "last" list (elemAt list (length list - 1));
  init = list: notEmpty "init" list (lib.take (length list - 1) list);
  sublist =
    start: count: list:
    let
      left = length list - start;
    in
    genList (n: elemAt list (start + n)) (lib.max 0 (lib.min count left));
  take = lib.sublist 0;
  drop = count: list: lib.sublist count (length list) list;

  findFirstIndex =
    holds: default: list:
    let
      # Stops reading the list at the first match.
      from =
        n:
        if n == length list then
          default
        else if holds (elemAt list n) then
          n
        else
          from (n + 1);
    in
    from 0;
  findFirst =
    holds: default: list:
    let
      index = lib.lists.findFirstIndex holds null list;
    in
    if index == null then default else elemAt list index;

  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
  imap1 = f: lib.imap0 (n: f (n + 1));
  zipListsWith =
    f: first: second:
    genList (n: f (elemAt first n) (elemAt second n)) (lib.min (length first) (length second));
  zipLists = lib.zipListsWith (fst: snd: { inherit fst snd; });

  remove = value: filter (other: other != value);
  unique = foldl' (seen: value: if elem value seen then seen else seen ++ [ value ]) [ ];
  uniqueStrings = list: builtins.attrNames (builtins.groupBy lib.id list);
  allUnique = list: length (lib.unique list) == length list;
  intersectLists = wanted: filter (value: elem value wanted);
  subtractLists = unwanted: filter (value: !elem value unwanted);
  mutuallyExclusive = first: second: lib.intersectLists first second == [ ];

  sortOn =
    key: list:
    map (pair: elemAt pair 1) (
      sort (a: b: head a < head b) (
        map (value: [
          (key value)
          value
        ]) list
      )
    );
}
