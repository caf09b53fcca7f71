//! The whole pipeline: from a manifest path to everything that is known of the workspace.

mod shape;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use crate::closure::{self, Closures};
use crate::executed::Executed;
use crate::filter::{self, Rules};
use crate::graph::{EdgeKind, Graph, TargetKind};
use crate::manifest::{CrateEntry, Manifest};
use crate::metadata::{self, Workspace};
use crate::patterns::{self, Expanded};
use crate::problem::{Checked, Code, Problem, Problems};
use crate::reach::{self, Inherited, Reach};
use crate::rewrite::read_lock::Lock;
use crate::rewrite::resolve_closure;
use crate::settings::{self, ManifestText};
use crate::source::{self, Role};
use crate::tree::{Repository, Scans, Tree};
use crate::walk::{self, Walked};
use crate::{artifacts, cargo_config, path, root_readers, workspace_files};

pub use shape::{Shape, shape};

use shape::shape_of;

/// A workspace, read once.
pub struct Analysis {
    /// Absolute.
    pub root: Utf8PathBuf,
    pub graph: Graph,
    pub closures: BTreeMap<String, Closures>,
    pub tree: Tree,
    pub walked: BTreeMap<String, Walked>,
    pub rules: BTreeMap<String, Rules>,
    /// Why each of the manifest's `files` is there.
    pub files: BTreeMap<String, String>,
    pub manifest: Manifest,
}

/// Reads the workspace of `manifest_path`, or of the current directory. Writes nothing.
pub fn analyse(manifest_path: Option<&Utf8Path>) -> Checked<Analysis> {
    analyse_shape(shape(manifest_path)?)
}

/// Analyses the workspace at `root` after edits: some files, relative to it, have the text of other
/// files. Scans of unchanged files are reused.
pub fn analyse_edited(
    root: &Utf8Path,
    edited: BTreeMap<String, Utf8PathBuf>,
    mut scans: Scans,
) -> Checked<Analysis> {
    scans.retain(|(path, _), _| !edited.contains_key(path));
    let Shape { root, graph, tree } = shape(Some(&root.join("Cargo.toml")))?;
    let tree = tree.with_elsewhere(edited).with_scans(scans);
    analyse_shape(Shape { root, graph, tree })
}

/// Analyses a workspace in files that git tracks, unpacked below `repository`. Cargo runs in the
/// directory `runs_in`.
pub fn analyse_unpacked(
    manifest_path: &Utf8Path,
    repository: &Utf8Path,
    runs_in: &Utf8Path,
) -> Checked<Analysis> {
    let workspace = metadata::load(Some(manifest_path), Some(runs_in))?;
    analyse_described(&workspace, repository, Scans::new())
}

/// Analyses a workspace that Cargo has described already. Scans of unchanged files are reused.
pub fn analyse_described(
    workspace: &Workspace,
    repository: &Utf8Path,
    scans: Scans,
) -> Checked<Analysis> {
    let Shape { root, graph, tree } = shape_of(workspace, Some(&Repository::unpacked(repository)))?;
    let tree = tree.with_scans(scans);
    analyse_shape(Shape { root, graph, tree })
}

fn analyse_shape(Shape { root, graph, tree }: Shape) -> Checked<Analysis> {
    let mut problems = Vec::new();
    let texts = manifest_texts(&graph, &tree, &mut problems)?;
    let settings = expand(&graph, &tree, &texts, &mut problems)?;
    Problems::none_of(problems)?;

    let walked = walk_and_scan(&graph, &tree)?;
    let is_own = |path: &str| {
        walked
            .values()
            .any(|w| w.files.contains_key(path) || w.directories.contains(path))
    };
    let (shared, shared_tests) = patterns::shared(&settings.workspace, is_own);
    let closures = closure::closures(&graph);
    let macros = exported_macros(&graph, &walked, &tree)?;
    let configuration = cargo_config::files(&tree, tree.limit().unwrap_or("."))?;
    let environment = cargo_config::environment(&tree, &configuration);
    let reached = graph
        .crates
        .par_iter()
        .map(|(name, krate)| {
            let mut inherited = Inherited::default();
            for other in closures[name].test.iter().filter(|other| *other != name) {
                inherited.add(&macros[other]);
            }
            let mut direct = krate.edges.iter().filter_map(|edge| macros.get(&edge.to));
            inherited.leads_up = direct.any(|other| other.leads_up);
            let text = &texts[&krate.manifest()];
            let walked = &walked[name];
            let reach = filter::reached(krate, walked, &tree, text, &inherited, &environment)?;
            Ok((name.clone(), reach))
        })
        .collect::<anyhow::Result<BTreeMap<_, _>>>()?;
    let of_crate = |name: &str, reach: Reach| {
        let (krate, walked) = (&graph.crates[name], &walked[name]);
        let package = &settings.packages[name];
        let matches = patterns::matches(walked, package, &settings.workspace);
        let mut rules = filter::rules(krate, walked, &tree, &matches, reach)?;
        for (path, why) in &shared_tests {
            rules.test_include.insert(path.clone());
            rules.why.entry(path.clone()).or_insert_with(|| why.clone());
        }
        anyhow::Ok((name.to_owned(), rules))
    };
    let mut rules = reached
        .par_iter()
        .map(|(name, reach)| of_crate(name, reach.clone()))
        .collect::<anyhow::Result<BTreeMap<_, _>>>()?;
    let code = Executed {
        graph: &graph,
        tree: &tree,
        closures: &closures,
        walked: &walked,
        rules: &rules,
        reached: &reached,
    };
    let again = reached
        .par_iter()
        .filter_map(|(name, _)| code.reach_of(name).transpose())
        .map(|reach| reach.and_then(|(name, reach)| of_crate(name, reach)))
        .collect::<anyhow::Result<BTreeMap<_, _>>>()?;
    rules.extend(again);

    for (name, why) in root_readers::find(&graph, &closures, &walked, &tree)? {
        let rules = rules.entry(name).or_default();
        if rules.include.insert("Cargo.toml".to_owned()) {
            rules.why.entry("Cargo.toml".to_owned()).or_insert(why);
        }
    }

    let unreadable = tree.unreadable().into_iter().map(|(path, words)| Problem {
        code: Code::Unreadable,
        path,
        line: None,
        message: format!("the source file cannot be read: {words}"),
        hint: "make it readable, or have git ignore it".to_owned(),
    });
    Problems::none_of(unreadable.collect())?;
    let mut files = shared;
    files.extend(workspace_files::find(
        &tree,
        tree.limit().unwrap_or(&outermost(&graph, &rules)),
    )?);
    if environment.values().any(|variable| variable.base.is_some()) {
        let scans = tree.scans();
        let asked = scans.values().flat_map(|scan| scan.variables().cloned());
        let crates = graph.crates.values().map(|krate| krate.path.as_str());
        let asked = asked.collect();
        files.extend(cargo_config::directories_of_others(
            &tree,
            &environment,
            &asked,
            crates,
        )?);
    }
    let entries = graph.crates.keys().map(|name| {
        (
            name.clone(),
            entry(name, &graph, &closures[name], &rules[name], &tree),
        )
    });
    let manifest = Manifest::new(
        files.keys().cloned().collect(),
        graph.patched.clone(),
        entries.collect(),
    );
    Ok(Analysis {
        root,
        graph,
        closures,
        tree,
        walked,
        rules,
        files,
        manifest,
    })
}

impl Analysis {
    /// The crates whose sources a build of `name` in this role sees, patched ones included.
    pub fn closure(&self, name: &str, role: Role) -> anyhow::Result<BTreeSet<String>> {
        let closures = &self.closures[name];
        let (crates, tested) = match role {
            Role::Library | Role::Own => (&closures.build, None),
            Role::Test => (&closures.test, Some(name)),
        };
        if self.graph.patched.is_subset(crates) {
            return Ok(crates.clone());
        }
        let text = self.tree.read("Cargo.lock")?.unwrap_or_default();
        let lock = Lock::parse(&text);
        let is_built = |name: &str, to: &str| self.graph.crates[name].builds_with(to);
        let closure = resolve_closure(crates, tested, &self.manifest, Some(&lock), &is_built);
        Ok(closure.crates)
    }

    /// The exact files of a crate's source.
    pub fn source_files(&self, name: &str, role: Role) -> anyhow::Result<BTreeSet<String>> {
        let crates = self.closure(name, role)?;
        source::files(&self.manifest, &self.tree, name, role, &crates)
    }
}

/// Every Cargo.toml, by its path; the root's too where it is no crate's.
fn manifest_texts(
    graph: &Graph,
    tree: &Tree,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<BTreeMap<String, ManifestText>> {
    let mut paths: BTreeSet<String> = graph
        .crates
        .values()
        .map(|krate| krate.manifest())
        .collect();
    paths.insert("Cargo.toml".to_owned());
    let read = paths
        .into_par_iter()
        .map(|path| {
            let text = tree.read(&path)?.unwrap_or_default();
            let (settings, mut found) = settings::read(&path, &text);
            found.extend(artifacts::problems(&path, &text));
            Ok((path, (settings, found)))
        })
        .collect::<anyhow::Result<BTreeMap<_, _>>>()?;
    let split = read.into_iter().map(|(path, (text, found))| {
        problems.extend(found);
        (path, text)
    });
    Ok(split.collect())
}

struct AllSettings {
    workspace: Vec<Expanded>,
    packages: BTreeMap<String, Vec<Expanded>>,
}

fn expand(
    graph: &Graph,
    tree: &Tree,
    texts: &BTreeMap<String, ManifestText>,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<AllSettings> {
    let workspace = patterns::expand(&texts["Cargo.toml"].workspace, ".", tree, problems)?;
    let mut packages = BTreeMap::new();
    for (name, krate) in &graph.crates {
        let settings = &texts[&krate.manifest()].package;
        let expanded = patterns::expand(settings, &krate.path, tree, problems)?;
        packages.insert(name.clone(), expanded);
    }
    Ok(AllSettings {
        workspace,
        packages,
    })
}

/// Both in parallel: first the walks, then every Rust file, so that one large crate keeps all
/// cores busy.
fn walk_and_scan(graph: &Graph, tree: &Tree) -> anyhow::Result<BTreeMap<String, Walked>> {
    let walked = graph
        .crates
        .par_iter()
        .map(|(name, _)| Ok((name.clone(), walk::walk(name, graph, tree)?)))
        .collect::<anyhow::Result<BTreeMap<_, _>>>()?;
    let sources: Vec<&String> = walked
        .values()
        .flat_map(|walked| walked.files.keys())
        .filter(|file| file.ends_with(".rs"))
        .collect();
    sources.par_iter().for_each(|file| {
        tree.scan(file);
    });
    Ok(walked)
}

/// The source root, as far as it is known from crates and their files.
fn outermost(graph: &Graph, rules: &BTreeMap<String, Rules>) -> String {
    let crates = graph.crates.values().map(|krate| krate.path.as_str());
    let files = rules
        .values()
        .flat_map(|rules| rules.include.iter().chain(&rules.test_include));
    path::common_ancestor(crates.chain(files.map(String::as_str)))
}

/// What the macros that each crate exports leave to those who call them.
fn exported_macros(
    graph: &Graph,
    walked: &BTreeMap<String, Walked>,
    tree: &Tree,
) -> anyhow::Result<BTreeMap<String, Inherited>> {
    let of = |name: &str, walked: &Walked| {
        let mut inherited = Inherited::default();
        let is_proc_macro = graph.crates[name].is_proc_macro();
        for file in walked.files.keys().filter(|file| file.ends_with(".rs")) {
            let scan = tree.scan(file);
            let of_file = Inherited::of(&scan);
            inherited.leads_up |= of_file.leads_up;
            if scan.exports_macros || is_proc_macro {
                inherited.add(&of_file);
            }
            if is_proc_macro && !inherited.opens_files {
                let text = tree.read(file)?.unwrap_or_default();
                inherited.opens_files = reach::opens_files(&text);
            }
        }
        anyhow::Ok(inherited)
    };
    let crates = walked.iter();
    crates
        .map(|(name, walked)| Ok((name.clone(), of(name, walked)?)))
        .collect()
}

fn entry(name: &str, graph: &Graph, closures: &Closures, rules: &Rules, tree: &Tree) -> CrateEntry {
    let krate = &graph.crates[name];
    let own = |path: &str| tree.root().between(&krate.path, path);
    let first = |kind| {
        krate
            .targets_of(kind)
            .next()
            .map(|target| own(&target.path))
    };
    let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
    CrateEntry {
        path: krate.path.clone(),
        member: krate.is_member,
        workspace: krate.inherits_from.clone(),
        lib: krate.lib().map(|target| own(&target.path)),
        proc_macro: first(TargetKind::Lib { proc_macro: true }).is_some(),
        build_script: first(TargetKind::BuildScript),
        bins: krate
            .targets_of(TargetKind::Bin)
            .map(|target| (target.name.clone(), own(&target.path)))
            .collect(),
        dependencies: owned(krate.dependencies(&[EdgeKind::Normal, EdgeKind::Build])),
        dev_dependencies: owned(krate.dependencies(&[EdgeKind::Dev])),
        closure: closures.build.clone(),
        test_extra: closures.test_extra(),
        nested: rules.nested.iter().map(|path| own(path)).collect(),
        bin_only: rules.bin_only.clone(),
        test_only: rules.test_only.clone(),
        drop: rules.drop.clone(),
        include: rules.include.clone(),
        test_include: rules.test_include.clone(),
    }
}
