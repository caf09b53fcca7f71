//! The rewritten source of a crate, exactly as the Nix library makes it: every module here, except
//! [`value`], is the twin of the file in nix/rewrite that has its name. nix/rewrite/README.md says
//! where a change goes. Tests compare the two halves: function by function on the cases in
//! fixtures/rewrite, and byte for byte on all sources of all fixtures.
//!
//! ```text
//! read_workspace ─> resolve_closures ─> rewrite_manifests ─> make_sources ─> a Source for each role
//! ```
//!
//! All is read through a [`Tree`](crate::tree::Tree). Nix's `crateParts` has its twin in
//! [`source`](crate::source).

mod compose_source;
mod describe_member;
mod empty_package;
mod inert_features;
mod lock_texts;
mod make_sources;
mod package_text;
mod prune_configuration;
mod prune_inherited;
mod prune_lock;
mod prune_member;
mod prune_patches;
mod prune_root;
mod read_configurations;
pub mod read_lock;
mod read_workspace;
mod resolve_closures;
mod rewrite_manifests;
mod stub_member;
mod stub_paths;
pub mod to_toml;
mod tool_files;
mod unversioned;
pub mod value;
mod without_inert;

#[cfg(test)]
mod tests;

pub use compose_source::{Content, Source};
pub use make_sources::{Sources, make_sources};
pub use read_configurations::read_configurations;
pub use read_workspace::{Read, read_workspace};
pub use resolve_closures::{Closure, resolve_closure};
pub use rewrite_manifests::Manifests;
pub use stub_paths::StubPaths;
pub use tool_files::tool_files;
