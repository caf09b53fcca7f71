//! The contenders that use Nix: plain crane and the library.

use std::collections::{BTreeMap, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use camino::Utf8Path;
use serde_json::Value;

use crate::calls::{Builder, Call, Job, Report, Whose, report};
use crate::common::nix::{Nix, nix_path, nix_string, repository};
use crate::measured::Measured;
use crate::options::{Contender, Options};
use crate::process::{Spent, must, run};

/// The parameters of a run, in addition to the options.
pub struct Ground<'a> {
    pub nix: &'a Nix,
    pub options: &'a Options,
    pub root: &'a Utf8Path,
    pub salt: &'a str,
}

/// Evaluates and builds all derivations of the contender, and measures both. Downloads and vendor
/// directories are made in advance.
pub fn measure(ground: &Ground, contender: Contender) -> Result<Measured, String> {
    let (targets, evaluation) = evaluate(ground, contender)?;
    let derivations = show(ground, &targets)?;
    let preparations: Vec<String> = derivations
        .iter()
        .filter(|(_, derivation)| !derivation.is_salted)
        .map(|(path, _)| path.clone())
        .collect();
    let prepared = build(ground, &preparations)?;
    if let Some(failed) = prepared.failed.first() {
        return Err(format!(
            "{failed} could not be built:\n{}",
            prepared.log.join("\n")
        ));
    }
    let built = build(ground, &targets)?;

    let place: HashMap<&str, usize> = built
        .runs
        .iter()
        .enumerate()
        .map(|(place, run)| (run.path.as_str(), place))
        .collect();
    let mut jobs: Vec<Job> = built
        .runs
        .iter()
        .map(|run| {
            let inputs = derivations
                .get(&run.path)
                .map(|derivation| &derivation.inputs);
            let inputs = inputs.into_iter().flatten();
            run.job(
                inputs
                    .filter_map(|input| place.get(input.as_str()).copied())
                    .collect(),
            )
        })
        .collect();
    let inside = jobs.iter().fold(0.0, |sum, job| sum + job.processor);
    let around = jobs.iter().fold(0.0, |sum, job| sum + job.around);
    let mut spent = built.spent;
    if spent.processor < inside {
        // Builders of a daemon are not descendants of this process.
        spent.processor += inside;
    } else if around > 0.0 {
        // The time of Nix outside builders grows if other processes use the machine.
        let worked = ((spent.processor - inside) / around).min(1.0);
        for job in &mut jobs {
            job.around_at_work = job.around * worked;
        }
    }
    spent += evaluation;
    Ok(Measured {
        spent,
        evaluation,
        preparation: prepared.spent,
        prepared: prepared.runs.len(),
        failed: built.failed,
        jobs,
    })
}

fn evaluate(ground: &Ground, contender: Contender) -> Result<(Vec<String>, Spent), String> {
    let options = ground.options;
    let package_profile = options.package_profile.as_ref().unwrap_or(&options.profile);
    let features = options.features.as_deref();
    let features = features.map_or("null".to_owned(), nix_string);
    let expression = format!(
        "import {} {{
  repository = {};
  root = {};
  contender = {};
  salt = {};
  packagesAlone = {};
  packagesOf = {};
  profile = {};
  packageProfile = {};
  features = {features};
  source = {};
  runTests = {};
}}",
        nix_path(&repository().join("tests/bench/rebuild/contenders.nix")),
        nix_path(repository()),
        nix_path(ground.root),
        nix_string(contender.name()),
        nix_string(ground.salt),
        options.packages_alone,
        nix_string(&options.packages_of),
        nix_string(&options.profile),
        nix_string(package_profile),
        nix_string(&options.source),
        options.run_tests,
    );
    let mut command = ground.nix.command("eval");
    command.args(["--impure", "--json", "--show-trace", "--expr", &expression]);
    let finished = must(&command)?;
    let paths: BTreeMap<String, String> =
        serde_json::from_str(&finished.stdout).map_err(|error| error.to_string())?;
    let mut paths: Vec<String> = paths.into_values().collect();
    paths.sort();
    paths.dedup();
    Ok((paths, finished.spent))
}

struct Derivation {
    inputs: Vec<String>,
    /// Whether it compiles: it is not a download, a vendor directory or a tool.
    is_salted: bool,
}

/// The derivations in the closure of the targets, by path.
fn show(ground: &Ground, targets: &[String]) -> Result<BTreeMap<String, Derivation>, String> {
    let mut command = ground.nix.command("derivation");
    command.args(["show", "--recursive"]).args(targets);
    let text = must(&command)?.stdout;
    let shown: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    // Since Nix 2.33 they are below a key, and their paths have no directory.
    let of_shown = shown.get("derivations").unwrap_or(&shown);
    let with_directory = |path: &String| match path.starts_with('/') {
        true => path.clone(),
        false => format!("/nix/store/{path}"),
    };
    let derivations = of_shown
        .as_object()
        .ok_or("nix derivation show: no object")?;
    Ok(derivations
        .iter()
        .map(|(path, derivation)| {
            let inputs = derivation
                .get("inputDrvs")
                .or_else(|| derivation["inputs"].get("drvs"));
            let inputs = inputs.and_then(Value::as_object);
            let derivation = Derivation {
                inputs: inputs
                    .into_iter()
                    .flat_map(|inputs| inputs.keys())
                    .map(with_directory)
                    .collect(),
                is_salted: derivation["env"].get("CRATESIEVE_BENCH_SALT").is_some(),
            };
            (with_directory(path), derivation)
        })
        .collect())
}

/// A derivation that was built.
struct Run {
    path: String,
    /// The start, in seconds since 1970.
    begin: f64,
    end: f64,
    builder: Option<Builder>,
    calls: Vec<Call>,
}

impl Run {
    fn name(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let name = name.split_once('-').map_or(name, |(_, name)| name);
        name.trim_end_matches(".drv")
    }

    fn job(&self, after: Vec<usize>) -> Job {
        let wall = self.end - self.begin;
        let inside = self
            .builder
            .map_or(wall, |builder| builder.end - builder.begin);
        let mut calls = self.calls.clone();
        // In these derivations, crane compiles empty crates instead of those of the workspace.
        if self.name().contains("-deps-") {
            for call in &mut calls {
                if call.whose == Whose::Own {
                    call.whose = Whose::Stub;
                }
            }
        }
        Job {
            name: self.name().to_owned(),
            after,
            succeeded: self.builder.is_some_and(|builder| builder.succeeded),
            wall,
            around: (wall - inside).max(0.0),
            around_at_work: (wall - inside).max(0.0),
            processor: self.builder.map_or(0.0, |builder| builder.processor),
            begin: self.builder.map_or(self.begin, |builder| builder.begin),
            calls,
        }
    }
}

#[derive(Default)]
struct Built {
    runs: Vec<Run>,
    failed: Vec<String>,
    spent: Spent,
    /// The last lines of the log.
    log: Vec<String>,
}

const BUILD: u64 = 105;
const LOG_LINE: u64 = 101;

fn build(ground: &Ground, derivations: &[String]) -> Result<Built, String> {
    if derivations.is_empty() {
        return Ok(Built::default());
    }
    let mut command = ground.nix.command("build");
    command
        .args(["--no-link", "--keep-going", "--log-format", "internal-json"])
        .args(["--max-jobs", &ground.options.jobs.to_string()])
        .args(derivations.iter().map(|path| format!("{path}^*")));
    let mut built = Built::default();
    let mut running: HashMap<u64, Run> = HashMap::new();
    let (mut runs, mut log) = (Vec::new(), Vec::new());
    let finished = run(&command, |line| {
        let Some(event) = line.strip_prefix("@nix ") else {
            log.push(line.to_owned());
            return;
        };
        let Ok(event) = serde_json::from_str::<Value>(event) else {
            return;
        };
        let id = event["id"].as_u64().unwrap_or_default();
        match event["action"].as_str().unwrap_or_default() {
            "start" if event["type"] == BUILD => {
                let path = event["fields"][0].as_str().unwrap_or_default();
                let run = Run {
                    path: path.to_owned(),
                    begin: now(),
                    end: 0.0,
                    builder: None,
                    calls: Vec::new(),
                };
                running.insert(id, run);
            }
            "stop" => {
                if let Some(mut run) = running.remove(&id) {
                    run.end = now();
                    runs.push(run);
                }
            }
            "result" if event["type"] == LOG_LINE => {
                let line = event["fields"][0].as_str().unwrap_or_default();
                match (report(line), running.get_mut(&id)) {
                    (Some(Report::Call(call)), Some(run)) => run.calls.push(*call),
                    (Some(Report::Builder(builder)), Some(run)) => run.builder = Some(builder),
                    _ => log.push(line.to_owned()),
                }
            }
            "msg" => log.push(event["msg"].as_str().unwrap_or_default().to_owned()),
            _ => {}
        }
    });
    built.failed = runs
        .iter()
        .filter(|run| run.builder.is_some_and(|builder| !builder.succeeded))
        .map(|run| run.name().to_owned())
        .collect();
    let last = log.len().saturating_sub(60);
    built.log = log.split_off(last);
    if !finished.succeeded && built.failed.is_empty() {
        return Err(format!("nix build failed:\n{}", built.log.join("\n")));
    }
    built.runs = runs;
    built.spent = finished.spent;
    Ok(built)
}

fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}
