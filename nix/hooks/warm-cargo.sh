# shellcheck shell=bash
# Runs cargo, with third-party packages that Nix has compiled. nix/warmCargo.nix sets these variables:
#
#   artifacts  a packed target directory with the compiled packages
#   vendored   their sources, with the configuration that makes Cargo use them: Cargo would compile packages
#              in other directories again
#   lock       the Cargo.lock that they were compiled for
#   manifests  every Cargo.toml of the workspace, relative to its root
#
# If they do not fit, it runs plain cargo.
: "${artifacts:?}" "${vendored:?}" "${lock:?}" "${manifests?}" "${jq:?}" "${zstd:?}" "${flock:?}"

# Finds the next cargo on the PATH.
self=$(realpath "$0")
cargo=
while read -r candidate; do
  if [ "$(realpath "$candidate")" != "$self" ]; then
    cargo=$candidate
    break
  fi
done < <(type -ap cargo)
if [ -z "$cargo" ]; then
  echo "error: there is no cargo on the PATH besides $self" >&2
  exit 127
fi

# Finds the command of cargo, and the workspace that it is for.
command=
place=()
arguments=("$@")
for ((index = 0; index < $#; index++)); do
  argument=${arguments[index]}
  following=${arguments[index + 1]:-}
  case $argument in
    --) break ;;
    --manifest-path | -C) place+=("$argument" "$following") ;;
    --manifest-path=* | -C*) place+=("$argument") ;;
  esac
  [ -z "$command" ] || continue
  case $argument in
    --manifest-path | --config | --color | -C | -Z) ((index += 1)) ;;
    -V | --version | --list | -h | --help | +*) exec "$cargo" "$@" ;;
    -*) ;;
    *) command=$argument ;;
  esac
done
case $command in
  # These commands need the registry itself, or no packages.
  "" | add | clean | fetch | fmt | generate-lockfile | help | info | init | install | locate-project | login | logout | \
    new | owner | package | pkgid | publish | remove | rm | search | uninstall | update | upgrade | vendor | version | yank)
    exec "$cargo" "$@"
    ;;
esac

described=$("$cargo" metadata --no-deps --offline --format-version 1 "${place[@]}" 2>/dev/null) ||
  exec "$cargo" "$@"
{
  read -r root
  read -r target
} < <("$jq" --raw-output '.workspace_root, .target_directory' <<<"$described")

state=$target/.cratesieve
# Cargo may call cargo again.
own=${CRATESIEVE_CARGO_HOME:-${CARGO_HOME:-$HOME/.cargo}}

isUnchanged() {
  local manifest
  [ "$(cat "$state/warm" 2>/dev/null)" = "$artifacts" ] || return
  for manifest in "$root/Cargo.lock" "$own/config.toml" "$own/config"; do
    ! [ "$manifest" -nt "$state/warm" ] || return
  done
  while read -r manifest; do
    ! [ "$root/$manifest" -nt "$state/warm" ] || return
  done <<<"$manifests"
}

# Makes a home for Cargo: the user's own, with another place for packages.
makeHome() {
  local entry configuration=/dev/null
  for entry in "$own/config.toml" "$own/config"; do
    [ ! -e "$entry" ] || configuration=$entry
  done
  # A configuration with `[source]` is left alone: one file cannot have that table twice.
  ! grep --quiet '^[[:space:]]*\[source' "$configuration" || return
  rm -rf "$state/home"
  mkdir -p "$state/home" "$own/registry" "$own/git" || return
  for entry in "$own"/* "$own"/.[!.]*; do
    case ${entry##*/} in
      config | config.toml | '*' | '.[!.]*') ;;
      *) ln -s "$entry" "$state/home/" ;;
    esac
  done
  {
    cat "$configuration"
    echo
    cat "$vendored/config.toml"
  } >"$state/home/config.toml"
}

# Unpacks the artifacts, under a lock: rust-analyzer may call cargo at the same time.
warm() (
  exec 9>"$state/lock" && "$flock" 9 || exit
  ! isUnchanged || exit 0
  warmed=$(cat "$state/warm" 2>/dev/null)
  # Manifests that are newer than this file are checked again.
  echo "$artifacts" >"$state/asked"
  rm -f "$state/warm"
  makeHome || exit
  # A Cargo.toml may need packages that the lock does not have yet.
  CARGO_HOME=$state/home "$cargo" metadata --locked --offline --format-version 1 "${place[@]}" \
    >/dev/null 2>&1 || exit
  if [ "$warmed" != "$artifacts" ]; then
    "$zstd" --decompress --stdout "$artifacts" | tar --extract --directory "$target" || exit
  fi
  mv "$state/asked" "$state/warm"
)

if cmp --silent "$root/Cargo.lock" "$lock" && mkdir -p "$state" && { isUnchanged || warm; }; then
  export CRATESIEVE_CARGO_HOME=$own
  export CARGO_HOME=$state/home
elif [ -t 2 ]; then
  echo "cratesieve: Cargo.lock or a Cargo.toml changed after this shell was made, so Cargo compiles third-party crates itself. Leave the shell and enter it again to use those that Nix compiled." >&2
fi
exec "$cargo" "$@"
