//! The inputs of one crate that are different.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Change, Input, Reason};
use super::chains;
use super::differences::{Difference, LeftOut, differences};
use super::lock_changes::lock_changes;
use super::manifest_changes::manifest_changes;
use super::state::{Parts, State};
use crate::fingerprint::Part;
use crate::path;
use crate::source::Role;

/// What is found, whose it is, and in which parts.
type Found = BTreeMap<(Vec<String>, Input), BTreeSet<Part>>;

/// Why a crate that is there before and after is reached, the nearest reasons first.
pub fn reasons<'s>(
    name: &str,
    before: &State<'s>,
    after: &State<'s>,
    unchanged: &Parts<'_>,
    is_same: &(dyn Fn(&str) -> anyhow::Result<bool> + Sync),
) -> anyhow::Result<Vec<Reason>> {
    let left_out = LeftOut {
        name,
        before,
        after,
        unchanged,
    };
    let is_left_out = |krate: &str, role| left_out.has(krate, role);
    let old = before.inputs(name, &is_left_out)?;
    let new = after.inputs(name, &is_left_out)?;
    let is_member = after.analysis.manifest.crates[name].member;
    let mut found = Found::new();
    for (role, old, new) in [
        (Role::Own, &old.own, &new.own),
        (Role::Test, &old.test, &new.test),
    ] {
        let kinds: [&[Part]; 2] = match role {
            Role::Test => [&[Part::Tests], &[Part::Tests]],
            _ => [&[Part::Src], &[Part::Src, Part::Deps]],
        };
        let crates = Crates::new(name, role, before, after);
        // Of a crate that Cargo does not build by itself, no third-party packages are compiled.
        let sources = if is_member { 2 } else { 1 };
        // Of stubs, nothing is left out.
        let holds: [&dyn Fn(&str) -> _; 2] = [&|path| left_out.holds(path, role), &|_| Ok(false)];
        let pairs = old.iter().zip(new).zip(holds).zip(kinds);
        for (((old, new), is_left_out), parts) in pairs.take(sources) {
            let differences = differences(old, new, is_left_out, is_same)?;
            if differences.is_empty() {
                continue;
            }
            let mut inputs: BTreeSet<(Vec<String>, Input)> = BTreeSet::new();
            for (path, difference) in &differences {
                inputs.extend(crates.inputs(path, difference)?);
            }
            inputs.extend(crates.dependencies());
            // All differences may have been left out as consequences of another one. Then list them.
            if inputs.is_empty() {
                inputs.extend(differences.iter().map(|(path, difference)| {
                    let change = match difference {
                        Difference::File(change) => *change,
                        Difference::Text(..) => Change::Changed,
                    };
                    let path = (*path).to_owned();
                    (vec![name.to_owned()], Input::File { path, change })
                }));
            }
            for input in inputs {
                found.entry(input).or_default().extend(parts);
            }
        }
    }
    let reasons = found.into_iter().map(|((chain, input), parts)| Reason {
        parts,
        chain,
        input,
    });
    let mut reasons = joined(reasons);
    reasons.sort_by(|a, b| {
        (a.chain.len(), &a.chain, &a.input).cmp(&(b.chain.len(), &b.chain, &b.input))
    });
    Ok(reasons)
}

/// The keys of one manifest that are different in the same parts are one reason.
fn joined(reasons: impl Iterator<Item = Reason>) -> Vec<Reason> {
    let mut all: Vec<Reason> = Vec::new();
    for reason in reasons {
        let is_same = |other: &&mut Reason| {
            (&other.chain, &other.parts) == (&reason.chain, &reason.parts)
                && matches!((&other.input, &reason.input),
                    (Input::Manifest { path: a, .. }, Input::Manifest { path: b, .. }) if a == b)
        };
        let other = all.iter_mut().find(is_same).map(|other| &mut other.input);
        match (other, reason.input) {
            (Some(Input::Manifest { keys, .. }), Input::Manifest { keys: more, .. }) => {
                keys.extend(more);
            }
            (_, input) => all.push(Reason { input, ..reason }),
        }
    }
    all
}

/// By whether it is that of before, and where it leads.
type Chains = BTreeMap<(bool, String), Option<Vec<String>>>;

/// The crates around one crate, before and after.
struct Crates<'c, 's> {
    name: &'c str,
    role: Role,
    before: &'c State<'s>,
    after: &'c State<'s>,
    /// The crates that its closure gained and lost.
    gained: BTreeSet<&'c String>,
    lost: BTreeSet<&'c String>,
    chains: RefCell<Chains>,
}

impl<'c, 's> Crates<'c, 's> {
    fn new(name: &'c str, role: Role, before: &'c State<'s>, after: &'c State<'s>) -> Self {
        let old = &before.sources.closure(name, role).crates;
        let new = &after.sources.closure(name, role).crates;
        Self {
            name,
            role,
            before,
            after,
            gained: new.difference(old).collect(),
            lost: old.difference(new).collect(),
            chains: RefCell::default(),
        }
    }

    /// What a difference means, and the chain to whose it is; nothing where it follows from a
    /// dependency that came or went.
    fn inputs(
        &self,
        path: &str,
        difference: &Difference<'_>,
    ) -> anyhow::Result<Vec<(Vec<String>, Input)>> {
        let itself = || vec![self.name.to_owned()];
        let path_of = || path.to_owned();
        Ok(match difference {
            Difference::Text(old, new) if path == "Cargo.lock" => {
                let changes = lock_changes(old, new).into_iter().map(|change| {
                    let state = if change.new.is_empty() {
                        self.before
                    } else {
                        self.after
                    };
                    let chain = chains::to_package(state, self.name, self.role, &change.package);
                    (chain.unwrap_or_else(itself), Input::Lock(change))
                });
                changes.collect()
            }
            Difference::Text(old, new) => {
                let mut keys = manifest_changes(path, old, new);
                if path == "Cargo.toml" && !(self.gained.is_empty() && self.lost.is_empty()) {
                    keys.retain(|key| !key.starts_with("workspace.members"));
                }
                let owner = self.owner_of_manifest(path);
                if keys.is_empty() || self.has_moved(owner.into_iter()) {
                    return Ok(Vec::new());
                }
                let chain = owner.and_then(|owner| self.chain(self.after, owner));
                let chain = chain.unwrap_or_else(itself);
                let input = |key| Input::Manifest {
                    path: path_of(),
                    keys: vec![key],
                };
                keys.into_iter()
                    .map(|key| (chain.clone(), input(key)))
                    .collect()
            }
            Difference::File(change) => {
                let state = if *change == Change::Gone {
                    self.before
                } else {
                    self.after
                };
                let owners = state.owners(self.name, self.role, path)?;
                if self.has_moved(owners.iter().copied()) {
                    return Ok(Vec::new());
                }
                let chains = owners.iter().filter_map(|owner| self.chain(state, owner));
                let chain = chains.min_by_key(Vec::len).unwrap_or_else(itself);
                let input = Input::File {
                    path: path_of(),
                    change: *change,
                };
                vec![(chain, input)]
            }
        })
    }

    /// The crates that came or went, but for those that came along with one of them.
    fn dependencies(&self) -> Vec<(Vec<String>, Input)> {
        let of = |names: &BTreeSet<&String>, state: &State<'s>, change| {
            let chains = names.iter().filter_map(|name| self.chain(state, name));
            let mut found = Vec::new();
            for mut chain in chains {
                let name = chain.pop().unwrap_or_default();
                if !chain.iter().any(|before| names.contains(before)) {
                    found.push((chain, Input::Dependency { name, change }));
                }
            }
            found
        };
        let mut found = of(&self.gained, self.after, Change::New);
        found.extend(of(&self.lost, self.before, Change::Gone));
        found
    }

    fn chain(&self, state: &State<'s>, to: &str) -> Option<Vec<String>> {
        let key = (std::ptr::eq(state, self.before), to.to_owned());
        let mut chains = self.chains.borrow_mut();
        let chain = chains
            .entry(key)
            .or_insert_with(|| chains::to_crate(state, self.name, self.role, to));
        chain.clone()
    }

    /// Whether there are owners, and all of them came or went.
    fn has_moved<'o>(&self, mut owners: impl Iterator<Item = &'o str> + Clone) -> bool {
        let is_moved = |owner: &str| {
            self.gained
                .iter()
                .chain(&self.lost)
                .any(|name| *name == owner)
        };
        owners.clone().next().is_some() && owners.all(is_moved)
    }

    /// The crate whose Cargo.toml, of that name or of its workspace, a path is.
    fn owner_of_manifest(&self, path: &str) -> Option<&str> {
        if path == "Cargo.toml" || path::name(path) != "Cargo.toml" {
            return None;
        }
        let directory = path::parent(path);
        for state in [self.after, self.before] {
            let crates = &state.sources.closure(self.name, self.role).crates;
            let read = &state.sources.read;
            let entries = &state.analysis.manifest.crates;
            let found = crates
                .iter()
                .find(|name| entries[*name].path == directory)
                .or_else(|| crates.iter().find(|name| read.homes[*name] == directory));
            if let Some(name) = found {
                return Some(name);
            }
        }
        None
    }
}
