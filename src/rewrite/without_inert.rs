//! The twin of nix/rewrite/withoutInert.nix: a Cargo.toml without its inert features, and without
//! the entries that enable those of path dependencies.

use std::collections::{BTreeMap, BTreeSet};

use super::prune_member::feature_of_dependency;
use super::value::{Table, Value, table, without};

/// A Cargo.toml, and what is inert of it and of its path dependencies.
pub struct WithoutInert<'i> {
    pub toml: &'i Table,
    /// Inert features of this crate.
    pub own: &'i BTreeSet<String>,
    /// Crate names of the path dependencies, by key.
    pub path_keys: &'i BTreeMap<String, String>,
    /// Inert features, by crate.
    pub inert: &'i BTreeMap<String, BTreeSet<String>>,
    /// By key.
    pub is_optional: &'i dyn Fn(&str) -> bool,
}

impl WithoutInert<'_> {
    /// The features that are left: without the inert ones, and without what asks for those of
    /// path dependencies.
    pub fn features(&self) -> Table {
        let none = Table::new();
        let features = table(self.toml, "features").unwrap_or(&none);
        let own: Vec<&str> = self.own.iter().map(String::as_str).collect();
        let kept = without(features, &own).into_iter().map(|(name, entries)| {
            let entries = entries
                .strings()
                .flat_map(|entry| self.kept(entry, features));
            (name, Value::Array(entries.map(Value::String).collect()))
        });
        // An empty `default` says what none says.
        kept.filter(|(name, entries)| {
            name != "default" || entries.as_array().is_none_or(|entries| !entries.is_empty())
        })
        .collect()
    }

    /// A dependency, without the inert features that it asks for.
    pub fn spec(&self, key: &str, spec: &Value) -> Value {
        let (Some(asked), Some(table)) = (spec.get("features"), spec.as_table()) else {
            return spec.clone();
        };
        let left: Vec<Value> = asked
            .strings()
            .filter(|feature| !self.is_asked(key, feature))
            .map(Value::from)
            .collect();
        let mut table = without(table, &["features"]);
        if !left.is_empty() {
            table.insert("features".to_owned(), Value::Array(left));
        }
        Value::Table(table)
    }

    fn is_asked(&self, key: &str, feature: &str) -> bool {
        let inert = self
            .path_keys
            .get(key)
            .and_then(|name| self.inert.get(name));
        inert.is_some_and(|inert| inert.contains(feature))
    }

    /// What is left of an entry of a feature.
    fn kept(&self, entry: &str, features: &Table) -> Vec<String> {
        let Some((key, is_weak, feature)) = feature_of_dependency(entry) else {
            let is_left = !self.own.contains(entry);
            return is_left.then(|| entry.to_owned()).into_iter().collect();
        };
        if !self.is_asked(key, feature) {
            return vec![entry.to_owned()];
        }
        if is_weak || !(self.is_optional)(key) {
            return Vec::new();
        }
        // `key/feature` also turns the dependency on, which must stay: a feature of that name, if
        // there is one, and the dependency itself.
        let named = features.contains_key(key);
        let explicit = format!("dep:{key}");
        let is_explicit = named
            || features
                .values()
                .any(|entries| entries.strings().any(|entry| entry == explicit));
        let mut kept = Vec::new();
        if named && !self.own.contains(key) {
            kept.push(key.to_owned());
        }
        kept.push(if is_explicit {
            explicit
        } else {
            key.to_owned()
        });
        kept
    }
}
