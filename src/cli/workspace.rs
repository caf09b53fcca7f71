//! The workspace, the crates and the paths that the command line names.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::options::Global;
use crate::analysis::{self, Analysis, Shape, analyse};
use crate::graph::{Graph, TargetKind};
use crate::path::{self, Root};
use crate::problem::{Checked, Code, Problem};

/// The workspace that the global options name.
pub fn workspace(global: &Global) -> Checked<Analysis> {
    analyse(manifest_path(global)?.as_deref())
}

/// The crates of that workspace and what they depend on, without a look at any source.
pub fn shape(global: &Global) -> Checked<Shape> {
    analysis::shape(manifest_path(global)?.as_deref())
}

fn manifest_path(global: &Global) -> Checked<Option<Utf8PathBuf>> {
    let Some(given) = &global.manifest_path else {
        return Ok(None);
    };
    let path = match given.is_dir() {
        true => given.join("Cargo.toml"),
        false => given.clone(),
    };
    let message = match (path.exists(), path.file_name()) {
        (true, Some("Cargo.toml")) => return Ok(Some(absolute(&path)?)),
        (true, _) => "--manifest-path names a file that is not a Cargo.toml",
        (false, _) if given.is_dir() => "there is no Cargo.toml in the directory",
        (false, _) => "there is no such file or directory",
    };
    Err(Problem {
        code: Code::NoWorkspace,
        path: given.to_string(),
        line: None,
        message: message.to_owned(),
        hint:
            "name the workspace's Cargo.toml with --manifest-path, or the directory that holds it"
                .to_owned(),
    }
    .into())
}

fn absolute(path: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    camino::absolute_utf8(path).with_context(|| format!("cannot tell what directory {path} is in"))
}

/// A path as the command line has it, relative to the workspace root; `None` where there is
/// nothing.
pub fn given_path(analysis: &Analysis, given: &str) -> anyhow::Result<Option<String>> {
    for path in given_places(analysis, given)? {
        // The link itself is meant, not where it leads.
        if let Some(resolved) = analysis.tree.resolve(&path)? {
            return Ok(Some(resolved.needed.into_iter().next().unwrap_or(path)));
        }
    }
    Ok(None)
}

/// What a path of the command line may mean, the likeliest first: it starts from the current directory or, if
/// there is nothing, from the workspace root.
pub fn given_places(analysis: &Analysis, given: &str) -> anyhow::Result<Vec<String>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let from_here = analysis.tree.root().relative(&absolute(given.into())?);
    let from_root = analysis.tree.root().join(".", given);
    // From outside the workspace, its own names are meant.
    let is_outside = from_here.as_ref().is_none_or(|path| path.starts_with(".."));
    let places = if is_outside {
        [from_root, from_here]
    } else {
        [from_here, from_root]
    };
    // By way of some link to the workspace.
    let physical = || {
        let root = Root::new(&analysis.root.canonicalize_utf8().ok()?);
        root.relative(&Utf8Path::new(given).canonicalize_utf8().ok()?)
    };
    let places = places.into_iter().flatten().chain(physical());
    let source_root = analysis.manifest.source_root.as_deref().unwrap_or(".");
    Ok(places
        .filter(|path| path::is_within(path, source_root))
        .collect())
}

/// The workspace that the global options name, if it has a crate of this name.
pub fn workspace_with(name: &str, global: &Global) -> Checked<Analysis> {
    let analysis = workspace(global)?;
    known_crate(name, &analysis.graph)?;
    Ok(analysis)
}

/// Whether the workspace has a crate of this name; else the problem, with the names most like it.
pub fn known_crate(name: &str, graph: &Graph) -> Result<(), Problem> {
    if graph.crates.contains_key(name) {
        return Ok(());
    }
    let names: Vec<&str> = graph.crates.keys().map(String::as_str).collect();
    // The library's name, the crate's directory or its Cargo.toml says which one is meant.
    let place = name
        .trim_start_matches("./")
        .trim_end_matches("/Cargo.toml");
    let place = place.trim_end_matches('/');
    let is_meant = |other: &&str| {
        other.replace('-', "_") == name.replace('-', "_") || graph.crates[*other].path == place
    };
    // People know programs by their names, not by those of packages.
    let of_target = || {
        graph.crates.iter().find_map(|(owner, krate)| {
            let target = krate.targets.iter().find(|target| target.name == name)?;
            let kind = match target.kind {
                TargetKind::Lib { .. } => "the library",
                TargetKind::Bin => "a program",
                TargetKind::Test => "a test, bench or example",
                TargetKind::BuildScript => return None,
            };
            Some(format!(
                "`{name}` is {kind} of the crate `{owner}`: use that name"
            ))
        })
    };
    let hint = if let Some(meant) = names.iter().find(|other| is_meant(other)) {
        format!("did you mean `{meant}`?")
    } else if let Some(hint) = of_target() {
        hint
    } else {
        let close = similar::get_close_matches(name, &names, 3, 0.6);
        match close.is_empty() {
            true => "name a package of the workspace, as `cargo build -p` does".to_owned(),
            false => format!("did you mean `{}`?", close.join("`, `")),
        }
    };
    Err(Problem {
        code: Code::UnknownCrate,
        path: "Cargo.toml".to_owned(),
        line: None,
        message: format!("the workspace has no crate `{name}`"),
        hint,
    })
}

/// The problem that Cargo.lock is missing.
pub fn no_lock() -> Problem {
    Problem {
        code: Code::MissingLock,
        path: "Cargo.lock".to_owned(),
        line: None,
        message: "Cargo.lock is missing".to_owned(),
        hint: "run `cargo generate-lockfile`".to_owned(),
    }
}
