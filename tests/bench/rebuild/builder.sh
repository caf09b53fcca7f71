# Bash reads this file (BASH_ENV) before it runs the builder of a derivation. It runs the builder as a
# child, and reports its time:
#
#   cratesieve-bench builder CODE BEGIN END USER SYSTEM
unset BASH_ENV
set +e
cratesieveBegin=$EPOCHREALTIME
"$CRATESIEVE_BENCH_SHELL" -e "$0" "$@"
cratesieveCode=$?
times >"$NIX_BUILD_TOP/.cratesieve-bench"
{
  read -r _ _
  read -r cratesieveUser cratesieveSystem
} <"$NIX_BUILD_TOP/.cratesieve-bench"
echo
echo "cratesieve-bench builder $cratesieveCode $cratesieveBegin $EPOCHREALTIME $cratesieveUser $cratesieveSystem"
exit "$cratesieveCode"
