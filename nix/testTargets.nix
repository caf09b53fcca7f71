{ lib }:
let
  inherit (builtins)
    attrNames
    filter
    groupBy
    hashString
    length
    map
    match
    readDir
    removeAttrs
    substring
    ;
  inherit (lib)
    all
    any
    elem
    genAttrs
    mapAttrsToList
    optional
    optionalAttrs
    removeSuffix
    subtractLists
    ;

  # As many tests of one crate are compiled each by itself. Of more, some are compiled together: which
  # ones their names say, so that another test leaves the others where they are.
  apartAtMost = 16;
  bucketOf = name: substring 0 1 (hashString "md5" name);
in
/**
  The targets of a crate's tests that are compiled apart from each other, so that an edit of one, or a
  new one, does not compile the others: integration tests that lie in files of their own in `tests/`,
  and the examples.

  Each sees all of the crate's files but the other ones' main files. What cannot be compiled like this
  is left to whoever compiles all tests.

  # Type

  ```
  testTargets :: { toml :: AttrSet, entry :: Crate, directory :: Path } -> [ {
    suffix :: String,             # for names of derivations
    command :: "test" | "build",  # with which Cargo compiles them
    flags :: [String],            # that select them
    drop :: [String],             # what they do without, relative to the crate
    cut :: AttrSet -> AttrSet,    # the Cargo.toml without the other targets
  } ]
  ```
*/
{
  toml,
  entry,
  directory,
}:
let
  declared = toml.test or [ ];
  # Such a test is no business of a plain `cargo test`, or needs flags.
  isOdd = test: test ? path || test ? required-features || test ? test || !(test ? name);
  isOldEdition = toml.package.edition or "2015" == "2015";
  isDiscovered = toml.package.autotests or (declared == [ ] || !isOldEdition);

  files =
    # Of a link, all tests see where it leads.
    if elem "tests" entry.testOnly && (readDir directory).tests or null == "directory" then
      map (removeSuffix ".rs") (
        filter (name: match "[A-Za-z0-9_-]+\\.rs" name != null) (
          attrNames (lib.filterAttrs (_: type: type == "regular") (readDir (directory + "/tests")))
        )
      )
    else
      [ ];
  tests =
    if any isOdd declared then
      [ ]
    else
      filter (name: isDiscovered || any (test: test.name == name) declared) files;
  groups =
    if length tests <= apartAtMost then genAttrs tests (name: [ name ]) else groupBy bucketOf tests;

  without =
    {
      tables,
      switches,
    }:
    manifest:
    removeAttrs manifest tables
    // {
      package = manifest.package // genAttrs switches (_: false);
    };
in
mapAttrsToList (suffix: group: {
  suffix = "test-${suffix}";
  command = "test";
  flags = map (name: "--test=${name}") group;
  drop = [
    "benches"
    "examples"
  ]
  ++ map (name: "tests/${name}.rs") (subtractLists group files);
  cut =
    manifest:
    without {
      tables = [
        "bench"
        "example"
        "test"
      ];
      switches = [
        "autobenches"
        "autoexamples"
      ];
    } manifest
    // optionalAttrs (declared != [ ]) {
      test = filter (test: elem test.name group) declared;
    };
}) groups
++ optional (elem "examples" entry.testOnly) {
  suffix = "examples";
  command = "build";
  flags = [ "--examples" ];
  drop = [
    "benches"
    "tests"
  ];
  cut = without {
    tables = [
      "bench"
      "test"
    ];
    switches = [
      "autobenches"
      "autotests"
    ];
  };
}
