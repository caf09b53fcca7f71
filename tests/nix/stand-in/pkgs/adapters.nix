# What makes another stdenv of one, as far as linkers go.
#
# The host's compiler is no wrapper that reads NIX_CFLAGS_LINK, so mold is named and not used. lld is
# the one of the Rust toolchain, by way of a directory for the compiler's `-B`.
{ host, lib }:
let
  deriving =
    change: stdenv:
    stdenv
    // {
      mkDerivation =
        given:
        if lib.isFunction given then
          stdenv.mkDerivation (final: given final // change (given final))
        else
          stdenv.mkDerivation (given // change given);
    };
in
{
  overrideCC =
    stdenv: cc:
    deriving (args: { nativeBuildInputs = [ cc ] ++ args.nativeBuildInputs or [ ]; }) stdenv
    // {
      inherit cc;
    };

  stdenvAdapters.useMoldLinker = deriving (args: {
    NIX_CFLAGS_LINK = "${toString (args.NIX_CFLAGS_LINK or "")} -fuse-ld=mold";
  });

  llvmPackages.bintools = host.lld;
}
