lib:
let
  inherit (builtins)
    compareVersions
    concatStringsSep
    filter
    genList
    head
    isList
    isString
    length
    match
    readFile
    replaceStrings
    split
    storeDir
    stringLength
    substring
    unsafeDiscardStringContext
    ;

  # The end of a string. `substring` allows a length beyond the end.
  rest = start: string: substring start (stringLength string) string;

  lowerChars = lib.stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = lib.stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
in
{
  inherit (builtins)
    compareVersions
    concatStringsSep
    fromJSON
    isString
    match
    parseDrvName
    replaceStrings
    split
    storeDir
    stringLength
    substring
    toJSON
    typeOf
    unsafeDiscardStringContext
    ;
  inherit lowerChars upperChars;

  optionalString = condition: string: if condition then string else "";
  stringToCharacters = string: genList (n: substring n 1 string) (stringLength string);
  stringAsChars = f: string: lib.concatStrings (map f (lib.stringToCharacters string));
  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStringsSep "" (map f list);
  concatMapStringsSep =
    separator: f: list:
    concatStringsSep separator (map f list);
  concatImapStrings = f: list: lib.concatStrings (lib.imap1 f list);
  concatMapAttrsStringSep =
    separator: f: set:
    concatStringsSep separator (lib.mapAttrsToList f set);
  concatLines = lines: lib.concatMapStrings (line: line + "\n") lines;
  replicate = count: string: lib.concatStrings (lib.lists.replicate count string);
  join = concatStringsSep;

  splitString =
    separator: string:
    let
      context = substring 0 0 string;
    in
    map (part: context + part) (filter isString (split (lib.escapeRegex separator) string));
  replaceString = from: to: replaceStrings [ from ] [ to ];
  toLower = replaceStrings upperChars lowerChars;
  toUpper = replaceStrings lowerChars upperChars;
  trim =
    string:
    let
      trimmed = match "[ \t\r\n]*(.*[^ \t\r\n])[ \t\r\n]*" string;
    in
    if trimmed == null then "" else substring 0 0 string + head trimmed;

  hasPrefix = prefix: string: substring 0 (stringLength prefix) string == prefix;
  hasSuffix =
    suffix: string:
    let
      start = stringLength string - stringLength suffix;
    in
    start >= 0 && rest start string == suffix;
  hasInfix = infix: string: length (split (lib.escapeRegex infix) string) > 1;
  removePrefix =
    prefix: string: if lib.hasPrefix prefix string then rest (stringLength prefix) string else string;
  removeSuffix =
    suffix: string:
    if lib.hasSuffix suffix string then
      substring 0 (stringLength string - stringLength suffix) string
    else
      string;

  escape = characters: replaceStrings characters (map (character: "\\" + character) characters);
  # For characters below 127, of which URLs consist.
  escapeURL =
    replaceStrings
      [
        "\t"
        "\n"
        "\r"
        " "
        "!"
        "\""
        "#"
        "$"
        "%"
        "&"
        "'"
        "("
        ")"
        "*"
        "+"
        ","
        "/"
        ":"
        ";"
        "<"
        "="
        ">"
        "?"
        "@"
        "["
        "\\"
        "]"
        "^"
        "`"
        "{"
        "|"
        "}"
      ]
      [
        "%09"
        "%0A"
        "%0D"
        "%20"
        "%21"
        "%22"
        "%23"
        "%24"
        "%25"
        "%26"
        "%27"
        "%28"
        "%29"
        "%2A"
        "%2B"
        "%2C"
        "%2F"
        "%3A"
        "%3B"
        "%3C"
        "%3D"
        "%3E"
        "%3F"
        "%40"
        "%5B"
        "%5C"
        "%5D"
        "%5E"
        "%60"
        "%7B"
        "%7C"
        "%7D"
      ];
  escapeRegex = lib.escape (lib.stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg =
    argument:
    let
      string = toString argument;
    in
    # Strings of these characters need no quotes in a shell.
    if match "[[:alnum:],._+:@%/-]+" string != null then
      string
    else
      "'" + replaceStrings [ "'" ] [ "'\\''" ] string + "'";
  escapeShellArgs = lib.concatMapStringsSep " " lib.escapeShellArg;
  escapeNixString = string: lib.escape [ "$" ] (builtins.toJSON (unsafeDiscardStringContext string));
  escapeNixIdentifier =
    string:
    if match "[a-zA-Z_][a-zA-Z0-9_'-]*" string != null then
      string
    else
      lib.strings.escapeNixString string;

  versionOlder = first: second: compareVersions second first == 1;
  versionAtLeast = first: second: !lib.versionOlder first second;
  getName = package: package.pname or (builtins.parseDrvName (package.name or package)).name;
  getVersion = package: package.version or (builtins.parseDrvName (package.name or package)).version;
  fileContents = file: lib.removeSuffix "\n" (readFile file);
  toInt =
    string:
    let
      digits = match "[[:space:]]*(-?(0|[1-9][[:digit:]]*))[[:space:]]*" string;
    in
    if digits == null then
      throw "toInt: could not convert '${string}' to int."
    else
      builtins.fromJSON (head digits);
  isStringLike =
    value: isString value || builtins.isPath value || value ? outPath || value ? __toString;
  isStorePath =
    value:
    lib.isStringLike value
    && (
      let
        string = toString value;
      in
      lib.hasPrefix "/" string
      && (dirOf string == storeDir || match "/[0-9a-z]{52}" (unsafeDiscardStringContext string) != null)
    );
  makeBinPath = lib.makeSearchPathOutput "bin" "bin";
  makeLibraryPath = lib.makeSearchPathOutput "lib" "lib";
  makeSearchPath =
    directory: packages:
    lib.concatMapStringsSep ":" (package: "${package}/${directory}") (lib.remove null packages);
  makeSearchPathOutput =
    output: directory: packages:
    lib.makeSearchPath directory (map (lib.getOutput output) packages);

  sanitizeDerivationName =
    given:
    let
      string = unsafeDiscardStringContext given;
      withoutDots = head (match "\\.*(.*)" string);
      clean = lib.concatMapStrings (part: if isList part then "-" else part) (
        split "[^[:alnum:]+._?=-]+" withoutDots
      );
      # At most 211 characters with ".drv". The end of a name is kept.
      short = rest (lib.max 0 (stringLength clean - 207)) clean;
    in
    # Fast path: most names need no change.
    if stringLength string <= 207 && match "[[:alnum:]+_?=-][[:alnum:]+._?=-]*" string != null then
      string
    else if short == "" then
      "unknown"
    else
      short;
}
