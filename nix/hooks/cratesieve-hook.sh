# shellcheck shell=bash
# The hook of all cratesieve derivations. It adds to crane's hooks: it puts the source together, checks
# that the lock keeps its versions, and installs only files of the crate itself.

cratesieveJq=@jq@
cratesieveCheckLock=@checkLock@
cratesieveCheckStamps=@checkStamps@
cratesieveRustcWrapper=@rustcWrapper@
cratesieveStubSources=@stubSources@
# The rustc wrapper in Cargo's configuration.
cratesieveUserWrapper=@userWrapper@
cratesievePatchForCrate=@patchForCrate@

cratesieveState="$NIX_BUILD_TOP/.cratesieve"
mkdir -p "$cratesieveState"
: >>"$cratesieveState/stamp"

# Puts the source together. Problem: the parts of a source are separate store paths, so that each is hashed
# and stored once, and starting a process for each of sixty crates is slow. So one process makes all
# directories, one copies each directory, one finds executable files, and small texts need no process.
#
# The source always lies in `source`: Rust programs contain their directory (CARGO_MANIFEST_DIR, panics).
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
  # Without the read-only modes of the store: further parts are added to the directories.
  cp --recursive --no-dereference --preserve=timestamps --no-preserve=mode "$1/." "$2"
  cratesievePlaces+=("$1" "$2")
}

# cratesieveFile SOURCE FILE
cratesieveFile() {
  [ -d "${2%/*}" ] || mkdir -p "${2%/*}"
  cp --preserve=mode,timestamps --no-dereference --force --no-target-directory "$1" "$2"
  [ -L "$2" ] || chmod u+w "$2"
}

# cratesieveText TEXT FILE: copies a text that Nix wrote at evaluation.
cratesieveText() {
  local text
  IFS= read -r -d '' text <"$1" || true
  [ -d "${2%/*}" ] || mkdir -p "${2%/*}"
  # Replaces a link, instead of writing through it.
  [ ! -L "$2" ] || rm "$2"
  printf '%s' "$text" >"$2"
}

# Notes the stamp of a crate's library: its name, and the store paths that it consists of.
cratesieveStamp() {
  echo "$*" >>"$cratesieveState/stamp"
}

# Applies the settings of a crate to its files: `postPatch`, and patches. `isWhole` is 1 if all of its files
# are present.
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
  # In a subshell, so that variables and the directory do not change for later commands.
  (eval "$commands")
}

# Ends a source: restores executable bits, and sets the times of all files.
#
# Cargo compiles a file again if it is newer than what was built from it. Every file in the store has time 1,
# also compiled ones. So no source file may be newer.
#
# If a build script names no files, Cargo runs it again unless the newest file of the package is the same as
# before, by name. Among files of one time, that is the first one that Cargo finds, and a crate with tests
# has other files than one without. So Cargo.toml is made the newest.
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

# Checks that the toolchain can compile for the target. rustc's own message does not say where the toolchain of a
# Nix build comes from.
cratesieveCheckTarget() {
  local target="${CARGO_BUILD_TARGET:-}" library
  case "$target" in
    '' | *.json) return ;;
  esac
  # Another compiler, or the standard library from source.
  [ -z "${RUSTC:-}${CARGO_BUILD_RUSTC:-}${CARGO_UNSTABLE_BUILD_STD:-}" ] || return 0
  library=$(rustc --print target-libdir --target "$target" 2>/dev/null) || library=
  if [ -z "$library" ] || [ ! -d "$library" ]; then
    {
      echo "error: the Rust toolchain cannot compile for $target, the value of CARGO_BUILD_TARGET"
      echo
      echo "hint: give mkWorkspace a toolchain with this target, such as craneLib = (crane.mkLib pkgs).overrideToolchain (p: p.rust-bin.stable.latest.default.override { targets = [ \"$target\" ]; });"
    } >&2
    return 1
  fi
}

# Lets Cargo write Cargo.lock before anything is compiled. Cargo writes it again if the build needs less
# of it. In a package at the workspace root, the lock would then be the newest file, see above.
cratesieveSettleLock() {
  if [ -n "${cratesieveSettles:-}" ]; then
    command cargo fetch --quiet --offline
    touch --date=@0.5 Cargo.lock
  fi
}

# Checks that Cargo.lock, as Cargo left it, is part of the lock that the build was given. Any other
# difference would change versions silently. Cargo runs without --locked, because it drops entries that it
# does not need from the pruned lock.
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

# Removes artifacts of other crates: crane installs those of all members, such as a cdylib of a dependency.
cratesieveKeepOwnArtifacts() {
  if [ -n "${cargoBuildLog:-}" ] && [ -f "$cargoBuildLog" ]; then
    local manifest
    manifest=$(realpath "$cratesieveManifest")
    "$cratesieveJq" --compact-output --raw-input --arg manifest "$manifest" \
      'fromjson? | select(.manifest_path == $manifest)' "$cargoBuildLog" >"$cargoBuildLog.own"
    mv "$cargoBuildLog.own" "$cargoBuildLog"
  fi
}

# Runs a command of a crate's check, even if commands before it failed. At the end, the check reports
# which of them failed.
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

# cratesieveReport CRATE
cratesieveReport() {
  [ "${#cratesievePassed[@]}" -eq 0 ] || echo "passed: ${cratesievePassed[*]}"
  if [ "${#cratesieveFailed[@]}" -ne 0 ]; then
    echo "failed: ${cratesieveFailed[*]}; the messages are above" >&2
    case " ${cratesieveFailed[*]} " in
      *" test "* | *" nextest "* | *" doctest "*) cratesieveSayTarget "$1" ;;
    esac
    exit 1
  fi
}

# If tests failed, and their programs are for another target, says that they may not run on this machine.
cratesieveSayTarget() {
  local target="${CARGO_BUILD_TARGET:-}" runner
  runner=CARGO_TARGET_${target//[-.]/_}_RUNNER
  runner=${runner^^}
  [ -n "$target" ] && [ -z "${!runner:-}" ] || return 0
  [ "$target" != "$(rustc -vV | sed -n 's/^host: //p')" ] || return 0
  {
    echo
    echo "hint: these tests are programs for $target. If this machine cannot run them, leave them out: \`crates.$1.checks = [ \"clippy\" \"doc\" ]\`; or name a program that runs them: \`crates.$1.check.$runner\`"
  } >&2
}
cratesievePassed=() cratesieveFailed=()

postConfigureHooks+=(cratesieveCheckTarget)
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
