# shellcheck shell=bash

# Removes references to the toolchain. Panics of the standard library contain paths of its source, so a
# program would keep the whole toolchain.
removeReferencesToRustToolchain() {
  local installed=${1:-${out:?not defined}} sysroot hash
  sysroot=$(rustc --print sysroot)
  hash=$(grep --only-matching '@storeDir@/[a-z0-9]\{32\}' <<<"$sysroot")
  find "$installed" -type f -exec sed -i "s|$hash|@storeDir@/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee|g" {} +
}

if [ -z "${doNotRemoveReferencesToRustToolchain-}" ]; then
  postInstallHooks+=(removeReferencesToRustToolchain)
fi
