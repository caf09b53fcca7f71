//! The constants that this program and the Nix library share: nix/tables.json, which both read.

use std::sync::LazyLock;

use serde::Deserialize;

/// The shape of that file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Tables {
    /// The tables of normal and build dependencies, in both spellings.
    pub built_tables: Vec<String>,
    /// The tables of build dependencies, whose packages are compiled for the host.
    pub host_tables: Vec<String>,
    /// The tables of dev-dependencies.
    pub dev_tables: Vec<String>,
    /// Fields of `[package]` that neither rustc, a build script nor a macro can see.
    pub invisible_fields: Vec<String>,
    /// Tables that Cargo reads in the root Cargo.toml only.
    pub root_tables: Vec<String>,
    /// Tables of targets that only tests need.
    pub test_targets: Vec<String>,
    /// The directories in which Cargo looks for these targets.
    pub test_directories: Vec<String>,
    /// Parts of Cargo's configuration that a pruned source does not have, or has in part.
    pub dropped_configuration: Vec<String>,
    /// Settings of `[build]` that move what a build writes.
    pub places_of_builds: Vec<String>,
    /// The version of all stubs, which no real crate has.
    pub stub_version: String,
    /// The oldest version of Cargo.lock that can hold every git source.
    pub oldest_lock_version: i64,
}

impl Tables {
    /// All tables of dependencies, in the order in which they are read.
    pub fn all_tables(&self) -> impl Iterator<Item = &str> + Clone {
        let all = self.built_tables.iter().chain(&self.dev_tables);
        all.map(String::as_str)
    }
}

/// A unit test reads the file, so that this does not fail for a user.
pub static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../nix/tables.json"))
        .expect("nix/tables.json has this shape")
});

/// Whether a list of names has this one.
pub fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|other| other == name)
}

#[cfg(test)]
mod tests {
    use super::TABLES;
    use crate::conventions;

    #[test]
    fn the_file_has_this_shape() {
        let directories: Vec<&str> = TABLES.test_directories.iter().map(String::as_str).collect();
        let mut conventional = conventions::TESTS;
        conventional.sort_unstable();
        assert_eq!(directories, conventional);
        assert_eq!(TABLES.host_tables, TABLES.built_tables[1..]);
    }
}
