//! Builds with the Nix library: real Cargo and real packages in Nix's sandbox.
//!
//! Outputs that several tests use are built once, with one call of Nix, see `fixtures`.

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
mod machines;
mod manifest_check;
#[path = "../common/markdown.rs"]
mod markdown;
mod odd_names;
mod other_builders;
mod packages;
mod parts;
mod stubs;
mod targets;
mod thirty;
mod warm_cargo;
mod wide_checks;
