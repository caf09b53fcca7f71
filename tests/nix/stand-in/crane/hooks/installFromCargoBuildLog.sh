# shellcheck shell=bash

# Installs the programs and foreign-language libraries in Cargo's log that belong to the workspace and
# are not tests.
installFromCargoBuildLog() (
  local destination=${1:-$out}
  local log=${2:-${cargoBuildLog:?not defined}}

  if [ ! -f "$log" ]; then
    echo "unable to install, cargo build log does not exist at: $log"
    false
  fi

  local members built
  members=$(command cargo metadata --format-version 1 | @jq@ --compact-output .workspace_members)
  built=$(@jq@ --compact-output --raw-input --argjson members "$members" \
    'fromjson?
      | select(.reason == "compiler-artifact" and (.profile.test | not))
      | select(.package_id as $id | $members | index($id))' "$log")

  installInto() {
    local file
    mkdir -p "$1"
    while IFS= read -r file; do
      # Artifact dependencies are not installed.
      case $file in
        */deps/artifact/*) continue ;;
      esac
      echo "installing $file in $1"
      cp "$file" "$1"
    done
    rmdir --ignore-fail-on-non-empty "$1"
  }

  @jq@ --raw-output \
    'select(.target.kind | any(. == "cdylib" or . == "dylib" or . == "staticlib"))
      | .filenames[] | select(endswith(".rlib") | not)' <<<"$built" | installInto "$destination/lib"
  @jq@ --raw-output '.executable | select(. != null)' <<<"$built" | installInto "$destination/bin"
)

# Directly after the build, because tests may overwrite files.
postBuildInstallFromCargoBuildLog() (
  if [ -z "${cargoBuildLog:-}" ] || [ ! -f "$cargoBuildLog" ]; then
    # shellcheck disable=SC2016
    echo '$cargoBuildLog is either undefined or no file: set doNotPostBuildInstallCargoBinaries, or write the messages of cargo there'
    false
  fi
  installFromCargoBuildLog "$postBuildInstallFromCargoBuildLogOut" "$cargoBuildLog"
)

if [ -z "${doNotPostBuildInstallCargoBinaries:-}" ]; then
  postBuildInstallFromCargoBuildLogOut=$(mktemp -d postBuildInstallFromCargoBuildLogOutTempXXX)
  postBuildHooks+=(postBuildInstallFromCargoBuildLog)
fi
