//! What each past commit would have rebuilt, by three strategies.
//!
//! Most commits change neither the crates nor what their files read. Then nothing is analysed
//! again, and a changed file reaches the crates whose source has it. [`walk`] says why that is
//! right.

mod picture;
mod rebuilt;
mod walk;

use std::sync::mpsc;
use std::thread;

use anyhow::anyhow;
use camino::Utf8Path;

use crate::history::{Commit, History};

pub use rebuilt::{Amount, Outcome, Rebuilt};

use walk::Walk;

/// A commit, and what became of it.
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
