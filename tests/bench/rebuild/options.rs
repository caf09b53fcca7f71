//! The command line of the benchmark.

use std::process::exit;
use std::str::FromStr;

use camino::Utf8PathBuf;

const USAGE: &str = "\
What an edit costs with plain crane, with the strategies of the library and with warm Cargo.

Usage: cargo bench --bench rebuild -- [OPTIONS] WORKSPACE...

WORKSPACE is a directory with a Cargo.toml. It is copied and not changed.

  --scenario LIST       nothing,base,middle,leaf,test,bump (default: all); `clean` is always first
  --contender LIST      naive,layered,per-crate,shared,cargo (default: all)
  --strategy LIST       only these of the library's strategies, with plain crane and Cargo
  --packages            packages alone, without clippy, tests and documentation
  --packages-of WHOM    members (default), or binaries: the members that have one
  --profile NAME        Cargo's profile for everything (default: dev)
  --package-profile NAME   another one for packages
  --features HOW        package or workspace, with layered; default: what the library does by itself
  --source KIND         plain crane's source: tree (default), all files that git tracks, which always builds; or clean,
                        crane's cleanCargoSource
  --no-run              compile tests, but do not run them
  --incremental         let Cargo compile incrementally, as it does at home
  --base, --middle, --leaf CRATE   edit this crate in that scenario
  --bump NAME@VERSION   the update for the scenario `bump`
  --jobs N              how many derivations Nix builds at a time (default: the number of cores)
  --json FILE           write everything measured to FILE
  --keep                keep the scratch directory, and say where it is

From the environment: CRANE_SRC, the source of crane; NIXPKGS_LIB, nixpkgs or its lib;
CRATESIEVE_NIX and CRATESIEVE_HOST_TOOLS, which tests/nix/setup prints:
  eval \"$(tests/nix/setup)\"
";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    Clean,
    Nothing,
    Base,
    Middle,
    Leaf,
    Test,
    Bump,
}

impl Scenario {
    pub const ALL: [Self; 7] = [
        Self::Clean,
        Self::Nothing,
        Self::Base,
        Self::Middle,
        Self::Leaf,
        Self::Test,
        Self::Bump,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Nothing => "nothing",
            Self::Base => "base",
            Self::Middle => "middle",
            Self::Leaf => "leaf",
            Self::Test => "test",
            Self::Bump => "bump",
        }
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let scenario = Self::ALL.into_iter().find(|one| one.name() == text);
        scenario.ok_or_else(|| format!("there is no scenario '{text}'"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    Naive,
    Layered,
    PerCrate,
    Shared,
    Cargo,
}

impl Contender {
    const ALL: [Self; 5] = [
        Self::Naive,
        Self::Layered,
        Self::PerCrate,
        Self::Shared,
        Self::Cargo,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::Layered => "layered",
            Self::PerCrate => "per-crate",
            Self::Shared => "shared",
            Self::Cargo => "cargo",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Naive => "plain crane",
            Self::Cargo => "warm Cargo",
            _ => self.name(),
        }
    }

    fn is_strategy(self) -> bool {
        !matches!(self, Self::Naive | Self::Cargo)
    }
}

impl FromStr for Contender {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let contender = Self::ALL.into_iter().find(|one| one.name() == text);
        contender.ok_or_else(|| format!("there is no contender '{text}'"))
    }
}

pub struct Options {
    pub workspaces: Vec<Utf8PathBuf>,
    /// The scenarios to measure, without `clean`.
    pub scenarios: Vec<Scenario>,
    pub contenders: Vec<Contender>,
    pub packages_alone: bool,
    pub packages_of: String,
    pub profile: String,
    pub package_profile: Option<String>,
    pub features: Option<String>,
    pub source: String,
    pub run_tests: bool,
    pub incremental: bool,
    pub base: Option<String>,
    pub middle: Option<String>,
    pub leaf: Option<String>,
    pub bump: Option<(String, String)>,
    pub jobs: usize,
    pub json: Option<Utf8PathBuf>,
    pub keep: bool,
}

/// Parses the command line, or ends the process with a message.
pub fn read() -> Options {
    match parse(std::env::args().skip(1)).and_then(|options| check_environment().map(|()| options))
    {
        Ok(options) => options,
        Err(message) if message.is_empty() => {
            print!("{USAGE}");
            exit(0)
        }
        Err(message) => {
            eprintln!(
                "error: {message}\n\nhint: `cargo bench --bench rebuild -- --help` lists the options"
            );
            exit(2)
        }
    }
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        workspaces: Vec::new(),
        scenarios: Scenario::ALL[1..].to_vec(),
        contenders: Contender::ALL.to_vec(),
        packages_alone: false,
        packages_of: "members".to_owned(),
        profile: "dev".to_owned(),
        package_profile: None,
        features: None,
        source: "tree".to_owned(),
        run_tests: true,
        incremental: false,
        base: None,
        middle: None,
        leaf: None,
        bump: None,
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        json: None,
        keep: false,
    };
    let mut strategies: Option<Vec<Contender>> = None;
    let mut arguments = arguments.flat_map(|argument| match argument.split_once('=') {
        Some((name, value)) if name.starts_with("--") => vec![name.to_owned(), value.to_owned()],
        _ => vec![argument],
    });
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.ok_or_else(|| format!("{argument} wants a value"))
        };
        match argument.as_str() {
            // Cargo passes it on.
            "--bench" => {}
            "--help" | "-h" => return Err(String::new()),
            "--scenario" => {
                options.scenarios = list(&value()?)?;
                options.scenarios.retain(|one| *one != Scenario::Clean);
            }
            "--contender" => options.contenders = list(&value()?)?,
            "--strategy" => strategies = Some(list(&value()?)?),
            "--packages" => options.packages_alone = true,
            "--packages-of" => options.packages_of = one_of(value()?, &["members", "binaries"])?,
            "--profile" => options.profile = value()?,
            "--package-profile" => options.package_profile = Some(value()?),
            "--features" => options.features = Some(one_of(value()?, &["package", "workspace"])?),
            "--source" => options.source = one_of(value()?, &["tree", "clean"])?,
            "--no-run" => options.run_tests = false,
            "--incremental" => options.incremental = true,
            "--base" => options.base = Some(value()?),
            "--middle" => options.middle = Some(value()?),
            "--leaf" => options.leaf = Some(value()?),
            "--bump" => {
                let value = value()?;
                let Some((name, version)) = value.split_once('@') else {
                    return Err(format!("--bump wants NAME@VERSION, not '{value}'"));
                };
                options.bump = Some((name.to_owned(), version.to_owned()));
            }
            "--jobs" => {
                let value = value()?;
                let jobs = value.parse().ok().filter(|jobs| *jobs > 0);
                options.jobs =
                    jobs.ok_or_else(|| format!("--jobs wants a number, not '{value}'"))?;
            }
            "--json" => options.json = Some(value()?.into()),
            "--keep" => options.keep = true,
            other if other.starts_with('-') => return Err(format!("there is no option '{other}'")),
            path => {
                let workspace = Utf8PathBuf::from(path);
                if !workspace.join("Cargo.toml").is_file() {
                    return Err(format!("{path} has no Cargo.toml"));
                }
                options.workspaces.push(workspace);
            }
        }
    }
    if let Some(strategies) = strategies {
        if let Some(other) = strategies.iter().find(|one| !one.is_strategy()) {
            return Err(format!("'{}' is no strategy", other.name()));
        }
        options.contenders.retain(|one| !one.is_strategy());
        let place = usize::from(options.contenders.first() == Some(&Contender::Naive));
        options.contenders.splice(place..place, strategies);
    }
    if options.workspaces.is_empty() {
        return Err("there is no WORKSPACE to measure".to_owned());
    }
    Ok(options)
}

fn list<T: FromStr<Err = String>>(text: &str) -> Result<Vec<T>, String> {
    text.split(',').map(str::parse).collect()
}

fn one_of(value: String, allowed: &[&str]) -> Result<String, String> {
    if allowed.contains(&value.as_str()) {
        Ok(value)
    } else {
        Err(format!("'{value}' is none of {}", allowed.join(", ")))
    }
}

fn check_environment() -> Result<(), String> {
    for (name, what) in [
        (
            "CRANE_SRC",
            "it is the source of crane, for which the tests' stand-in is no substitute here",
        ),
        ("NIXPKGS_LIB", "it is the source of nixpkgs, or of its lib"),
        (
            "CRATESIEVE_HOST_TOOLS",
            "`eval \"$(tests/nix/setup)\"` sets it",
        ),
    ] {
        if std::env::var_os(name).is_none_or(|value| value.is_empty()) {
            return Err(format!("{name} is not set: {what}"));
        }
    }
    Ok(())
}
