{ lib, ... }:
let
  inherit (builtins)
    any
    attrNames
    attrValues
    concatMap
    concatStringsSep
    elem
    filter
    head
    isAttrs
    isString
    map
    mapAttrs
    match
    split
    ;
  inherit (lib) filterAttrs hasPrefix removePrefix;
in
/**
  The entries of `[patch]` that apply: patches by path if the crate is among `crates`, other patches if
  the package is among `packages`. Cargo would insist on the sources of all others too.

  # Type

  ```
  prunePatches :: {
    patch :: AttrSet,                        # the parsed table
    crates :: { ${name} :: Crate },
    packages :: { ${name} :: [ Package ] },  # of the pruned lock, by name
  } -> AttrSet
  ```
*/
{
  patch,
  crates,
  packages,
}:
let
  # The URL of a git source without its query and fragment, in lower case.
  located = url: lib.toLower (head (split "[?#]" url));
  asked =
    source:
    let
      query = match "[^?#]*[?]([^#]*).*" source;
    in
    if query == null then "" else head query;
  # Since version 4, Cargo.lock writes `a%2Fb` for the branch `a/b`.
  wanted =
    encode: spec:
    concatStringsSep "&" (
      map (key: "${key}=${encode spec.${key}}") (
        filter (key: spec ? ${key}) [
          "branch"
          "tag"
          "rev"
        ]
      )
    );
  isFrom =
    spec: package:
    let
      source = removePrefix "git+" (package.source or "");
    in
    located source == located spec.git
    && elem (asked source) [
      (wanted (name: name) spec)
      (wanted lib.escapeURL spec)
    ];

  isGit = package: hasPrefix "git+" (package.source or "");
  # Cargo may write a URL in another way. If no patch of a package matches, all of them are kept.
  others =
    name:
    filter (spec: isAttrs spec && spec ? git) (
      concatMap (
        entries:
        map (key: entries.${key}) (
          filter (key: (entries.${key}.package or key) == name) (attrNames entries)
        )
      ) (attrValues patch)
    );
  fromGit =
    name: spec:
    let
      locked = filter isGit (packages.${name} or [ ]);
    in
    any (isFrom spec) locked || locked != [ ] && !(any (spec: any (isFrom spec) locked) (others name));

  isUsed =
    key: spec:
    let
      name = spec.package or key;
      locked = packages.${name} or [ ];
    in
    if isString spec then
      locked != [ ]
    else if spec ? path then
      crates ? ${name}
    else if spec ? git then
      fromGit name spec
    else
      locked != [ ];
in
filterAttrs (_: entries: entries != { }) (mapAttrs (_: entries: filterAttrs isUsed entries) patch)
