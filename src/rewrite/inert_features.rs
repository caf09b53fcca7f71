//! The twin of nix/rewrite/inertFeatures.nix: the features of a crate that turn on nothing but each other.
//! They select code of the crate itself, so third-party crates are compiled alike with and
//! without them.

use std::collections::BTreeSet;

use super::value::{Table, table};

/// The inert features of a parsed Cargo.toml.
pub fn inert_features(toml: &Table) -> BTreeSet<String> {
    let none = Table::new();
    let features = table(toml, "features").unwrap_or(&none);
    let is_inert = |feature: &&String| {
        let mut wanted = vec![feature.as_str()];
        let mut seen = BTreeSet::new();
        while let Some(feature) = wanted.pop() {
            let Some(entries) = features.get(feature) else {
                return false;
            };
            if seen.insert(feature) {
                wanted.extend(entries.strings());
            }
        }
        *feature != "default"
    };
    features.keys().filter(is_inert).cloned().collect()
}
