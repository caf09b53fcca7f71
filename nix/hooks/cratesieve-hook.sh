# shellcheck shell=bash
# What the builds of cratesieve do besides crane: put the source together, keep the lock, install
# only what is the crate's own.

cratesieveJq=@jq@
cratesieveCheckLock=@checkLock@
cratesieveCheckStamps=@checkStamps@
cratesieveRustcWrapper=@rustcWrapper@
cratesieveStubSources=@stubSources@
# What Cargo's configuration puts in front of rustc.
cratesieveUserWrapper=@userWrapper@
cratesievePatchForCrate=@patchForCrate@

cratesieveState="$NIX_BUILD_TOP/.cratesieve"
mkdir -p "$cratesieveState"
: >>"$cratesieveState/stamp"

# The sources come from several store paths, so that each is hashed and stored once.
# They lie in `source` always: Rust programs record their directory (CARGO_MANIFEST_DIR, panics).
#
# A source of sixty crates is put together in every derivation above them, and most of what that takes
# is starting processes. So one process makes all directories, one copies each directory, one finds what
# is executable, and none is started for a small text.
#
# cratesieveBegin WORKSPACE [DIRECTORY...]
cratesieveBegin() {
  cratesieveRoot="${cratesieveRoot:-$PWD/source}"
  cratesievePlaces=()
  mkdir -p "$cratesieveRoot/$1"
  cd "$cratesieveRoot/$1" || return
  [ "$#" -eq 1 ] || mkdir -p "${@:2}"
}

# cratesieveDirectory SOURCE DIRECTORY
cratesieveDirectory() {
  # Without the modes of the store, in which nothing can be written and no second part added.
  cp --recursive --no-dereference --preserve=timestamps --no-preserve=mode "$1/." "$2"
  cratesievePlaces+=("$1" "$2")
}

# cratesieveFile SOURCE FILE
cratesieveFile() {
  [ -d "${2%/*}" ] || mkdir -p "${2%/*}"
  cp --preserve=mode,timestamps --no-dereference --force --no-target-directory "$1" "$2"
  [ -L "$2" ] || chmod u+w "$2"
}

# The same for a text that Nix wrote at evaluation.
cratesieveText() {
  local text
  IFS= read -r -d '' text <"$1" || true
  [ -d "${2%/*}" ] || mkdir -p "${2%/*}"
  # What a link leads to is somebody else's.
  [ ! -L "$2" ] || rm "$2"
  printf '%s' "$text" >"$2"
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

# Cargo takes a file for changed if it is newer than what was built from it. In the store every file is
# of second 1, what was built too; so no file may be newer.
#
# And where a build script names no files, Cargo runs it again unless the newest file of the package is
# the same one as before, by name. Of files of one second that is the one which it happens to find first,
# and a crate with its tests has other files than one without. So Cargo.toml is the newest.
cratesieveEnd() {
  local from path index
  local sources=() executables=()
  local -A places
  for ((index = 0; index < ${#cratesievePlaces[@]}; index += 2)); do
    sources+=("${cratesievePlaces[index]}")
    places[${cratesievePlaces[index]}]=${cratesievePlaces[index + 1]}
  done
  if [ "${#sources[@]}" -ne 0 ]; then
    while IFS= read -r -d '' from && IFS= read -r -d '' path; do
      executables+=("${places[$from]}/$path")
    done < <(find "${sources[@]}" -type f -executable -printf '%H\0%P\0')
    [ "${#executables[@]}" -eq 0 ] || printf '%s\0' "${executables[@]}" | xargs --null chmod +x
  fi
  find "$cratesieveRoot" ! -name Cargo.toml -exec touch --no-dereference --date=@0.5 {} + \
    -o -exec touch --no-dereference --date=@1 {} +
  cd "$NIX_BUILD_TOP" || return
}

# Cargo writes Cargo.lock again where it needs less of it. In a package at the workspace root that is the newest
# file then, see above. So it is written before anything is compiled.
cratesieveSettleLock() {
  if [ -n "${cratesieveSettles:-}" ]; then
    command cargo metadata --offline --format-version 1 >"$cratesieveState/metadata"
    touch --date=@0.5 Cargo.lock
  fi
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

# What a crate's check runs: each command is run, whether the ones before it passed or not, and at the
# end it is said which of them failed.
#
# cratesieveRun NAME COMMAND...
cratesieveRun() {
  local name="$1"
  shift
  if "$@"; then
    cratesievePassed+=("$name")
  else
    cratesieveFailed+=("$name")
  fi
}

cratesieveReport() {
  [ "${#cratesievePassed[@]}" -eq 0 ] || echo "passed: ${cratesievePassed[*]}"
  if [ "${#cratesieveFailed[@]}" -ne 0 ]; then
    echo "failed: ${cratesieveFailed[*]}; the messages are above" >&2
    exit 1
  fi
}
cratesievePassed=() cratesieveFailed=()

if [ -n "${cratesieveLayered:-}" ]; then
  postConfigureHooks+=(cratesieveSettleLock)
fi
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
