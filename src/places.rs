//! What the place and the name of a file say of it, before anything refers to it. Pure.

use std::collections::BTreeSet;

use crate::conventions::{
    self, BINS, FUZZ, TESTS, dropped_directory, dropped_name, is_text, starts_as_document,
};
use crate::graph::{Crate, TargetKind};
use crate::path::{self, Root};
use crate::reach::Class;
use crate::tree::Kind;
use crate::walk::Walked;

/// The places of one crate's targets.
pub struct Places<'c> {
    krate: &'c Crate,
    root: &'c Root,
    /// Directories of tests, benches and examples.
    tests: BTreeSet<String>,
    /// Directories of binaries, in a crate that also has a library.
    bins: BTreeSet<String>,
    /// cargo-fuzz's directory, a package that no build of the workspace reaches.
    fuzz: BTreeSet<String>,
}

/// What the place and the name of a file decide, before anything refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceRule {
    Kept,
    Bin,
    Test(&'static str),
    Dropped(&'static str),
}

impl PlaceRule {
    pub fn class(self) -> Option<Class> {
        match self {
            Self::Kept => Some(Class::Library),
            Self::Bin => Some(Class::Bin),
            Self::Test(_) => Some(Class::Test),
            Self::Dropped(_) => None,
        }
    }

    pub fn reason(self) -> Option<String> {
        match self {
            Self::Kept => None,
            Self::Bin => Some("only binaries read src/bin".to_owned()),
            Self::Test(why) | Self::Dropped(why) => Some(why.to_owned()),
        }
    }
}

impl<'c> Places<'c> {
    pub fn new(krate: &'c Crate, walked: &Walked, root: &'c Root) -> Self {
        let is_test = |kind| kind == TargetKind::Test;
        let built: Vec<&str> = krate
            .targets
            .iter()
            .filter(|target| !is_test(target.kind))
            .map(|target| target.path.as_str())
            .collect();
        let is_link = |path: &String| matches!(walked.files.get(path), Some(Kind::Symlink(_)));
        let free = |directory: &String| {
            (walked.directories.contains(directory) || is_link(directory))
                && !built.iter().any(|path| path::is_within(path, directory))
        };
        let conventional = TESTS.map(|name| path::child(&krate.path, name));
        let of_targets = krate.targets.iter().filter(|target| is_test(target.kind));
        let given = of_targets.map(|target| path::parent(&target.path).to_owned());
        let tests = conventional
            .into_iter()
            .chain(given)
            .filter(|d| *d != krate.path)
            .filter(free);
        let bin = path::child(&krate.path, BINS);
        let without_bins = krate
            .targets
            .iter()
            .filter(|t| !matches!(t.kind, TargetKind::Bin | TargetKind::Test));
        let has_bins = krate.lib().is_some()
            && !without_bins
                .into_iter()
                .any(|target| path::is_within(&target.path, &bin));
        let fuzz = path::child(&krate.path, FUZZ);
        let is_foreign = walked.files.contains_key(&path::child(&fuzz, "Cargo.toml"))
            && !built.iter().any(|path| path::is_within(path, &fuzz));
        Self {
            krate,
            root,
            tests: tests.collect(),
            bins: has_bins.then_some(bin).into_iter().collect(),
            fuzz: is_foreign.then_some(fuzz).into_iter().collect(),
        }
    }

    pub fn default(&self, file: &str) -> PlaceRule {
        let within = |places: &BTreeSet<String>| places.iter().any(|p| path::is_within(file, p));
        let own = self.root.between(&self.krate.path, file);
        let own = own.as_str();
        if within(&self.tests) {
            PlaceRule::Test("below a directory of tests, benches or examples")
        } else if own == "Cargo.toml" {
            PlaceRule::Kept
        } else if within(&self.fuzz) {
            PlaceRule::Dropped(
                "part of the fuzzing package, which no build of the workspace reaches",
            )
        } else if let Some(why) = dropped_directory(own) {
            PlaceRule::Dropped(why)
        } else if let Some(why) = dropped_name(path::name(own)).filter(|_| serves_people(own)) {
            PlaceRule::Dropped(why)
        } else if let Some(why) = conventions::test_only(own) {
            PlaceRule::Test(why)
        } else if within(&self.bins) {
            PlaceRule::Bin
        } else {
            PlaceRule::Kept
        }
    }

    pub fn is_dropped_directory(&self, directory: &str) -> bool {
        let own = self.root.between(&self.krate.path, directory);
        let own = own.as_str();
        self.fuzz.contains(directory) || dropped_directory(own).is_some()
    }
}

/// Whether a file of such a name lies where people look for it: at the top of the crate, in its
/// documentation, or, for a readme, in the directory of the source. Anywhere else it may be data,
/// above all of a test that walks a directory: nothing in the source names each file of such a
/// corpus.
fn serves_people(own: &str) -> bool {
    match own.split_once('/') {
        None => true,
        Some(("doc" | "docs", _)) => true,
        Some(("src", below)) => {
            let (stem, ending) = below.rsplit_once('.').unwrap_or((below, ""));
            !is_text(ending) || starts_as_document(path::name(stem))
        }
        Some(_) => false,
    }
}
