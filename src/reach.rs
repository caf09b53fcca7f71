//! From a crate's targets, module by module, to every file that compiling it reads, and whether
//! its library, only its binaries, or only its tests need it.
//!
//! `mod` declarations are followed as rustc follows them. A module that only `#[cfg(test)]`
//! declares is not opened in any other build, so an edit of it is no change of the library: that
//! is what Cargo sees as well.

use std::collections::hash_map::{Entry, HashMap};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::graph::{Crate, TargetKind};
use crate::path;
use crate::places::dropped_name;
use crate::scan::{Base, Inline, Literal, Module, Reference, Text};
use crate::tree::{Kind, Resolved, Tree};

/// Who needs a file; what sorts first needs it most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The library and the build script: every dependent needs it.
    Library,
    /// The crate's own binaries, where it has a library beside them.
    Bin,
    /// Its tests, benches and examples.
    Test,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Reach {
    /// Every file or directory that is read, own or not, by its path; with the greatest need.
    pub reads: BTreeMap<String, Read>,
    /// The own Rust files that a target leads to, as modules.
    pub modules: BTreeMap<String, Class>,
    /// What looks like a file that is read, and could not be found.
    pub unresolved: BTreeSet<Unresolved>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    pub class: Class,
    pub is_directory: bool,
    pub by: By,
}

/// Who reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct By {
    /// Relative to the workspace root.
    pub path: String,
    /// Counted from one; zero where the whole file is meant.
    pub line: usize,
    /// As a noun: `include_str!`, `mod x`, a symbolic link.
    pub what: String,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.what, self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)
        } else {
            Ok(())
        }
    }
}

/// A reference that leads nowhere we can see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    pub by: By,
    pub why: String,
}

/// The crate's own files and directories, as its walk found them.
pub struct Own<'c> {
    pub krate: &'c Crate,
    pub files: &'c BTreeMap<String, Kind>,
    pub directories: &'c BTreeSet<String>,
    pub nested: &'c BTreeSet<String>,
}

/// Follows everything. `default` says who needs an own file that no target leads to; `None` where
/// nobody does.
pub fn reach(
    own: &Own<'_>,
    tree: &Tree,
    default: &dyn Fn(&str) -> Option<Class>,
) -> anyhow::Result<Reach> {
    let mut walk = Walk {
        own,
        default,
        tree,
        reach: Reach::default(),
        seen: HashMap::new(),
        queue: vec![],
    };
    for target in &own.krate.targets {
        let (class, of_build) = match target.kind {
            TargetKind::Lib { .. } => (Class::Library, false),
            TargetKind::BuildScript => (Class::Library, true),
            TargetKind::Bin if own.krate.lib().is_none() => (Class::Library, false),
            TargetKind::Bin => (Class::Bin, false),
            TargetKind::Test => (Class::Test, false),
        };
        let what = format!("target `{}`", target.name);
        let by = By {
            path: own.krate.manifest(),
            line: 0,
            what,
        };
        walk.open(
            &target.path,
            class,
            by,
            Source {
                owns_directory: true,
                of_build,
            },
        )?;
    }
    walk.drain()?;
    for class in [Class::Library, Class::Bin, Class::Test] {
        for file in own.files.keys().filter(|file| file.ends_with(".rs")) {
            if default(file) == Some(class) && !walk.reach.modules.contains_key(file) {
                // Some macro may well declare it as a module.
                let source = Source {
                    owns_directory: true,
                    of_build: false,
                };
                walk.enqueue(file.clone(), class, source);
                let source = Source {
                    owns_directory: false,
                    of_build: false,
                };
                walk.enqueue(file.clone(), class, source);
                walk.drain()?;
            }
        }
    }
    walk.computed()?;
    walk.links()?;
    Ok(walk.reach)
}

/// How a Rust file is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Source {
    /// Its modules lie beside it, as for `lib.rs` and `mod.rs`; else below a directory of its name.
    owns_directory: bool,
    /// Part of the build script: its strings are paths that it may read.
    of_build: bool,
}

struct Walk<'c> {
    own: &'c Own<'c>,
    default: &'c dyn Fn(&str) -> Option<Class>,
    tree: &'c Tree,
    reach: Reach,
    seen: HashMap<(String, Source), Class>,
    queue: Vec<(String, Source)>,
}

impl Walk<'_> {
    fn drain(&mut self) -> anyhow::Result<()> {
        while let Some((file, source)) = self.queue.pop() {
            let class = self.seen[&(file.clone(), source)];
            let scan = self.tree.scan(&file);
            for module in &scan.modules {
                self.module(&file, class, source, module)?;
            }
            if scan.computed_modules {
                self.computed_modules(class, source);
            }
            for reference in &scan.references {
                let class = if reference.test { Class::Test } else { class };
                self.reference(&file, class, source, reference)?;
            }
            for literal in &scan.literals {
                let class = if literal.test { Class::Test } else { class };
                if source.of_build || class == Class::Test {
                    self.run_time(&file, class, literal)?;
                } else {
                    self.document(&file, class, literal);
                }
            }
        }
        Ok(())
    }

    fn enqueue(&mut self, file: String, class: Class, source: Source) {
        let seen = self.seen.entry((file, source));
        let (file, source) = seen.key().clone();
        match seen {
            Entry::Occupied(seen) if *seen.get() <= class => return,
            seen => drop(seen.insert_entry(class)),
        }
        let known = self.reach.modules.entry(file.clone()).or_insert(class);
        *known = class.min(*known);
        self.queue.push((file, source));
    }

    /// Where a macro declares modules, any file beside the others may be one, here or in any file
    /// that calls the macro.
    fn computed_modules(&mut self, class: Class, source: Source) {
        let is_target = |file: &String| self.own.krate.targets.iter().any(|t| t.path == *file);
        let is_source = |file: &&String| {
            let is_kept = (self.default)(file) == Some(Class::Library);
            file.ends_with(".rs") && is_kept && !is_target(file)
        };
        let files: Vec<String> = self.own.files.keys().filter(is_source).cloned().collect();
        for file in files {
            for owns_directory in [true, false] {
                self.enqueue(
                    file.clone(),
                    class,
                    Source {
                        owns_directory,
                        ..source
                    },
                );
            }
        }
    }

    /// Takes a Rust file in, and whatever links lead to it.
    fn open(&mut self, path: &str, class: Class, by: By, source: Source) -> anyhow::Result<bool> {
        match self.lookup(path)? {
            Some(resolved) if !resolved.is_directory => {
                self.read(resolved, class, by);
                self.enqueue(path.to_owned(), class, source);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// `mod name;`: the rules of the Rust reference, "Module source filenames".
    fn module(
        &mut self,
        file: &str,
        class: Class,
        source: Source,
        module: &Module,
    ) -> anyhow::Result<()> {
        let class = if module.test { Class::Test } else { class };
        let by = self.by(file, module.line, format!("mod {}", module.name));
        let directory = path::parent(file);
        let stem = path::name(file)
            .strip_suffix(".rs")
            .unwrap_or(path::name(file));
        let own_directory = match source.owns_directory {
            true => directory.to_owned(),
            false => path::child(directory, stem),
        };
        let mut inner = own_directory.clone();
        for (depth, inline) in module.inside.iter().enumerate() {
            let base = match inline {
                Inline::Path(_) if depth == 0 => directory.to_owned(),
                _ => inner,
            };
            let (Inline::Name(name) | Inline::Path(name)) = inline;
            let Some(joined) = self.tree.root().join(&base, name) else {
                return Ok(());
            };
            inner = joined;
        }
        let path_base = if module.inside.is_empty() {
            directory
        } else {
            &inner
        };
        for given in &module.paths {
            if let Some(target) = self.tree.root().join(path_base, given) {
                let source = Source {
                    owns_directory: true,
                    ..source
                };
                self.open(&target, class, by.clone(), source)?;
            }
        }
        if module.is_elsewhere {
            return Ok(());
        }
        let beside = Source {
            owns_directory: false,
            ..source
        };
        let within = Source {
            owns_directory: true,
            ..source
        };
        for (name, source) in [
            (format!("{}.rs", module.name), beside),
            (format!("{}/mod.rs", module.name), within),
        ] {
            self.open(&path::child(&inner, &name), class, by.clone(), source)?;
        }
        Ok(())
    }

    fn reference(
        &mut self,
        file: &str,
        class: Class,
        source: Source,
        reference: &Reference,
    ) -> anyhow::Result<()> {
        let base = match reference.base {
            Base::File => path::parent(file),
            Base::Package => &self.own.krate.path,
            Base::Workspace => ".",
            Base::OutDir => return Ok(()),
        };
        let by = self.by(file, reference.line, reference.by.clone());
        let (text, is_prefix) = match &reference.path {
            Text::Known(text) => (text.clone(), false),
            // Where a part varies, the directory that it varies in is needed.
            Text::Prefix(prefix) => match prefix.rfind('/') {
                Some(end) => (prefix[..end].to_owned(), true),
                None => return self.unresolved(reference, by, "its path is computed"),
            },
            Text::Readme(prefix) => match &self.own.krate.readme {
                Some(readme) => (format!("{prefix}{readme}"), false),
                None => return Ok(()),
            },
        };
        let text = match reference.base {
            Base::Package => text.trim_start_matches('/'),
            _ => text.as_str(),
        };
        let Some(target) = self.tree.root().join(base, text) else {
            return self.unresolved(reference, by, "its path is absolute");
        };
        let krate = &self.own.krate.path;
        if path::is_within(krate, &target) && (is_prefix || target != *krate) {
            return self.unresolved(reference, by, "it may read anything around the crate");
        }
        match self.lookup(&target)? {
            None => self.unresolved(reference, by, &format!("there is no `{target}`"))?,
            Some(resolved) => {
                if reference.is_source && !resolved.is_directory {
                    let source = Source {
                        owns_directory: true,
                        ..source
                    };
                    self.enqueue(target, class, source);
                }
                self.read(resolved, class, by);
            }
        }
        Ok(())
    }

    /// A string of a build script or a test: a path, if there is such a file. Both run in the
    /// package's directory.
    fn run_time(&mut self, file: &str, class: Class, literal: &Literal) -> anyhow::Result<()> {
        let watched = ["cargo::rerun-if-changed=", "cargo:rerun-if-changed="]
            .iter()
            .find_map(|prefix| literal.text.strip_prefix(prefix));
        let mut text = watched.unwrap_or(&literal.text);
        if let Some((_, rest)) = text.rsplit_once('}') {
            text = rest;
        }
        let text = text.trim_start_matches('/');
        let krate = &self.own.krate.path;
        let Some(target) = self
            .tree
            .root()
            .join(krate, text)
            .filter(|_| !text.is_empty())
        else {
            return Ok(());
        };
        // `..` and the like are the start of some longer path; the package itself can be watched.
        if path::is_within(krate, &target) && (target != *krate || watched.is_none()) {
            return Ok(());
        }
        if let Some(resolved) = self.lookup(&target)? {
            let by = self.by(file, literal.line, quoted(literal));
            self.read(resolved, class, by);
        }
        Ok(())
    }

    /// A string that names an own file which would be dropped for its name: some macro may read
    /// it, from the package's directory or from that of the file.
    fn document(&mut self, file: &str, class: Class, literal: &Literal) {
        if dropped_name(path::name(&literal.text)).is_none() {
            return;
        }
        for base in [self.own.krate.path.as_str(), path::parent(file)] {
            if let Some(target) = self.tree.root().join(base, &literal.text)
                && self.own.files.contains_key(&target)
            {
                let by = self.by(file, literal.line, quoted(literal));
                let resolved = Resolved {
                    needed: vec![target],
                    is_directory: false,
                };
                self.read(resolved, class, by);
            }
        }
    }

    /// Where some macro includes what its argument names, every string that climbs may be one.
    fn computed(&mut self) -> anyhow::Result<()> {
        let files: Vec<_> = self
            .reach
            .modules
            .iter()
            .map(|(f, c)| (f.clone(), *c))
            .collect();
        let scans = || {
            files
                .iter()
                .map(|(file, class)| (file, class, self.tree.scan(file)))
        };
        if !scans().any(|(.., scan)| scan.computed_includes) {
            return Ok(());
        }
        let climbing: Vec<_> = scans()
            .flat_map(|(file, class, scan)| {
                let strings = scan
                    .literals
                    .iter()
                    .filter(|literal| literal.text.contains("../"));
                let climbing = strings.map(|literal| (file.clone(), *class, literal.clone()));
                climbing.collect::<Vec<_>>()
            })
            .collect();
        for (file, class, literal) in climbing {
            let class = if literal.test { Class::Test } else { class };
            let Some(target) = self.tree.root().join(path::parent(&file), &literal.text) else {
                continue;
            };
            if path::is_within(&self.own.krate.path, &target) {
                continue;
            }
            if let Some(resolved) = self.lookup(&target)? {
                let by = self.by(&file, literal.line, quoted(&literal));
                self.read(resolved, class, by);
            }
        }
        Ok(())
    }

    /// An own symbolic link needs what it leads to.
    fn links(&mut self) -> anyhow::Result<()> {
        for (file, kind) in self.own.files {
            let read = self.reach.reads.get(file).map(|read| read.class);
            if let (Kind::Symlink(_), Some(class)) = (kind, read.or_else(|| (self.default)(file)))
                && let Some(resolved) = self.tree.resolve(file)?
            {
                let by = self.by(file, 0, "a symbolic link".to_owned());
                self.read(resolved, class, by);
            }
        }
        Ok(())
    }

    /// Own files are known already; everything else is asked of the tree.
    fn lookup(&self, target: &str) -> anyhow::Result<Option<Resolved>> {
        let is_directory = self.own.directories.contains(target);
        if is_directory || self.own.files.get(target) == Some(&Kind::File) {
            return Ok(Some(Resolved {
                needed: vec![target.to_owned()],
                is_directory,
            }));
        }
        let in_own_directory = self.own.directories.contains(path::parent(target))
            && !self.own.files.contains_key(target)
            && !self
                .own
                .nested
                .iter()
                .any(|nested| path::is_within(target, nested));
        if in_own_directory {
            Ok(None)
        } else {
            self.tree.resolve(target)
        }
    }

    fn read(&mut self, resolved: Resolved, class: Class, by: By) {
        let last = resolved.needed.len().saturating_sub(1);
        for (index, path) in resolved.needed.into_iter().enumerate() {
            let is_directory = resolved.is_directory && index == last;
            let read = Read {
                class,
                is_directory,
                by: by.clone(),
            };
            let known = self.reach.reads.entry(path).or_insert_with(|| read.clone());
            if read < *known {
                *known = read;
            }
        }
    }

    fn unresolved(&mut self, reference: &Reference, by: By, why: &str) -> anyhow::Result<()> {
        if !reference.is_guess {
            self.reach.unresolved.insert(Unresolved {
                by,
                why: why.to_owned(),
            });
        }
        Ok(())
    }

    fn by(&self, path: &str, line: usize, what: String) -> By {
        By {
            path: path.to_owned(),
            line,
            what,
        }
    }
}

fn quoted(literal: &Literal) -> String {
    format!("the string \"{}\"", literal.text.escape_debug())
}
