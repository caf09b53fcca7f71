# Stands in front of rustc where stubs are built: does what Cargo expects of the compiler for an empty
# target of a stub, and lets rustc compile all else. The build script of the crate `cratesieveScript`
# is compiled and kept in CRATESIEVE_SCRIPTS, and nothing that does anything is left for Cargo to run.

isStub='' isProgram='' name='' extra='' directory='' previous=''
for argument; do
  case ":$CRATESIEVE_STUB_SOURCES:" in
    *":$argument:"*) isStub=1 ;;
  esac
  case "$previous" in
    --crate-name) name=$argument ;;
    --out-dir) directory=$argument ;;
    --crate-type) [ "$argument" != bin ] || isProgram=1 ;;
    -C) case "$argument" in extra-filename=*) extra=${argument#*=} ;; esac ;;
  esac
  [ "$argument" != --test ] || isProgram=1
  previous=$argument
done

if [ -n "$isStub" ]; then
  [ -z "$extra" ] || echo "$extra" >>"$CRATESIEVE_STUBS"
  : >"$directory/$name$extra.d"
else
  # What clippy is to lint, it lints elsewhere.
  unset CARGO_PRIMARY_PACKAGE
  case "$name $CARGO_PKG_NAME" in
    "build_script_"*" ${cratesieveScript:-}") ;;
    *) exec ${CRATESIEVE_RUSTC_WRAPPER:-} "$@" ;;
  esac
  ${CRATESIEVE_RUSTC_WRAPPER:-} "$@" || exit
  mkdir -p "$CRATESIEVE_SCRIPTS"
  mv "$directory/$name$extra" "$CRATESIEVE_SCRIPTS"
fi

if [ -n "$isProgram" ]; then
  # A build script, which is run: its directory is no layer's.
  cat >"$directory/$name$extra" <<END
#! $CRATESIEVE_BASH
[ -z "\${OUT_DIR:-}" ] || { d=\${OUT_DIR%/out}; echo "-\${d##*-}" >>"$CRATESIEVE_STUBS"; }
END
  chmod +x "$directory/$name$extra"
fi
