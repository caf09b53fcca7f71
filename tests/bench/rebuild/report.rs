//! The tables of the benchmark, and its JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::measured::Measured;
use crate::options::{Contender, Options, Scenario};
use crate::schedule::simulate;

/// The measurements of all contenders in one scenario.
pub struct Round {
    pub scenario: Scenario,
    /// The change that was made.
    pub change: String,
    pub results: Vec<(Contender, Measured)>,
}

const SIMULATED: [usize; 2] = [4, 16];

/// The explanation of the columns, above all tables.
pub fn legend(options: &Options) -> String {
    let cores = cores();
    let what = if options.packages_alone {
        "Packages alone"
    } else {
        "Packages, tests, clippy and documentation"
    };
    let package_profile = options.package_profile.as_ref().unwrap_or(&options.profile);
    format!(
        "{what}; profile `{}`, packages `{package_profile}`; tests are {}; {cores} cores, {} derivations at a time.

- **plain crane** has one source ({}), one `buildDepsOnly` and one derivation for each kind, with `--workspace`. **warm Cargo** runs
  the same commands in one target directory, {} incremental compilation.
- **processor**: seconds of user and system time. For Nix: of the evaluation and of all builders.
- **wall**: seconds of waiting. **evaluation**: those of them in which Nix evaluates.
- **derivations**: how many were built; in brackets, how many of them called the compiler.
- **vendored**: derivations that were built before, and their processor seconds, which count nowhere else: downloads, vendor
  directories, crane's own tools and setup hooks.
- **calls** of rustc and clippy: for third-party packages + for the workspace's own; in brackets, for empty stubs of the
  workspace's own.
- **rustc**: processor seconds of all compiler calls, rustdoc included.
- **x crane**, **x Cargo**: processor seconds, divided by those of plain crane and of Cargo. After the stroke: wall seconds.
- **simulated**: wall seconds on {cores} cores (to compare with **wall**), 4 and 16 cores, with as many builders; computed from the
  measured times by list scheduling. A compiler call takes one core for its processor time. It waits for the calls whose output
  it reads, or only for their metadata where that is enough. Code generation and documentation tests use all free cores. What
  a derivation does between compiler calls, tests included, takes one core. A derivation waits for those that it depends on, a
  command of Cargo's for the one before. Evaluation comes first.
",
        options.profile,
        if options.run_tests { "run" } else { "compiled only" },
        options.jobs,
        if options.source == "clean" {
            "`cleanCargoSource`"
        } else {
            "all files that git tracks"
        },
        if options.incremental { "with" } else { "without" },
    )
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The numbers of cores: that of this machine, to compare with the measurements, and some to simulate.
fn core_counts() -> impl Iterator<Item = usize> {
    [cores()].into_iter().chain(SIMULATED)
}

/// The table of one scenario.
pub fn table(round: &Round) -> String {
    let mut text = format!("### {}", round.scenario.name());
    if !round.change.is_empty() {
        write!(text, ": {}", round.change).unwrap();
    }
    text.push_str("\n\n");
    let counts: Vec<String> = core_counts().map(|cores| cores.to_string()).collect();
    writeln!(
        text,
        "| | processor | wall | evaluation | derivations | vendored | calls | rustc | x crane | x Cargo | simulated: {} |",
        counts.join(" / ")
    )
    .unwrap();
    text.push_str("|---|---|---|---|---|---|---|---|---|---|---|\n");
    let of = |wanted: Contender| {
        round
            .results
            .iter()
            .find(|(one, _)| *one == wanted)
            .map(|(_, measured)| measured)
    };
    let mut notes = String::new();
    for (contender, measured) in &round.results {
        let ratio = |other: Option<&Measured>| {
            other.map_or(String::new(), |other| {
                format!(
                    "{:.2} / {:.2}",
                    measured.spent.processor / other.spent.processor,
                    measured.spent.wall / other.spent.wall
                )
            })
        };
        let is_nix = *contender != Contender::Cargo;
        let for_nix = |text: String| if is_nix { text } else { String::new() };
        let counts = measured.counts();
        let simulated = core_counts().map(|cores| seconds(simulated(measured, cores, true)));
        writeln!(
            text,
            "| {} | {:.1} | {:.1} | {} | {} | {} | {} + {} ({}) | {:.1} | {} | {} | {} |",
            contender.title(),
            measured.spent.processor,
            measured.spent.wall,
            for_nix(format!("{:.1}", measured.evaluation.wall)),
            for_nix(format!(
                "{} ({})",
                measured.jobs.len(),
                measured.compiling()
            )),
            for_nix(format!(
                "{} ({:.1})",
                measured.prepared, measured.preparation.processor
            )),
            counts.third_party,
            counts.own,
            counts.stubs,
            counts.seconds,
            ratio(of(Contender::Naive)),
            ratio(of(Contender::Cargo)),
            Vec::from_iter(simulated).join(" / "),
        )
        .unwrap();
        if !measured.failed.is_empty() {
            writeln!(
                notes,
                "- Failed, and tried again each time, with {}: {}",
                contender.title(),
                measured.failed.join(", ")
            )
            .unwrap();
        }
        let piped = simulated_all(measured, true);
        let unpiped = simulated_all(measured, false);
        if piped
            .iter()
            .zip(&unpiped)
            .any(|(a, b)| b - a > 0.1 * a.max(1.0))
        {
            writeln!(
                notes,
                "- {}: where each call waited for the whole of those below it, and not only for their metadata, it would be {} / {} on {} / {} cores",
                contender.title(), seconds(unpiped[0]), seconds(unpiped[1]), SIMULATED[0], SIMULATED[1],
            )
            .unwrap();
        }
    }
    text.push('\n');
    if !notes.is_empty() {
        text.push_str(&notes);
        text.push('\n');
    }
    text
}

/// Formats seconds with few digits.
fn seconds(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{seconds:.1}")
    } else {
        format!("{seconds:.0}")
    }
}

fn simulated_all(measured: &Measured, pipelining: bool) -> Vec<f64> {
    SIMULATED
        .iter()
        .map(|&cores| simulated(measured, cores, pipelining))
        .collect()
}

fn simulated(measured: &Measured, cores: usize, pipelining: bool) -> f64 {
    measured.evaluation.wall + simulate(&measured.jobs, cores, pipelining)
}

/// All measurements of a workspace as JSON.
pub fn to_json(name: &str, rounds: &[Round]) -> Value {
    json!({
        "workspace": name,
        "cores": cores(),
        "scenarios": rounds.iter().map(|round| json!({
            "scenario": round.scenario.name(),
            "change": round.change,
            "contenders": round.results.iter().map(|(contender, measured)| {
                let counts = measured.counts();
                json!({
                    "contender": contender.name(),
                    "processor": measured.spent.processor,
                    "wall": measured.spent.wall,
                    "processorOfJobs": measured.of_jobs(),
                    "evaluation": { "processor": measured.evaluation.processor, "wall": measured.evaluation.wall },
                    "vendored": { "derivations": measured.prepared, "processor": measured.preparation.processor, "wall": measured.preparation.wall },
                    "calls": {
                        "thirdParty": counts.third_party,
                        "own": counts.own,
                        "stubs": counts.stubs,
                        "documentation": counts.documentation,
                        "processor": counts.seconds,
                    },
                    "failed": measured.failed,
                    "simulated": core_counts().map(|cores| json!({
                        "cores": cores,
                        "wall": simulated(measured, cores, true),
                        "wallWithoutPipelining": simulated(measured, cores, false),
                    })).collect::<Vec<_>>(),
                    "jobs": measured.jobs.iter().map(|job| json!({
                        "name": job.name,
                        "after": job.after,
                        "succeeded": job.succeeded,
                        "wall": job.wall,
                        "around": job.around,
                        "processor": job.processor,
                        "rustc": job.calls.iter().map(|call| call.processor).sum::<f64>(),
                        "calls": job.calls.iter().map(|call| json!({
                            "kind": format!("{:?}", call.kind),
                            "package": call.package,
                            "whose": format!("{:?}", call.whose),
                            "wall": call.end - call.begin,
                            "processor": call.processor,
                        })).collect::<Vec<_>>(),
                    })).collect::<Vec<_>>(),
                })
            }).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
