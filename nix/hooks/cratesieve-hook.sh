# shellcheck shell=bash
# What the builds of cratesieve do besides crane: put the source together, keep the lock, install
# only what is the crate's own.

cratesieveJq=@jq@
cratesieveCheckLock=@checkLock@
cratesieveCheckStamps=@checkStamps@
cratesieveRustcForStubs=@rustcForStubs@
cratesieveStubSources=@stubSources@
# What Cargo's configuration puts in front of rustc.
cratesieveRustcWrapper=@rustcWrapper@
cratesievePatchForCrate=@patchForCrate@

cratesieveState="$NIX_BUILD_TOP/.cratesieve"
mkdir -p "$cratesieveState"
: >>"$cratesieveState/stamp"

# The sources come from several store paths, so that each is hashed and stored once.
# They lie in `source` always: Rust programs record their directory (CARGO_MANIFEST_DIR, panics).
cratesieveBegin() {
  cratesieveRoot="${cratesieveRoot:-$PWD/source}"
  mkdir -p "$cratesieveRoot/$1"
  cd "$cratesieveRoot/$1" || return
}

cratesieveDirectory() {
  mkdir -p "$2"
  cp --recursive --preserve=mode,timestamps --no-dereference "$1/." "$2"
  # Later parts go into the same directories.
  chmod --recursive u+w "$2"
}

cratesieveFile() {
  mkdir -p "$(dirname "$2")"
  cp --preserve=mode,timestamps --no-dereference --force --no-target-directory "$1" "$2"
  [ -L "$2" ] || chmod u+w "$2"
}

# What stands for the library of a crate: its name, and the store paths of all that belongs to it.
cratesieveStamp() {
  echo "$*" >>"$cratesieveState/stamp"
}

# What the settings of a crate change in its files: `postPatch`, and patches. `isWhole` is 1 where all of
# its files are there.
cratesieveChange() {
  local crate="$1" directory="$2" isWhole="$3" commands="$4" patch
  shift 4
  for patch; do
    echo "applying patch $patch to crate $crate"
    if ! awk -v crate="$crate" -v directory="$directory" -v isWhole="$isWhole" \
      -f "$cratesievePatchForCrate" "$patch" >"$cratesieveState/patch"; then
      {
        echo
        echo "hint: give patches as \`git diff\` in the workspace root writes them, of files in $directory; change Cargo.toml in the workspace itself"
      } >&2
      return 1
    fi
    [ ! -s "$cratesieveState/patch" ] || patch --strip=1 --batch <"$cratesieveState/patch" || return
  done
  # As a phase runs it, and nothing of it is left afterwards.
  (eval "$commands")
}

# Cargo takes a file for changed if it is newer than what was built from it. In the store every
# file is of the same second; so shall be the ones that were made here, directories too.
cratesieveEnd() {
  find "$cratesieveRoot" -exec touch --no-dereference --date=@1 {} +
  cd "$NIX_BUILD_TOP" || return
}

# Cargo runs without --locked, because it drops from the pruned lock what it turns out not to need.
# What it wrote must be part of what it was given: everything else would be a silent change of
# versions.
cratesieveCheckLock() {
  local given="${cratesieveLock:?}" written="${1:-Cargo.lock}"
  local surplus
  surplus=$(awk -f "$cratesieveCheckLock" "$given" "$written") || {
    echo "error: cratesieve could not compare Cargo.lock with the one it was given" >&2
    return 1
  }
  if [ -n "$surplus" ]; then
    {
      echo "error: Cargo.lock does not fit the Cargo.toml files: Cargo resolved differently"
      echo "$surplus"
      echo
      echo "hint: run \`cargo metadata --locked\` in the workspace to see it there, and commit the Cargo.lock that \`cargo metadata\` writes"
    } >&2
    return 1
  fi
}

# Crane installs what every member on the way built, a cdylib of a dependency for example.
cratesieveKeepOwnArtifacts() {
  if [ -n "${cargoBuildLog:-}" ] && [ -f "$cargoBuildLog" ]; then
    local manifest
    manifest=$(realpath "$cratesieveManifest")
    "$cratesieveJq" --compact-output --raw-input --arg manifest "$manifest" \
      'fromjson? | select(.manifest_path == $manifest)' "$cargoBuildLog" >"$cargoBuildLog.own"
    mv "$cargoBuildLog.own" "$cargoBuildLog"
  fi
}

if [ -n "${cratesieveLock:-}" ]; then
  postBuildHooks+=(cratesieveCheckLock)
  postCheckHooks+=(cratesieveCheckLock)
fi
if [ -n "${cratesieveManifest:-}" ]; then
  postBuildHooks+=(cratesieveKeepOwnArtifacts)
fi
if [ -n "${cratesieveLayered:-}" ]; then
  # shellcheck source=/dev/null
  . @layers@
fi
