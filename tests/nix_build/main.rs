//! What the Nix library builds: real Cargo and real packages in Nix's sandbox.
//!
//! Everything that several tests look at is built once, by one call of Nix, see `fixtures`.

mod cache;
mod calls;
mod changes;
#[path = "../common/mod.rs"]
mod common;
mod configuration;
mod elsewhere;
mod farm;
mod fixtures;
mod flags;
mod flakes;
mod layers;
mod lints;
mod locks;
mod manifest_check;
mod odd_names;
mod other_builders;
mod packages;
mod stubs;
mod thirty;
mod warm_cargo;
mod wide_checks;
