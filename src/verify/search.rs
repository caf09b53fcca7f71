//! Which files a test misses that passes in the workspace and fails in its crate's source.
//!
//! At best, the message of the test names them; most messages are "No such file or directory". So
//! the files that the source lacks are added: first those in the message, then all of them, then
//! fewer and fewer, until none can be spared. A test that fails with all of them misses something
//! else.

use std::collections::BTreeSet;

use super::compile::Check;
use super::missing::{Asked, Missing};
use super::paths::{path_like, relative};
use super::scratch::Scratch;
use super::tests_run::{Test, TestRun, run_tests};
use crate::analysis::Analysis;
use crate::graph::TargetKind;
use crate::path;
use crate::source::Role;

/// How many files are looked for one by one. Who misses more misses a directory.
const MOST: usize = 12;

/// What the tests of one crate miss in its source.
#[derive(Clone, Debug, Default)]
pub struct Missed {
    pub files: BTreeSet<Missing>,
    /// The tests that fail there whatever is put there, and what they say.
    pub unexplained: Vec<(Test, String)>,
}

/// Runs the tests of the crate `name` in its source, which is unpacked, and looks for what those
/// miss that did not fail `here`.
pub fn missed(
    asked: &mut Asked<'_, '_>,
    scratch: &Scratch,
    check: &Check<'_>,
    name: &str,
    here: &TestRun,
) -> anyhow::Result<Missed> {
    let mut missed = Missed::default();
    let mut trial = Trial {
        scratch,
        check,
        analysis: asked.analysis(),
        lacking: lacking(asked, name)?,
        there: BTreeSet::new(),
    };
    let mut given = BTreeSet::new();
    loop {
        trial.put(&given)?;
        let run = run_tests(check, None)?;
        if let Some(words) = run.refusal {
            let test = Test {
                target: String::new(),
                name: String::new(),
            };
            missed.unexplained.push((test, words));
        }
        let is_new = |test: &&Test| {
            let mut known = missed.unexplained.iter().map(|(test, _)| test);
            !here.failed.contains_key(*test) && !known.any(|known| known == *test)
        };
        let Some(test) = run.failed.keys().find(is_new).cloned() else {
            break;
        };
        let words = &run.failed[&test];
        match trial.search(asked, name, &test, words, &given)? {
            // It fails now and then, whatever is there.
            Some(files) if files.is_empty() => {
                missed.unexplained.push((test, words.clone()));
            }
            Some(files) => {
                for path in trial.widened(asked, name, &test, &files, &given)? {
                    let below = trial
                        .lacking
                        .iter()
                        .filter(|file| path::is_within(file, &path));
                    given.extend(below.cloned());
                    missed
                        .files
                        .insert(missing(asked, scratch, name, &test, words, path));
                }
            }
            None => missed.unexplained.push((test, words.clone())),
        }
    }
    trial.put(&BTreeSet::new())?;
    Ok(missed)
}

/// The files of the repository that the source of the tests lacks.
fn lacking(asked: &mut Asked<'_, '_>, name: &str) -> anyhow::Result<BTreeSet<String>> {
    let analysis = asked.analysis();
    let root = analysis.manifest.source_root.as_deref().unwrap_or(".");
    let source = asked.source(name, Role::Test)?;
    let files = analysis.tree.files_below(root, &BTreeSet::new())?;
    Ok(files
        .into_keys()
        .filter(|file| !source.contains(file))
        .collect())
}

/// A source to which files are added, and a test that is run there.
struct Trial<'t> {
    scratch: &'t Scratch,
    check: &'t Check<'t>,
    analysis: &'t Analysis,
    /// What may be added.
    lacking: BTreeSet<String>,
    /// What is.
    there: BTreeSet<String>,
}

impl Trial<'_> {
    /// Adds these files, and no others.
    fn put(&mut self, wanted: &BTreeSet<String>) -> anyhow::Result<()> {
        for file in self.there.difference(wanted) {
            self.scratch.take(file)?;
        }
        for file in wanted.difference(&self.there) {
            self.scratch.put(file, &self.analysis.root)?;
        }
        self.there = wanted.clone();
        Ok(())
    }

    fn passes(&mut self, test: &Test, files: &BTreeSet<String>) -> anyhow::Result<bool> {
        self.put(files)?;
        let run = run_tests(self.check, Some(test))?;
        // Without the program, or without the test, nothing fails either.
        let has_run = run.passed > 0 || test.name.is_empty();
        Ok(run.refusal.is_none() && !run.failed.contains_key(test) && has_run)
    }

    /// The smallest set of files that the test needs in addition to `given`; `None` if it fails
    /// with all of them.
    fn search(
        &mut self,
        asked: &mut Asked<'_, '_>,
        name: &str,
        test: &Test,
        words: &str,
        given: &BTreeSet<String>,
    ) -> anyhow::Result<Option<BTreeSet<String>>> {
        let named = named(asked, self.scratch, name, words)?;
        let is_named = |file: &&String| named.iter().any(|place| path::is_within(file, place));
        let said: BTreeSet<String> = self.lacking.iter().filter(is_named).cloned().collect();
        let with = |more: &[String]| given.iter().chain(more).cloned().collect::<BTreeSet<_>>();
        let mut pool: Vec<String> = self.lacking.difference(given).cloned().collect();
        if !said.is_empty() && self.passes(test, &said.union(given).cloned().collect())? {
            pool = said.into_iter().collect();
        } else if !self.passes(test, &with(&pool))? {
            return Ok(None);
        }
        let mut needed: Vec<String> = Vec::new();
        while needed.len() < MOST {
            // With so many of them it passes; with none it fails, or none is needed.
            let (mut few, mut enough) = (0, pool.len());
            while few < enough {
                let some = (few + enough) / 2;
                let tried: Vec<String> = needed.iter().chain(&pool[..some]).cloned().collect();
                match self.passes(test, &with(&tried))? {
                    true => enough = some,
                    false => few = some + 1,
                }
            }
            if enough == 0 {
                break;
            }
            needed.push(pool[enough - 1].clone());
            pool.truncate(enough - 1);
        }
        Ok(Some(needed.into_iter().collect()))
    }

    /// The directory of a file instead of the file, if the test reads the directory: if it needs
    /// all of several files in it, or if any other of them would do.
    fn widened(
        &mut self,
        asked: &mut Asked<'_, '_>,
        name: &str,
        test: &Test,
        files: &BTreeSet<String>,
        given: &BTreeSet<String>,
    ) -> anyhow::Result<BTreeSet<String>> {
        let mut places = BTreeSet::new();
        for file in files {
            let directory = path::parent(file);
            let below = |other: &&String| path::is_within(other, directory);
            let all: BTreeSet<String> = self.lacking.iter().filter(below).cloned().collect();
            let is_crate = |other: &String| path::name(other) == "Cargo.toml";
            let is_around = matches!(directory, "." | "..") || directory.ends_with("/..");
            let is_there = asked
                .source(name, Role::Test)?
                .iter()
                .any(|other| below(&other));
            if is_around || is_there || all.len() < 2 || all.iter().any(is_crate) {
                places.insert(file.clone());
                continue;
            }
            let is_read = all.is_subset(files) || {
                let others = files.iter().filter(|other| *other != file);
                let mut tried: BTreeSet<String> = others.chain(given).cloned().collect();
                tried.extend(all.iter().find(|other| *other != file).cloned());
                self.passes(test, &tried)?
            };
            places.insert(match is_read {
                true => directory.to_owned(),
                false => file.clone(),
            });
        }
        Ok(places)
    }
}

/// The files and directories in the words of a test that its source lacks.
fn named(
    asked: &mut Asked<'_, '_>,
    scratch: &Scratch,
    name: &str,
    words: &str,
) -> anyhow::Result<BTreeSet<String>> {
    let analysis = asked.analysis();
    let directory = analysis.graph.crates[name].path.as_str();
    let mut found = BTreeSet::new();
    for word in path_like(words) {
        for start in [directory, "."] {
            let absolute = scratch.root.join(start).join(&word);
            if let Some(wanted) = relative(analysis, scratch, &absolute) {
                found.extend(asked.lacking(name, Role::Test, &wanted)?);
            }
        }
    }
    Ok(found)
}

fn missing(
    asked: &Asked<'_, '_>,
    scratch: &Scratch,
    name: &str,
    test: &Test,
    words: &str,
    path: String,
) -> Missing {
    let analysis = asked.analysis();
    let (by, line) = place(analysis, scratch, words).unwrap_or_else(|| {
        let krate = &analysis.graph.crates[name];
        let (_, target) = test.target.rsplit_once(' ').unwrap_or_default();
        let mut tests = krate.targets_of(TargetKind::Test);
        let root = tests
            .find(|other| other.name == target)
            .map(|other| &other.path);
        let root = root.or_else(|| krate.lib().map(|lib| &lib.path));
        (root.cloned().unwrap_or_else(|| krate.manifest()), None)
    });
    Missing {
        name: name.to_owned(),
        by,
        line,
        reader: match &*test.name {
            "" => format!("the tests of `{}`", test.target),
            name => format!("the test `{name}`"),
        },
        remedy: asked.remedy(name, Role::Test, &path),
        path,
    }
}

/// Where a test panicked: `panicked at crates/a/tests/all.rs:3:5:`.
fn place(analysis: &Analysis, scratch: &Scratch, words: &str) -> Option<(String, Option<usize>)> {
    let (_, rest) = words.split_once("panicked at ")?;
    let mut parts = rest.lines().next()?.split(':');
    let file = relative(analysis, scratch, &scratch.root.join(parts.next()?))?;
    let is_there = analysis.tree.resolve(&file).ok()?.is_some();
    let line = parts.next()?.parse().ok();
    is_there.then_some((file, line))
}
