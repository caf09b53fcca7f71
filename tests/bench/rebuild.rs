//! Benchmark: what an edit costs with plain crane, with each strategy of the library, and with warm Cargo.
//!
//! ```sh
//! eval "$(tests/nix/setup)"
//! export CRANE_SRC=~/src/crane NIXPKGS_LIB=~/src/nixpkgs.lib
//! cargo bench --bench rebuild -- --help
//! cargo bench --bench rebuild -- --strategy layered ~/src/clap
//! ```
//!
//! Prints a Markdown table for each scenario, below an explanation of the columns. All contenders are measured
//! in one run, in turn, on equal trees. A random value in every derivation that compiles keeps Nix
//! from reusing outputs of an earlier run.

#[path = "rebuild/calls.rs"]
mod calls;
#[path = "rebuild/cargo_builds.rs"]
mod cargo_builds;
#[path = "../common/mod.rs"]
mod common;
#[path = "rebuild/measured.rs"]
mod measured;
#[path = "rebuild/nix_builds.rs"]
mod nix_builds;
#[path = "rebuild/options.rs"]
mod options;
#[path = "rebuild/process.rs"]
mod process;
#[path = "rebuild/report.rs"]
mod report;
#[path = "rebuild/schedule.rs"]
mod schedule;
#[path = "rebuild/workspace.rs"]
mod workspace;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use calls::Whose;
use camino::Utf8Path;
use options::{Contender, Options, Scenario};
use report::Round;
use workspace::{Toolchain, Trees};

fn main() -> ExitCode {
    let options = options::read();
    let toolchain = match Toolchain::of_host_tools() {
        Ok(toolchain) => toolchain,
        Err(message) => return failed(&message),
    };
    println!("{}", report::legend(&options));
    let mut json = Vec::new();
    let mut code = ExitCode::SUCCESS;
    for workspace in &options.workspaces {
        let mut rounds = Vec::new();
        match measure(workspace, &options, &toolchain, &mut rounds) {
            Ok(name) => json.push(report::to_json(&name, &rounds)),
            Err(message) => code = failed(&format!("{workspace}: {message}")),
        }
    }
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&json).unwrap();
        if let Err(error) = std::fs::write(path, text + "\n") {
            code = failed(&format!("{path}: {error}"));
        }
    }
    code
}

fn failed(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(2)
}

/// Measures a workspace, and prints each table as soon as it is complete.
fn measure(
    workspace: &Utf8Path,
    options: &Options,
    toolchain: &Toolchain,
    rounds: &mut Vec<Round>,
) -> Result<String, String> {
    let directory = tempfile::Builder::new()
        .prefix("cratesieve-bench-")
        .tempdir();
    let mut directory = directory.map_err(|error| error.to_string())?;
    directory.disable_cleanup(options.keep);
    let scratch = common::utf8(&directory).to_owned();
    if options.keep {
        eprintln!("{workspace}: everything is in {scratch}");
    }
    cargo_builds::write_wrappers(&scratch).map_err(|error| error.to_string())?;
    let mut trees = Trees::of(workspace, &scratch, toolchain)?;
    println!(
        "## {}: {} crates\n",
        trees.name,
        trees.manifest.crates.len()
    );

    let nix = common::nix::nix();
    let run = new_salt();
    for scenario in [Scenario::Clean].iter().chain(&options.scenarios) {
        let compiled = compiled(rounds);
        let Some(change) = trees.change(*scenario, options, toolchain, &compiled)? else {
            println!(
                "### {}\n\nNothing in this workspace is fit for it.\n",
                scenario.name()
            );
            continue;
        };
        let mut results = Vec::new();
        for &contender in &options.contenders {
            eprintln!(
                "{}: {}: {} ...",
                trees.name,
                scenario.name(),
                contender.title()
            );
            let measured = if contender == Contender::Cargo {
                cargo_builds::measure(options, toolchain, &trees.for_cargo, &scratch)?
            } else {
                let ground = nix_builds::Ground {
                    nix: &nix,
                    options,
                    root: &trees.for_nix,
                    // Different for each contender, so that none reuses the outputs of another one.
                    salt: &format!("{run}-{}", contender.name()),
                };
                nix_builds::measure(&ground, contender)?
            };
            results.push((contender, measured));
        }
        let round = Round {
            scenario: *scenario,
            change,
            results,
        };
        print!("{}", report::table(&round));
        rounds.push(round);
    }
    Ok(trees.name)
}

/// The third-party packages that any contender compiled.
fn compiled(rounds: &[Round]) -> BTreeSet<String> {
    let results = rounds.iter().flat_map(|round| &round.results);
    let jobs = results.flat_map(|(_, measured)| &measured.jobs);
    let calls = jobs
        .flat_map(|job| &job.calls)
        .filter(|call| call.whose == Whose::ThirdParty);
    calls.map(|call| call.package.clone()).collect()
}

/// A value that is different in each run.
fn new_salt() -> String {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!("{}-{}", since.as_nanos(), std::process::id())
}
