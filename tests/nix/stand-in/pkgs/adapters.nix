# Adapters that give a stdenv another linker.
#
# The host's compiler has no wrapper that reads NIX_CFLAGS_LINK, so mold is named but not used. lld is that
# of the Rust toolchain, in a directory for the compiler's option `-B`.
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
