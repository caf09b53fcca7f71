//! From commit to commit: what has to be read again, and what two commits have in common.
//!
//! - Cargo is asked again where a Cargo.toml or a configuration changed, or a path came or went
//!   that Cargo may find a target at.
//! - The workspace is analysed again where any path came or went, where a file changed whose text
//!   the analysis has read, or a Rust file that now names other modules, files or strings.
//! - The sources are made again where Cargo.lock changed.
//! - Otherwise the sources have the same files as before and the same rewritten texts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use camino::Utf8Path;

use super::picture::{Picture, picture};
use super::rebuilt::{Amount, Outcome, Rebuilt};
use crate::analysis::{Analysis, analyse_described};
use crate::fingerprint::Part;
use crate::git::{Entry, entries, from_top};
use crate::history::{Checkout, Commit, History, Objects};
use crate::metadata::{self, Workspace};
use crate::path;
use crate::problem::{Checked, Problems, split_failure};
use crate::scan::{Literals, scan_bytes};
use crate::tree::Scans;

pub struct Walk<'h> {
    history: &'h History,
    runs_in: &'h Utf8Path,
    checkout: Checkout,
    objects: Objects,
    /// What the commit has where we are.
    files: HashMap<String, Entry>,
    /// What was at each path that has been touched since the last commit that could be read.
    touched: BTreeMap<String, Option<Entry>>,
    known: Option<Known>,
    /// By object.
    lines: HashMap<String, u64>,
}

/// The last commit that could be read.
struct Known {
    workspace: Rc<Workspace>,
    analysis: Rc<Analysis>,
    picture: Rc<Picture>,
    scans: Rc<Scans>,
    /// The files that were read as texts.
    texts: Rc<BTreeSet<String>>,
    /// The files, from the top, that were read by way of links.
    linked: Rc<BTreeSet<String>>,
}

/// The steps that a commit makes necessary again. Each value includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Redo {
    Nothing,
    Sources,
    Analysis,
    Description,
}

impl<'h> Walk<'h> {
    /// At the commit before the one with this number.
    pub fn start(
        history: &'h History,
        runs_in: &'h Utf8Path,
        number: usize,
    ) -> anyhow::Result<Self> {
        let before = number.checked_sub(1).map(|at| &history.commits[at].id);
        let commit = before.unwrap_or(&history.base);
        let mut walk = Self {
            history,
            runs_in,
            checkout: Checkout::new(history)?,
            objects: Objects::open(&history.top)?,
            files: entries(&history.top, commit)?.into_iter().collect(),
            touched: BTreeMap::new(),
            known: None,
            lines: HashMap::new(),
        };
        walk.known = split_failure(walk.look(commit, Redo::Description))?.ok();
        Ok(walk)
    }

    pub fn is_readable(&self) -> bool {
        self.known.is_some()
    }

    /// Goes to the next commit without looking at it.
    pub fn pass(&mut self, commit: &Commit) {
        for change in &commit.changes {
            let now = self.files.remove(&change.path);
            self.touched.entry(change.path.clone()).or_insert(now);
            if let Some(entry) = &change.new {
                self.files.insert(change.path.clone(), entry.clone());
            }
        }
    }

    /// Goes to the next commit and compares it with the last one that could be read.
    pub fn step(&mut self, commit: &Commit) -> anyhow::Result<Outcome> {
        self.pass(commit);
        let changed: BTreeMap<String, Option<Entry>> = self
            .touched
            .iter()
            .filter(|(path, old)| self.files.get(*path) != old.as_ref())
            .map(|(path, old)| (path.clone(), old.clone()))
            .collect();
        let redo = self.steps_to_redo(&changed)?;
        let now = match split_failure(self.look(&commit.id, redo))? {
            Ok(now) => now,
            Err(problems) => return Ok(Outcome::Skipped(words(&problems, &self.checkout))),
        };
        self.touched.clear();
        let before = self.known.replace(now);
        let Some((before, now)) = before.as_ref().zip(self.known.as_ref()) else {
            return Ok(Outcome::Skipped(
                "no commit before it could be read".to_owned(),
            ));
        };
        let (before, now) = (before.picture.clone(), now.picture.clone());
        let paths: BTreeSet<&str> = changed.keys().map(String::as_str).collect();
        self.compare(&before, &now, &paths).map(Outcome::Rebuilt)
    }

    fn steps_to_redo(&mut self, changed: &BTreeMap<String, Option<Entry>>) -> anyhow::Result<Redo> {
        let Some(known) = &self.known else {
            return Ok(Redo::Description);
        };
        let mut redo = Redo::Nothing;
        let lock = self.to_git("Cargo.lock");
        for (path, old) in changed {
            let new = self.files.get(path);
            let stays = old
                .as_ref()
                .zip(new)
                .filter(|(a, b)| a.is_file() && b.is_file());
            if tells_cargo(path, stays.is_some()) {
                return Ok(Redo::Description);
            }
            let Some((_, new)) = stays else {
                // A link may lead to a directory of targets.
                let is_file = |entry: Option<&Entry>| entry.is_none_or(Entry::is_file);
                if !is_file(old.as_ref()) || !is_file(new) {
                    return Ok(Redo::Description);
                }
                redo = redo.max(Redo::Analysis);
                continue;
            };
            let relative = known
                .analysis
                .tree
                .root()
                .relative(&self.checkout.repository.join(path));
            let relative = relative.unwrap_or_else(|| path.clone());
            if known.linked.contains(path) {
                redo = redo.max(Redo::Analysis);
            } else if *path == lock {
                redo = redo.max(Redo::Sources);
            } else if known.texts.contains(&relative) {
                redo = redo.max(Redo::Analysis);
            }
            for literals in Literals::ALL {
                let key = (relative.clone(), literals);
                if redo < Redo::Analysis
                    && let Some(scan) = known.scans.get(&key)
                {
                    let text = self.objects.read(&new.object)?;
                    if !scan_bytes(&text, literals).reads_as(scan) {
                        redo = Redo::Analysis;
                    }
                }
            }
        }
        Ok(redo)
    }

    /// The commit, which is the one where we are.
    fn look(&mut self, commit: &str, redo: Redo) -> Checked<Known> {
        let known = self.known.as_ref();
        if redo > Redo::Nothing {
            self.checkout.move_to(commit)?;
        }
        let (root, repository) = (&self.checkout.root, &self.checkout.repository);
        let workspace = match known {
            Some(known) if redo < Redo::Description => known.workspace.clone(),
            _ => Rc::new(metadata::load(
                Some(&root.join("Cargo.toml")),
                Some(self.runs_in),
            )?),
        };
        let analysis = match known {
            Some(known) if redo < Redo::Analysis => known.analysis.clone(),
            _ => {
                let scans = known
                    .map(|known| self.scans_that_hold(known))
                    .unwrap_or_default();
                Rc::new(analyse_described(&workspace, repository, scans)?)
            }
        };
        if let (Some(known), Redo::Nothing) = (known, redo) {
            return Ok(Known {
                workspace,
                analysis,
                picture: known.picture.clone(),
                scans: known.scans.clone(),
                texts: known.texts.clone(),
                linked: known.linked.clone(),
            });
        }
        let picture = Rc::new(picture(&analysis, &|path| self.locate(path))?);
        let (scans, texts) = (analysis.tree.scans(), analysis.tree.texts());
        let read = scans.keys().map(|(path, _)| path).chain(&texts);
        let linked = read.filter_map(|path| self.linked(path)).collect();
        Ok(Known {
            workspace,
            analysis,
            picture,
            scans: Rc::new(scans),
            texts: Rc::new(texts),
            linked: Rc::new(linked),
        })
    }

    /// The scans of files that git reports as unchanged, if they were read without links.
    fn scans_that_hold(&self, known: &Known) -> Scans {
        let holds = |path: &str| {
            let path = self.to_git(path);
            let is_file = self.files.get(&path).is_some_and(Entry::is_file);
            let old = self.touched.get(&path).map(Option::as_ref);
            is_file && old.is_none_or(|old| old == self.files.get(&path))
        };
        let scans = known.scans.iter().filter(|((path, _), _)| holds(path));
        scans
            .map(|(key, scan)| (key.clone(), scan.clone()))
            .collect()
    }

    /// As git calls it; where git has no file of that name, no path of git's.
    fn to_git(&self, path: &str) -> String {
        from_top(&self.history.prefix, path).unwrap_or_default()
    }

    /// What a path, relative to the workspace root, means to git: itself, and where it leads if
    /// there are links on the way.
    fn locate(&self, path: &str) -> Vec<String> {
        let itself = self.to_git(path);
        let linked = self.linked(path);
        std::iter::once(itself).chain(linked).collect()
    }

    /// Where a path leads that is no file to git.
    fn linked(&self, path: &str) -> Option<String> {
        if self
            .files
            .get(&self.to_git(path))
            .is_some_and(Entry::is_file)
        {
            return None;
        }
        let real = self.checkout.root.join(path).canonicalize_utf8().ok()?;
        let real = real.strip_prefix(&self.checkout.repository).ok()?;
        Some(path::slashes(real))
    }

    fn compare(
        &mut self,
        before: &Picture,
        now: &Picture,
        changed: &BTreeSet<&str>,
    ) -> anyhow::Result<Rebuilt> {
        let mut reached: BTreeSet<(&str, Part)> = BTreeSet::new();
        for path in changed {
            let readers = now.readers.get(*path).into_iter().flatten();
            reached.extend(readers.map(|(name, part)| (name.as_str(), *part)));
        }
        let is_reached = |name: &str, part: Part| {
            let old = before.crates.get(name);
            old.is_none_or(|old| old.structure[&part] != now.crates[name].structure[&part])
                || reached.contains(&(name, part))
        };
        let (mut all, mut isolated) = (Amount::default(), Amount::default());
        let (mut rebuilt, mut tested) = (BTreeSet::new(), BTreeSet::new());
        for (name, krate) in &now.crates {
            let lines = self.lines_of(&krate.sources)?;
            let add = |amount: &mut Amount| {
                amount.crates += 1;
                amount.lines += lines;
            };
            add(&mut all);
            if is_reached(name, Part::Src) {
                add(&mut isolated);
                rebuilt.insert(name.clone());
            }
            if is_reached(name, Part::Tests) {
                tested.insert(name.clone());
            }
        }
        let lock_changed = changed.contains(self.to_git("Cargo.lock").as_str());
        let is_read =
            |path: &&str| before.readers.contains_key(*path) || now.readers.contains_key(*path);
        let if_any = |any: bool, otherwise: Amount| if any { all } else { otherwise };
        Ok(Rebuilt {
            all,
            one_source: if_any(changed.iter().any(is_read), Amount::default()),
            whole_lock: if_any(lock_changed, isolated),
            isolated,
            rebuilt,
            tested,
            lock_changed,
            manifest_changed: before.manifest != now.manifest,
        })
    }

    fn lines_of(&mut self, sources: &[String]) -> anyhow::Result<u64> {
        let mut sum = 0;
        for path in sources {
            let Some(entry) = self.files.get(path).filter(|entry| entry.is_file()) else {
                continue;
            };
            sum += match self.lines.get(&entry.object) {
                Some(lines) => *lines,
                None => {
                    let text = self.objects.read(&entry.object)?;
                    let lines = text.iter().filter(|byte| **byte == b'\n').count() as u64;
                    self.lines.insert(entry.object.clone(), lines);
                    lines
                }
            };
        }
        Ok(sum)
    }
}

/// Whether `cargo metadata` may say something else after a change at this path, which held a file
/// before and after it if it `stays`.
fn tells_cargo(path: &str, stays: bool) -> bool {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_configuration = matches!(
        name,
        "Cargo.toml" | "rust-toolchain" | "rust-toolchain.toml"
    ) || directory == ".cargo"
        || directory.ends_with("/.cargo");
    if is_configuration || stays {
        return is_configuration;
    }
    // Cargo finds targets in `src`, `src/bin`, `tests`, `examples`, `benches` and one directory
    // below these, and next to Cargo.toml; a manifest may name others, and a readme.
    let mut deep = path.split('/').skip_while(|name| *name != "src").skip(1);
    let is_deep = deep.next().is_some_and(|name| name != "bin") && deep.next().is_some();
    let is_target = name.ends_with(".rs") && (!is_deep || matches!(name, "main.rs" | "lib.rs"));
    is_target || name.to_lowercase().starts_with("readme")
}

/// The first thing that is wrong, on one line.
fn words(problems: &Problems, checkout: &Checkout) -> String {
    let first = problems.iter().next().map(|problem| {
        let lines: Vec<&str> = problem.message.lines().map(str::trim).collect();
        let path = problem.path.replace(checkout.repository.as_str(), "");
        let path = path.trim_start_matches('/');
        let top = checkout.repository.file_name().unwrap_or_default();
        let there = format!("/tree/{top}/");
        let text = lines.join(" ");
        // However Cargo spells the scratch directory.
        let words = text.split(' ').map(|word| match word.split_once(&there) {
            Some((before, path)) if before.contains("cratesieve-") => path,
            _ => word,
        });
        let words = words.collect::<Vec<_>>().join(" ");
        format!("{path}: {words}")
    });
    first.unwrap_or_default()
}
