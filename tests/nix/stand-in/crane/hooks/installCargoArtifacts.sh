# shellcheck shell=bash

# Packs the artifacts: those that this build added, or all of them.
compressAndInstallCargoArtifactsDir() {
  local directory=${1:?destination directory not defined}
  local target=${2:?cargoTargetDir not defined}
  local previous=${3:-}
  local archive=$directory/target.tar.zst

  mkdir -p "$directory"
  if [ ! -d "$target" ]; then
    echo "'$target' does not exist, will NOT output to $archive"
    return 0
  fi

  local epoch=$NIX_BUILD_TOP/.crane.epoch list=(find . -mindepth 0)
  if [ -n "$previous" ] && [ -z "${doCompressAndInstallFullArchive:-}" ]; then
    echo "linking previous artifacts $previous to $archive"
    ln -s "$previous" "$archive.prev"
    touch -d @1 "$epoch"
    list+=(-newer "$epoch")
  else
    echo "compressing and installing full archive of $target to $archive"
  fi
  (
    cd "$target" || exit
    "${list[@]}" -print0 | LC_ALL=C sort -z | tar -c --null --no-recursion -T - \
      --mtime=@1 --owner=0 --group=0 --numeric-owner --mode=u+w \
      --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime
  ) | zstd "-T${NIX_BUILD_CORES:-0}" -o "$archive" ${zstdCompressionExtraArgs:-}
}

prepareAndInstallCargoArtifactsDir() {
  local directory=${1:-$out}
  local target=${2:-${CARGO_TARGET_DIR:-target}}
  local mode=${3:-${installCargoArtifactsMode:-use-zstd}}
  local previous=${4:-${cargoArtifacts:-}}

  if [ "$mode" != use-zstd ]; then
    echo "the stand-in for crane does not know installCargoArtifactsMode \"$mode\": set CRANE_SRC"
    false
  fi
  if [ -f "$previous/target.tar.zst" ]; then
    previous=$previous/target.tar.zst
  fi
  compressAndInstallCargoArtifactsDir "$directory" "$target" "$previous"
}

if [ "${doInstallCargoArtifacts-}" = 1 ]; then
  postInstallHooks+=(prepareAndInstallCargoArtifactsDir)
fi
