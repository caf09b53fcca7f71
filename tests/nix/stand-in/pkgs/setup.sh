# shellcheck shell=bash disable=SC2154,SC2178
# The stand-in's generic builder. Its phases have the order and names of nixpkgs', as far as crane's hooks
# and cratesieve's phases depend on them. The variables `initialPath`, `ccPath` and `SHELL` are set before
# this text.

set -eu
set -o pipefail
shopt -s inherit_errexit

export SHELL
export shell=$SHELL CONFIG_SHELL=$SHELL
export TZ=UTC
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-315532800}
if [[ ${NIX_BUILD_CORES:-0} -le 0 ]]; then
  NIX_BUILD_CORES=$(PATH="$initialPath/bin" nproc)
fi
export NIX_BUILD_CORES
: "${outputs:=out}"
: "${out:=}"
if [[ -z $out ]]; then
  # shellcheck disable=SC2086
  set -- $outputs
  out=${!1:-}
fi
prefix=${prefix:-$out}
export prefix

# ---------------------------------------------------------------------- hooks

# Calls a command: a function by its name, anything else as text.
_eval() {
  if declare -F "$1" >/dev/null 2>&1; then
    "$@"
  else
    eval "$1"
  fi
}

# The hook that is a function or a variable of this name, or `$1` without one.
_callImplicitHook() {
  local default=$1 name=$2
  if declare -F "$name" >/dev/null; then
    "$name"
  elif [[ -n ${!name:-} ]]; then
    eval "${!name}"
  else
    return "$default"
  fi
}

# Runs `preBuild` (function or variable) and then all of `preBuildHooks`.
runHook() {
  local hookName=$1
  shift
  local hooks="${hookName%Hook}Hooks[@]" hook
  for hook in "_callImplicitHook 0 $hookName" ${!hooks+"${!hooks}"}; do
    _eval "$hook" "$@"
  done
}

# Runs hooks as `runHook` does, until one succeeds.
runOneHook() {
  local hookName=$1
  shift
  local hooks="${hookName%Hook}Hooks[@]" hook
  for hook in "_callImplicitHook 1 $hookName" ${!hooks+"${!hooks}"}; do
    if _eval "$hook" "$@"; then
      return 0
    fi
  done
  return 1
}

exitHandler() {
  local status=$?
  set +eu
  if [[ $status -ne 0 ]]; then
    runHook failureHook
  fi
  exit "$status"
}
if [[ -z ${IN_NIX_SHELL:-} ]]; then
  trap exitHandler EXIT
fi

# ------------------------------------------------------------------ functions

addToSearchPathWithCustomDelimiter() {
  local delimiter=$1 name=$2 directory=$3
  if [[ -d $directory ]]; then
    export "$name=${!name:+${!name}$delimiter}$directory"
  fi
}

addToSearchPath() {
  addToSearchPathWithCustomDelimiter : "$@"
}

appendToVar() {
  local -n variable=$1
  shift
  if [[ "$(declare -p "${!variable}" 2>/dev/null)" == "declare -a"* ]]; then
    variable+=("$@")
  else
    variable="${variable:-} $*"
  fi
}

prependToVar() {
  local -n variable=$1
  shift
  if [[ "$(declare -p "${!variable}" 2>/dev/null)" == "declare -a"* ]]; then
    variable=("$@" ${variable+"${variable[@]}"})
  else
    variable="$* ${variable:-}"
  fi
}

# The name of a store path without its hash.
stripHash() {
  local name
  name=$(basename -- "$1")
  if [[ $name =~ ^[a-z0-9]{32}- ]]; then
    name=${name:33}
  fi
  printf '%s\n' "$name"
}

getAllOutputNames() {
  echo "$outputs"
}

# substitute FROM TO [--replace[-fail|-warn|-quiet] OLD NEW | --subst-var NAME | --subst-var-by NAME VALUE]...
substitute() {
  local from=$1 to=$2 text old new mode
  shift 2
  # An additional `x` at the end keeps the final newlines.
  text=$(cat -- "$from" && echo x)
  text=${text%x}
  while [[ $# -gt 0 ]]; do
    mode=$1
    case $mode in
      --replace | --replace-fail | --replace-warn | --replace-quiet)
        old=$2 new=$3
        shift 3
        ;;
      --subst-var)
        old="@$2@" new=${!2}
        shift 2
        ;;
      --subst-var-by)
        old="@$2@" new=$3
        shift 3
        ;;
      *)
        echo "substitute: unknown option '$mode'" >&2
        return 1
        ;;
    esac
    if [[ $text != *"$old"* ]]; then
      case $mode in
        --replace-fail)
          echo "substitute: '$from' does not contain '$old'" >&2
          return 1
          ;;
        --replace | --replace-warn) echo "substitute: '$from' does not contain '$old'" >&2 ;;
      esac
    fi
    text=${text//"$old"/"$new"}
  done
  printf '%s' "$text" >"$to"
}

substituteInPlace() {
  local files=() file
  while [[ $# -gt 0 && $1 != --* ]]; do
    files+=("$1")
    shift
  done
  for file in "${files[@]}"; do
    substitute "$file" "$file" "$@"
  done
}

# Replaces @name@ by the exported variable of this name.
substituteAll() {
  local from=$1 to=$2 name options=()
  while read -r name; do
    options+=(--subst-var "$name")
  done < <(compgen -e | grep -E '^[a-z][a-zA-Z0-9_]*$')
  substitute "$from" "$to" "${options[@]}"
}

substituteAllInPlace() {
  local file=$1
  substituteAll "$file" "$file"
}

# ------------------------------------------------------------ the dependencies

_activated=" "

# Activates a dependency: its propagated dependencies, programs, libraries and hook. `onPath` says whether
# its programs run in this build.
_activate() {
  local package=$1 onPath=$2 propagated
  if [[ $_activated == *" $package "* ]]; then
    return 0
  fi
  _activated+="$package "

  if [[ -f $package ]]; then
    set +u
    # shellcheck disable=SC1090
    source "$package"
    set -u
    return 0
  fi

  if [[ -f $package/nix-support/propagated-native-build-inputs ]]; then
    for propagated in $(<"$package/nix-support/propagated-native-build-inputs"); do
      _activate "$propagated" 1
    done
  fi
  if [[ -f $package/nix-support/propagated-build-inputs ]]; then
    for propagated in $(<"$package/nix-support/propagated-build-inputs"); do
      _activate "$propagated" "$onPath"
    done
  fi

  if [[ -n $onPath ]]; then
    addToSearchPath _PATH "$package/bin"
  else
    addToSearchPath HOST_PATH "$package/bin"
  fi
  if [[ -f $package/nix-support/setup-hook ]]; then
    set +u
    # shellcheck disable=SC1091
    source "$package/nix-support/setup-hook"
    set -u
  fi
}

# Passes the libraries of `buildInputs` to the host compiler in its own variables, instead of the compiler
# and linker wrappers of nixpkgs.
_addLibraries() {
  local package
  for package in "$@"; do
    addToSearchPath CPATH "$package/include"
    addToSearchPath LIBRARY_PATH "$package/lib"
    addToSearchPath PKG_CONFIG_PATH "$package/lib/pkgconfig"
    addToSearchPath PKG_CONFIG_PATH "$package/share/pkgconfig"
  done
}

PATH=$initialPath/bin:$ccPath/bin
export PATH
export CC=gcc CXX=g++ AR=ar LD=ld NM=nm RANLIB=ranlib STRIP=strip OBJCOPY=objcopy

_PATH=
for package in ${depsBuildBuild:-} ${nativeBuildInputs:-} ${depsBuildTarget:-} ${propagatedNativeBuildInputs:-}; do
  _activate "$package" 1
done
for package in ${depsHostHost:-} ${buildInputs:-} ${propagatedBuildInputs:-}; do
  if [[ -n ${strictDeps:-} ]]; then
    _activate "$package" ""
  else
    _activate "$package" 1
  fi
done
# shellcheck disable=SC2086
_addLibraries ${buildInputs:-} ${propagatedBuildInputs:-}
PATH=${_PATH:+$_PATH:}$PATH
unset package _PATH

# Hooks, phases and `nix develop` may read variables that are not set.
set +u

# --------------------------------------------------------------------- phases

unpackFile() {
  curSrc=$1
  echo "unpacking source archive $curSrc"
  if ! runOneHook unpackCmd "$curSrc"; then
    echo "do not know how to unpack source archive $curSrc"
    exit 1
  fi
}

unpackCmdHooks+=(_defaultUnpack)
_defaultUnpack() {
  local source=$1 target
  if [[ -d $source ]]; then
    target=$(stripHash "$source")
    if [[ -e $target ]]; then
      echo "cannot copy $source to $target: it exists already"
      return 1
    fi
    cp -r --preserve=timestamps --reflink=auto -- "$source" "$target"
  else
    case $source in
      *.tar.xz | *.tar.lzma | *.txz | *.tar | *.tar.* | *.tgz | *.tbz2 | *.tbz)
        tar xf "$source" --mode=+w --warning=no-timestamp
        ;;
      *) return 1 ;;
    esac
  fi
}

unpackPhase() {
  runHook preUnpack
  if [[ -z ${srcs:-} ]]; then
    if [[ -z ${src:-} ]]; then
      # shellcheck disable=SC2016
      echo 'variable $src or $srcs should point to the source'
      exit 1
    fi
    srcs=$src
  fi

  # The new directory after unpacking is the root of the source.
  local before=" " entry
  for entry in *; do
    if [[ -d $entry ]]; then
      before+="$entry "
    fi
  done
  for entry in $srcs; do
    unpackFile "$entry"
  done

  : "${sourceRoot=}"
  if [[ -n ${setSourceRoot:-} ]]; then
    runOneHook setSourceRoot
  elif [[ -z $sourceRoot ]]; then
    for entry in *; do
      if [[ -d $entry && $before != *" $entry "* ]]; then
        if [[ -n $sourceRoot ]]; then
          echo "unpacker produced multiple directories"
          exit 1
        fi
        sourceRoot=$entry
      fi
    done
  fi
  if [[ -z $sourceRoot ]]; then
    echo "unpacker appears to have produced no directories"
    exit 1
  fi
  echo "source root is $sourceRoot"
  if [[ ${dontMakeSourcesWritable:-0} != 1 ]]; then
    chmod -R u+w -- "$sourceRoot"
  fi
  runHook postUnpack
}

patchPhase() {
  runHook prePatch
  local patch
  # shellcheck disable=SC2086
  for patch in ${patches:-}; do
    echo "applying patch $patch"
    case $patch in
      *.gz) gzip -d <"$patch" ;;
      *.xz) xz -d <"$patch" ;;
      *) cat "$patch" ;;
    esac | patch ${patchFlags:--p1}
  done
  runHook postPatch
}

configurePhase() {
  runHook preConfigure
  if [[ -z ${configureScript:-} && -x ./configure ]]; then
    configureScript=./configure
  fi
  if [[ -n ${configureScript:-} ]]; then
    # shellcheck disable=SC2086
    $configureScript --prefix="$prefix" ${configureFlags:-}
  else
    echo "no configure script, doing nothing"
  fi
  runHook postConfigure
}

_make() {
  # shellcheck disable=SC2086
  make "-j$NIX_BUILD_CORES" ${makeFlags:-} "$@"
}

buildPhase() {
  runHook preBuild
  if [[ -z ${makeFlags:-} && ! (-e Makefile || -e makefile || -e GNUmakefile) ]]; then
    echo "no Makefile or custom buildPhase, doing nothing"
  else
    # shellcheck disable=SC2086
    _make ${buildFlags:-}
  fi
  runHook postBuild
}

checkPhase() {
  runHook preCheck
  if [[ -z ${makeFlags:-} && ! (-e Makefile || -e makefile || -e GNUmakefile) ]]; then
    echo "no Makefile or custom checkPhase, doing nothing"
  else
    _make "${checkTarget:-check}"
  fi
  runHook postCheck
}

installPhase() {
  runHook preInstall
  if [[ -z ${makeFlags:-} && ! (-e Makefile || -e makefile || -e GNUmakefile) ]]; then
    echo "no Makefile or custom installPhase, doing nothing"
  else
    mkdir -p "$prefix"
    _make "${installTargets:-install}"
  fi
  runHook postInstall
}

installCheckPhase() {
  runHook preInstallCheck
  runHook postInstallCheck
}

distPhase() {
  runHook preDist
  runHook postDist
}

recordPropagatedDependencies() {
  if [[ -n ${propagatedBuildInputs:-} ]]; then
    mkdir -p "$out/nix-support"
    echo "$propagatedBuildInputs" >"$out/nix-support/propagated-build-inputs"
  fi
  if [[ -n ${propagatedNativeBuildInputs:-} ]]; then
    mkdir -p "$out/nix-support"
    echo "$propagatedNativeBuildInputs" >"$out/nix-support/propagated-native-build-inputs"
  fi
}

# Strips debug information from installed programs and libraries, as nixpkgs' hook
# does.
fixupOutputHooks+=(_strip)
_strip() {
  local directory directories=()
  if [[ -n ${dontStrip:-} ]]; then
    return 0
  fi
  for directory in lib lib32 lib64 libexec bin sbin; do
    if [[ -d $prefix/$directory && ! -L $prefix/$directory ]]; then
      directories+=("$prefix/$directory")
    fi
  done
  if [[ ${#directories[@]} -gt 0 ]]; then
    find "${directories[@]}" -type f -print0 | xargs -r -0 -n1 strip -S -p 2>/dev/null || true
  fi
}

fixupPhase() {
  local output
  for output in $outputs; do
    if [[ -e ${!output} && ! -L ${!output} ]]; then
      chmod -R u+w,u-s,g-s "${!output}"
    fi
  done
  runHook preFixup
  for output in $outputs; do
    prefix=${!output} runHook fixupOutput
  done
  recordPropagatedDependencies
  if [[ -n ${setupHook:-} ]]; then
    mkdir -p "$out/nix-support"
    substituteAll "$setupHook" "$out/nix-support/setup-hook"
  fi
  runHook postFixup
}

_skips() {
  case $1 in
    unpackPhase) [[ -n ${dontUnpack:-} ]] ;;
    patchPhase) [[ -n ${dontPatch:-} ]] ;;
    configurePhase) [[ -n ${dontConfigure:-} ]] ;;
    buildPhase) [[ -n ${dontBuild:-} ]] ;;
    checkPhase) [[ -z ${doCheck:-} ]] ;;
    installPhase) [[ -n ${dontInstall:-} ]] ;;
    fixupPhase) [[ -n ${dontFixup:-} ]] ;;
    installCheckPhase) [[ -z ${doInstallCheck:-} ]] ;;
    distPhase) [[ -z ${doDist:-} ]] ;;
    *) return 1 ;;
  esac
}

runPhase() {
  local curPhase=$1 started=$SECONDS
  if _skips "$curPhase"; then
    return 0
  fi
  echo "Running phase: $curPhase"

  # A variable with this name comes before a function.
  eval "${!curPhase:-$curPhase}"

  if [[ $((SECONDS - started)) -gt 30 ]]; then
    echo "$curPhase completed in $((SECONDS - started)) seconds"
  fi
  if [[ $curPhase == unpackPhase ]]; then
    if [[ -n ${sourceRoot:-} ]]; then
      chmod +x -- "$sourceRoot"
    fi
    cd -- "${sourceRoot:-.}"
  fi
}

genericBuild() {
  if [[ -f ${buildCommandPath:-} ]]; then
    # shellcheck disable=SC1090
    source "$buildCommandPath"
    return 0
  fi
  if [[ -n ${buildCommand:-} ]]; then
    eval "$buildCommand"
    return 0
  fi

  if [[ -z ${phases[*]:-} ]]; then
    phases="${prePhases[*]:-} unpackPhase patchPhase ${preConfigurePhases[*]:-} configurePhase \
      ${preBuildPhases[*]:-} buildPhase checkPhase ${preInstallPhases[*]:-} installPhase \
      ${preFixupPhases[*]:-} fixupPhase installCheckPhase ${preDistPhases[*]:-} distPhase ${postPhases[*]:-}"
  fi
  local phase
  # shellcheck disable=SC2048
  for phase in ${phases[*]}; do
    runPhase "$phase"
  done
}
