lib:
let
  inherit (builtins) match path;

  isFiltered = src: src ? _isLibCleanSourceWith;

  # Filters compose: one walk over the original source applies all of them.
  cleanSourceWith =
    {
      src,
      filter ? _: _: true,
      name ? null,
    }:
    let
      source = {
        _isLibCleanSourceWith = true;
        origSrc = if isFiltered src then src.origSrc else src;
        filter = if isFiltered src then file: type: filter file type && src.filter file type else filter;
        name =
          if name != null then
            name
          else if isFiltered src then
            src.name
          else
            "source";
        outPath = path {
          inherit (source) filter name;
          path = source.origSrc;
        };
      };
    in
    source;

  # Files of version control, editors and compilers.
  cleanSourceFilter =
    file: type:
    let
      name = baseNameOf file;
      left =
        name == ".git"
        || type == "unknown"
        || (
          type == "directory"
          && builtins.elem name [
            ".svn"
            "CVS"
            ".hg"
            ".jj"
            ".pijul"
            "_darcs"
          ]
        )
        || (type == "symlink" && lib.hasPrefix "result" name)
        || builtins.any (suffix: lib.hasSuffix suffix name) [
          "~"
          ".o"
          ".so"
        ]
        || match "\\.sw[a-z]|\\..*\\.sw[a-z]" name != null;
    in
    !left;
in
{
  inherit cleanSourceFilter cleanSourceWith;

  cleanSource =
    src:
    cleanSourceWith {
      inherit src;
      filter = cleanSourceFilter;
    };

  sourceFilesBySuffices =
    src: suffixes:
    cleanSourceWith {
      inherit src;
      filter =
        file: type:
        type == "directory" || builtins.any (suffix: lib.hasSuffix suffix (baseNameOf file)) suffixes;
    };
}
