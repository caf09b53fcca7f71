//! The check that no crate's source lacks a file: Cargo compiles every crate in the workspace and
//! from its source, and both have to succeed and to read the same files.
//!
//! ```text
//! workspace ─> compile, in the workspace ──> what was read ─┐
//! rewrite ─> scratch ─> compile, in the source ─> failures ─┴─> judge ─> settings ─> fix
//! ```
//!
//! Each of the two finds what the other cannot:
//!
//! - **In the workspace**, every file is there. So rustc's dep-info and `rerun-if-changed` name all
//!   files that a compile reads and declares, even optional ones: those of a macro that takes whatever
//!   files it finds, or of a build script that watches a file which may be missing. Each of these
//!   files has to be in the source.
//! - **In the source**, only the source is there. So a compile fails if it needs a file without
//!   declaring it, as a procedural macro may. The manifests and the lock are the rewritten ones: only
//!   this compile shows that they fit together.
//!
//! Neither can detect a file that a macro or a build script reads optionally without declaring it to
//! Cargo, nor files that other features and platforms read.
//!
//! What tests read while they run is found by running them, if that is wanted: a test that passes in
//! the workspace and fails in the source misses something, and `search` finds out what.
//!
//! Cargo gets the same command in both places, one package at a time as Nix builds them, so that
//! features are the same: once for the crate, and once for its tests, benches and examples.

mod compile;
mod dep_info;
mod failures;
mod interrupt;
mod judge;
mod messages;
mod missing;
mod paths;
mod proof;
mod scratch;
mod search;
pub mod setting;
mod tests_run;
mod third_party;

pub use judge::{NotVerified, Verdict, Verdicts, judge};
pub use missing::{Missing, Remedy};
pub use proof::{Proof, Step, Watch, begin, compile_here, compile_there, runs};
