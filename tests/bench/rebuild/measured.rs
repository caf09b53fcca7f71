//! What is measured of one contender in one scenario.

use crate::calls::{Job, Kind, Whose};
use crate::process::Spent;

pub struct Measured {
    /// Evaluation, and building what is not there yet.
    pub spent: Spent,
    pub evaluation: Spent,
    /// Downloads, vendor directories and tools, which count for nothing.
    pub preparation: Spent,
    pub prepared: usize,
    pub failed: Vec<String>,
    pub jobs: Vec<Job>,
}

/// Calls of the compiler.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub third_party: usize,
    pub own: usize,
    /// Of empty targets in place of the workspace's own.
    pub stubs: usize,
    pub documentation: usize,
    /// The processor seconds of all of them.
    pub seconds: f64,
}

impl Measured {
    /// Processor seconds of all builders, by their own account.
    pub fn of_jobs(&self) -> f64 {
        self.jobs.iter().fold(0.0, |sum, job| sum + job.processor)
    }

    /// How many jobs called the compiler.
    pub fn compiling(&self) -> usize {
        self.jobs.iter().filter(|job| !job.calls.is_empty()).count()
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for call in self.jobs.iter().flat_map(|job| &job.calls) {
            counts.seconds += call.processor;
            match (call.kind, call.whose) {
                (Kind::Probe, _) => {}
                (Kind::Doc | Kind::Doctest, _) => counts.documentation += 1,
                (Kind::Compile, Whose::ThirdParty) => counts.third_party += 1,
                (Kind::Compile, Whose::Own) => counts.own += 1,
                (Kind::Compile, Whose::Stub) => counts.stubs += 1,
            }
        }
        counts
    }
}
