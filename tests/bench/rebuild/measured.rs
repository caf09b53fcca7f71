//! The measurements of one contender in one scenario.

use crate::calls::{Job, Kind, Whose};
use crate::process::Spent;

pub struct Measured {
    /// The cost of evaluation and of building what the store does not have.
    pub spent: Spent,
    pub evaluation: Spent,
    /// The cost of downloads, vendor directories and tools, which does not count.
    pub preparation: Spent,
    pub prepared: usize,
    pub failed: Vec<String>,
    pub jobs: Vec<Job>,
}

/// The numbers of compiler calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub third_party: usize,
    pub own: usize,
    /// Calls for empty targets that replace those of the workspace.
    pub stubs: usize,
    pub documentation: usize,
    /// The processor seconds of all calls.
    pub seconds: f64,
}

impl Measured {
    /// The processor seconds of all builders, as they report them.
    pub fn of_jobs(&self) -> f64 {
        self.jobs.iter().fold(0.0, |sum, job| sum + job.processor)
    }

    /// The number of jobs that called the compiler.
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
