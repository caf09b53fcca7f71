//! What a macro does in the crate that calls it.

use std::collections::BTreeSet;

use crate::scan::{Base, Reference, Scan, Text};

/// What macros of other crates may do to a crate that calls them.
#[derive(Clone, Debug, Default)]
pub struct Inherited {
    pub holes: BTreeSet<Hole>,
    pub computed_modules: bool,
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
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.holes.extend(other.holes.iter().cloned());
        self.computed_modules |= other.computed_modules;
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
