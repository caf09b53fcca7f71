//! Three manifests into one, crate by crate, as git's merge driver wants it. Pure.
//!
//! Git runs a merge driver before it touches the work tree, which still has one side: `gen` would
//! give the manifest of that side. So everything that a manifest derives from the rest of itself
//! (the closures, nested crates, the source root) is derived again, and all other entries are
//! merged. The result is what `gen` writes after the merge, unless both sides changed the inputs of
//! one list.

use std::collections::{BTreeMap, BTreeSet};

use crate::closure::closures_of;
use crate::manifest::{CrateEntry, Manifest, Unreadable};
use crate::path;

/// The merged manifest; or what only the merged workspace can tell, in words, sorted.
///
/// `base` is `None` where both sides added the file.
pub fn merge(
    base: Option<&Manifest>,
    ours: &Manifest,
    theirs: &Manifest,
) -> Result<Manifest, Vec<String>> {
    let nothing = Manifest::new(BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    let base = base.unwrap_or(&nothing);
    let (mut by_us, mut by_them) = (renames(base, ours), renames(base, theirs));
    // Two names for one crate are two crates, in one place.
    let (us, them) = (by_us.clone(), by_them.clone());
    by_us.retain(|old, new| them.get(old).is_none_or(|other| other == new));
    by_them.retain(|old, new| us.get(old).is_none_or(|other| other == new));
    let mut all = by_us.clone();
    all.extend(by_them.clone());
    let (base, ours, theirs) = (
        renamed(base, &all),
        renamed(ours, &by_them),
        renamed(theirs, &by_us),
    );

    let mut conflicts = Vec::new();
    let mut crates = BTreeMap::new();
    let names: BTreeSet<&String> = ours.crates.keys().chain(theirs.crates.keys()).collect();
    for name in names {
        let entry = |manifest: &'_ Manifest| manifest.crates.get(name).cloned();
        match merge_entry(entry(&base), entry(&ours), entry(&theirs)) {
            Ok(Some(entry)) => {
                crates.insert(name.clone(), entry);
            }
            Ok(None) => {}
            Err(words) => conflicts.extend(words.iter().map(|words| format!("{name}: {words}"))),
        }
    }
    if conflicts.is_empty() {
        conflicts = contradictions(&crates);
    }
    if !conflicts.is_empty() {
        return Err(conflicts);
    }
    derive(&mut crates);
    let merged = Manifest::new(
        set(&base.files, &ours.files, &theirs.files),
        set(&base.patched, &ours.patched, &theirs.patched),
        crates,
    );
    // The reader knows what no `gen` would have written.
    match Manifest::from_text(&merged.to_text()) {
        Ok(_) => Ok(merged),
        Err(Unreadable::Invalid(_, words)) => Err(vec![words]),
        Err(Unreadable::NewerFormat(_) | Unreadable::OlderFormat(_)) => {
            unreachable!("it is of our own format")
        }
    }
}

/// Crates with another name in the same place: the old name to the new one.
fn renames(base: &Manifest, side: &Manifest) -> BTreeMap<String, String> {
    let gone = base.crates.iter();
    let gone = gone.filter(|(name, _)| !side.crates.contains_key(*name));
    let renames = gone.filter_map(|(old, entry)| {
        let mut new = side.crates.iter();
        let is_it = |(name, new): &(&String, &CrateEntry)| {
            new.path == entry.path && !base.crates.contains_key(*name)
        };
        new.find(is_it).map(|(new, _)| (old.clone(), new.clone()))
    });
    renames.collect()
}

fn renamed(manifest: &Manifest, renames: &BTreeMap<String, String>) -> Manifest {
    let name = |name: &String| renames.get(name).unwrap_or(name).clone();
    let names = |names: &BTreeSet<String>| names.iter().map(name).collect();
    let mut renamed = manifest.clone();
    renamed.patched = names(&manifest.patched);
    renamed.crates.clear();
    for (old, entry) in &manifest.crates {
        let new = name(old);
        // A crate that this side has under both names is no renamed one.
        let new = if new != *old && manifest.crates.contains_key(&new) {
            old.clone()
        } else {
            new
        };
        let entry = CrateEntry {
            dependencies: names(&entry.dependencies),
            dev_dependencies: names(&entry.dev_dependencies),
            ..entry.clone()
        };
        renamed.crates.insert(new, entry);
    }
    renamed
}

fn merge_entry(
    base: Option<CrateEntry>,
    ours: Option<CrateEntry>,
    theirs: Option<CrateEntry>,
) -> Result<Option<CrateEntry>, Vec<String>> {
    let said = |entry: &Option<CrateEntry>| entry.clone().map(without_derived);
    let (base_says, ours_says, theirs_says) = (said(&base), said(&ours), said(&theirs));
    if ours_says == theirs_says || base_says == theirs_says {
        return Ok(ours);
    }
    if base_says == ours_says {
        return Ok(theirs);
    }
    match (base, ours, theirs) {
        (Some(base), Some(ours), Some(theirs)) => merge_fields([&base, &ours, &theirs]).map(Some),
        (None, Some(_), Some(_)) => Err(vec!["both sides add it, in different ways".to_owned()]),
        _ => Err(vec!["one side removes it, the other changes it".to_owned()]),
    }
}

/// What a manifest does not derive from other entries.
fn without_derived(entry: CrateEntry) -> CrateEntry {
    CrateEntry {
        closure: BTreeSet::new(),
        test_extra: BTreeSet::new(),
        nested: if has_derived_nested(&entry) {
            BTreeSet::new()
        } else {
            entry.nested
        },
        ..entry
    }
}

/// A package in or above the workspace root owns its targets' directories, not all around them:
/// which crates are nested in these, its path does not tell.
fn has_derived_nested(entry: &CrateEntry) -> bool {
    !path::is_within(".", &entry.path)
}

/// The entries of the base, of ours and of theirs.
type Sides<'e> = [&'e CrateEntry; 3];

fn merge_fields(sides: Sides<'_>) -> Result<CrateEntry, Vec<String>> {
    let mut conflicts = Vec::new();
    let names = |of: fn(&CrateEntry) -> &BTreeSet<String>| {
        let [base, ours, theirs] = sides.map(of);
        set(base, ours, theirs)
    };
    let include = without_covered(names(|entry| &entry.include));
    let mut test_include = without_covered(names(|entry| &entry.test_include));
    test_include.retain(|path| !include.contains(path) && !is_covered(path, &include));
    let entry = CrateEntry {
        path: field(sides, "path", |entry| &entry.path, &mut conflicts),
        member: field(sides, "member", |entry| &entry.member, &mut conflicts),
        workspace: field(sides, "workspace", |entry| &entry.workspace, &mut conflicts),
        lib: field(sides, "lib", |entry| &entry.lib, &mut conflicts),
        proc_macro: field(
            sides,
            "procMacro",
            |entry| &entry.proc_macro,
            &mut conflicts,
        ),
        build_script: field(
            sides,
            "buildScript",
            |entry| &entry.build_script,
            &mut conflicts,
        ),
        bins: bins(sides, &mut conflicts),
        dependencies: names(|entry| &entry.dependencies),
        dev_dependencies: names(|entry| &entry.dev_dependencies),
        closure: BTreeSet::new(),
        test_extra: BTreeSet::new(),
        nested: names(|entry| &entry.nested),
        bin_only: names(|entry| &entry.bin_only),
        test_only: names(|entry| &entry.test_only),
        drop: names(|entry| &entry.drop),
        include,
        test_include,
    };
    // A listed directory stands for all files in it. A side that adds a file of another kind to the
    // directory lists single files instead. If the merged list has both, only the sources tell
    // which is right.
    for (key, list) in [
        ("binOnly", &entry.bin_only),
        ("testOnly", &entry.test_only),
        ("drop", &entry.drop),
    ] {
        if list.iter().any(|path| is_covered(path, list)) {
            conflicts.push(format!("both sides change `{key}`, and overlap"));
        }
    }
    match conflicts.is_empty() {
        true => Ok(entry),
        false => Err(conflicts),
    }
}

fn field<T: Clone + PartialEq>(
    sides: Sides<'_>,
    key: &str,
    of: fn(&CrateEntry) -> &T,
    conflicts: &mut Vec<String>,
) -> T {
    let [base, ours, theirs] = sides.map(of);
    let (merged, is_conflict) = value(base, ours, theirs);
    if is_conflict {
        conflicts.push(format!("both sides change `{key}`"));
    }
    merged
}

fn bins(sides: Sides<'_>, conflicts: &mut Vec<String>) -> BTreeMap<String, String> {
    let names: BTreeSet<&String> = sides.iter().flat_map(|entry| entry.bins.keys()).collect();
    let bins = names.into_iter().filter_map(|name| {
        let [base, ours, theirs] = sides.map(|entry| entry.bins.get(name).cloned());
        let (bin, is_conflict) = value(&base, &ours, &theirs);
        if is_conflict {
            conflicts.push(format!("both sides change the binary `{name}`"));
        }
        Some((name.clone(), bin?))
    });
    bins.collect()
}

/// The value, and whether both sides changed it, each in its own way.
fn value<T: Clone + PartialEq>(base: &T, ours: &T, theirs: &T) -> (T, bool) {
    if base == ours {
        (theirs.clone(), false)
    } else {
        (ours.clone(), base != theirs && ours != theirs)
    }
}

/// What both have, and what one of them has that is new.
fn set(
    base: &BTreeSet<String>,
    ours: &BTreeSet<String>,
    theirs: &BTreeSet<String>,
) -> BTreeSet<String> {
    let is_kept = |name: &&String| match (ours.contains(*name), theirs.contains(*name)) {
        (true, true) => true,
        _ => !base.contains(*name),
    };
    ours.union(theirs).filter(is_kept).cloned().collect()
}

fn is_covered(path: &str, list: &BTreeSet<String>) -> bool {
    list.iter()
        .any(|other| other != path && path::is_within(path, other))
}

fn without_covered(list: BTreeSet<String>) -> BTreeSet<String> {
    let uncovered = list.iter().filter(|path| !is_covered(path, &list));
    uncovered.cloned().collect()
}

/// What no workspace can have.
fn contradictions(crates: &BTreeMap<String, CrateEntry>) -> Vec<String> {
    let mut found = Vec::new();
    let mut places = BTreeMap::new();
    for (name, entry) in crates {
        if let Some(other) = places.insert(&entry.path, name) {
            found.push(format!("{name}: it is in the same place as {other}"));
        }
        let named = entry.dependencies.iter().chain(&entry.dev_dependencies);
        for other in named.filter(|other| !crates.contains_key(*other)) {
            found.push(format!(
                "{name}: it depends on {other}, which the other side removes"
            ));
        }
    }
    found
}

fn derive(crates: &mut BTreeMap<String, CrateEntry>) {
    let edges = |of: fn(&CrateEntry) -> &BTreeSet<String>| {
        let edges = crates.iter();
        edges
            .map(|(name, entry)| (name.clone(), of(entry).clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let (normal, dev) = (
        edges(|entry| &entry.dependencies),
        edges(|entry| &entry.dev_dependencies),
    );
    let of = |edges: &BTreeMap<String, BTreeSet<String>>, name: &str| {
        edges.get(name).cloned().unwrap_or_default()
    };
    let mut closures = closures_of(
        crates.keys(),
        |name| of(&normal, name),
        |name| of(&dev, name),
    );
    let places: Vec<String> = crates.values().map(|entry| entry.path.clone()).collect();
    for (name, entry) in crates {
        let closures = closures.remove(name).unwrap_or_default();
        (entry.test_extra, entry.closure) = (closures.test_extra(), closures.build);
        if has_derived_nested(entry) {
            let nested = places
                .iter()
                .filter_map(|place| path::below(&entry.path, place));
            entry.nested = nested.map(str::to_owned).collect();
        }
    }
}

#[cfg(test)]
mod tests;
