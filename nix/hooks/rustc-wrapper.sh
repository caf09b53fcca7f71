# Stands in front of rustc in derivations that start from layers.
#
#   CRATESIEVE_STUB_SOURCES  the sources of stubs, with colons between them. What is to be compiled from
#                            one of these is not compiled: this writes what Cargo looks for afterwards
#   CRATESIEVE_STUBS         a file that gets the hash, or the directory, of each unit of a stub
#   CRATESIEVE_CLIPPY_ARGS   what clippy gets, where it is to lint the selected package
#   CRATESIEVE_RUSTC_WRAPPER the wrapper that the user has

# Names that no derivation has: its variables are exported.
isStub='' isProgram='' unitName='' unitHash='' unitDirectory='' previousArgument=''
for argument; do
  case ":$CRATESIEVE_STUB_SOURCES:" in
    *":$argument:"*) isStub=1 ;;
  esac
  case "$previousArgument" in
    --crate-name) unitName=$argument ;;
    --out-dir) unitDirectory=$argument ;;
    --crate-type) [ "$argument" != bin ] || isProgram=1 ;;
    -C) case "$argument" in extra-filename=*) unitHash=${argument#*=} ;; esac ;;
  esac
  [ "$argument" != --test ] || isProgram=1
  previousArgument=$argument
done

if [ -n "$isStub" ]; then
  # Cargo's older layout has a hash in each name, its newer one in the name of a directory. A library for C
  # has none in the older one.
  if [ -n "$unitHash" ]; then
    echo "$unitHash" >>"$CRATESIEVE_STUBS"
  elif [[ ${unitDirectory%/*} =~ /[0-9a-f]{16}$ ]]; then
    echo "${unitDirectory%/*}/" >>"$CRATESIEVE_STUBS"
  fi
  : >"$unitDirectory/$unitName$unitHash.d"
  if [ -n "$isProgram" ]; then
    # A build script, which is run: its directory is no layer's.
    cat >"$unitDirectory/$unitName$unitHash" <<END
#! $CRATESIEVE_BASH
[ -n "\${OUT_DIR:-}" ] || exit 0
d=\${OUT_DIR%/out} h=\${OUT_DIR%/out}
h=\${h##*-}
case "\$h" in */*) echo "\$d/" ;; *) echo "-\$h" ;; esac >>"$CRATESIEVE_STUBS"
END
    chmod +x "$unitDirectory/$unitName$unitHash"
  fi
  exit
fi

# What a layer has is a link into the store, through which the compiler cannot write: where Cargo
# compiles a unit again all the same, the link goes.
if [ -n "$unitDirectory" ]; then
  for file in "$unitDirectory/"*"$unitName$unitHash"*; do
    [ ! -L "$file" ] || rm --force "$file"
  done
fi
# A build script is compiled once, in the layer of its crate. So that its crate's check can lint it, the
# layer says how it was compiled.
if [ -n "${CRATESIEVE_BUILD_SCRIPT:-}" ] && [[ $unitName == build_script_* ]] &&
  [ "$CARGO_PKG_NAME" = "$CRATESIEVE_CRATE" ]; then
  {
    export -p | grep '^declare -x CARGO' | grep -v '^declare -x CARGO_MAKEFLAGS='
    printf 'cratesieveArguments=('
    printf ' %q' "$@"
    printf ' )\n'
  } >"$CRATESIEVE_BUILD_SCRIPT"
fi
if [ -n "${CRATESIEVE_CLIPPY_ARGS+set}" ] && [ -n "${CARGO_PRIMARY_PACKAGE:-}" ]; then
  export CLIPPY_ARGS=$CRATESIEVE_CLIPPY_ARGS
  # Clippy takes the place of the user's wrapper for the workspace's packages, which stands before rustc.
  case "$2" in
    -*) ;;
    *) shift ;;
  esac
  exec ${CRATESIEVE_RUSTC_WRAPPER:-} clippy-driver "$@"
fi
exec ${CRATESIEVE_RUSTC_WRAPPER:-} "$@"
