//! `cratesieve why`: the chain of path dependencies, or the rule, that makes an input.

mod print;

use camino::Utf8Path;
use clap::Args;

use super::{Format, Global, Printer, given_path, known_crate, workspace};
use crate::analysis::Analysis;
use crate::chain::{self, Node};
use crate::graph::{Edge, EdgeKind};
use crate::path;
use crate::problem::{Checked, Problem, shell_word};
use crate::rewrite::read_lock::Lock;
use crate::source::{self, Role};
use crate::{declared, patches};

#[derive(Args, Debug)]
pub struct Why {
    /// A package of the workspace
    #[arg(value_name = "CRATE")]
    name: String,
    /// A file, a directory or another package; a path starts from the current directory or, if
    /// there is nothing of that name, from the workspace root
    #[arg(value_name = "PATH|CRATE")]
    what: String,
    /// How to print the answer
    #[arg(long, default_value = "text")]
    format: Format,
}

/// Whether the crate `name` has an input, and what makes it one.
struct Answer {
    name: String,
    what: What,
    verdict: Verdict,
}

enum What {
    Crate(String),
    Path(String),
}

enum Verdict {
    /// The narrowest role that has it; what leads there; which crate of the closure has it, and why.
    Input {
        role: Role,
        chain: Vec<Step>,
        reason: Option<(String, String)>,
    },
    /// Of every source.
    Always(String),
    No(String),
}

/// One entry of a Cargo.toml or of Cargo.lock that makes a step of a chain.
struct Step {
    from: String,
    to: String,
    path: String,
    line: Option<usize>,
    /// Its kind, and what is special about it.
    how: String,
}

pub fn run(args: &Why, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let name = args.name.as_str();
    let analysis = match workspace(global)? {
        Ok(analysis) => analysis,
        Err(problems) => return Ok(Err(problems)),
    };
    if let Err(problem) = known_crate(name, &analysis.graph) {
        let is_swapped = analysis.graph.crates.contains_key(&args.what)
            && given_path(&analysis, name)?.is_some();
        return Ok(Err(match is_swapped {
            true => Problem {
                hint: format!(
                    "name the crate first: `cratesieve why {} {}`",
                    shell_word(&args.what),
                    shell_word(name)
                ),
                ..problem
            },
            false => problem,
        }
        .into()));
    }
    let (what, verdict) = if analysis.graph.crates.contains_key(&args.what) {
        let verdict = why_crate(&analysis, name, &args.what)?;
        (What::Crate(args.what.clone()), verdict)
    } else {
        match given_path(&analysis, &args.what)? {
            Some(path) => {
                let verdict = why_path(&analysis, name, &path)?;
                (What::Path(path), verdict)
            }
            None => {
                let exists = Utf8Path::new(&args.what).exists();
                let message = match exists {
                    true => {
                        "no source can hold it: it lies outside the repository or git ignores it"
                    }
                    false => "there is no such file, and no crate of that name",
                };
                return Ok(Err(Problem {
                    code: "unknown-path",
                    path: args.what.clone(),
                    line: None,
                    message: message.to_owned(),
                    hint: "name a file of the repository that git does not ignore, or a package"
                        .to_owned(),
                }
                .into()));
            }
        }
    };
    let answer = Answer {
        name: name.to_owned(),
        what,
        verdict,
    };
    match args.format {
        Format::Text => printer.data(&print::text(&answer))?,
        Format::Json => printer.json(&print::json(&answer))?,
    }
    Ok(Ok(()))
}

fn why_crate(analysis: &Analysis, name: &str, other: &str) -> anyhow::Result<Verdict> {
    if name == other {
        return Ok(Verdict::Always("it is the same crate".to_owned()));
    }
    for role in [Role::Own, Role::Test] {
        if analysis.closure(name, role)?.contains(other) {
            return Ok(Verdict::Input {
                role,
                chain: chain(analysis, name, other, role)?,
                reason: None,
            });
        }
    }
    Ok(Verdict::No(format!(
        "no chain of path dependencies leads from {name} to {other}"
    )))
}

/// The shortest chain, a step for each entry of a Cargo.toml (or of Cargo.lock, where third-party
/// packages lead back) that leads on: who, where, of what kind.
fn chain(analysis: &Analysis, name: &str, other: &str, role: Role) -> anyhow::Result<Vec<Step>> {
    let tests = role == Role::Test;
    let graph = &analysis.graph;
    let (mut lock, mut text) = (Lock::default(), String::new());
    let steps = match chain::by_paths(graph, name, other, tests) {
        Some(steps) => steps,
        None => {
            text = analysis.tree.read("Cargo.lock")?.unwrap_or_default();
            lock = Lock::parse(&text);
            let steps = lock.chain(graph, name, other, tests);
            steps.unwrap_or_default()
        }
    };
    let mut found = Vec::new();
    for step in &steps {
        let patched = match step.to {
            Node::Crate(to) if step.is_locked => patch_place(analysis, to)?,
            _ => None,
        };
        let patched = patched.map_or(String::new(), |place| format!(", [patch] at {place}"));
        let made = |path: String, line, how: &str| Step {
            from: lock.shown(step.from).to_string(),
            to: lock.shown(step.to).to_string(),
            path,
            line,
            how: format!("{how}{patched}"),
        };
        let in_lock = || {
            made(
                "Cargo.lock".to_owned(),
                lock.line(&text, step),
                "third-party",
            )
        };
        let Node::Crate(from) = step.from else {
            found.push(in_lock());
            continue;
        };
        let krate = &graph.crates[from];
        let declared = match step.is_locked {
            false => &krate.edges,
            true => &krate.third_party,
        };
        let counts = |edge: &&Edge| {
            edge.to == lock.name(step.to) && (edge.kind != EdgeKind::Dev || tests && from == name)
        };
        let edges: Vec<&Edge> = declared.iter().filter(counts).collect();
        if edges.is_empty() {
            // The lock is older than the Cargo.toml.
            found.push(in_lock());
            continue;
        }
        let manifest = analysis.tree.read(&krate.manifest())?.unwrap_or_default();
        let lines = declared::lines(&manifest, edges.iter().copied());
        for edge in edges {
            let line = lines.get(edge).copied();
            found.push(made(krate.manifest(), line, &edge.words()));
        }
    }
    Ok(found)
}

fn place(path: &str, line: Option<usize>) -> String {
    line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"))
}

/// Where `[patch]` or the like puts the crate in place of another package.
fn patch_place(analysis: &Analysis, name: &str) -> anyhow::Result<Option<String>> {
    let directory = &analysis.graph.crates[name].path;
    for file in patches::FILES {
        let text = analysis.tree.read(file)?.unwrap_or_default();
        if let Some(line) = patches::line(&text, analysis.tree.root(), directory) {
            return Ok(Some(place(file, Some(line))));
        }
    }
    Ok(None)
}

fn why_path(analysis: &Analysis, name: &str, path: &str) -> anyhow::Result<Verdict> {
    for asked in [Role::Library, Role::Own, Role::Test] {
        for part in [name].into_iter().chain(
            analysis
                .closure(name, asked)?
                .iter()
                .map(String::as_str)
                .filter(|part| *part != name),
        ) {
            let role = if part == name { asked } else { Role::Library };
            let files = source::crate_files(&analysis.manifest.crates[part], &analysis.tree, role)?;
            if !files.iter().any(|file| path::is_within(file, path)) {
                continue;
            }
            let below = files.iter().filter(|file| path::is_within(file, path));
            let reason = match (below.clone().count(), below.clone().next()) {
                (count, Some(first))
                    if count > 1 && !analysis.rules[part].why.contains_key(path) =>
                {
                    let reason = reason(analysis, part, first);
                    format!("{count} files below it, such as {first}: {reason}")
                }
                _ => reason(analysis, part, path),
            };
            let chain = match part == name {
                true => Vec::new(),
                false => chain(analysis, name, part, asked)?,
            };
            return Ok(Verdict::Input {
                role: asked,
                chain,
                reason: Some((part.to_owned(), reason)),
            });
        }
    }
    if matches!(path, "Cargo.toml" | "Cargo.lock") {
        let why = format!("every source has one, pruned to what {name} needs");
        return Ok(Verdict::Always(why));
    }
    let files = &mut analysis.files.iter();
    if let Some((_, why)) = files.find(|(file, _)| path::is_within(file, path)) {
        return Ok(Verdict::Always(format!("of every crate: {why}")));
    }
    Ok(Verdict::No(why_not(analysis, name, path)?))
}

/// What lets the file in.
fn reason(analysis: &Analysis, part: &str, path: &str) -> String {
    let rules = &analysis.rules[part];
    // Of a directory, what is said of the first file below it.
    let below = rules.why.range(path.to_owned()..).next();
    let path = match below {
        Some((file, _)) if path::is_within(file, path) => file,
        _ => path,
    };
    let mut place = path;
    loop {
        if let Some(why) = rules.why.get(place) {
            return why.clone();
        }
        if place == "." || !place.contains('/') {
            break;
        }
        place = path::parent(place);
    }
    match analysis.graph.crates[part].path.as_str() {
        "." => "below the directory of one of its targets, and nothing takes it out".to_owned(),
        directory => format!("below {directory}, and nothing takes it out"),
    }
}

/// Whose the file is, and what keeps it out.
fn why_not(analysis: &Analysis, name: &str, path: &str) -> anyhow::Result<String> {
    let owner = analysis
        .walked
        .iter()
        .find(|(_, walked)| walked.files.keys().any(|file| path::is_within(file, path)));
    let Some((owner, _)) = owner else {
        return Ok(format!(
            "no crate owns it, and nothing that {name} reads refers to it; \
             if it is read all the same, `include` it in [package.metadata.cratesieve]"
        ));
    };
    let rules = &analysis.rules[owner];
    let why = rules
        .why
        .get(path)
        .map(|why| format!(": {why}"))
        .unwrap_or_default();
    let own = analysis
        .tree
        .root()
        .between(&analysis.graph.crates[owner].path, path);
    let listed = |list: &std::collections::BTreeSet<String>| {
        list.iter().any(|entry| path::is_within(&own, entry))
    };
    Ok(if listed(&rules.drop) {
        format!("{owner} drops it{why}")
    } else if !analysis.closure(name, Role::Test)?.contains(owner) {
        format!("it belongs to {owner}, to which no chain of path dependencies leads from {name}")
    } else if listed(&rules.bin_only) {
        format!("only binaries of {owner} read it, and {name} uses its library{why}")
    } else if listed(&rules.test_only) {
        format!("only tests, benches and examples of {owner} read it{why}")
    } else {
        format!("it belongs to {owner}{why}")
    })
}
