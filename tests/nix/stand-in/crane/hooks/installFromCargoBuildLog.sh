# shellcheck shell=bash

# Installs the programs and the libraries for other languages that the log names,
# as far as they are of the workspace and of no test.
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
      # What was built as an artifact dependency is not to be installed.
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

# Right after the build, because the tests may overwrite it.
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
