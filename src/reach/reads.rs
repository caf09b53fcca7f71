//! What a crate reads, and who in it does.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::fmt;

use crate::tree::Resolved;

/// Who needs a file; what sorts first needs it most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The library and the build script: every dependent needs it.
    Library,
    /// The crate's own binaries, if it also has a library.
    Bin,
    /// Its tests, benches and examples.
    Test,
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Every file or directory that is read, own or not, by its path; with the greatest need.
    pub reads: BTreeMap<String, Read>,
    /// The own Rust files that a target leads to, as modules.
    pub modules: BTreeMap<String, Class>,
    /// What looks like a file that is read, and could not be found.
    pub unresolved: BTreeSet<Unresolved>,
    /// What its library and its binaries may open while they run, wherever that is.
    pub run_time: Vec<RunTime>,
}

/// A file or a directory that is read, with the greatest need.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    pub class: Class,
    pub is_directory: bool,
    pub by: By,
}

/// Who reads a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct By {
    /// Relative to the workspace root.
    pub path: String,
    /// Counted from one; zero where the whole file is meant.
    pub line: usize,
    /// As a noun: `include_str!`, `mod x`, a symbolic link.
    pub what: String,
}

impl Reach {
    /// Adds what a path leads to. Returns whether it is needed by more than was known.
    pub fn read(&mut self, resolved: Resolved, class: Class, by: By) -> bool {
        let last = resolved.needed.len().saturating_sub(1);
        let mut is_new = false;
        for (index, path) in resolved.needed.into_iter().enumerate() {
            let is_directory = resolved.is_directory && index == last;
            let read = Read {
                class,
                is_directory,
                by: by.clone(),
            };
            match self.reads.entry(path) {
                btree_map::Entry::Vacant(entry) => {
                    entry.insert(read);
                    is_new = true;
                }
                btree_map::Entry::Occupied(mut entry) if read < *entry.get() => {
                    is_new |= read.class < entry.get().class;
                    entry.insert(read);
                }
                btree_map::Entry::Occupied(_) => {}
            }
        }
        is_new
    }
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
/// A path that a library or a binary may open while it runs.
#[derive(Clone, Debug)]
pub struct RunTime {
    /// The class of the code: of the library, or of binaries only.
    pub class: Class,
    pub by: By,
    pub(super) text: String,
    pub(super) starts: Starts,
    /// The rest of a path that climbs may start further up.
    pub(super) climbs: bool,
}

impl RunTime {
    /// A path that starts where some function of the same crate leads to.
    pub(super) fn further_up(class: Class, by: By, text: &str) -> Self {
        Self {
            class,
            by,
            text: text.to_owned(),
            starts: Starts::Either,
            climbs: true,
        }
    }
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    /// In the directory of the package that says it.
    Package,
    /// There, or where the code runs.
    Either,
    /// Where the code runs.
    Anywhere,
}

impl RunTime {
    pub(super) fn from_package(class: Class, by: By, text: &str) -> Self {
        Self {
            class,
            by,
            text: text.to_owned(),
            starts: Starts::Package,
            climbs: false,
        }
    }
}
