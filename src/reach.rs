//! From a crate's targets, module by module, to every file that compiling it reads, and whether
//! its library, only its binaries, or only its tests need it.
//!
//! `mod` declarations are followed as rustc follows them. A module that only `#[cfg(test)]`
//! declares is not opened in any other build, so an edit of it is no change of the library: that
//! is what Cargo sees as well.

pub mod elsewhere;
mod examples;
mod macros;
mod modules;
mod places;
mod reads;
mod strings;
mod upwards;
mod variables;

use std::collections::hash_map::{Entry, HashMap};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use macros::{Inherited, opens_files};
pub use reads::{By, Class, Reach, Read, RunTime, Unresolved};

use macros::{Hole, hole};

use crate::cargo_config::Environment;
use crate::conventions::is_litter;
use crate::graph::{Crate, TargetKind};
use crate::path;
use crate::scan::{Base, Reference, Scan, Text};
use crate::tree::{Kind, Resolved, Tree};

/// The crate's own files and directories, as its walk found them.
pub struct Own<'c> {
    pub krate: &'c Crate,
    pub files: &'c BTreeMap<String, Kind>,
    pub directories: &'c BTreeSet<String>,
    pub nested: &'c BTreeSet<String>,
    /// The variables that Cargo's configuration sets.
    pub environment: &'c Environment,
}

/// Follows all references. `default` says who needs an own file that no target leads to; `None` if
/// no build does.
pub fn reach(
    own: &Own<'_>,
    tree: &Tree,
    inherited: &Inherited,
    default: &dyn Fn(&str) -> Option<Class>,
) -> anyhow::Result<Reach> {
    let mut walk = Walk {
        own,
        default,
        tree,
        reach: Reach::default(),
        holes: BTreeSet::new(),
        values: BTreeSet::new(),
        computed: Vec::new(),
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
    if inherited.computed_modules {
        for of_build in [false, true] {
            walk.computed_modules(Class::Library, of_build);
        }
        walk.drain()?;
    }
    for class in [Class::Library, Class::Bin, Class::Test] {
        for file in own.files.keys().filter(|file| file.ends_with(".rs")) {
            if default(file) == Some(class) && !walk.reach.modules.contains_key(file) {
                // Some macro may well declare it as a module.
                walk.enqueue_either_way(file, class, false);
                walk.drain()?;
            }
        }
    }
    walk.computed(inherited)?;
    walk.below_values()?;
    walk.upwards(inherited)?;
    Ok(walk.reach)
}

/// How a Rust file is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Source {
    /// The modules of the file are in its directory, as for `lib.rs` and `mod.rs`; else below a
    /// directory of its name.
    owns_directory: bool,
    /// Part of the build script: its strings are paths that it may read.
    of_build: bool,
}

struct Walk<'c> {
    own: &'c Own<'c>,
    default: &'c dyn Fn(&str) -> Option<Class>,
    tree: &'c Tree,
    reach: Reach,
    /// What macros of this crate include, where no directory tells.
    holes: BTreeSet<(Class, Hole)>,
    /// The directories that variables name whose value goes elsewhere, and whether a build script
    /// asks for them.
    values: BTreeSet<(String, bool)>,
    /// The classes for which every file may be a module.
    computed: Vec<(Class, bool)>,
    seen: HashMap<(String, Source), Class>,
    queue: Vec<(String, Source)>,
}

impl Walk<'_> {
    fn drain(&mut self) -> anyhow::Result<()> {
        while let Some((file, source)) = self.queue.pop() {
            let class = self.seen[&(file.clone(), source)];
            let scan = match class {
                Class::Test if !source.of_build => self.tree.scan_tests(&file),
                _ => self.scan(&file, source.of_build),
            };
            for module in &scan.modules {
                self.module(&file, class, source, module)?;
            }
            if scan.computed_modules {
                self.computed_modules(class, source.of_build);
            }
            for reference in &scan.references {
                let class = if reference.test { Class::Test } else { class };
                self.reference(&file, class, source, reference)?;
            }
            for literal in &scan.literals {
                let class = if literal.test { Class::Test } else { class };
                if source.of_build || class == Class::Test {
                    self.run_time(&file, class, literal, false, source.of_build)?;
                } else if literal.in_macro {
                    self.macro_argument(&file, class, literal)?;
                } else {
                    self.document(&file, class, literal);
                }
            }
            for mention in &scan.mentions {
                self.mention(&file, class, source.of_build, mention)?;
            }
            if !source.of_build && class != Class::Test {
                self.note_run_time(&file, class, &scan);
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

    /// For a module of which nothing says where its own modules lie.
    fn enqueue_either_way(&mut self, file: &str, class: Class, of_build: bool) {
        for owns_directory in [true, false] {
            let source = Source {
                owns_directory,
                of_build,
            };
            self.enqueue(file.to_owned(), class, source);
        }
    }

    /// With every string in it, or with those that tell.
    fn scan(&self, file: &str, all: bool) -> Arc<Scan> {
        if all {
            self.tree.scan_all(file)
        } else {
            self.tree.scan(file)
        }
    }

    /// Takes a Rust file in, and whatever links lead to it.
    fn open(&mut self, path: &str, class: Class, by: By, source: Source) -> anyhow::Result<()> {
        if let Some(resolved) = self.lookup(path)?.filter(|resolved| !resolved.is_directory) {
            self.read(resolved, class, by);
            self.enqueue(path.to_owned(), class, source);
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
        let of_variable;
        let reference = match &reference.base {
            Base::Variable(name)
                if self.own.environment.contains_key(name) || !reference.is_guess =>
            {
                of_variable = self.of_variable(file, name, reference);
                &of_variable
            }
            _ => reference,
        };
        let base = match reference.base {
            Base::File => path::parent(file),
            Base::Package => &self.own.krate.path,
            Base::Workspace => ".",
            Base::OutDir | Base::Variable(_) => return Ok(()),
            Base::Above => return self.above(file, class, reference),
            Base::Headers => return self.header(file, class, reference),
        };
        let by = self.by(file, reference.line, reference.by.clone());
        let (text, is_prefix) = match &reference.path {
            Text::Known(text) => (text.clone(), false),
            // Where a part varies, the directory that it varies in is needed.
            Text::Hole { before, .. } => match before.rfind('/') {
                Some(end) => (before[..end].to_owned(), true),
                None => {
                    self.holes.extend(hole(reference).map(|hole| (class, hole)));
                    return self.unresolved(reference, by, "its path is computed");
                }
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
        if reference.is_at_run_time && class != Class::Test && !source.of_build {
            self.reach
                .run_time
                .push(RunTime::from_package(class, by, text));
            return Ok(());
        }
        let krate = &self.own.krate.path;
        if path::is_within(krate, &target) && (is_prefix || target != *krate) {
            self.holes.extend(hole(reference).map(|hole| (class, hole)));
            return self.unresolved(
                reference,
                by,
                "it may read any file in a directory that holds the crate",
            );
        }
        match self.lookup_from(base, text, &target)? {
            None => self.unresolved(reference, by, &format!("there is no `{target}`"))?,
            Some(resolved) => {
                if reference.is_document && !resolved.is_directory {
                    self.examples(file, &target)?;
                }
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

    /// `text` as seen from `base`, which together are `target`. Where `base` is not the crate's
    /// own, it may have been reached through a link: then a `..` leads elsewhere than it seems.
    fn lookup_from(
        &self,
        base: &str,
        text: &str,
        target: &str,
    ) -> anyhow::Result<Option<Resolved>> {
        if text.contains("..")
            && !self.own.directories.contains(base)
            && base != self.own.krate.path
        {
            self.tree.resolve(&format!("{base}/{text}"))
        } else {
            self.lookup(target)
        }
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
            && !is_litter(path::name(target))
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
        self.reach.read(resolved, class, by);
    }

    fn unresolved(&mut self, reference: &Reference, by: By, why: &str) -> anyhow::Result<()> {
        // What a macro for others writes is filled where they call it.
        let is_for_others =
            || self.own.krate.is_proc_macro() || self.tree.scan(&by.path).exports_macros;
        let is_written = matches!(reference.path, Text::Hole { .. }) && is_for_others();
        if !reference.is_guess && !is_written {
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
