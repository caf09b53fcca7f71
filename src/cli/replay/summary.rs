//! What the commits rebuilt, summed up for each way to build.

use crate::history::History;
use crate::replay::{Amount, Outcome, Rebuilt, Step};

/// A way to build: its name, and what it rebuilds.
type Way = (&'static str, &'static str, fn(&Rebuilt) -> Amount);

/// The ways that are compared, from the one that rebuilds most.
pub const WAYS: [Way; 3] = [
    ("one source", "oneSource", |rebuilt| rebuilt.one_source),
    ("whole lock", "wholeLock", |rebuilt| rebuilt.whole_lock),
    ("cratesieve", "cratesieve", |rebuilt| rebuilt.isolated),
];

/// Everything there is to print.
pub struct Answer<'h> {
    pub history: &'h History,
    pub steps: &'h [Step<'h>],
    pub summary: Summary,
}

/// All commits together.
pub struct Summary {
    pub compared: usize,
    pub skipped: usize,
    pub lock_changed: usize,
    pub manifest_changed: usize,
    /// In the order of [`WAYS`].
    pub ways: [WaySummary; 3],
}

/// What a way rebuilds, as shares from 0 to 1.
pub struct WaySummary {
    pub crates: Middle,
    pub lines: Middle,
}

/// The average and the median of some shares.
pub struct Middle {
    pub average: f64,
    pub median: f64,
}

/// Adds up what the steps rebuild.
pub fn summary(steps: &[Step<'_>]) -> Summary {
    let rebuilt: Vec<&Rebuilt> = steps.iter().filter_map(rebuilt).collect();
    let count = |is: fn(&Rebuilt) -> bool| rebuilt.iter().filter(|rebuilt| is(rebuilt)).count();
    let ways = WAYS.map(|(_, _, amount)| {
        let shares = |of: fn(Amount) -> f64| {
            let shares = rebuilt.iter();
            middle(shares.map(|r| share(of(amount(r)), of(r.all))).collect())
        };
        WaySummary {
            crates: shares(crates_of),
            lines: shares(lines_of),
        }
    });
    Summary {
        compared: rebuilt.len(),
        skipped: steps.len() - rebuilt.len(),
        lock_changed: count(|rebuilt| rebuilt.lock_changed),
        manifest_changed: count(|rebuilt| rebuilt.manifest_changed),
        ways,
    }
}

/// What a step rebuilds, unless its commit was skipped.
pub fn rebuilt<'s>(step: &'s Step<'_>) -> Option<&'s Rebuilt> {
    match &step.outcome {
        Outcome::Rebuilt(rebuilt) => Some(rebuilt),
        Outcome::Skipped(_) => None,
    }
}

/// The crates of an amount.
pub fn crates_of(amount: Amount) -> f64 {
    amount.crates as f64
}

/// The lines of an amount.
pub fn lines_of(amount: Amount) -> f64 {
    amount.lines as f64
}

/// The share of `part` in `all`. It is 0 if `all` is 0.
pub fn share(part: f64, all: f64) -> f64 {
    if all == 0.0 { 0.0 } else { part / all }
}

fn middle(mut shares: Vec<f64>) -> Middle {
    shares.sort_by(f64::total_cmp);
    let number = shares.len();
    if number == 0 {
        return Middle {
            average: 0.0,
            median: 0.0,
        };
    }
    Middle {
        average: shares.iter().sum::<f64>() / number as f64,
        median: f64::midpoint(shares[(number - 1) / 2], shares[number / 2]),
    }
}

/// The name of a commit, short enough to read.
pub fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_and_medians() {
        let of = |shares: &[f64]| {
            let middle = middle(shares.to_vec());
            (middle.average, middle.median)
        };
        assert_eq!(of(&[]), (0.0, 0.0));
        assert_eq!(of(&[1.0, 0.0, 0.5]), (0.5, 0.5));
        assert_eq!(of(&[1.0, 0.0, 0.0, 0.5]), (0.375, 0.25));
    }
}
