# Stands in front of rustc where stubs are built: does what Cargo expects of the compiler for an empty
# target of a stub, and lets rustc compile all else.

isStub=
for argument; do
  case ":$CRATESIEVE_STUB_SOURCES:" in
    *":$argument:"*) isStub=1 ;;
  esac
done

if [ -z "$isStub" ]; then
  # What clippy is to lint, it lints elsewhere.
  unset CARGO_PRIMARY_PACKAGE
  exec ${CRATESIEVE_RUSTC_WRAPPER:-} "$@"
fi

name='' extra='' directory='' programs=''
isTest=''
while [ $# -gt 0 ]; do
  case "$1" in
    --crate-name) name=$2 ;;
    --out-dir) directory=$2 ;;
    --crate-type) [ "$2" != bin ] || programs=1 ;;
    --test) isTest=1 ;;
    -C) case "$2" in extra-filename=*) extra=${2#*=} ;; esac ;;
  esac
  shift
done

[ -z "$extra" ] || echo "$extra" >>"$CRATESIEVE_STUBS"
: >"$directory/$name$extra.d"
if [ -n "$programs$isTest" ]; then
  # A build script, which is run: its directory is no layer's either.
  cat >"$directory/$name$extra" <<END
#! $CRATESIEVE_BASH
[ -z "\${OUT_DIR:-}" ] || { d=\${OUT_DIR%/out}; echo "-\${d##*-}" >>"$CRATESIEVE_STUBS"; }
END
  chmod +x "$directory/$name$extra"
fi
