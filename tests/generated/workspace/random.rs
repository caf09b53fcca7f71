//! Random choices from a seed, and the shapes that workspaces may have.

use std::collections::BTreeSet;

/// A property that a workspace may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    BelowRepository,
    RootPackage,
    Glob,
    Implied,
    Excluded,
    Outside,
    Nested,
    OddDirectory,
    OddName,
    OddFile,
    Renamed,
    Inherited,
    InheritedPackage,
    Lints,
    Optional,
    Features,
    Target,
    Build,
    Dev,
    DevCycle,
    Itself,
    Version,
    Winding,
    ThirdParty,
    TwoVersions,
    Patched,
    Profile,
    ProcMacro,
    CLibrary,
    Program,
    Tests,
    BuildScript,
    OwnPlaces,
    Included,
    IncludedOutside,
    SharedByBuilds,
    Unneeded,
    Readme,
    Ignored,
    Links,
    Settings,
    Configuration,
}

impl Shape {
    pub const ALL: [Self; 42] = [
        Self::BelowRepository,
        Self::RootPackage,
        Self::Glob,
        Self::Implied,
        Self::Excluded,
        Self::Outside,
        Self::Nested,
        Self::OddDirectory,
        Self::OddName,
        Self::OddFile,
        Self::Renamed,
        Self::Inherited,
        Self::InheritedPackage,
        Self::Lints,
        Self::Optional,
        Self::Features,
        Self::Target,
        Self::Build,
        Self::Dev,
        Self::DevCycle,
        Self::Itself,
        Self::Version,
        Self::Winding,
        Self::ThirdParty,
        Self::TwoVersions,
        Self::Patched,
        Self::Profile,
        Self::ProcMacro,
        Self::CLibrary,
        Self::Program,
        Self::Tests,
        Self::BuildScript,
        Self::OwnPlaces,
        Self::Included,
        Self::IncludedOutside,
        Self::SharedByBuilds,
        Self::Unneeded,
        Self::Readme,
        Self::Ignored,
        Self::Links,
        Self::Settings,
        Self::Configuration,
    ];
}

/// Random numbers (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
pub struct Random {
    state: u64,
    without: BTreeSet<Shape>,
    /// The shapes that were chosen.
    pub taken: BTreeSet<Shape>,
}

impl Random {
    /// Starts from a seed. Shapes in `without` are never chosen; all other choices stay.
    pub fn new(seed: u64, without: &BTreeSet<Shape>) -> Self {
        Self {
            state: seed,
            without: without.clone(),
            taken: BTreeSet::new(),
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    pub fn has(&mut self, shape: Shape, percent: usize) -> bool {
        let comes = self.percent(percent) && !self.without.contains(&shape);
        if comes {
            self.taken.insert(shape);
        }
        comes
    }
}
