//! The paths of a crate's sources that hold something else.

use super::answer::Change;
use super::state::{Parts, State};
use crate::rewrite::{Content, Source};
use crate::source::Role;

/// A path of a source that holds something else.
pub enum Difference<'d> {
    File(Change),
    /// Two rewritten texts; the empty one where there was or is none.
    Text(&'d str, &'d str),
}

/// The crates of both closures whose files need not be compared, since they are the same before and
/// after.
pub struct LeftOut<'l, 's> {
    pub name: &'l str,
    pub before: &'l State<'s>,
    pub after: &'l State<'s>,
    pub unchanged: &'l Parts<'l>,
}

impl LeftOut<'_, '_> {
    /// Whether a crate, there in this role, is one of them.
    pub fn has(&self, krate: &str, role: Role) -> bool {
        let is_in = |state: &State<'_>, role| {
            let crates = &state.sources.closure(self.name, role).crates;
            crates.contains(krate)
        };
        let is_in_both = |role| is_in(self.before, role) == is_in(self.after, role);
        self.unchanged.contains(&(krate, role))
            && [Role::Own, Role::Test].into_iter().all(is_in_both)
    }

    /// Whether a path is among the files of one of them, in the source for this role.
    pub fn holds(&self, path: &str, role: Role) -> anyhow::Result<bool> {
        let owners = self.after.owners(self.name, role, path)?;
        let mut owners = owners.into_iter();
        Ok(owners.any(|krate| self.has(krate, role.of(krate, self.name))))
    }
}

/// `is_left_out` says whether a path is a file of both sources in any case.
pub fn differences<'d>(
    old: &'d Source,
    new: &'d Source,
    is_left_out: &dyn Fn(&str) -> anyhow::Result<bool>,
    is_same: &(dyn Fn(&str) -> anyhow::Result<bool> + Sync),
) -> anyhow::Result<Vec<(&'d str, Difference<'d>)>> {
    let mut found = Vec::new();
    let others = new.keys().filter(|path| !old.contains_key(*path));
    for path in old.keys().chain(others) {
        let (mut before, mut after) = (old.get(path), new.get(path));
        if (before.is_none() || after.is_none()) && is_left_out(path)? {
            before = before.or(Some(&Content::File));
            after = after.or(Some(&Content::File));
        }
        let difference = match (before, after) {
            (Some(Content::File), None) => Difference::File(Change::Gone),
            (None, Some(Content::File)) => Difference::File(Change::New),
            (Some(Content::Text(text)), None) => Difference::Text(text, ""),
            (None, Some(Content::Text(text))) => Difference::Text("", text),
            (Some(Content::File), Some(Content::File)) => match is_same(path)? {
                true => continue,
                false => Difference::File(Change::Changed),
            },
            (Some(Content::Text(before)), Some(Content::Text(after))) => match before == after {
                true => continue,
                false => Difference::Text(before, after),
            },
            (Some(Content::File), Some(Content::Text(_)))
            | (Some(Content::Text(_)), Some(Content::File)) => Difference::File(Change::Changed),
            (None, None) => continue,
        };
        found.push((path.as_str(), difference));
    }
    Ok(found)
}
