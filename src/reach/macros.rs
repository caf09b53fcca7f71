//! What a macro does in the crate that calls it.

use std::collections::BTreeSet;

use crate::scan::{Base, Reference, Scan, Text};

/// What macros of other crates may do to a crate that calls them.
#[derive(Clone, Debug, Default)]
pub struct Inherited {
    pub holes: BTreeSet<Hole>,
    pub computed_modules: bool,
    /// Functions of a crate that this one depends on may lead to a directory further up.
    pub leads_up: bool,
    /// A procedural macro may open the files that it is given.
    pub opens_files: bool,
}

/// A path that an include macro makes from its argument: what it starts from, and what stands
/// before and after the argument.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hole {
    pub(super) in_package: bool,
    pub(super) before: String,
    pub(super) after: String,
}

impl Inherited {
    /// What the macros of one file leave to those who call them.
    pub fn of(scan: &Scan) -> Self {
        Self {
            holes: scan.references.iter().filter_map(hole).collect(),
            computed_modules: scan.computed_modules,
            leads_up: scan.leads_up && scan.names_package,
            opens_files: false,
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.holes.extend(other.holes.iter().cloned());
        self.computed_modules |= other.computed_modules;
        self.leads_up |= other.leads_up;
        self.opens_files |= other.opens_files;
    }
}

/// Words of which one stands in a procedural macro that opens files or has the compiler include them.
const OPENING: [&str; 8] = [
    "CARGO_MANIFEST_DIR",
    "File::open",
    "WalkDir",
    "fs::read",
    "include_bytes",
    "include_str",
    "read_dir",
    "read_to_string",
];

/// Whether a source text of a procedural macro opens files.
pub fn opens_files(text: &str) -> bool {
    OPENING.iter().any(|word| text.contains(word))
}

impl Hole {
    /// Whether what it is filled with may be a path from further up.
    pub(super) fn leads_up(&self) -> bool {
        self.before.contains("..")
    }
}

pub(super) fn hole(reference: &Reference) -> Option<Hole> {
    match &reference.path {
        Text::Hole {
            before,
            after: Some(after),
        } if !reference.is_guess || reference.by == "concat!" => Some(Hole {
            in_package: reference.base == Base::Package,
            before: before.clone(),
            after: after.clone(),
        }),
        _ => None,
    }
}
