//! The twin of nix/rewrite/describeMember.nix: what one Cargo.toml says of its dependencies, inheritance
//! from the workspace and renames resolved.

use std::collections::{BTreeMap, BTreeSet};

use super::prune_inherited::is_inherited;
use super::prune_member::scopes;
use super::value::{Table, at, table};
use crate::tables::TABLES;

/// What one Cargo.toml says of its dependencies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// The package names of all path dependencies, by their keys.
    pub path_keys: BTreeMap<String, String>,
    /// The package names of all normal and build dependencies.
    pub built_names: BTreeSet<String>,
    /// The keys of `[workspace.dependencies]` that normal and build dependencies use.
    pub inherits_built: BTreeSet<String>,
    /// The workspace dependencies that it inherits, including those of dev-dependencies.
    pub inherits_all: BTreeSet<String>,
}

/// `root` is the Cargo.toml of the workspace that the crate inherits from.
pub fn describe_member(toml: &Table, root: &Table) -> Described {
    let mut described = Described::default();
    for built in [true, false] {
        let tables = match built {
            true => TABLES.built_tables.iter(),
            false => TABLES.dev_tables.iter(),
        };
        let dependencies = scopes(toml)
            .flat_map(|scope| tables.clone().filter_map(|key| table(scope, key)))
            .flatten();
        for (key, spec) in dependencies {
            let inherited = is_inherited(spec);
            let full = match inherited {
                true => at(root, &["workspace", "dependencies", key]),
                false => Some(spec),
            };
            let name = full.and_then(|full| full.get("package")?.as_str());
            let name = name.unwrap_or(key).to_owned();
            if full.is_some_and(|full| full.get("path").is_some()) {
                let keys = &mut described.path_keys;
                keys.entry(key.clone()).or_insert_with(|| name.clone());
            }
            if inherited {
                described.inherits_all.insert(key.clone());
            }
            if built {
                described.built_names.insert(name);
                if inherited {
                    described.inherits_built.insert(key.clone());
                }
            }
        }
    }
    described
}
