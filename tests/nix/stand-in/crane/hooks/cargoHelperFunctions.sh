# shellcheck shell=bash

# Prints a call of cargo. In a subshell, so that nothing else is traced.
cargo() {
  (
    set -x
    command cargo "$@"
  )
}

# cargo, with the profile that $CARGO_PROFILE names.
cargoWithProfile() {
  local profile=()
  case ${CARGO_PROFILE:-} in
    "") ;;
    release) profile=(--release) ;;
    *) profile=(--profile "$CARGO_PROFILE") ;;
  esac
  cargo "$1" "${profile[@]}" "${@:2}"
}
