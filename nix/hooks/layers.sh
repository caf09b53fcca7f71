# shellcheck shell=bash
# Layers: what single builds added to Cargo's target directory. Each holds the files of the units that
# it compiled, and nothing that was there before:
#
#   target/  those files, at the same place
#   source/  what build scripts wrote beside the sources, where they did
#   stamp    the crates of the workspace that it was built from, each with the store paths of its source
#   below    the layers that it builds upon, one to a line
#   place    the directory of the build: Cargo takes a crate that lies elsewhere for another one

cratesieveFail() {
  {
    echo "error: $1"
    echo
    echo "hint: $2"
  } >&2
  exit 1
}

# Cargo finds fresh whatever has the right recipe, not the right content: a layer that was built from
# another source of a crate would be used in silence. So this is asked first.
cratesieveCheckLayers() {
  local layer place problem
  for layer; do
    if ! [ -r "$layer/stamp" ] || ! [ -d "$layer/target" ] || ! read -r place <"$layer/place"; then
      cratesieveFail "cratesieve cannot read the layer $layer" \
        "it is damaged, or no layer: \`nix-store --verify-path $layer\` tells; \`nix-store --repair-path $layer\` builds it again"
    fi
    if [ "$place" != "$NIX_BUILD_TOP" ]; then
      cratesieveFail "the layer $layer was built in $place, and this build is in $NIX_BUILD_TOP: Cargo would compile everything again" \
        "let Nix build in a sandbox (\`sandbox = true\` in nix.conf), where this directory is always the same; or give mkWorkspace another strategy, \"per-crate\""
    fi
  done
  problem=$(
    find "${@/%//target}" -path '*/.fingerprint/*' -prune -print |
      awk -f "$cratesieveCheckStamps" "$cratesieveLock" "$cratesieveState/stamp" "${@/%//stamp}" -
  ) || cratesieveFail "cratesieve could not compare the layers with the source" "the message of awk above says why; \`nix-store --verify-path\` tells whether a layer is damaged"
  if [ -n "$problem" ]; then
    cratesieveFail "$problem" \
      "all derivations that see a crate must see the same source of it: take them from one call of mkWorkspace, and change the source of a crate there, not in one derivation"
  fi
}

# The given layers, and those below them, each once.
cratesieveAllLayers() {
  local layer
  for layer; do
    echo "$layer"
    # Whether it can be read is asked later, of all.
    if [ -r "$layer/below" ]; then cat "$layer/below"; fi
  done | awk '!seen[$0]++'
}

cratesieveInheritLayers() {
  local target="${CARGO_TARGET_DIR:-target}" layer
  local all roots=()
  # Lists, whether Nix gives them as words or as arrays.
  # shellcheck disable=SC2086,SC2068
  cratesieveAllLayers ${cratesieveLayers[@]:-} >"$cratesieveState/below"
  # shellcheck disable=SC2086,SC2068
  mapfile -t all < <(
    printf '%s\n' ${cratesieveMaybe[@]:-} | cat "$cratesieveState/below" - | awk 'NF && !seen[$0]++'
  )
  mkdir -p "$target"
  [ "${#all[@]}" -ne 0 ] || return 0
  cratesieveCheckLayers "${all[@]}"
  for layer in "${all[@]}"; do
    roots+=(-C "$layer/target" .)
  done
  tar --create --mode=u+w "${roots[@]}" | tar --extract --directory "$target" --no-same-owner
  # Cargo does not run the scripts again, and misses what they wrote.
  for layer in "${all[@]}"; do
    [ -d "$layer/source" ] || continue
    tar --create --mode=u+w -C "$layer/source" . |
      tar --extract --directory "${cratesieveRoot:?}" --no-same-owner --no-overwrite-dir
  done
}

# Cargo knows a vendored crate by its path, which must not depend on what else is vendored.
cratesieveFixVendorDirectory() {
  local fixed="$NIX_BUILD_TOP/cratesieve-vendor"
  ln --symbolic --force --no-dereference "$cargoVendorDir" "$fixed"
  sed --in-place "s|$cargoVendorDir|$fixed|g" "$CARGO_HOME/config.toml"
}

# Stubs are not compiled: nothing is ever built from them.
cratesieveSkipStubs() {
  export CRATESIEVE_STUB_SOURCES="$cratesieveStubSources" CRATESIEVE_STUBS="$cratesieveState/stubs"
  export CRATESIEVE_SCRIPTS="$cratesieveState/scripts"
  CRATESIEVE_BASH=$(type -P bash)
  export CRATESIEVE_BASH
  : >"$CRATESIEVE_STUBS"
  {
    echo "#! $CRATESIEVE_BASH"
    cat "$cratesieveRustcForStubs"
  } >"$cratesieveState/rustc"
  chmod +x "$cratesieveState/rustc"
  # Ours calls the one that Cargo would call: that of the environment, which may be empty to say that
  # there is none, or else that of Cargo's configuration. Compilers are not started here.
  local wrapper="${RUSTC_WRAPPER-${CARGO_BUILD_RUSTC_WRAPPER-$cratesieveRustcWrapper}}"
  case "$wrapper" in
    /*) ;;
    */*) wrapper=$PWD/$wrapper ;;
  esac
  export CRATESIEVE_RUSTC_WRAPPER="$wrapper"
  if [ -n "${RUSTC_WRAPPER+set}" ]; then
    export RUSTC_WRAPPER="$cratesieveState/rustc"
  else
    # Not RUSTC_WRAPPER: build scripts may ask to be run again when that changes.
    export CARGO_BUILD_RUSTC_WRAPPER="$cratesieveState/rustc"
  fi
}

# That nothing is found is no failure.
cratesieveGrep() {
  grep "$@" || [ "$?" -eq 1 ]
}

# The hashes of the units of the workspace's own crates that Cargo built or found.
cratesieveUnits() {
  "$cratesieveJq" --raw-input --raw-output \
    'fromjson? | select((.package_id // "") | startswith("path+")) | .filenames[]?, .out_dir?' "$1" |
    cratesieveGrep --only-matching --extended-regexp -- '-[0-9a-f]{16}' | sort --unique
}

# A build script that was not to be run is back where Cargo left what stood for it, in all copies.
cratesieveRestoreScripts() {
  local script fake file
  for script in "$cratesieveState"/scripts/*; do
    [ -e "$script" ] || continue
    fake=$(find "$1" -path "*/build/*/${script##*/}")
    for file in "${fake%/*}"/*; do
      [ "$file" = "$fake" ] || ! cmp --silent "$file" "$fake" || cp --remove-destination "$script" "$file"
    done
    cp --remove-destination "$script" "$fake"
  done
}

cratesieveInstallLayer() {
  local target="${CARGO_TARGET_DIR:-target}" layer
  mkdir -p "$out/target"
  cp "$cratesieveState/stamp" "$cratesieveState/below" "$out"
  echo "$NIX_BUILD_TOP" >"$out/place"
  cratesieveRestoreScripts "$target"
  touch --date=@2 "$cratesieveState/epoch"
  : >>"$cratesieveState/stubs"
  # A C library has no hash in its name.
  find "$target" -path '*/.fingerprint/*' -name '*cratesieve_stub*' -printf '%h\n' |
    sed 's/.*-/-/' >>"$cratesieveState/stubs"

  # What other layers hold is as old as everything in the store.
  (
    cd "$target" || exit
    find . -newer "$cratesieveState/epoch" \
      -regextype posix-extended -regex '\./([^/]+/)?[^/]+/(\.fingerprint|deps|build|examples)/.*' \
      ! -path './doc/*' -print0 |
      cratesieveGrep --null-data --invert-match --fixed-strings --file="$cratesieveState/stubs" |
      tar --create --null --no-recursion --files-from=- |
      tar --extract --directory "$out/target"
  )

  # What build scripts wrote beside the sources, which are of the second before.
  (
    target=$(realpath "$target")
    home=$(realpath "$CARGO_HOME")
    cd "${cratesieveRoot:?}" || exit
    find . \( -samefile "$target" -o -samefile "$home" \) -prune -o \
      \( -type f -o -type l \) -newer "$cratesieveState/epoch" ! -name Cargo.lock -print0 \
      >"$cratesieveState/written"
    [ -s "$cratesieveState/written" ] || exit 0
    mkdir -p "$out/source"
    tar --create --null --no-recursion --files-from="$cratesieveState/written" |
      tar --extract --directory "$out/source"
  )

  # What might have been different and was not is handed on.
  if [ -n "${cratesieveMaybe[*]:-}" ]; then
    cratesieveUnits "$cratesieveState/log" >"$cratesieveState/units"
    [ -s "$cratesieveState/units" ] || return 0
    # shellcheck disable=SC2068
    for layer in ${cratesieveMaybe[@]:-}; do
      (
        cd "$layer/target" || exit
        find . -mindepth 3 -print0 |
          cratesieveGrep --null-data --fixed-strings --file="$cratesieveState/units" |
          tar --create --null --no-recursion --mode=u+w --files-from=- |
          tar --extract --directory "$out/target" --no-same-owner
      )
    done
  fi
}

postPatchHooks+=(cratesieveInheritLayers)
postConfigureHooks+=(cratesieveFixVendorDirectory)
if [ "$cratesieveLayered" = stubs ]; then
  postConfigureHooks+=(cratesieveSkipStubs)
fi
