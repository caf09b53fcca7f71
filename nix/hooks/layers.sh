# shellcheck shell=bash
# Functions to make and use layers. A layer is what one build added to Cargo's target directory. It holds the
# files that Cargo wrote while it compiled some units, and nothing that existed before:
#
#   build/     files that `cargo build` or `cargo test` wrote, with their paths in the target directory
#   check/     files that `cargo check` wrote
#   linked/    large files: links in the other directories lead to them
#   source/    files that build scripts wrote next to the sources, if they did
#   stamp      the crates of the workspace that it was built from, each with the store paths of its source
#   compiled   the crates of the workspace that it has units of
#   below      the layers that it builds upon, one on each line
#   place      the directory of the build: Cargo takes a crate in another directory for a different crate
#   script     how the crate's build script was compiled, for clippy
#
# Constraint: Cargo's arrangement of the target directory is not stable, so no function here depends on it.
# The times of files show what a build wrote. Cargo's messages show what it compiled, and where that lies.

cratesieveFail() {
  {
    echo "error: $1"
    echo
    echo "hint: $2"
  } >&2
  exit 1
}

# ---- Starting from layers -------------------------------------------------------------------------

# Fails if a layer was built from another source of a crate. Cargo compares recipes, not contents, so it
# would use such a layer silently.
cratesieveCheckLayers() {
  local layer place problem
  local said=()
  for layer; do
    if ! [ -r "$layer/stamp" ] || ! [ -r "$layer/compiled" ] || ! [ -d "$layer/build" ] ||
      ! read -r place <"$layer/place"; then
      cratesieveFail "cratesieve cannot read the layer $layer" \
        "it is damaged, or no layer: \`nix-store --verify-path $layer\` tells; \`nix-store --repair-path $layer\` builds it again"
    fi
    if [ "$place" != "$NIX_BUILD_TOP" ]; then
      cratesieveFail "the layer $layer was built in $place, and this build is in $NIX_BUILD_TOP: Cargo would compile everything again" \
        "let Nix build in a sandbox (\`sandbox = true\` in nix.conf), where this directory is always the same; or give mkWorkspace another strategy, \"per-crate\""
    fi
    said+=("$layer/stamp" "$layer/compiled")
  done
  problem=$(
    awk -f "$cratesieveCheckStamps" "${cratesieveLock:?}" "$cratesieveState/stamp" "${said[@]}"
  ) || cratesieveFail "cratesieve could not compare the layers with the source" "the message of awk above says why; \`nix-store --verify-path\` tells whether a layer is damaged"
  if [ -n "$problem" ]; then
    cratesieveFail "$problem" \
      "all derivations that see a crate must see the same source of it: take them from one call of mkWorkspace, and change the source of a crate there, not in one derivation"
  fi
}

# Lists the given layers, and those below them, each once.
cratesieveAllLayers() {
  local layer line
  local -A seen
  for layer; do
    [ -n "$layer" ] && [ -z "${seen[$layer]:-}" ] || continue
    seen[$layer]=1
    echo "$layer"
    # A layer that cannot be read is reported later, together with all others.
    [ -r "$layer/below" ] || continue
    while IFS= read -r line; do
      if [ -z "${seen[$line]:-}" ]; then
        seen[$line]=1
        echo "$line"
      fi
    done <"$layer/below"
  done
}

# Places the layers in the target directory. Large files are links, so little is copied. Cargo writes them
# again for a unit that it compiles again.
cratesieveInheritLayers() {
  local target="${CARGO_TARGET_DIR:-target}" layer tree
  local all trees=()
  # The lists are words or arrays, depending on how Nix passes them.
  # shellcheck disable=SC2068
  cratesieveAllLayers ${cratesieveLayers[@]:-} ${cratesieveMaybe[@]:-} >"$cratesieveState/below"
  mapfile -t all <"$cratesieveState/below"
  mkdir -p "$target"
  target=$(cd "$target" && pwd)
  # The variables override Cargo's configuration: the outputs of Cargo are searched in one directory only.
  export CARGO_TARGET_DIR="$target" CARGO_BUILD_BUILD_DIR="$target"
  [ "${#all[@]}" -ne 0 ] || return 0
  cratesieveCheckLayers "${all[@]}"
  # Upper layers come last, so that units that they compiled again replace those of lower layers.
  for layer in "${all[@]}"; do
    for tree in build check; do
      if [ -d "$layer/$tree" ] && { [ "$tree" = build ] || [ "$layer" != "${cratesieveBuildOnly:-}" ]; }; then
        trees=("$layer/$tree/." "${trees[@]}")
      fi
    done
  done
  cp --recursive --no-dereference --preserve=timestamps --no-preserve=mode,ownership "${trees[@]}" "$target"
  # Cargo does not run these build scripts again, so the files that they wrote have to be there.
  trees=()
  for layer in "${all[@]}"; do
    [ ! -d "$layer/source" ] || trees+=("$layer/source/.")
  done
  [ "${#trees[@]}" -eq 0 ] ||
    cp --recursive --no-dereference --preserve=timestamps --no-preserve=mode,ownership "${trees[@]}" "${cratesieveRoot:?}"
}

# Sets one path for the vendor directory. Cargo identifies a vendored package by its path, which must not
# depend on the other vendored packages.
cratesieveFixVendorDirectory() {
  local fixed="$NIX_BUILD_TOP/cratesieve-vendor"
  ln --symbolic --force --no-dereference "$cargoVendorDir" "$fixed"
  sed --in-place "s|$cargoVendorDir|$fixed|g" "$CARGO_HOME/config.toml"
}

# Makes the search path of pkg-config equal in all derivations. Problem: build scripts ask to be run again if
# it changes, and it depends on the inputs of each derivation. So it is a fixed list of places, and as many
# of them are links as there are directories.
cratesieveFixSearchPaths() {
  local variable places directories index
  for variable in PKG_CONFIG_PATH PKG_CONFIG_PATH_FOR_BUILD PKG_CONFIG_PATH_FOR_TARGET; do
    places="$NIX_BUILD_TOP/cratesieve-search/$variable"
    mkdir -p "$places"
    IFS=: read -r -a directories <<<"${!variable:-}"
    [ "${#directories[@]}" -le 99 ] || continue
    for ((index = 0; index < ${#directories[@]}; index++)); do
      [ -z "${directories[index]}" ] || ln --symbolic "${directories[index]}" "$places/$((index + 1))"
    done
    # One call for all: adding them one by one took a tenth of a second.
    printf -v places ":$places/%s" {1..99}
    export "$variable=${places#:}"
  done
}

# Puts nix/hooks/rustc-wrapper.sh in front of rustc.
cratesieveWrapRustc() {
  export CRATESIEVE_STUB_SOURCES="$cratesieveStubSources" CRATESIEVE_STUBS="$cratesieveState/stubs"
  CRATESIEVE_BASH=$(type -P bash)
  export CRATESIEVE_BASH
  : >>"$CRATESIEVE_STUBS"
  if [ "$cratesieveLayered" = layer ]; then
    export CRATESIEVE_BUILD_SCRIPT="$cratesieveState/script" CRATESIEVE_CRATE="${cratesieveCrate:-}"
  fi
  {
    echo "#! $CRATESIEVE_BASH"
    cat "$cratesieveRustcWrapper"
  } >"$cratesieveState/rustc"
  chmod +x "$cratesieveState/rustc"
  # Our wrapper calls the one that Cargo would call: that of the environment, where an empty value means
  # none, or that of Cargo's configuration. No compiler is started here.
  local wrapper="${RUSTC_WRAPPER-${CARGO_BUILD_RUSTC_WRAPPER-$cratesieveUserWrapper}}"
  case "$wrapper" in
    /*) ;;
    */*) wrapper=$PWD/$wrapper ;;
  esac
  export CRATESIEVE_RUSTC_WRAPPER="$wrapper"
  if [ -n "${RUSTC_WRAPPER+set}" ]; then
    export RUSTC_WRAPPER="$cratesieveState/rustc"
  else
    # Not RUSTC_WRAPPER: build scripts may ask to be run again if that changes.
    export CARGO_BUILD_RUSTC_WRAPPER="$cratesieveState/rustc"
  fi
}

# ---- Making a layer -------------------------------------------------------------------------------

# cratesieveCompile TREE COMMAND...: runs Cargo, and keeps what it wrote as that tree of the layer.
cratesieveCompile() {
  local tree="$1" log="$cratesieveState/log-$1"
  shift
  "$@" --message-format json-render-diagnostics >"$log" || exit
  cratesieveCollect "$tree" "$log" || exit
}

# Finding nothing is no failure.
cratesieveGrep() {
  grep "$@" || [ "$?" -eq 1 ]
}

# cratesieveCollect TREE LOG: copies the files that Cargo wrote into a tree of the layer. They are the files
# with a newer time than the store's. Collected files get that time, so that they are collected once.
cratesieveCollect() {
  local into="${layer:-$out}" tree="$1" log="$2" state="$cratesieveState" kind missing holder
  cratesieveNote "$log"
  mkdir -p "$into/$tree"
  touch --date=@2 "$state/epoch"
  (
    set -e
    cd "$CARGO_TARGET_DIR" || exit
    # Leaves out files of Cargo itself, of the package cratesieve-user, and libraries without a hash in their
    # name. Files that the compiler makes become links. Other large files are copied, because build scripts
    # may write them again.
    find . -newer "$state/epoch" ! -type d ! -name '.cargo-*' ! -name '.rustc_info.json' \
      ! -name CACHEDIR.TAG ! -path './doc/*' ! -path '*/incremental/*' \
      ! -path '*cratesieve[-_]user*' ! -path '*cratesieve_stub*' \
      \( -type f \( -executable -o -name '*.rlib' -o -name '*.rmeta' -o -name '*.so' \) \
      -fprintf "$state/linked" '%P\0' -o -fprintf "$state/copied" '%P\0' \)
    sed "s|^$CARGO_TARGET_DIR/||" "$state/stubs" >"$state/stub-units"
    for kind in copied linked; do
      cratesieveGrep --null-data --invert-match --fixed-strings --file="$state/stub-units" \
        <"$state/$kind" >"$state/$kind-units"
    done
    missing=$(
      comm --zero-terminated -23 <(sort --zero-terminated "$state/artifacts") \
        <(sort --zero-terminated "$state/linked-units") | tr '\0' '\n'
    )
    [ -z "$missing" ] || cratesieveFail "Cargo compiled ${missing%%$'\n'*}, and the layer would be without it" \
      "this is a defect of cratesieve, or Cargo has come to arrange its target directory in another way: please report it"
    # A build script runs in a layer. The packages that it ends up in have other paths, so `out` would be wrong.
    if [ -n "${cratesieveCompiled:-}" ]; then
      holder=$(xargs --null --no-run-if-empty grep --files-with-matches --fixed-strings --regexp="$out" <"$state/copied-units") || true
      [ -z "$holder" ] || cratesieveFail "$cratesieveCompiled reads the variable \`out\`, in its build script or its code: the path of this layer, $out, is in ${holder%%$'\n'*}" \
        "the package will have another path: let the program find its files from its own place, or read a variable that you set in \`crates.<name>\`"
    fi
    xargs --null --no-run-if-empty \
      cp --parents --no-dereference --preserve=mode,timestamps --target-directory="$into/$tree" <"$state/copied-units"
    if [ -s "$state/linked-units" ]; then
      mkdir -p "$into/linked/$tree"
      xargs --null cp --parents --preserve=mode,links --target-directory="$into/linked/$tree" <"$state/linked-units"
      cp --recursive --symbolic-link "$into/linked/$tree/." "$into/$tree"
    fi
    xargs --null --no-run-if-empty touch --no-dereference --date=@1 <"$state/copied-units"
    xargs --null --no-run-if-empty touch --no-dereference --date=@1 <"$state/linked-units"
  )
}

# Notes what Cargo compiled, and which crates of the workspace are part of it. A stub has no library.
cratesieveNote() {
  local crate file
  : >"$cratesieveState/artifacts"
  while IFS=$'\t' read -r file crate; do
    [ -e "$file" ] && [ "$crate" != cratesieve-user ] || continue
    case "$file" in
      "$CARGO_TARGET_DIR"/*) printf '%s\0' "${file#"$CARGO_TARGET_DIR/"}" >>"$cratesieveState/artifacts" ;;
      *) cratesieveFail "Cargo wrote $file, outside the target directory $CARGO_TARGET_DIR, so that a layer would be without it" \
        "take build.target-dir and build.build-dir out of the configuration of Cargo, and CARGO_TARGET_DIR out of the settings" ;;
    esac
    [ -z "$crate" ] || echo "$crate" >>"$cratesieveState/compiled"
  done < <(
    "$cratesieveJq" --raw-input --raw-output '
      fromjson? | select(.reason == "compiler-artifact" and .fresh == false)
      | (.package_id
          | if startswith("path+") | not then ""
            elif test("#.*@") then sub(".*#"; "") | sub("@.*"; "")
            else sub("#.*"; "") | sub(".*/"; "") end) as $crate
      | .filenames[] | select(test("[.](rlib|rmeta|so)$")) | . + "\t" + $crate' "$1"
  )
}

cratesieveInstallLayer() {
  local into="${layer:-$out}"
  mkdir -p "$into/build" "$out"
  : >>"$cratesieveState/compiled"
  sort --unique "$cratesieveState/compiled" >"$into/compiled"
  cp "$cratesieveState/stamp" "$cratesieveState/below" "$into"
  [ ! -e "$cratesieveState/script" ] || cp "$cratesieveState/script" "$into"
  echo "$NIX_BUILD_TOP" >"$into/place"
  # Files that build scripts wrote next to the sources.
  (
    home=$(realpath "$CARGO_HOME")
    cd "${cratesieveRoot:?}" || exit
    find . \( -samefile "$CARGO_TARGET_DIR" -o -samefile "$home" \) -prune -o \
      \( -type f -o -type l \) -newer "$cratesieveState/epoch" ! -name Cargo.lock -print0 \
      >"$cratesieveState/written"
    [ -s "$cratesieveState/written" ] || exit 0
    mkdir -p "$into/source"
    xargs --null cp --parents --no-dereference --target-directory="$into/source" <"$cratesieveState/written"
  )
}

# ---- Clippy ---------------------------------------------------------------------------------------

# Runs `cargo clippy`. Problem: for other arguments of clippy, Cargo would compile all crates of the
# workspace again, although the arguments change only what is linted. So Cargo is not told about clippy:
# clippy-driver is the compiler for the selected crate only. cargo-clippy itself reads the arguments.
cratesieveClippy() {
  local flags=()
  case "${CARGO_PROFILE:-}" in
    '') ;;
    release) flags=(--release) ;;
    *) flags=(--profile "$CARGO_PROFILE") ;;
  esac
  {
    echo "#! $CRATESIEVE_BASH"
    # shellcheck disable=SC2016
    echo 'export CRATESIEVE_CLIPPY_ARGS=${CLIPPY_ARGS:-}; unset CLIPPY_ARGS RUSTC_WORKSPACE_WRAPPER'
    echo "printf %s \"\$CRATESIEVE_CLIPPY_ARGS\" >'$cratesieveState/clippy-args'"
    # shellcheck disable=SC2016
    echo 'unset CARGO; exec cargo "$@"'
  } >"$cratesieveState/cargo"
  chmod +x "$cratesieveState/cargo"
  echo "+ cargo clippy ${flags[*]} $*"
  CARGO="$cratesieveState/cargo" cargo-clippy clippy "${flags[@]}" "$@" || return
  if [ -r "${cratesieveBuildOnly:-}/script" ]; then
    cratesieveLintBuildScript "$cratesieveBuildOnly/script"
  fi
}

# Compiles the build script again with clippy's compiler, with the command of its layer, for the messages only.
cratesieveLintBuildScript() (
  cratesieveArguments=()
  # shellcheck source=/dev/null
  . "$1"
  local arguments=() argument previous=''
  for argument in "${cratesieveArguments[@]}"; do
    case "$argument" in
      --error-format=* | --json=* | --diagnostic-width=*) ;;
      --emit=*) arguments+=(--emit=metadata) ;;
      *) [ "$previous" = --out-dir ] && arguments+=("$NIX_BUILD_TOP/.cratesieve") || arguments+=("$argument") ;;
    esac
    previous=$argument
  done
  CLIPPY_ARGS=$(<"$cratesieveState/clippy-args") CARGO_PRIMARY_PACKAGE=1 clippy-driver "${arguments[@]}"
)

postPatchHooks+=(cratesieveInheritLayers)
preConfigureHooks+=(cratesieveFixSearchPaths)
postConfigureHooks=(cratesieveFixVendorDirectory cratesieveWrapRustc "${postConfigureHooks[@]}")
