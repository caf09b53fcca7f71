//! Chains as people follow them: who, where, of what kind.

use crate::analysis::Analysis;
use crate::chain::{self, Node};
use crate::graph::{Edge, EdgeKind};
use crate::rewrite::read_lock::Lock;
use crate::source::Role;
use crate::{declared, patches};

/// One entry of a Cargo.toml or of Cargo.lock that makes a step of a chain.
#[derive(Clone)]
pub struct Step {
    pub from: String,
    pub to: String,
    pub path: String,
    pub line: Option<usize>,
    /// Its kind, and what is special about it.
    pub how: String,
}

/// Cargo.lock, parsed and as text. It has no packages if the file is missing.
#[derive(Default)]
pub struct LockFile {
    pub is_there: bool,
    pub lock: Lock,
    text: String,
}

impl LockFile {
    pub fn read(analysis: &Analysis) -> anyhow::Result<Self> {
        let text = analysis.tree.read("Cargo.lock")?;
        Ok(Self {
            is_there: text.is_some(),
            lock: Lock::parse(text.as_deref().unwrap_or_default()),
            text: text.unwrap_or_default(),
        })
    }
}

/// The shortest chain from crate to crate, a step for each entry of a Cargo.toml (or of Cargo.lock,
/// where third-party packages lead back) that leads on.
pub fn to_crate(
    analysis: &Analysis,
    name: &str,
    other: &str,
    role: Role,
) -> anyhow::Result<Vec<Step>> {
    let tests = role == Role::Test;
    if let Some(steps) = chain::by_paths(&analysis.graph, name, other, tests) {
        return described(analysis, &LockFile::default(), &steps, name, tests);
    }
    let file = LockFile::read(analysis)?;
    let steps = file.lock.chain(&analysis.graph, name, other, tests);
    described(analysis, &file, &steps.unwrap_or_default(), name, tests)
}

/// The steps to a package of the lock, by its index; `None` if no chain leads there.
pub fn to_package(
    analysis: &Analysis,
    file: &LockFile,
    name: &str,
    index: usize,
    role: Role,
) -> anyhow::Result<Option<Vec<Step>>> {
    let tests = role == Role::Test;
    let to = Node::ThirdParty(index);
    let steps = file.lock.chain_to(&analysis.graph, name, to, tests);
    steps
        .map(|steps| described(analysis, file, &steps, name, tests))
        .transpose()
}

fn described(
    analysis: &Analysis,
    LockFile { lock, text, .. }: &LockFile,
    steps: &[chain::Step<'_>],
    name: &str,
    tests: bool,
) -> anyhow::Result<Vec<Step>> {
    let graph = &analysis.graph;
    let mut found = Vec::new();
    for step in steps {
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
                lock.line(text, step),
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

pub fn place(path: &str, line: Option<usize>) -> String {
    line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"))
}

/// The place where `[patch]` or the like replaces another package with the crate.
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
