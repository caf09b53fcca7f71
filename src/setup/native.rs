//! The C libraries and programs that the packages of a Cargo.lock want from nixpkgs. Pure.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use crate::rewrite::read_lock::{Lock, Package};

use table::{On, Row, TABLE, VARIABLES};

/// A package that compiles its own copy of a library, and the variable that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnCopy {
    pub package: &'static str,
    /// The attribute of nixpkgs.
    pub library: &'static str,
    variable: &'static str,
    value: &'static str,
}

impl OwnCopy {
    /// The setting in Nix, where nixpkgs' packages have this name.
    pub fn setting(&self, pkgs: &str) -> String {
        let library = format!("${{{pkgs}.{}}}", self.library);
        let value = self.value.replace('$', &library);
        format!("env.{} = \"{value}\";", self.variable)
    }
}

/// What to say of one crate of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Attributes of nixpkgs for `nativeBuildInputs`, each with the packages of Cargo.lock that want
    /// it, or the crate itself.
    pub programs: BTreeMap<&'static str, BTreeSet<String>>,
    /// Entries of `buildInputs`.
    pub libraries: BTreeMap<&'static str, BTreeSet<String>>,
    /// Entries of `buildInputs` on Linux only.
    pub linux_libraries: BTreeMap<&'static str, BTreeSet<String>>,
    pub own_copies: Vec<OwnCopy>,
    /// Packages that look for a library that the table does not know.
    pub unknown: BTreeSet<String>,
}

impl Wanted {
    fn is_empty(&self) -> bool {
        let Self {
            programs,
            libraries,
            linux_libraries,
            own_copies: _,
            unknown: _,
        } = self;
        programs.is_empty() && libraries.is_empty() && linux_libraries.is_empty()
    }

    /// All attributes of nixpkgs that this names.
    pub fn attributes(&self) -> impl Iterator<Item = &'static str> {
        let all = [&self.programs, &self.libraries, &self.linux_libraries];
        all.into_iter().flat_map(|inputs| inputs.keys().copied())
    }
}

/// What each crate of `closures`, the workspace crates that a crate is compiled from, wants beyond
/// what the other crates of its closure want: inputs reach dependents.
pub fn wanted(
    lock: &Lock,
    closures: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeMap<String, Wanted> {
    let uses: BTreeMap<&str, BTreeSet<Use>> = closures
        .keys()
        .map(|name| (name.as_str(), uses(lock, name)))
        .collect();
    let own = closures.iter().map(|(name, closure)| {
        let below = closure.iter().filter(|below| *below != name);
        let inherited: BTreeSet<&Use> = below
            .filter_map(|below| uses.get(below.as_str()))
            .flatten()
            .collect();
        let own = uses[name.as_str()]
            .iter()
            .filter(|a_use| !inherited.contains(a_use));
        (name.clone(), put_together(own))
    });
    own.filter(|(_, wanted)| !wanted.is_empty()).collect()
}

/// That a package, or the build script of a crate of the workspace, wants what a row says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    /// In [`TABLE`]; `None` for a package that looks for some library.
    row: Option<usize>,
    /// The package that wants it.
    by: String,
    has_own_copy: bool,
}

/// What the third-party packages want that a crate of the workspace reaches, not through another one.
fn uses(lock: &Lock, name: &str) -> BTreeSet<Use> {
    let Some(start) = lock.local(name) else {
        return BTreeSet::new();
    };
    let mut reached = BTreeSet::from([start]);
    let mut left = vec![start];
    while let Some(index) = left.pop() {
        for next in &lock.packages[index].edges {
            if lock.packages[*next].source.is_some() && reached.insert(*next) {
                left.push(*next);
            }
        }
    }
    let names: BTreeSet<&str> = reached
        .iter()
        .map(|index| &*lock.packages[*index].name)
        .collect();
    let mut uses = BTreeSet::new();
    for index in &reached {
        let package = &lock.packages[*index];
        let found = TABLE.iter().position(|row| row.package == package.name);
        let found = found.filter(|_| *index != start);
        let is_own = found.is_some_and(|row| has_own_copy(lock, &TABLE[row], package, &names));
        let by = &package.name;
        let mut add = |row, has_own_copy| {
            uses.insert(Use {
                row,
                by: by.clone(),
                has_own_copy,
            })
        };
        // The crate that calls a tool needs it.
        if let Some(row) = found.filter(|row| !is_tool(&TABLE[*row])) {
            add(Some(row), is_own);
        }
        for edge in lock.edges(package) {
            let row = TABLE.iter().position(|row| row.package == edge.name);
            let Some(row) = row.filter(|row| is_tool(&TABLE[*row])) else {
                continue;
            };
            // What compiles its own copy asks for none, and may have cmake do that.
            let is_always_own = found.is_some_and(|row| TABLE[row].unless == "*");
            let is_idle = match &*edge.name {
                "pkg-config" => is_own,
                "cmake" => is_always_own,
                _ => false,
            };
            let is_unused = is_idle || has_own_copy(lock, &TABLE[row], edge, &names);
            if !is_unused {
                add(Some(row), false);
            }
        }
        let probes = |edge: &Package| ["pkg-config", "system-deps"].contains(&&*edge.name);
        // What the package's own libraries want is known, or it is one of them.
        let has_row = |edge: &Package| {
            let mut rows = TABLE.iter().filter(|row| row.package == edge.name);
            rows.any(|row| !row.libraries.is_empty())
        };
        let is_known = found.is_some() || lock.edges(package).any(has_row);
        if !is_known && lock.edges(package).any(probes) {
            add(None, false);
        }
    }
    uses
}

/// Whether a row stands for a crate with which others run a program.
fn is_tool(row: &Row) -> bool {
    row.libraries.is_empty() && !row.programs.is_empty() && !row.package.ends_with("-sys")
}

fn has_own_copy(lock: &Lock, row: &Row, package: &Package, reached: &BTreeSet<&str>) -> bool {
    let depends_on = |name: &str| lock.edges(package).any(|edge| edge.name == name);
    row.unless
        .split(' ')
        .filter(|word| !word.is_empty())
        .any(|word| match word.split_at(1) {
            ("*", "") => true,
            ("!", name) => !depends_on(name),
            ("~", name) => reached.contains(name),
            _ => depends_on(word),
        })
}

fn put_together<'u>(uses: impl Iterator<Item = &'u Use>) -> Wanted {
    let mut wanted = Wanted::default();
    for Use {
        row,
        by,
        has_own_copy,
    } in uses
    {
        let Some(row) = row.map(|row| &TABLE[row]) else {
            wanted.unknown.insert(by.clone());
            continue;
        };
        if *has_own_copy {
            let variable = VARIABLES
                .iter()
                .find(|(package, ..)| *package == row.package);
            if let Some((package, variable, value)) = variable {
                wanted.own_copies.push(OwnCopy {
                    package,
                    library: row.libraries,
                    variable,
                    value,
                });
            }
            continue;
        }
        let libraries = match row.on {
            On::All => &mut wanted.libraries,
            On::Linux => &mut wanted.linux_libraries,
        };
        for (inputs, attributes) in [
            (libraries, row.libraries),
            (&mut wanted.programs, row.programs),
        ] {
            for attribute in attributes.split_whitespace() {
                inputs.entry(attribute).or_default().insert(by.clone());
            }
        }
    }
    wanted
}

#[cfg(test)]
mod tests;
