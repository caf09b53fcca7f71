# shellcheck shell=bash

replaceCargoLock() {
  if [ -f Cargo.lock ]; then
    mv Cargo.lock Cargo.lock.orig
  fi
  cp --no-preserve=ownership,mode "${1:-${cargoLock:?not defined}}" Cargo.lock
}

if [ -n "${cargoLock:-}" ] && [ -z "${doNotReplaceCargoLock:-}" ]; then
  prePatchHooks+=(replaceCargoLock)
fi
