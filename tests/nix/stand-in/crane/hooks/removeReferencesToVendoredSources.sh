# shellcheck shell=bash

# Removes references to vendored sources. Panics contain paths of their crate's source, so a
# program would keep all sources.
removeReferencesToVendoredSources() {
  local installed=${1:-${out:?not defined}}
  local vendor=${2:-${cargoVendorDir:?not defined}}
  local script=$NIX_BUILD_TOP/.crane.references

  {
    echo "$vendor"
    # The vendor directory has a directory for each source, with links to packages.
    find -L "$vendor" -mindepth 1 -maxdepth 1 -type d -print0 |
      xargs -0 -I DIRECTORY find -H DIRECTORY -type l -exec readlink {} +
  } | grep --only-matching '@storeDir@/[a-z0-9]\{32\}' | sort -u |
    sed 's|.*|s!&!@storeDir@/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee!g|' >"$script" || true

  if [ -s "$script" ]; then
    find "$installed" -type f -exec sed -i -f "$script" {} +
  fi
}

if [ -n "${cargoVendorDir-}" ] && [ -z "${doNotRemoveReferencesToVendorDir-}" ]; then
  postInstallHooks+=(removeReferencesToVendoredSources)
fi
