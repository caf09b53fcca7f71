//! The twin of nix/rewrite/readLock.nix: a parsed Cargo.lock with its edges resolved.

use std::collections::BTreeMap;

use super::value::{self, Table, Value, table};

/// The packages of a lock file and the edges between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    pub version: i64,
    /// In the lock's order.
    pub packages: Vec<Package>,
    /// Indices, by `key`.
    pub by_key: BTreeMap<String, usize>,
    /// Indices, by name, in the lock's order.
    pub by_name: BTreeMap<String, Vec<usize>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// `None` for a package with a path.
    pub source: Option<String>,
    pub checksum: Option<String>,
    pub replace: Option<String>,
    /// Name, version and source: its identity.
    pub key: String,
    /// Names it in any subset of the lock.
    pub reference: String,
    /// The indices of the packages that it depends on.
    pub edges: Vec<usize>,
}

pub fn read_lock(lock: &Table) -> Lock {
    let entries = lock.get("package").and_then(Value::as_array);
    let entries: Vec<&Table> = entries
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_table)
        .collect();
    let packages: Vec<Package> = entries.iter().map(|entry| package(lock, entry)).collect();
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut by_key = BTreeMap::new();
    for (index, package) in packages.iter().enumerate() {
        by_name.entry(package.name.clone()).or_default().push(index);
        by_key.entry(package.key.clone()).or_insert(index);
    }
    let version = match lock.get("version") {
        Some(Value::Integer(version)) => *version,
        _ => 1,
    };
    let mut lock = Lock {
        version,
        packages,
        by_key,
        by_name,
    };
    let edges: Vec<Vec<usize>> = entries
        .iter()
        .map(|entry| {
            let references = entry
                .get("dependencies")
                .into_iter()
                .flat_map(Value::strings);
            references
                .flat_map(|reference| lock.resolve(reference))
                .collect()
        })
        .collect();
    for (package, edges) in lock.packages.iter_mut().zip(edges) {
        package.edges = edges;
    }
    lock
}

impl Lock {
    /// A text that is no lock counts as one without packages: Cargo says better what is wrong with
    /// it.
    pub fn parse(text: &str) -> Self {
        let lock = value::parse("Cargo.lock", text);
        lock.map(|lock| read_lock(&lock)).unwrap_or_default()
    }

    /// The package with a path that has this name.
    pub fn local(&self, name: &str) -> Option<usize> {
        let found = self.by_name.get(name)?.iter().copied();
        found
            .into_iter()
            .find(|index| self.packages[*index].source.is_none())
    }

    /// The packages that `package` depends on.
    pub fn edges<'l>(&'l self, package: &'l Package) -> impl Iterator<Item = &'l Package> {
        package.edges.iter().map(|index| &self.packages[*index])
    }

    /// The packages that a reference means: `name`, `name version` or `name version (source)`,
    /// whichever Cargo found unique in this lock.
    pub fn resolve(&self, reference: &str) -> Vec<usize> {
        let parts: Vec<&str> = reference.split(' ').collect();
        let is_meant = |index: &usize| {
            let package = &self.packages[*index];
            let source = package.source.as_deref().map(referred).unwrap_or_default();
            parts
                .get(1)
                .is_none_or(|version| package.version == *version)
                && parts
                    .get(2)
                    .is_none_or(|given| *given == format!("({source})"))
        };
        let found = self.by_name.get(parts[0]).into_iter().flatten().copied();
        let meant: Vec<usize> = found.filter(is_meant).collect();
        // Where others have the same name and version, only a path dependency goes without a
        // source.
        if parts.len() == 2 && meant.len() > 1 {
            let is_local = |index: &usize| self.packages[*index].source.is_none();
            let local: Vec<usize> = meant.iter().copied().filter(is_local).collect();
            if !local.is_empty() {
                return local;
            }
        }
        meant
    }
}

fn package(lock: &Table, entry: &Table) -> Package {
    let string = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = string("name").unwrap_or_default();
    let version = string("version").unwrap_or_default();
    let source = string("source");
    let key = format!("{name} {version} {}", source.as_deref().unwrap_or_default());
    let reference = match &source {
        Some(source) => format!("{name} {version} ({})", referred(source)),
        None => format!("{name} {version}"),
    };
    // Version 1 keeps the checksums in a table of their own.
    let elsewhere = || {
        let place = format!(
            "checksum {name} {version} ({})",
            source.as_deref().unwrap_or_default()
        );
        let checksum = table(lock, "metadata")?.get(&place)?.as_str()?;
        Some(checksum.to_owned())
    };
    Package {
        checksum: string("checksum").or_else(elsewhere),
        replace: string("replace"),
        name,
        version,
        source,
        key,
        reference,
        edges: Vec::new(),
    }
}

/// The commit after the `#` of a git source is not part of a reference.
fn referred(source: &str) -> &str {
    source.split('#').next().unwrap_or(source)
}

/// `user` builds with `third`; its tests need `tool`. Both lead back to `patched`, which is
/// there from the registry as well, and whose path dependency is `core`.
#[cfg(test)]
pub const LED_BACK: &str = r#"
    version = 4
    [[package]]
    name = "user"
    version = "0.1.0"
    dependencies = [
      "tool 1.0.0",
      "third",
    ]
    [[package]]
    name = "third"
    version = "1.0.0"
    source = "registry+https://example.org/index"
    dependencies = ["BACK"]
    [[package]]
    name = "tool"
    version = "1.0.0"
    source = "git+https://example.org/tool?branch=main#0123456789"
    dependencies = ["patched 2.0.0"]
    [[package]]
    name = "tool"
    version = "2.0.0"
    source = "registry+https://example.org/index"
    [[package]]
    name = "patched"
    version = "1.0.0"
    source = "registry+https://example.org/index"
    [[package]]
    name = "patched"
    version = "2.0.0"
    dependencies = ["core"]
    [[package]]
    name = "core"
    version = "0.1.0"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_lock_has_no_packages() {
        for text in ["", "no toml at all [", "package = 1"] {
            assert!(Lock::parse(text).packages.is_empty(), "{text}");
        }
    }
}
