//! What a commit rebuilds.

use std::collections::BTreeSet;

/// What is rebuilt, or all that there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub crates: usize,
    /// Lines of Rust, in the crates' own sources without tests.
    pub lines: u64,
}

/// What one commit would have rebuilt, of the crates that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    pub all: Amount,
    /// One source for all crates, of exactly the files that some crate or its tests read.
    pub one_source: Amount,
    /// Each crate its own source, with the whole Cargo.lock in it.
    pub whole_lock: Amount,
    /// Each crate its own source, with its own part of Cargo.lock.
    pub isolated: Amount,
    /// With the last strategy, the crates that would have been built again, and those whose tests.
    pub rebuilt: BTreeSet<String>,
    pub tested: BTreeSet<String>,
    pub lock_changed: bool,
    pub manifest_changed: bool,
}

/// What became of a commit.
pub enum Outcome {
    /// Compared with the last commit that could be read.
    Rebuilt(Rebuilt),
    /// Why its workspace cannot be read.
    Skipped(String),
}
