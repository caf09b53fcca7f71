//! The crates of a workspace and what they depend on: what can be told without any source.

use std::collections::BTreeSet;
use std::{env, thread};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use crate::graph::{Graph, TargetKind};
use crate::metadata::{self, Workspace, endless};
use crate::problem::{Checked, Code, Problem, Problems};
use crate::tree::{Repository, Tree};
use crate::{git, path, walk};

/// The crates and what they depend on: what can be told without any source.
pub struct Shape {
    /// Absolute.
    pub root: Utf8PathBuf,
    pub graph: Graph,
    pub tree: Tree,
}

/// Asks Cargo for the workspace of `manifest_path`, or of the current directory.
pub fn shape(manifest_path: Option<&Utf8Path>) -> Checked<Shape> {
    let start = match manifest_path.and_then(Utf8Path::parent) {
        Some(directory) => Some(directory.to_owned()),
        None => env::current_dir()
            .ok()
            .and_then(|path| Utf8PathBuf::from_path_buf(path).ok()),
    };
    let directory = start.as_deref().and_then(git::repository);
    let around = directory.clone().or(start).unwrap_or_default();
    // Git and Cargo answer side by side.
    let ask = || {
        thread::scope(|scope| {
            let repository = directory.map(|directory| scope.spawn(|| Repository::read(directory)));
            let workspace = metadata::load(manifest_path, None);
            (repository.and_then(|thread| thread.join().ok()), workspace)
        })
    };
    let ((repository, workspace), pipes) = endless::ended(&around, ask);
    // What Cargo says of a manifest that it could not read to its end is no help.
    let told = |problems: &Problems| Problems::none_of(pipes).err().unwrap_or(problems.clone());
    let workspace = workspace.map_err(|failure| failure.map_problems(told))?;
    // The workspace root may lie in another repository than the member that was asked for.
    let directory = git::repository(&workspace.root);
    let repository = match (repository, directory) {
        (Some(known), Some(directory)) if known.directory == directory => Some(known),
        (_, directory) => directory.map(Repository::read),
    };
    Ok(shape_of(&workspace, repository.as_ref())?)
}

/// The shape of a workspace that Cargo has described.
pub fn shape_of(workspace: &Workspace, repository: Option<&Repository>) -> Result<Shape, Problems> {
    let root = workspace.root.clone();
    let limit = repository.map(|repository| repository.directory.as_path());
    let graph = Graph::new(workspace, limit)?;
    let tree = Tree::new(&root, repository, literal_places(&graph));
    Problems::none_of(behind_links(&graph, &tree))?;
    Ok(Shape { root, graph, tree })
}

/// Each crate that a symbolic link brings from outside the repository, which holds the link alone.
fn behind_links(graph: &Graph, tree: &Tree) -> Vec<Problem> {
    let problems = graph.crates.par_iter().filter_map(|(_, krate)| {
        let manifest = krate.manifest();
        let place = tree.outside(&manifest)?;
        Some(Problem {
            code: Code::OutsideRepository,
            path: manifest,
            line: None,
            message: format!("a symbolic link leads to it out of the repository, to {place}"),
            hint:
                "move it into the repository: a flake's source holds nothing outside its repository"
                    .to_owned(),
        })
    });
    problems.collect()
}

/// Where strings without `..` may lead to files that are not the crate's own or not in its
/// library: build scripts, and the targets of a root package, which owns nothing around them.
fn literal_places(graph: &Graph) -> BTreeSet<String> {
    let places = graph.crates.values().flat_map(|krate| {
        let is_root = path::is_within(".", &krate.path);
        let wanted = krate
            .targets
            .iter()
            .filter(move |t| is_root || t.kind == TargetKind::BuildScript);
        let targets = wanted.map(|target| target.path.as_str());
        let areas = is_root.then(|| walk::area(&krate.path, targets.clone()));
        areas.unwrap_or_else(|| targets.map(str::to_owned).collect())
    });
    places.collect()
}
