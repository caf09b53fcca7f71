//! Which files that a compile read are in no source, and what adds them.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::messages::{Unit, UnitKind};
use super::paths::relative;
use super::scratch::Scratch;
use crate::analysis::Analysis;
use crate::path;
use crate::rewrite::Sources;
use crate::source::Role;

/// A file that a crate reads and that its source lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    pub name: String,
    /// Relative to the workspace root; a directory where all of it is missing.
    pub path: String,
    /// Where it is read, as far as that can be told, and the line.
    pub by: String,
    pub line: Option<usize>,
    /// `the library`, `the build script`.
    pub reader: String,
    pub remedy: Remedy,
}

/// What adds it to the source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// This setting, `include` or `test-include`.
    Setting(&'static str),
    /// Nothing, while another setting takes it out: why it does.
    TakenOut(String),
    /// No setting: git ignores it, or it lies in a submodule that is not there.
    Ignored,
    /// The setting `include` of the whole workspace: Cargo itself reads it, of whatever crate.
    Workspace,
    /// No setting that was tried: why it does not add it.
    Unknown(String),
}

/// The files of every source that was asked for.
pub struct Asked<'a, 'w> {
    analysis: &'a Analysis,
    sources: &'a Sources<'w>,
    known: BTreeMap<(String, Role), BTreeSet<String>>,
}

impl<'a, 'w> Asked<'a, 'w> {
    pub fn new(analysis: &'a Analysis, sources: &'a Sources<'w>) -> Self {
        Self {
            analysis,
            sources,
            known: BTreeMap::new(),
        }
    }

    pub fn analysis(&self) -> &'a Analysis {
        self.analysis
    }

    pub fn source(&mut self, name: &str, role: Role) -> anyhow::Result<&BTreeSet<String>> {
        let key = (name.to_owned(), role);
        if !self.known.contains_key(&key) {
            let source = self.sources.source(name, role)?;
            self.known.insert(key.clone(), source.into_keys().collect());
        }
        Ok(&self.known[&key])
    }

    /// What of a path, relative to the workspace root, is in the tree and not in the source.
    pub fn lacking(
        &mut self,
        name: &str,
        role: Role,
        wanted: &str,
    ) -> anyhow::Result<BTreeSet<String>> {
        let analysis = self.analysis;
        let tree = &analysis.tree;
        let directory = analysis.graph.crates[name].path.as_str();
        let source = self.source(name, role)?;
        if source.contains(wanted) {
            return Ok(BTreeSet::new());
        }
        let Some(resolved) = tree.resolve(wanted)? else {
            return Ok(BTreeSet::new());
        };
        if !resolved.is_directory {
            let lacks = |path: &String| !source.contains(path);
            return Ok(resolved.needed.into_iter().filter(lacks).collect());
        }
        // Around the crate, a directory is watched, not read.
        if path::is_within(directory, wanted) {
            return Ok(BTreeSet::new());
        }
        let files = tree.files_below(wanted, &BTreeSet::new())?;
        let (there, lacking): (Vec<String>, Vec<String>) =
            files.into_keys().partition(|file| source.contains(file));
        // Of an own directory that is read, whatever serves people is left out; of one elsewhere,
        // nothing is.
        let is_own = path::is_within(wanted, directory);
        Ok(match (there.is_empty(), lacking.is_empty()) {
            (true, false) => BTreeSet::from([wanted.to_owned()]),
            (false, false) if !is_own => lacking.into_iter().collect(),
            _ => BTreeSet::new(),
        })
    }

    pub fn remedy(&self, name: &str, role: Role, file: &str) -> Remedy {
        let key = match role {
            Role::Library | Role::Own => "include",
            Role::Test => "test-include",
        };
        // The first that is known of it, or of a file in it.
        let why = self.analysis.rules[name].why.iter();
        let mut taken_out = why.filter(|(path, why)| {
            path::is_within(path, file)
                && (why.starts_with("`exclude`")
                    || key == "include" && why.starts_with("`test-include`"))
        });
        match taken_out.next() {
            Some((_, why)) => Remedy::TakenOut(why.clone()),
            None => Remedy::Setting(key),
        }
    }
}

/// What this unit read that its source lacks. `read` gets every path of the workspace it read.
pub fn of_unit(
    asked: &mut Asked<'_, '_>,
    scratch: &Scratch,
    unit: &Unit,
    read: &mut BTreeSet<String>,
) -> anyhow::Result<BTreeSet<Missing>> {
    let analysis = asked.analysis;
    let mut found = BTreeSet::new();
    if !analysis.graph.crates.contains_key(&unit.name) {
        return Ok(found);
    }
    for absolute in &unit.reads {
        let Some(wanted) = relative(analysis, scratch, absolute) else {
            continue;
        };
        read.insert(wanted.clone());
        let mut lacking: Vec<(String, bool)> = asked
            .lacking(&unit.name, unit.role, &wanted)?
            .into_iter()
            .map(|path| (path, false))
            .collect();
        let is_there = || Utf8Path::is_file(&analysis.root.join(&wanted));
        let resolved = analysis.tree.resolve(&wanted)?;
        // Where links lead is read as well.
        let needed = resolved.iter().flat_map(|resolved| &resolved.needed);
        read.extend(needed.cloned());
        if lacking.is_empty()
            && resolved.is_none()
            && !asked.source(&unit.name, unit.role)?.contains(&wanted)
            && is_there()
        {
            lacking.push((wanted.clone(), true));
        }
        for (path, is_ignored) in lacking {
            let (by, line) = place(analysis, scratch, unit, &path);
            found.insert(Missing {
                name: unit.name.clone(),
                by,
                line,
                reader: reader(unit),
                remedy: match is_ignored {
                    true => Remedy::Ignored,
                    false => asked.remedy(&unit.name, unit.role, &path),
                },
                path,
            });
        }
    }
    Ok(found)
}

fn reader(unit: &Unit) -> String {
    let what = match (unit.kind, unit.role) {
        (UnitKind::BuildScriptRun, _) => return "the build script".to_owned(),
        (_, Role::Own) => "the binary",
        (_, Role::Test) => "the test target",
        (_, Role::Library) if unit.target.starts_with("build-script-") => {
            return "the code of the build script".to_owned();
        }
        (_, Role::Library) => return "the library".to_owned(),
    };
    format!("{what} `{}`", unit.target)
}

/// Where the unit's sources say the file's name; else where they begin.
fn place(
    analysis: &Analysis,
    scratch: &Scratch,
    unit: &Unit,
    file: &str,
) -> (String, Option<usize>) {
    let entry = &analysis.manifest.crates[&unit.name];
    let script = || Some(path::child(&entry.path, entry.build_script.as_ref()?));
    let (root, sources) = match unit.kind {
        UnitKind::BuildScriptRun => (script(), script().into_iter().collect()),
        UnitKind::Compiled => {
            let sources = unit
                .reads
                .iter()
                .filter(|path| path.extension() == Some("rs"));
            let sources = sources.filter_map(|path| relative(analysis, scratch, path));
            (relative(analysis, scratch, &unit.root), sources.collect())
        }
    };
    let sources: BTreeSet<String> = sources;
    let mut name = file;
    while name != "." && name != ".." && !name.is_empty() {
        for source in &sources {
            let text = analysis
                .tree
                .read(source)
                .ok()
                .flatten()
                .unwrap_or_default();
            let is_said = |line: &str| {
                !line.trim_start().starts_with("//") && line.contains(path::name(name))
            };
            if let Some(line) = text.lines().position(is_said) {
                return (source.clone(), Some(line + 1));
            }
        }
        // A directory may be named instead of a file in it.
        name = path::parent(name);
    }
    let manifest = || path::child(&entry.path, "Cargo.toml");
    (root.unwrap_or_else(manifest), None)
}
