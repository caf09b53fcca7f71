//! What is different between two manifests.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::manifest::Manifest;

#[derive(Default)]
pub struct Changes {
    /// Changed keys of the manifest itself, except `crates`.
    pub keys: Vec<&'static str>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// By crate, the keys of its entry.
    pub changed: BTreeMap<String, Vec<String>>,
}

pub fn changes(old: &Manifest, new: &Manifest) -> Changes {
    let mut changes = Changes::default();
    for (key, is_changed) in [
        ("files", old.files != new.files),
        ("patched", old.patched != new.patched),
        ("sourceRoot", old.source_root != new.source_root),
    ] {
        changes.keys.extend(is_changed.then_some(key));
    }
    let names: BTreeSet<&String> = old.crates.keys().chain(new.crates.keys()).collect();
    for name in names {
        match (old.crates.get(name), new.crates.get(name)) {
            (None, _) => changes.added.push(name.clone()),
            (_, None) => changes.removed.push(name.clone()),
            (Some(old), Some(new)) if old != new => {
                let value = |entry| serde_json::to_value(entry).unwrap_or_default();
                let keys = keys(&value(old), &value(new));
                changes.changed.insert(name.clone(), keys);
            }
            _ => {}
        }
    }
    changes
}

fn keys(old: &Value, new: &Value) -> Vec<String> {
    let keys = |value: &Value| {
        value
            .as_object()
            .map(|o| o.keys().cloned().collect::<Vec<_>>())
    };
    let mut all = keys(new).unwrap_or_default();
    all.extend(
        keys(old)
            .unwrap_or_default()
            .into_iter()
            .filter(|key| new.get(key).is_none()),
    );
    all.into_iter()
        .filter(|key| old.get(key) != new.get(key))
        .collect()
}

impl Changes {
    /// A line for each crate that came, went or changed, and which of its keys did.
    pub fn text(&self) -> String {
        let mut crates: BTreeMap<&String, (&str, String)> = BTreeMap::new();
        let all = [(&self.added, "added"), (&self.removed, "removed")];
        for (name, verb) in all
            .iter()
            .flat_map(|(names, verb)| names.iter().map(move |name| (name, *verb)))
        {
            crates.insert(name, (verb, name.clone()));
        }
        for (name, keys) in &self.changed {
            let what = format!("{name}: {}", keys.join(", "));
            crates.insert(name, ("changed", what));
        }
        let keys = self.keys.iter().map(|key| ("changed", (*key).to_owned()));
        keys.chain(crates.into_values())
            .map(|(verb, what)| format!("\n  {verb:<8} {what}"))
            .collect()
    }

    pub fn json(&self) -> Value {
        json!({
            "keys": self.keys,
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
        })
    }
}
