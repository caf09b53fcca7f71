//! What a change reaches, and why.

use std::collections::BTreeSet;

use super::lock_changes::LockChange;
use crate::fingerprint::Part;

/// A crate that a change reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Whether Cargo builds it by itself.
    pub is_member: bool,
    pub presence: Presence,
    /// Never empty.
    pub parts: BTreeSet<Part>,
    /// Sorted, the nearest first; empty for a crate that came or went.
    pub reasons: Vec<Reason>,
}

/// Whether the crate is there before and after the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Changed,
    New,
    Gone,
}

/// One input that is different, and how the crate comes to have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub parts: BTreeSet<Part>,
    /// From the crate, which is its first, to the crate or the third-party package that has the
    /// input.
    pub chain: Vec<String>,
    pub input: Input,
}

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A path dependency.
    Dependency { name: String, change: Change },
    /// A file of the workspace.
    File { path: String, change: Change },
    /// A Cargo.toml or a configuration of Cargo's, as it is rewritten for the crate, and what is
    /// different in it.
    Manifest { path: String, keys: Vec<String> },
    /// A package of Cargo.lock.
    Lock(LockChange),
}

/// How an input is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Changed,
    New,
    Gone,
}
