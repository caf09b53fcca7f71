//! The rewritten source of a crate, exactly as the Nix library makes it: every module here is the
//! twin of the file in nix/ that has its name, and a test compares the texts of the two, byte for
//! byte, for every crate of every fixture.
//!
//! ```text
//! read_workspace ─> resolve_closure ─> rewrite_manifests ─> make_sources ─> a Source for each role
//! ```
//!
//! All is read through a [`Tree`](crate::tree::Tree). Nix's `crateParts` has its twin in
//! [`source`](crate::source).

mod describe_member;
mod inert_features;
mod lock_texts;
mod make_sources;
mod prune_configuration;
mod prune_inherited;
mod prune_lock;
mod prune_member;
mod prune_patches;
mod prune_root;
mod read_configurations;
pub mod read_lock;
mod read_workspace;
mod resolve_closure;
mod rewrite_manifests;
mod stub_member;
pub mod to_toml;
mod tool_files;
pub mod value;

pub use make_sources::{Content, Source, Sources, make_sources};
pub use read_configurations::read_configurations;
pub use read_workspace::{Read, read_workspace};
pub use resolve_closure::{Closure, resolve_closure};
pub use stub_member::StubPaths;
pub use tool_files::tool_files;
