# A wrapper around rustc, in derivations that start from layers. It does not compile stubs.
#
#   CRATESIEVE_STUB_SOURCES  the sources of stubs, separated by colons. For these, the wrapper only writes
#                            the files that Cargo expects
#   CRATESIEVE_STUBS         a file that collects the hash, or the directory, of each unit of a stub
#   CRATESIEVE_CLIPPY_ARGS   arguments for clippy, if it lints the selected package
#   CRATESIEVE_RUSTC_WRAPPER the wrapper that the user has set

# The variables of a derivation are exported, so these names must not be among them.
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
  # In Cargo's older layout each name has a hash, in its newer one the name of a directory has it. In the older
  # layout a C library has no hash.
  if [ -n "$unitHash" ]; then
    echo "$unitHash" >>"$CRATESIEVE_STUBS"
  elif [[ ${unitDirectory%/*} =~ /[0-9a-f]{16}$ ]]; then
    echo "${unitDirectory%/*}/" >>"$CRATESIEVE_STUBS"
  fi
  : >"$unitDirectory/$unitName$unitHash.d"
  if [ -n "$isProgram" ]; then
    # Cargo runs a build script. Its directory is not part of a layer.
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

# A file of a layer is a link into the store, and the compiler cannot write through it. If Cargo compiles the
# unit again, the link is removed.
if [ -n "$unitDirectory" ]; then
  for file in "$unitDirectory/"*"$unitName$unitHash"*; do
    [ ! -L "$file" ] || rm --force "$file"
  done
fi
# Notes how a build script was compiled. That happens once, in the layer of its crate, and the crate's check
# needs the command to lint it.
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
  # For packages of the workspace, clippy replaces the wrapper of the user's configuration, which comes before rustc.
  case "$2" in
    -*) ;;
    *) shift ;;
  esac
  exec ${CRATESIEVE_RUSTC_WRAPPER:-} clippy-driver "$@"
fi
exec ${CRATESIEVE_RUSTC_WRAPPER:-} "$@"
