# shellcheck shell=bash

# Writes the configuration to $CARGO_HOME, so that a configuration in the project overrides it.
configureCargoVendoredDepsHook() {
  local vendor=${1:-${cargoVendorDir:?not defined}}
  local config=${2:-${CARGO_HOME:?not defined}/config.toml}

  if [ -f "$vendor/config.toml" ]; then
    cat "$vendor/config.toml" >>"$config"
  else
    cat >>"$config" <<END

[source.crates-io]
replace-with = "nix-sources"
[source.nix-sources]
directory = "$vendor"
END
  fi
}

if [ -n "${cargoVendorDir-}" ]; then
  preConfigureHooks+=(configureCargoVendoredDepsHook)
fi
