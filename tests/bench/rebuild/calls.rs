//! The reports of compiler.sh and builder.sh: calls of the compiler, and jobs that make them.

use std::collections::BTreeSet;

/// Marks a report. It may be anywhere in a line.
pub const MARK: &str = "cratesieve-bench ";

/// The purpose of a compiler call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Compiles with rustc or clippy.
    Compile,
    Doc,
    Doctest,
    /// A build script tests a feature of the compiler.
    Probe,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    ThirdParty,
    /// A real target of the workspace.
    Own,
    /// An empty target that replaces one of the workspace.
    Stub,
}

/// One call of the compiler.
#[derive(Clone, Debug)]
pub struct Call {
    pub kind: Kind,
    pub package: String,
    pub whose: Whose,
    pub is_build_script: bool,
    /// Identifies the compiled unit within one job.
    pub hash: String,
    /// Whether the call links, so that it waits for its whole closure.
    pub links: bool,
    /// The process of Cargo that made the call.
    pub cargo: u64,
    /// Seconds since 1970.
    pub begin: f64,
    pub end: f64,
    /// Processor seconds.
    pub processor: f64,
    /// The share of the call after which dependents can start. It is 1 if they need all of it.
    pub metadata: f64,
    pub reads_metadata: BTreeSet<String>,
    pub reads_all: BTreeSet<String>,
}

/// The end of a builder.
#[derive(Clone, Copy, Debug)]
pub struct Builder {
    pub succeeded: bool,
    pub begin: f64,
    pub end: f64,
    pub processor: f64,
}

pub enum Report {
    Call(Box<Call>),
    Builder(Builder),
}

/// The report in a line of a log, if there is one.
pub fn report(line: &str) -> Option<Report> {
    let (_, text) = line.split_once(MARK)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    match *words.first()? {
        "call" => call(&words[1..]).map(|call| Report::Call(Box::new(call))),
        "builder" => builder(&words[1..]).map(Report::Builder),
        _ => None,
    }
}

fn builder(words: &[&str]) -> Option<Builder> {
    let [code, begin, end, user, system, ..] = words else {
        return None;
    };
    Some(Builder {
        succeeded: *code == "0",
        begin: seconds(begin)?,
        end: seconds(end)?,
        processor: minutes(user)? + minutes(system)?,
    })
}

fn call(words: &[&str]) -> Option<Call> {
    let [
        kind,
        whose,
        package,
        name,
        hash,
        types,
        emits,
        cargo,
        begin,
        end,
        user,
        system,
        metadata,
        ref externs @ ..,
    ] = *words
    else {
        return None;
    };
    let kind = match kind {
        "compile" => Kind::Compile,
        "doc" => Kind::Doc,
        "doctest" => Kind::Doctest,
        _ => Kind::Probe,
    };
    let (begin, end) = (seconds(begin)?, seconds(end)?);
    let types: Vec<&str> = types.split(',').collect();
    let externs = externs.first().copied().unwrap_or_default();
    let with = |prefix: char| {
        let of_this = externs
            .split(',')
            .filter_map(|word| word.strip_prefix(prefix));
        of_this.map(str::to_owned).collect()
    };
    let metadata = match seconds(metadata) {
        Some(written) if begin < written && written < end => (written - begin) / (end - begin),
        _ => 1.0,
    };
    Some(Call {
        kind,
        package: package.to_owned(),
        whose: match whose {
            "third-party" => Whose::ThirdParty,
            "stub" => Whose::Stub,
            _ => Whose::Own,
        },
        is_build_script: name.starts_with("build_script_"),
        // Nothing waits for a call without a hash, such as documentation.
        hash: if hash == "-" {
            format!("{name} {begin}")
        } else {
            hash.to_owned()
        },
        links: emits.split(',').any(|emitted| emitted == "link")
            && types.iter().any(|kind| {
                ["bin", "test", "proc-macro", "dylib", "cdylib", "staticlib"].contains(kind)
            }),
        cargo: cargo.parse().ok()?,
        begin,
        end,
        processor: minutes(user)? + minutes(system)?,
        metadata,
        reads_metadata: with('m'),
        reads_all: with('r'),
    })
}

/// Parses seconds as bash prints them, with the locale's decimal mark.
fn seconds(text: &str) -> Option<f64> {
    text.replace(',', ".").parse().ok()
}

/// Reads what bash's `times` prints: `1m2.345s`.
pub fn minutes(text: &str) -> Option<f64> {
    let (minutes, rest) = text.split_once('m')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds(rest.strip_suffix('s')?)?)
}

/// A derivation that was built, or a command of Cargo.
#[derive(Clone, Debug)]
pub struct Job {
    pub name: String,
    /// The jobs that it waited for, as indices into the list.
    pub after: Vec<usize>,
    pub succeeded: bool,
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds outside the builder: setting up the sandbox, scanning outputs.
    pub around: f64,
    /// The part of these seconds in which the processor was used.
    pub around_at_work: f64,
    pub processor: f64,
    /// The start, in seconds since 1970.
    pub begin: f64,
    pub calls: Vec<Call>,
}

impl Job {
    /// Seconds of the job without any compiler call: before the first call, and after it.
    pub fn besides(&self) -> (f64, f64) {
        let mut calls: Vec<_> = self
            .calls
            .iter()
            .map(|call| (call.begin, call.end))
            .collect();
        calls.sort_by(|a, b| a.0.total_cmp(&b.0));
        let inside = self.wall - self.around;
        let Some(&(first, _)) = calls.first() else {
            return (inside, 0.0);
        };
        let before = (first - self.begin).clamp(0.0, inside);
        let mut covered = 0.0;
        let mut until = first;
        for (begin, end) in calls {
            covered += (end - until.max(begin)).max(0.0);
            until = until.max(end);
        }
        (before, (inside - before - covered).max(0.0))
    }
}
