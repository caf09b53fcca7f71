# shellcheck shell=bash

# Unpacks artifacts, from an archive or a directory with one, after those that they
# were built on.
inheritCargoArtifacts() {
  local artifacts=${1:-${cargoArtifacts:?not defined}}
  local target=${2:-${CARGO_TARGET_DIR:-target}}

  if [ -f "$artifacts/target.tar.zst" ]; then
    artifacts=$artifacts/target.tar.zst
  elif [ -d "$artifacts/target" ]; then
    artifacts=$artifacts/target
  fi

  mkdir -p "$target"
  if [ -f "$artifacts" ]; then
    if [ -f "$artifacts.prev" ]; then
      inheritCargoArtifacts "$(realpath "$artifacts.prev")" "$target"
    fi
    echo "decompressing cargo artifacts from $artifacts to $target"
    zstd -d "$artifacts" --stdout | tar -x -C "$target"
  elif [ -d "$artifacts" ]; then
    # A deep copy works with and without links.
    echo "copying cargo artifacts from $artifacts to $target"
    cp -r --dereference --no-target-directory --preserve=timestamps --no-preserve=ownership "$artifacts" "$target"
    chmod -R u+w "$target"
    # Cargo refuses lock files with old times.
    find "$target" -name '.cargo*lock' -delete
  else
    echo "unable to copy cargo artifacts, \"$artifacts\" looks invalid"
    false
  fi
}

if [ -n "${cargoArtifacts-}" ]; then
  postPatchHooks+=(inheritCargoArtifacts)
fi
