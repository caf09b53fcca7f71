# A wrapper of rustc (RUSTC_WRAPPER) and rustdoc, which reports each call that compiles something.
#
# Called as: compiler.sh PROGRAM ARGUMENT... It prints one line for each call:
#
#   cratesieve-bench call KIND WHOSE PACKAGE CRATE HASH TYPES EMITS CARGO BEGIN END USER SYSTEM METADATA EXTERNS
#
# KIND is `compile`, `doc`, `doctest`, or `probe` if a build script tests the compiler. WHOSE is `third-party`,
# `own` for a target of the workspace, or `stub` for an empty target that replaces one of these.
# BEGIN, END and METADATA (the time when the metadata for dependents was complete) are seconds since 1970.
# USER and SYSTEM are the processor time of the call. Cargo names a compiled file by its crate and HASH.
# EXTERNS are the hashes of the compiled files that the call reads, with the prefix `m` for metadata and `r`
# otherwise. `-` means that there is no value.
case " $* " in
  *" --crate-name ___ "*) exec "$@" ;;
  *" --crate-name "*) ;;
  *) exec "$@" ;;
esac

begin=$EPOCHREALTIME
"$@"
code=$?
end=$EPOCHREALTIME

# Not in a subshell: the times of its children would be counted instead.
timesFile=${CRATESIEVE_BENCH_SCRATCH:-${NIX_BUILD_TOP:-/tmp}}/.cratesieve-bench.$$
times >"$timesFile"
{
  read -r _ _
  read -r user system
} <"$timesFile"
rm -f "$timesFile"

case ${CARGO_MANIFEST_DIR:-} in
  "${NIX_STORE:-/nix/store}"/* | */registry/src/* | */git/checkouts/* | *"/$CARGO_PKG_NAME-$CARGO_PKG_VERSION") whose=third-party ;;
  *) whose=own ;;
esac
kind=compile name='' hash='' out='' types='' emits='' externs='' previous=''
# Calls by Cargo itself always ask for messages as JSON.
case " $* " in *" --error-format"*) ;; *) kind=probe ;; esac
[ "${1##*/}" != rustdoc ] || kind=doc
for argument; do
  case $previous in
    --crate-name) name=$argument ;;
    --out-dir) out=$argument ;;
    --crate-type) types+=,$argument ;;
    --extern)
      case $argument in
        *=*.rmeta)
          argument=${argument%.rmeta}
          externs+=,m${argument##*[-/]}
          ;;
        *=*)
          argument=${argument%.*}
          externs+=,r${argument##*[-/]}
          ;;
      esac
      ;;
    -C) case $argument in extra-filename=*) hash=${argument##*-} ;; esac ;;
  esac
  case $argument in
    --test)
      types+=,test
      [ "$kind" != doc ] || kind=doctest
      ;;
    --emit=*) emits=${argument#*=} ;;
    "${NIX_STORE:-/nix/store}"/*.rs) [ "$whose" != own ] || whose=stub ;;
  esac
  previous=$argument
done

metadata=
case ",$emits," in
  *,metadata,*)
    case ",$emits," in
      *,link,*) metadata=$(stat -c %.6Y "$out/lib$name${hash:+-$hash}.rmeta" 2>/dev/null) ;;
    esac
    ;;
esac

cargo=$PPID
while read -r _ comm _ parent _ </proc/"$cargo"/stat && [ "$comm" != "(cargo)" ] && [ "$parent" -gt 1 ]; do
  cargo=$parent
done
line="cratesieve-bench call $kind $whose ${CARGO_PKG_NAME:--} ${name:--} ${hash:--} ${types:--} ${emits:--} $cargo"
line+=" $begin $end $user $system ${metadata:--} ${externs:--}"
if [ -n "${CRATESIEVE_BENCH_LOG:-}" ]; then
  echo "$line" >>"$CRATESIEVE_BENCH_LOG"
else
  # Cargo stores the compiler's output and prints it again later, so the report goes to Cargo's own stderr.
  echo "$line" >"/proc/$cargo/fd/2"
fi
exit "$code"
