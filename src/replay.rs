//! What each past commit would have rebuilt, by three strategies.
//!
//! Most commits change neither the crates nor what their files read. Then nothing is analysed
//! again, and a changed file reaches the crates whose source has it. [`walk`] says why that is
//! right.

mod picture;
mod walk;

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::thread;

use anyhow::anyhow;
use camino::Utf8Path;

use crate::history::{Commit, History};

use walk::Walk;

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

pub enum Outcome {
    /// Compared with the last commit that could be read.
    Rebuilt(Rebuilt),
    /// Why its workspace cannot be read.
    Skipped(String),
}

pub struct Step<'h> {
    pub commit: &'h Commit,
    pub outcome: Outcome,
}

/// Fewer commits are not worth a start of their own.
const SHARE: usize = 40;

/// Called with the number of commits that are done.
pub type Watch<'w> = &'w mut dyn FnMut(usize) -> anyhow::Result<()>;

/// One step for each commit, the oldest first. Cargo runs in the directory `runs_in`.
pub fn replay<'h>(
    history: &'h History,
    runs_in: &Utf8Path,
    watch: Watch<'_>,
) -> anyhow::Result<Vec<Step<'h>>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let shares = history.commits.len().div_ceil(SHARE).clamp(1, cores.min(4));
    replay_in_shares(history, runs_in, shares, watch)
}

/// Replays a history in several shares at once. The answer does not depend on their number.
pub fn replay_in_shares<'h>(
    history: &'h History,
    runs_in: &Utf8Path,
    shares: usize,
    watch: Watch<'_>,
) -> anyhow::Result<Vec<Step<'h>>> {
    let number = history.commits.len();
    let length = number.div_ceil(shares.max(1)).max(1);
    let starts: Vec<usize> = (0..number).step_by(length).collect();
    let (done, all_done) = mpsc::channel();
    let found = thread::scope(|scope| {
        let threads: Vec<_> = starts
            .iter()
            .map(|start| {
                let end = (start + length).min(number);
                let done = done.clone();
                scope.spawn(move || share(history, runs_in, *start, end, &done))
            })
            .collect();
        drop(done);
        for (count, ()) in all_done.iter().enumerate() {
            watch(count + 1)?;
        }
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a replay panicked"))?);
        joined.collect::<anyhow::Result<Vec<_>>>()
    })?;
    Ok(found.into_iter().flatten().collect())
}

fn share<'h>(
    history: &'h History,
    runs_in: &Utf8Path,
    start: usize,
    end: usize,
    done: &mpsc::Sender<()>,
) -> anyhow::Result<Vec<Step<'h>>> {
    // A share starts from what the one before it ends with: the last commit that can be read.
    let mut from = start;
    let mut walk = Walk::start(history, runs_in, from)?;
    while !walk.is_readable() && from > 0 {
        from -= 1;
        walk = Walk::start(history, runs_in, from)?;
    }
    for commit in &history.commits[from..start] {
        walk.pass(commit);
    }
    let commits = history.commits[start..end].iter();
    let steps = commits.map(|commit| {
        let outcome = walk.step(commit)?;
        // If the receiver is gone, the run has failed elsewhere.
        let _ = done.send(());
        Ok(Step { commit, outcome })
    });
    steps.collect()
}
