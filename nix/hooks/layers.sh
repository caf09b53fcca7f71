# shellcheck shell=bash
# Layers: what single builds added to Cargo's target directory. Each holds what Cargo wrote while it
# compiled some units, and nothing that was there before:
#
#   build/     files that `cargo build` or `cargo test` wrote, each at its place in the target directory
#   check/     the same of `cargo check`
#   linked/    the files that are large: at their places there are links to here
#   source/    what build scripts wrote beside the sources, where they did
#   stamp      the crates of the workspace that it was built from, each with the store paths of its source
#   compiled   the crates of the workspace that it has units of
#   below      the layers that it builds upon, one to a line
#   place      the directory of the build: Cargo takes a crate that lies elsewhere for another one
#   script     how the crate's build script was compiled, for clippy
#
# Nothing here knows how Cargo arranges its target directory. Times tell what a build wrote, and Cargo's
# messages tell what it compiled and where that lies.

cratesieveFail() {
  {
    echo "error: $1"
    echo
    echo "hint: $2"
  } >&2
  exit 1
}

# ---- Starting from layers -------------------------------------------------------------------------

# Cargo finds fresh whatever has the right recipe, not the right content: a layer that was built from
# another source of a crate would be used in silence. So this is asked first.
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

# The given layers, and those below them, each once.
cratesieveAllLayers() {
  local layer line
  local -A seen
  for layer; do
    [ -n "$layer" ] && [ -z "${seen[$layer]:-}" ] || continue
    seen[$layer]=1
    echo "$layer"
    # Whether it can be read is asked later, of all.
    [ -r "$layer/below" ] || continue
    while IFS= read -r line; do
      if [ -z "${seen[$line]:-}" ]; then
        seen[$line]=1
        echo "$line"
      fi
    done <"$layer/below"
  done
}

# Large files come as links, so what is copied here is small. Cargo writes it again for a unit that it
# compiles again.
cratesieveInheritLayers() {
  local target="${CARGO_TARGET_DIR:-target}" layer tree
  local all trees=()
  # Lists, whether Nix gives them as words or as arrays.
  # shellcheck disable=SC2068
  cratesieveAllLayers ${cratesieveLayers[@]:-} ${cratesieveMaybe[@]:-} >"$cratesieveState/below"
  mapfile -t all <"$cratesieveState/below"
  mkdir -p "$target"
  target=$(cd "$target" && pwd)
  # Before the file of the configuration: what Cargo writes is looked for in one directory.
  export CARGO_TARGET_DIR="$target" CARGO_BUILD_BUILD_DIR="$target"
  [ "${#all[@]}" -ne 0 ] || return 0
  cratesieveCheckLayers "${all[@]}"
  # Upper layers come last: what they compiled again is there instead.
  for layer in "${all[@]}"; do
    for tree in build check; do
      if [ -d "$layer/$tree" ] && { [ "$tree" = build ] || [ "$layer" != "${cratesieveBuildOnly:-}" ]; }; then
        trees=("$layer/$tree/." "${trees[@]}")
      fi
    done
  done
  cp --recursive --no-dereference --preserve=timestamps --no-preserve=mode,ownership "${trees[@]}" "$target"
  # Cargo does not run the build scripts again, and misses what they wrote.
  trees=()
  for layer in "${all[@]}"; do
    [ ! -d "$layer/source" ] || trees+=("$layer/source/.")
  done
  [ "${#trees[@]}" -eq 0 ] ||
    cp --recursive --no-dereference --preserve=timestamps --no-preserve=mode,ownership "${trees[@]}" "${cratesieveRoot:?}"
}

# Cargo knows a vendored crate by its path, which must not depend on what else is vendored.
cratesieveFixVendorDirectory() {
  local fixed="$NIX_BUILD_TOP/cratesieve-vendor"
  ln --symbolic --force --no-dereference "$cargoVendorDir" "$fixed"
  sed --in-place "s|$cargoVendorDir|$fixed|g" "$CARGO_HOME/config.toml"
}

# Build scripts ask to be run again when the search path of pkg-config changes, and it changes with
# the inputs of each derivation. So its value is the same everywhere: a list of places, of which as
# many are links as there are directories.
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
  # Ours calls the one that Cargo would call: that of the environment, which may be empty to say that
  # there is none, or else that of Cargo's configuration. Compilers are not started here.
  local wrapper="${RUSTC_WRAPPER-${CARGO_BUILD_RUSTC_WRAPPER-$cratesieveUserWrapper}}"
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

# ---- Making a layer -------------------------------------------------------------------------------

# cratesieveCompile TREE COMMAND...: runs Cargo, and keeps what it wrote as that tree of the layer.
cratesieveCompile() {
  local tree="$1" log="$cratesieveState/log-$1"
  shift
  "$@" --message-format json-render-diagnostics >"$log" || exit
  cratesieveCollect "$tree" "$log" || exit
}

# That nothing is found is no failure.
cratesieveGrep() {
  grep "$@" || [ "$?" -eq 1 ]
}

# What Cargo found, and what was collected before, is as old as everything in the store.
#
# cratesieveCollect TREE LOG
cratesieveCollect() {
  local into="${layer:-$out}" tree="$1" log="$2" state="$cratesieveState" kind missing holder
  cratesieveNote "$log"
  mkdir -p "$into/$tree"
  touch --date=@2 "$state/epoch"
  (
    set -e
    cd "$CARGO_TARGET_DIR" || exit
    # Not those of Cargo itself, nor of the package that stands for dependents, nor of a library that
    # has no hash in its name. What the compiler makes is linked to, and other large files, which
    # build scripts may write again, are copied.
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
    # A package, and those of dependents, have another path than the layer that the build script runs in.
    if [ -n "${cratesieveRefusesOut:-}" ]; then
      holder=$(xargs --null --no-run-if-empty grep --files-with-matches --fixed-strings --regexp="$out" <"$state/copied-units") || true
      [ -z "$holder" ] || cratesieveFail "crate ${cratesieveCrate:-} reads the variable \`out\`, in its build script or its code: the path of this layer, $out, is in ${holder%%$'\n'*}" \
        "the package will have another path: let the program find its files from its own place, or read a variable that you set in \`crates.${cratesieveCrate:-}\`"
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

# Notes what Cargo compiled, and which crates of the workspace are among that. Of a stub there is no library.
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
  # What build scripts wrote beside the sources.
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

# `cargo clippy`, whose arguments decide what is linted and not what it starts from: Cargo would compile
# all crates of the workspace once more for other arguments. So it gets to know nothing of clippy, and
# the compiler of the selected crate is clippy's. cargo-clippy itself reads the arguments.
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

# Compiles the build script again, as its layer did it, with clippy's compiler and for its messages only.
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
