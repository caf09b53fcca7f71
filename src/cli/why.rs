//! `cratesieve why`: the chain of path dependencies, or the rule, that makes an input.

use camino::Utf8Path;
use clap::Args;

use super::{Global, Printer, given_path, workspace_with};
use crate::analysis::Analysis;
use crate::chain::{self, Node};
use crate::graph::{Edge, EdgeKind};
use crate::path;
use crate::problem::{Checked, Problem};
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
}

pub fn run(args: &Why, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let name = args.name.as_str();
    let analysis = match workspace_with(name, global)? {
        Ok(analysis) => analysis,
        Err(problems) => return Ok(Err(problems)),
    };
    let answer = if analysis.graph.crates.contains_key(&args.what) {
        why_crate(&analysis, name, &args.what)?
    } else {
        match given_path(&analysis, &args.what)? {
            Some(path) => why_path(&analysis, name, &path)?,
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
    printer.data(&format!("{answer}\n"))?;
    Ok(Ok(()))
}

fn why_crate(analysis: &Analysis, name: &str, other: &str) -> anyhow::Result<String> {
    if name == other {
        return Ok(format!(
            "{other} is an input of {name}: it is the same crate"
        ));
    }
    for (role, what) in [
        (Role::Own, "an input"),
        (Role::Test, "an input of the tests"),
    ] {
        if analysis.closure(name, role)?.contains(other) {
            let chain = shown_chain(analysis, name, other, role)?.join("\n  ");
            return Ok(format!("{other} is {what} of {name}\n\n  {chain}"));
        }
    }
    Ok(format!(
        "{other} is no input of {name}\n\n  no chain of path dependencies leads from {name} to {other}"
    ))
}

/// The shortest chain, a line for each entry of a Cargo.toml (or of Cargo.lock, where third-party
/// packages lead back) that makes a step of it: who, where, of what kind.
fn shown_chain(
    analysis: &Analysis,
    name: &str,
    other: &str,
    role: Role,
) -> anyhow::Result<Vec<String>> {
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
    let mut rows = Vec::new();
    for step in &steps {
        let way = format!("{} -> {}", lock.shown(step.from), lock.shown(step.to));
        let patched = match step.to {
            Node::Crate(to) if step.is_locked => patch_place(analysis, to)?,
            _ => None,
        };
        let patched = patched.map_or(String::new(), |place| format!(", [patch] at {place}"));
        let in_lock = || place("Cargo.lock", lock.line(&text, step));
        let Node::Crate(from) = step.from else {
            rows.push((way, in_lock(), format!("third-party{patched}")));
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
            rows.push((way, in_lock(), format!("third-party{patched}")));
            continue;
        }
        let manifest = analysis.tree.read(&krate.manifest())?.unwrap_or_default();
        let lines = declared::lines(&manifest, edges.iter().copied());
        for edge in edges {
            let place = place(&krate.manifest(), lines.get(edge).copied());
            rows.push((way.clone(), place, format!("{}{patched}", edge.words())));
        }
    }
    let width = |column: fn(&(String, String, String)) -> &str| {
        rows.iter().map(|row| column(row).chars().count()).max()
    };
    let way_width = width(|(way, _, _)| way).unwrap_or_default();
    let place_width = width(|(_, place, _)| place).unwrap_or_default();
    let line = |(way, place, words)| format!("{way:way_width$}  {place:place_width$}  {words}");
    Ok(rows.into_iter().map(line).collect())
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

fn why_path(analysis: &Analysis, name: &str, path: &str) -> anyhow::Result<String> {
    let roles = [
        (Role::Library, "an input", ""),
        (Role::Own, "an input", ", of its own package only"),
        (Role::Test, "an input", ", of its tests only"),
    ];
    for (asked, noun, limit) in roles {
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
            let mut lines = match part == name {
                true => Vec::new(),
                false => shown_chain(analysis, name, part, asked)?,
            };
            lines.push(format!("{part}: {reason}"));
            let lines = lines.join("\n  ");
            return Ok(format!("{path} is {noun} of {name}{limit}\n\n  {lines}"));
        }
    }
    if matches!(path, "Cargo.toml" | "Cargo.lock") {
        return Ok(format!(
            "{path} is an input of {name}\n\n  every source has one, pruned to what {name} needs"
        ));
    }
    if let Some((_, why)) = analysis
        .files
        .iter()
        .find(|(file, _)| path::is_within(file, path))
    {
        return Ok(format!(
            "{path} is an input of {name}\n\n  of every crate: {why}"
        ));
    }
    Ok(format!(
        "{path} is no input of {name}\n\n  {}",
        why_not(analysis, name, path)?
    ))
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
