//! Which files that a compile read are in no source, and what a compile that failed wanted.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::Outcome;
use super::compile::{Failure, Unit, UnitKind};
use super::scratch::Scratch;
use crate::analysis::Analysis;
use crate::path::{self, Root};
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

/// What a failure in a crate's source names that is in the workspace, and not there.
pub fn of_failure(
    asked: &mut Asked<'_, '_>,
    scratch: &Scratch,
    (name, role): (&str, Role),
    failure: &Failure,
) -> anyhow::Result<BTreeSet<Missing>> {
    let analysis = asked.analysis;
    if failure.is_refusal {
        return of_refusal(asked, scratch, (name, role), failure);
    }
    let blamed = failure
        .name
        .as_deref()
        .filter(|blamed| analysis.graph.crates.contains_key(*blamed));
    let blamed = blamed.unwrap_or(name);
    // Of a dependency, the library is what fails.
    let needed_by = role.of(blamed, name);
    let directory = &analysis.graph.crates[blamed].path;
    let place = failure.place.as_ref().and_then(|(file, line)| {
        let file = relative(analysis, scratch, &scratch.root.join(file))?;
        Some((file, Some(*line)))
    });
    let runner = Runner::of(
        failure,
        analysis.manifest.crates[blamed].build_script.is_some(),
    );
    let script = analysis.manifest.crates[blamed].build_script.as_ref();
    let (by, line) = place.clone().unwrap_or_else(|| match script {
        Some(script) if runner == Runner::BuildScript => (path::child(directory, script), None),
        _ => (path::child(directory, "Cargo.toml"), None),
    });
    let starts = [
        ".",
        directory.as_str(),
        place.as_ref().map_or(".", |(file, _)| path::parent(file)),
    ];
    let mut found = BTreeSet::new();
    for word in path_like(&failure.words) {
        for start in starts {
            let absolute = scratch.root.join(start).join(&word);
            let Some(wanted) = relative(analysis, scratch, &absolute) else {
                continue;
            };
            for path in asked.lacking(name, role, &wanted)? {
                // A crate that is no part of the closure is none of its files.
                let is_inside = path::is_within(directory, &path);
                if !is_inside {
                    found.insert(Missing {
                        name: blamed.to_owned(),
                        by: by.clone(),
                        line,
                        reader: runner.words(),
                        remedy: asked.remedy(blamed, needed_by, &path),
                        path,
                    });
                }
            }
        }
    }
    Ok(found)
}

/// Who failed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Runner {
    BuildScript,
    /// The build script of a package outside the workspace, by its name.
    ThirdPartyScript(String),
    Macro,
    Compiler,
}

impl Runner {
    fn of(failure: &Failure, has_script: bool) -> Self {
        let script = failure.words.split_once("custom build command for `");
        let package = script.and_then(|(_, rest)| rest.split(' ').next());
        match package {
            Some(package) if failure.name.is_none() => Self::ThirdPartyScript(package.to_owned()),
            Some(_) if has_script => Self::BuildScript,
            _ if failure.place.is_some() => Self::Macro,
            _ => Self::Compiler,
        }
    }

    /// As a noun, of a crate.
    fn words(&self) -> String {
        match self {
            Self::BuildScript => "the build script".to_owned(),
            Self::ThirdPartyScript(package) => {
                format!("the build script of {package}, a dependency")
            }
            Self::Macro => "a macro".to_owned(),
            Self::Compiler => "the compiler, or what it calls for a crate".to_owned(),
        }
    }
}

/// What Cargo itself wants where it refuses a source, whatever crate it is of. A manifest is no
/// file that a setting could add: then a crate is missing.
fn of_refusal(
    asked: &mut Asked<'_, '_>,
    scratch: &Scratch,
    (name, role): (&str, Role),
    failure: &Failure,
) -> anyhow::Result<BTreeSet<Missing>> {
    let mut found = BTreeSet::new();
    for word in path_like(&failure.words) {
        let wanted = relative(asked.analysis, scratch, &scratch.root.join(&word));
        let wanted = wanted.filter(|wanted| path::name(wanted) != "Cargo.toml");
        let Some(wanted) = wanted else { continue };
        let is_file = |path: &String| asked.analysis.root.join(path).is_file();
        for path in asked
            .lacking(name, role, &wanted)?
            .into_iter()
            .filter(is_file)
        {
            found.insert(Missing {
                name: name.to_owned(),
                path,
                by: "Cargo.toml".to_owned(),
                line: None,
                reader: "Cargo, in the source".to_owned(),
                remedy: Remedy::Workspace,
            });
        }
    }
    Ok(found)
}

/// The failures that mean this, in a crate's source.
pub fn of_failures(
    asked: &mut Asked<'_, '_>,
    scratch: &Scratch,
    crate_and_role: (&str, Role),
    outcome: &Outcome,
) -> anyhow::Result<BTreeSet<Missing>> {
    let mut found = BTreeSet::new();
    for failure in &outcome.failures {
        found.extend(of_failure(asked, scratch, crate_and_role, failure)?);
    }
    Ok(found)
}

/// Relative to the workspace root, wherever it was compiled; `None` for what no source may hold: it
/// lies outside, or version control has it for itself.
pub fn relative(analysis: &Analysis, scratch: &Scratch, absolute: &Utf8Path) -> Option<String> {
    // A product of a build is not a source, even if the whole disk is one repository.
    if scratch.is_product(&lexical(absolute)) {
        return None;
    }
    let source_root = analysis.manifest.source_root.as_deref().unwrap_or(".");
    let limit = analysis.tree.limit().unwrap_or(source_root);
    let real = Root::new(&analysis.root);
    let of = |path: &Utf8Path| match scratch.holds(&lexical(path)) {
        true => Root::new(&scratch.root).relative(path),
        false => real.relative(path),
    };
    let is_possible = |path: &String| {
        let is_version_control = path
            .split('/')
            .any(|name| [".git", ".hg", ".jj"].contains(&name));
        path::is_within(path, limit) && !is_version_control
    };
    let found = of(absolute).filter(is_possible);
    // After a link, `..` leads elsewhere than it seems to.
    match found {
        Some(path) if !analysis.root.join(&path).exists() => {
            let physical = absolute.canonicalize_utf8().ok();
            let root = || Some(Root::new(&analysis.root.canonicalize_utf8().ok()?));
            let other = physical.and_then(|path| match scratch.holds(&path) {
                true => of(&path),
                false => root()?.relative(&path),
            });
            Some(other.filter(is_possible).unwrap_or(path))
        }
        found => found,
    }
}

fn lexical(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component.as_str() {
            ".." => {
                normal.pop();
            }
            name => normal.push(name),
        }
    }
    normal
}

fn reader(unit: &Unit) -> String {
    let what = match (unit.kind, unit.role) {
        (UnitKind::BuildScriptRun, _) => return "the build script".to_owned(),
        (_, Role::Own) => "the binary",
        (_, Role::Test) => "the test target",
        (_, Role::Library) if unit.target.starts_with("build-script-") => {
            return "the compile of the build script".to_owned();
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

/// What may be a path in the words of a compiler; of a glob, the directory in which it looks.
pub fn path_like(words: &str) -> BTreeSet<String> {
    let quoted = words.split(['"', '\'', '`', '\n']);
    let spaced = words.split(|c: char| c.is_whitespace() || "\"'`(),;=<>".contains(c));
    let trimmed = quoted
        .chain(spaced)
        .map(|word| word.trim().trim_end_matches([':', '.', ',']));
    trimmed
        .filter(|word| word.len() < 1024 && word.contains(['/', '.', '\\']))
        .map(|word| match word.find(['*', '?', '[']) {
            Some(varies) => word[..varies].rsplit_once('/').map_or("", |(path, _)| path),
            None => word,
        })
        .filter(|word| word.contains(|c: char| c.is_alphanumeric()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_words() {
        let words = "error: couldn't read `a/src/../x y.txt`: No such file (os error 2)\n\
            message: /s/a/b.txt: gone, and nothing matches examples/**/*.ncl";
        let found = path_like(words);
        for path in ["a/src/../x y.txt", "/s/a/b.txt", "examples"] {
            assert!(found.contains(path), "{path}: {found:?}");
        }
    }
}
