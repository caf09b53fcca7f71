# shellcheck shell=bash

configureCargoCommonVars() {
  # There is no home directory in a build.
  export CARGO_HOME=${CARGO_HOME:-$PWD/.cargo-home}
  mkdir -p "$CARGO_HOME"

  export CARGO_BUILD_JOBS=${CARGO_BUILD_JOBS:-$NIX_BUILD_CORES}
  export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$NIX_BUILD_CORES}

  # Set but empty means that the profile decides.
  export CARGO_BUILD_INCREMENTAL=${CARGO_BUILD_INCREMENTAL-false}
  CARGO_PROFILE=${CARGO_PROFILE-release}
}

postPatchHooks+=(configureCargoCommonVars)
