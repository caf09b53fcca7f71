//! What is different in a pruned Cargo.lock. Pure: it compares texts that the same code has
//! written, package by package.

use std::collections::{BTreeMap, BTreeSet};

use crate::rewrite::value::{self, Value};

/// One package of a lock, or of two where several versions are there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockChange {
    pub package: String,
    /// The versions that are gone.
    pub old: Vec<String>,
    /// The versions that are new.
    pub new: Vec<String>,
    /// What else is different, of versions that are there before and after.
    pub details: Vec<String>,
}

/// Sorted by package. What follows from the Cargo.toml of a crate, its version and the names of its
/// dependencies, is left out.
pub fn lock_changes(before: &str, after: &str) -> Vec<LockChange> {
    let (old, new) = (blocks(before), blocks(after));
    let gone = entries(old.difference(&new));
    let came = entries(new.difference(&old));
    let mut changes: BTreeMap<String, LockChange> = BTreeMap::new();
    let mut change = |package: &str, add: &mut dyn FnMut(&mut LockChange)| {
        let change = changes.entry(package.to_owned());
        add(change.or_insert_with(|| LockChange {
            package: package.to_owned(),
            old: Vec::new(),
            new: Vec::new(),
            details: Vec::new(),
        }));
    };
    let moved: BTreeSet<&str> = came
        .keys()
        .filter(|key| !gone.contains_key(*key))
        .chain(gone.keys().filter(|key| !came.contains_key(*key)))
        .map(|key| key.name.as_str())
        .collect();
    let is_told = |key: &Key| key.source.is_none();
    for key in gone
        .keys()
        .filter(|key| !came.contains_key(*key) && !is_told(key))
    {
        change(&key.name, &mut |change| change.old.push(key.shown()));
    }
    for (key, entry) in &came {
        let Some(before) = gone.get(key) else {
            if !is_told(key) {
                change(&key.name, &mut |change| change.new.push(key.shown()));
            }
            continue;
        };
        let mut details = before.differences(entry, &moved, is_told(key));
        if !details.is_empty() {
            details.insert(0, key.version.clone());
            let details = details.join(" ");
            change(&key.name, &mut |change| {
                change.details.push(details.clone())
            });
        }
    }
    changes.into_values().collect()
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    name: String,
    version: String,
    source: Option<String>,
}

impl Key {
    /// The version, and of a git package the commit.
    fn shown(&self) -> String {
        let commit = self
            .source
            .as_deref()
            .and_then(|source| source.split_once('#'));
        match commit {
            Some((_, commit)) => format!("{}#{}", self.version, commit.get(..8).unwrap_or(commit)),
            None => self.version.clone(),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Entry {
    checksum: Option<String>,
    replace: Option<String>,
    dependencies: BTreeSet<String>,
}

impl Entry {
    /// What else changed in a package, except what follows from a changed package that it depends
    /// on. For a crate, new and removed dependencies are left out.
    fn differences(&self, after: &Self, moved: &BTreeSet<&str>, is_crate: bool) -> Vec<String> {
        let (before, now) = (&self.dependencies, &after.dependencies);
        let new = now.difference(before).map(|to| ('+', to));
        let gone = before.difference(now).map(|to| ('-', to));
        let edges = new.chain(gone).filter(|(_, to)| {
            let name = named(to);
            let is_in = |set: &BTreeSet<String>| set.iter().any(|to| named(to) == name);
            match is_in(before) && is_in(now) {
                true => !moved.contains(name),
                false => !is_crate,
            }
        });
        let mut details: Vec<String> = edges
            .map(|(sign, to)| format!("{sign}{}", to.split(" (").next().unwrap_or(to)))
            .collect();
        if self.checksum != after.checksum {
            details.push("(another checksum)".to_owned());
        }
        if self.replace != after.replace {
            details.push("(another replacement)".to_owned());
        }
        details
    }
}

/// The name in a reference.
fn named(reference: &str) -> &str {
    reference.split(' ').next().unwrap_or(reference)
}

/// The texts of the packages, and what stands before them.
fn blocks(text: &str) -> BTreeSet<&str> {
    text.split("\n[[package]]\n").collect()
}

fn entries<'b>(blocks: impl Iterator<Item = &'b &'b str>) -> BTreeMap<Key, Entry> {
    let entry = |block: &&str| {
        let table = value::parse("Cargo.lock", block).ok()?;
        let string = |key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
        let dependencies = table
            .get("dependencies")
            .into_iter()
            .flat_map(Value::strings);
        let key = Key {
            name: string("name")?,
            version: string("version")?,
            source: string("source"),
        };
        let entry = Entry {
            checksum: string("checksum"),
            replace: string("replace"),
            dependencies: dependencies.map(str::to_owned).collect(),
        };
        Some((key, entry))
    };
    blocks.filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(packages: &[(&str, &str, &str, &[&str])]) -> String {
        let package = |(name, version, checksum, dependencies): &(&str, &str, &str, &[&str])| {
            let dependencies: String = dependencies
                .iter()
                .map(|to| format!(" \"{to}\",\n"))
                .collect();
            format!(
                "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"s\"\nchecksum = \"{checksum}\"\n\
                 dependencies = [\n{dependencies}]\n"
            )
        };
        format!(
            "version = 4\n{}",
            packages.iter().map(package).collect::<String>()
        )
    }

    #[test]
    fn a_bump_is_said_once() {
        let before = lock(&[
            ("a", "1", "x", &["b 1"]),
            ("b", "1", "x", &["c 1"]),
            ("c", "1", "x", &[]),
        ]);
        let after = lock(&[
            ("a", "1", "x", &["b 2"]),
            ("b", "2", "y", &["c 1"]),
            ("c", "1", "x", &[]),
        ]);
        let changes = lock_changes(&before, &after);
        assert_eq!(changes.len(), 1);
        assert_eq!(
            (&changes[0].old[..], &changes[0].new[..]),
            (&["1".to_owned()][..], &["2".to_owned()][..])
        );
    }

    #[test]
    fn edges_and_checksums() {
        let before = lock(&[
            ("a", "1", "x", &["b 1"]),
            ("b", "1", "x", &[]),
            ("b", "2", "x", &[]),
        ]);
        let after = lock(&[
            ("a", "1", "x", &["b 2"]),
            ("b", "1", "x", &[]),
            ("b", "2", "z", &[]),
        ]);
        let shown: Vec<_> = lock_changes(&before, &after)
            .into_iter()
            .map(|change| (change.package, change.details))
            .collect();
        let expected = [
            ("a".to_owned(), vec!["1 +b 2 -b 1".to_owned()]),
            ("b".to_owned(), vec!["2 (another checksum)".to_owned()]),
        ];
        assert_eq!(shown, expected);
        // A new dependency on a new package.
        let after = lock(&[
            ("a", "1", "x", &["b 1", "d 1"]),
            ("b", "1", "x", &[]),
            ("b", "2", "x", &[]),
            ("d", "1", "x", &[]),
        ]);
        let changes = lock_changes(&before, &after);
        assert_eq!(changes[0].details, ["1 +d 1"]);
        assert_eq!(changes[1].new, ["1"]);
        assert_eq!(lock_changes(&before, &before), []);
    }
}
