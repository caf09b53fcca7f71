//! The answer of `cratesieve why`.

use super::steps::Step;
use crate::source::Role;

/// Whether the crate `name` has an input, and what makes it one.
pub struct Answer {
    pub name: String,
    pub what: What,
    pub verdict: Verdict,
    /// The versions of a third-party package.
    pub versions: Vec<Version>,
}

/// What may be an input.
pub enum What {
    Crate(String),
    Path(String),
    Package(String),
}

/// One version of a package that Cargo.lock has.
pub struct Version {
    pub version: String,
    pub source: String,
    pub verdict: Verdict,
}

/// Whether it is an input, and why.
#[derive(Clone)]
pub enum Verdict {
    /// The narrowest role that has it; what leads there; which crate of the closure has it, and why.
    Input {
        role: Role,
        chain: Vec<Step>,
        reason: Option<(String, String)>,
    },
    /// The path is an input of every source, with the reason.
    Always(String),
    No(String),
}
