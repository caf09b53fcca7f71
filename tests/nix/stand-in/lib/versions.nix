lib:
let
  inherit (builtins) concatStringsSep splitVersion;
  inherit (lib) sublist;

  part = index: version: builtins.elemAt (splitVersion version) index;
in
{
  inherit splitVersion;
  major = part 0;
  minor = part 1;
  patch = part 2;
  majorMinor = version: concatStringsSep "." (sublist 0 2 (splitVersion version));
}
