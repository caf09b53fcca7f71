//! The Rust half of cratesieve: it finds the files that each crate of a Cargo workspace needs, and
//! writes the manifest from which the Nix library builds each crate.
//!
//! # The pipeline
//!
//! ```text
//! cargo metadata --no-deps ─> metadata ─> graph ─> closure ──────────────┐
//! .cargo/config.toml ─> cargo_config ─┐                                  │
//! source tree ─> tree ─> scan ─> reach ─┐                                ├─> manifest ─> freshness
//! other languages ─> imports ───────────┤                                │
//! [*.metadata.cratesieve] ─> settings ─> patterns ─> filter ─────────────┘
//!
//! graph, declared (lines of Cargo.toml), chain ─> view ─> dot, mermaid, JSON, layout ─> page
//! manifest ─> rewrite ─> fingerprint ─> affected
//! manifests of two branches and of their base ─> merge ─> manifest
//! ```
//!
//! The modules stand here in the order in which data flows through them: none uses a later one. Below
//! the top level, no modules use each other in a circle: a module may use what its parent defines, or
//! be used by its parent. Tests see to both (tests/rust/modules.rs). [`analysis`] runs them.
//! [`source`] and [`rewrite`] say what the Nix library makes of a manifest: the files of a crate's
//! source, and the manifests and locks in it, pruned; tests hold them equal to nix/. [`warnings`]
//! says where it would stop. [`affected`] compares two trees by what it makes, [`replay`] the
//! commits of a [`history`], and [`verify`] has Cargo compile these sources.
//!
//! # Invariants
//!
//! - Only these modules touch the world: [`git`] (the only one that runs it), [`metadata`] and
//!   [`patches`] (Cargo and what it leaves out), [`tree`] (directories and files in), [`revision`] and
//!   [`history`] (git's past, in a scratch directory), [`verify`] (Cargo's compiles, in `verify::compile`,
//!   `verify::scratch` and `verify::interrupt`, outside the workspace), [`freshness`] (the manifest
//!   and settings out, and what [`setup`] says), [`cli`] (argv, the terminal, where `gen` finds a
//!   workspace and what `init` finds in a repository, and the three files of a merge). The rest is
//!   pure, or reads through a [`tree::Tree`].
//! - What a user can fix is a [`problem::Problem`]; what the machine did is an [`anyhow::Error`].
//! - Every path outside these doors is relative to the workspace root, with `/` between its
//!   components, as [`path`] has it.
//! - Nothing that the manifest says depends on the machine, the time, the order of a directory or
//!   what git ignores.

pub mod path;

pub mod text;

pub mod tables;

pub mod problem;

pub mod conventions;

pub mod toml_lines;

pub mod git;

pub mod settings;

pub mod patches;

pub mod metadata;

pub mod graph;

pub mod closure;

pub mod declared;

pub mod artifacts;

pub mod scan;

pub mod tree;

pub mod cargo_config;

pub mod walk;

pub mod reach;

pub mod patterns;

pub mod places;

pub mod imports;

pub mod filter;

pub mod executed;

pub mod root_readers;

pub mod workspace_files;

pub mod manifest;

pub mod merge;

pub mod source;

pub mod rewrite;

pub mod warnings;

pub mod chain;

pub mod view;

pub mod fingerprint;

pub mod freshness;

pub mod setup;

pub mod analysis;

pub mod scratch;

pub mod revision;

pub mod affected;

pub mod history;

pub mod replay;

pub mod verify;

pub mod cli;
