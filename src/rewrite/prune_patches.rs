//! The twin of nix/rewrite/prunePatches.nix: the entries of `[patch]` whose packages are there. Cargo
//! insists on the others' sources as well.

use std::collections::{BTreeMap, BTreeSet};

use super::read_lock::Package;
use super::value::{Table, Value};

/// The packages of a pruned lock, by name.
pub type ByName<'l> = BTreeMap<&'l str, Vec<&'l Package>>;

/// A patch by path stays where its crate is among `crates`, another one where its package is among
/// `packages`.
pub fn prune_patches(patch: &Table, crates: &BTreeSet<String>, packages: &ByName<'_>) -> Table {
    let is_used = |key: &str, spec: &Value| {
        let name = package_name(key, spec);
        let is_locked = packages.contains_key(name);
        if spec.get("path").is_some() {
            crates.contains(name)
        } else if spec.get("git").is_some() {
            is_git_used(patch, name, spec, packages)
        } else {
            is_locked
        }
    };
    let sources = patch.iter().filter_map(|(source, entries)| {
        let entries = entries.as_table()?.iter();
        let used = entries.filter(|(key, spec)| is_used(key, spec));
        let used: Table = used
            .map(|(key, spec)| (key.clone(), spec.clone()))
            .collect();
        (!used.is_empty()).then(|| (source.clone(), Value::Table(used)))
    });
    sources.collect()
}

fn package_name<'s>(key: &'s str, spec: &'s Value) -> &'s str {
    spec.get("package").and_then(Value::as_str).unwrap_or(key)
}

fn is_git_used(patch: &Table, name: &str, spec: &Value, packages: &ByName<'_>) -> bool {
    let locked = packages.get(name).into_iter().flatten();
    let locked: Vec<&str> = locked
        .filter_map(|package| package.source.as_deref()?.strip_prefix("git+"))
        .collect();
    let is_met = |spec: &Value| locked.iter().any(|source| is_from(spec, source));
    // Cargo may spell a URL otherwise. Where none of the patches of a package matches, all are
    // kept.
    let others = patch
        .values()
        .filter_map(Value::as_table)
        .flatten()
        .filter(|(key, spec)| package_name(key, spec) == name && spec.get("git").is_some());
    is_met(spec) || !locked.is_empty() && !others.into_iter().any(|(_, spec)| is_met(spec))
}

fn is_from(spec: &Value, source: &str) -> bool {
    let url = spec.get("git").and_then(Value::as_str).unwrap_or_default();
    // Since version 4, Cargo.lock has `a%2Fb` for the branch `a/b`.
    let spellings = [wanted(spec, &str::to_owned), wanted(spec, &encoded)];
    located(source) == located(url) && spellings.iter().any(|wanted| asked(source) == wanted)
}

/// The URL of a git source as far as servers tell two apart.
fn located(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    url[..end].to_ascii_lowercase()
}

/// What a locked source asks for.
fn asked(source: &str) -> &str {
    let Some((before, query)) = source.split_once('?') else {
        return "";
    };
    if before.contains('#') {
        return "";
    }
    query.split('#').next().unwrap_or_default()
}

fn wanted(spec: &Value, encode: &dyn Fn(&str) -> String) -> String {
    let said = ["branch", "tag", "rev"].iter().filter_map(|key| {
        let value = spec.get(key)?.as_str()?;
        Some(format!("{key}={}", encode(value)))
    });
    said.collect::<Vec<_>>().join("&")
}

/// As a part of a URL.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for char in text.chars() {
        match char.is_ascii() && !char.is_ascii_alphanumeric() && !"-_.~".contains(char) {
            true => encoded.push_str(&format!("%{:02X}", u32::from(char))),
            false => encoded.push(char),
        }
    }
    encoded
}
