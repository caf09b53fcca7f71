//! The crates of a generated workspace and their dependencies. Cargo accepts all of these plans.

use std::collections::BTreeSet;

use super::random::{Random, Shape};

pub struct Plan {
    /// The workspace root relative to the repository.
    pub root: &'static str,
    /// The crates. Each depends only on later crates, except in tests.
    pub crates: Vec<Crate>,
    pub has_glob: bool,
    /// The resolver, or "" for the default.
    pub resolver: &'static str,
    pub has_profiles: bool,
}

pub struct Crate {
    pub name: String,
    /// The directory relative to the repository, or "" for the repository.
    pub directory: String,
    pub membership: Membership,
    pub version: String,
    pub inherits_package: bool,
    pub inherits_lints: bool,
    pub edition: &'static str,
    pub library: Option<Library>,
    pub has_program: bool,
    pub programs: Vec<&'static str>,
    pub has_tests: bool,
    pub has_build_script: bool,
    /// Whether targets are at paths that the manifest names.
    pub has_own_places: bool,
    pub has_features: bool,
    pub dependencies: Vec<Dependency>,
    pub is_patch: bool,
    /// Further shapes of the crate.
    pub shapes: BTreeSet<Shape>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Library {
    Rust,
    ProcMacro,
    C,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    Listed,
    /// A member only because another member depends on its path.
    Implied,
    Excluded,
    /// Outside the workspace root, and not a member.
    Outside,
}

impl Membership {
    pub fn is_member(self) -> bool {
        matches!(self, Self::Listed | Self::Implied)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Normal,
    Build,
    Dev,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    Crate(usize),
    /// An index into [`THIRD_PARTY`].
    ThirdParty(usize),
}

pub struct Dependency {
    pub to: To,
    pub key: String,
    pub kind: Kind,
    pub target: Option<&'static str>,
    pub is_optional: bool,
    pub is_inherited: bool,
    pub has_version: bool,
    pub is_winding: bool,
    pub features: Vec<&'static str>,
}

pub struct ThirdParty {
    pub name: &'static str,
    pub version: &'static str,
    pub features: &'static [&'static str],
}

/// The third-party packages in tests/generated/third-party.
pub const THIRD_PARTY: [ThirdParty; 7] = [
    third_party("either", "1", &["use_std"]),
    third_party("itoa", "1.0", &[]),
    third_party("itoa", "0.4", &["std"]),
    third_party("once_cell", "1.21", &["std", "race"]),
    third_party("arrayvec", "0.7", &["std"]),
    third_party(PATCHED, "1", &[]),
    third_party("crc32fast", "1.5", &["std"]),
];
const OLD_ITOA: usize = 2;
/// A third-party package that may be patched. crc32fast depends on it, so a patch leads back into the workspace.
const PATCHED: &str = "cfg-if";
const LEADS_TO_PATCHED: [usize; 2] = [5, 6];

const fn third_party(
    name: &'static str,
    version: &'static str,
    features: &'static [&'static str],
) -> ThirdParty {
    ThirdParty {
        name,
        version,
        features,
    }
}

/// Features that every crate with features has.
pub const FEATURES: [&str; 2] = ["left", "right"];

const TARGETS: [&str; 4] = [
    "cfg(unix)",
    "cfg(windows)",
    "cfg(any(target_os = \"linux\", not(debug_assertions)))",
    "x86_64-pc-windows-msvc",
];

pub fn plan(random: &mut Random) -> Plan {
    let is_below = random.has(Shape::BelowRepository, 30);
    let root = if is_below { "ws" } else { "." };
    let has_root_package = random.has(Shape::RootPackage, 30);
    let has_glob = random.has(Shape::Glob, 40);
    let number = 3 + random.below(7);
    let patch = 1 + random.below(number - 1);
    let patch = random.has(Shape::Patched, 30).then_some(patch);

    let mut crates: Vec<Crate> = Vec::new();
    for index in 0..number {
        let is_patch = patch == Some(index);
        let is_root = index == 0 && has_root_package;
        let krate = one(random, &crates, is_below, is_root, is_patch, has_glob);
        crates.push(krate);
    }
    for index in 0..number {
        let dependencies = dependencies(random, &crates, index, patch);
        crates[index].dependencies = dependencies;
    }
    for index in 0..number {
        let implied = crates[index].membership == Membership::Listed
            && !(index == 0 && has_root_package)
            && crates[..index].iter().any(|other| {
                other.membership == Membership::Listed
                    && (other.dependencies.iter()).any(|to| to.to == To::Crate(index))
            });
        if implied && random.has(Shape::Implied, 30) {
            crates[index].membership = Membership::Implied;
        }
    }
    let resolver = *random.pick(&["", "1", "2", "2", "3"]);
    Plan {
        root,
        crates,
        has_glob,
        resolver,
        has_profiles: random.has(Shape::Profile, 30),
    }
}

fn one(
    random: &mut Random,
    before: &[Crate],
    is_below: bool,
    is_root: bool,
    is_patch: bool,
    has_glob: bool,
) -> Crate {
    let index = before.len();
    let mut membership = Membership::Listed;
    let is_outside = random.has(Shape::Outside, 25) && is_below && !is_root;
    let is_excluded = random.has(Shape::Excluded, 15) && !is_root && index > 0;
    if is_outside {
        membership = Membership::Outside;
    } else if is_excluded {
        membership = Membership::Excluded;
    }

    let stems = ["base", "Core_2", "pkg-api", "x", "long-name-of-a-crate"];
    let odd_stems = ["größe", "äpfel-2", "λ", "_under"];
    let stem = *random.pick(&stems);
    let odd_stem = *random.pick(&odd_stems);
    let stem = if random.has(Shape::OddName, 10) {
        odd_stem
    } else {
        stem
    };
    let name = match is_patch {
        true => PATCHED.to_owned(),
        false => format!("{stem}{index}"),
    };

    let odd = [
        "with space",
        "ünï",
        "a@b",
        "c+d",
        "v1.2.x",
        "it's",
        "1",
        "-",
    ];
    let odd = *random.pick(&odd);
    let last = match random.has(Shape::OddDirectory, 25) {
        true => format!("{odd}{index}"),
        false => name.clone(),
    };
    let top = if is_below { "ws/" } else { "" };
    let host = random.below(index.max(1));
    let is_nested = random.has(Shape::Nested, 20)
        && before
            .get(host)
            .is_some_and(|host| host.membership == membership && !host.directory.is_empty())
        && membership == Membership::Listed;
    let directory = if is_root {
        top.trim_end_matches('/').to_owned()
    } else if is_nested {
        format!("{}/inner/{last}", before[host].directory)
    } else {
        match membership {
            Membership::Outside => format!("shared/{last}"),
            Membership::Excluded => format!("{top}apart/{last}"),
            _ if has_glob || random.percent(60) => format!("{top}crates/{last}"),
            _ => format!("{top}{last}"),
        }
    };

    let library = if random.has(Shape::ProcMacro, 12) && !is_patch {
        Some(Library::ProcMacro)
    } else if random.has(Shape::CLibrary, 8) && !is_patch {
        Some(Library::C)
    } else if random.percent(85) || is_patch || !membership.is_member() {
        Some(Library::Rust)
    } else {
        None
    };
    let is_member = membership.is_member();
    let has_program = random.has(Shape::Program, 35);
    let mut programs = Vec::new();
    for name in ["tool", "other-tool"] {
        if random.has(Shape::Program, 15) {
            programs.push(name);
        }
    }
    let has_tests = random.has(Shape::Tests, 50);
    let has_nothing = library.is_none() && programs.is_empty() && !has_tests;
    let mut shapes = BTreeSet::new();
    for (shape, percent) in [
        (Shape::OddFile, 20),
        (Shape::Included, 40),
        (Shape::IncludedOutside, 25),
        (Shape::SharedByBuilds, 20),
        (Shape::Unneeded, 40),
        (Shape::Readme, 20),
        (Shape::Ignored, 20),
        (Shape::Links, 25),
        (Shape::Settings, 20),
        (Shape::Configuration, 8),
    ] {
        if random.has(shape, percent) {
            shapes.insert(shape);
        }
    }
    Crate {
        version: match is_patch {
            true => "1.99.0".to_owned(),
            false => format!("0.{}.{}", index + 1, random.below(3)),
        },
        inherits_package: random.has(Shape::InheritedPackage, 30) && is_member && !is_patch,
        inherits_lints: random.has(Shape::Lints, 20) && is_member,
        edition: random.pick::<&str>(&["2015", "2018", "2021", "2024"]),
        has_program: has_program || has_nothing,
        has_build_script: random.has(Shape::BuildScript, 25),
        has_own_places: random.has(Shape::OwnPlaces, 15),
        has_features: random.has(Shape::Features, 50),
        dependencies: Vec::new(),
        name,
        directory,
        membership,
        library,
        programs,
        has_tests,
        is_patch,
        shapes,
    }
}

fn dependencies(
    random: &mut Random,
    crates: &[Crate],
    index: usize,
    patch: Option<usize>,
) -> Vec<Dependency> {
    let krate = &crates[index];
    let mut all = Vec::new();
    for (to, other) in crates.iter().enumerate() {
        let is_later = to > index;
        let wanted = random.percent(40) && is_later;
        // Cargo reads the dependencies of a crate outside the workspace separately.
        let is_reached = krate.membership.is_member() || !other.membership.is_member();
        let has_library = matches!(other.library, Some(Library::Rust | Library::ProcMacro));
        let renames = random.has(Shape::Renamed, 20);
        let dev = match to == index {
            true => random.has(Shape::Itself, 8),
            false if is_later => random.has(Shape::Dev, 20),
            false => random.has(Shape::DevCycle, 10),
        };
        if !is_reached || !has_library {
            continue;
        }
        let key = match renames && to != index {
            true => format!("renamed{to}"),
            false => other.name.clone(),
        };
        let mut kinds = Vec::new();
        if wanted {
            kinds.push(Kind::Normal);
        }
        if is_later && random.has(Shape::Build, 25) {
            kinds.push(Kind::Build);
        }
        if dev {
            kinds.push(Kind::Dev);
        }
        let features: &[&str] = if other.has_features { &FEATURES } else { &[] };
        let to = (To::Crate(to), other.name.as_str(), key.as_str());
        add(random, &mut all, krate, to, &kinds, features);
    }
    for (to, package) in THIRD_PARTY.iter().enumerate() {
        // Otherwise a third-party package would depend on a crate that depends on it.
        let leads_back = LEADS_TO_PATCHED.contains(&to) && patch.is_some_and(|at| at <= index);
        let is_old = to == OLD_ITOA;
        let wanted = match is_old {
            true => random.has(Shape::TwoVersions, 15),
            false => random.has(Shape::ThirdParty, 15),
        };
        let renames = random.has(Shape::Renamed, 20);
        let kind = *random.pick(&[Kind::Normal, Kind::Normal, Kind::Build, Kind::Dev]);
        let by_path = || {
            let is_patch =
                |known: &Dependency| matches!(known.to, To::Crate(to) if crates[to].is_patch);
            package.name == PATCHED && all.iter().any(is_patch)
        };
        if !wanted || leads_back || by_path() {
            continue;
        }
        let key = match renames || is_old {
            true => format!("third{to}"),
            false => package.name.to_owned(),
        };
        let to = (To::ThirdParty(to), package.name, key.as_str());
        add(random, &mut all, krate, to, &[kind], package.features);
    }
    all
}

/// Adds dependencies, one for each kind, some of them twice.
fn add(
    random: &mut Random,
    all: &mut Vec<Dependency>,
    krate: &Crate,
    (to, name, key): (To, &str, &str),
    kinds: &[Kind],
    features: &[&'static str],
) {
    let is_inherited = random.has(Shape::Inherited, 30) && krate.membership.is_member();
    for kind in kinds {
        let times = 1 + usize::from(random.percent(15));
        for _ in 0..times {
            let target = *random.pick(&TARGETS);
            let target = random.has(Shape::Target, 20).then_some(target);
            // Cargo does not resolve optional dependencies of a non-member that no dependent enables.
            let can_be_optional = *kind != Kind::Dev && krate.membership.is_member();
            let is_optional = random.has(Shape::Optional, 20) && can_be_optional;
            let mut wanted = Vec::new();
            for feature in features {
                if random.percent(30) {
                    wanted.push(*feature);
                }
            }
            let dependency = Dependency {
                to,
                key: match is_inherited {
                    true => inherited_key(to, name),
                    false => key.to_owned(),
                },
                kind: *kind,
                target,
                is_optional,
                is_inherited,
                has_version: random.has(Shape::Version, 20),
                is_winding: random.has(Shape::Winding, 10),
                features: wanted,
            };
            let is_there = |known: &Dependency| {
                (&known.key, known.kind, known.target)
                    == (&dependency.key, dependency.kind, dependency.target)
            };
            if !all.iter().any(is_there) {
                all.push(dependency);
            }
        }
    }
}

/// The key of a dependency that members inherit.
fn inherited_key(to: To, name: &str) -> String {
    match to {
        To::Crate(to) if to % 2 == 0 => format!("common{to}"),
        To::ThirdParty(to) if to % 2 == 0 || name == PATCHED => format!("third-common{to}"),
        _ => name.to_owned(),
    }
}

impl Plan {
    pub fn name(&self, to: To) -> &str {
        match to {
            To::Crate(to) => &self.crates[to].name,
            To::ThirdParty(to) => THIRD_PARTY[to].name,
        }
    }
}
