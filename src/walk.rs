//! Which directories and files are a crate's own, and the walk of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Graph;
use crate::path;
use crate::tree::{Kind, Tree};

/// The files of one crate, walked once.
pub struct Walked {
    pub files: BTreeMap<String, Kind>,
    pub directories: BTreeSet<String>,
    pub nested: BTreeSet<String>,
}

/// Walks the crate's own directory; of a root package, its targets' directories.
pub fn walk(name: &str, graph: &Graph, tree: &Tree) -> anyhow::Result<Walked> {
    let krate = &graph.crates[name];
    let targets = krate.targets.iter().map(|target| target.path.as_str());
    let area = area(&krate.path, targets);
    let nested: BTreeSet<String> = graph
        .crates
        .values()
        .map(|other| &other.path)
        .filter(|other| **other != krate.path)
        .filter(|other| area.iter().any(|place| path::is_within(other, place)))
        .filter(|other| !path::is_within(&krate.path, other))
        .cloned()
        .collect();
    let mut files = BTreeMap::new();
    for place in &area {
        let found = tree.files_below(place, &nested)?;
        match tree.resolve(place)? {
            Some(resolved) if !resolved.is_directory => {
                files.insert(place.clone(), Kind::File);
            }
            _ => files.extend(found),
        }
    }
    let mut directories = BTreeSet::new();
    for file in files.keys() {
        let mut directory = path::parent(file);
        while area.iter().any(|place| path::is_within(directory, place))
            && directories.insert(directory.to_owned())
        {
            directory = path::parent(directory);
        }
    }
    Ok(Walked {
        files,
        directories,
        nested,
    })
}

/// The directories and files that are a crate's own.
///
/// A crate owns its directory. One whose directory holds the workspace root, a root package
/// above all, owns the directories of its targets only, and of a target that lies at the top,
/// that file. `targets` are relative to the workspace root.
pub fn area<'t>(crate_path: &str, targets: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    if !path::is_within(".", crate_path) {
        return BTreeSet::from([crate_path.to_owned()]);
    }
    let places = targets
        .into_iter()
        .filter(|target| path::is_within(target, crate_path));
    let places: BTreeSet<String> = places
        .map(|target| match path::parent(target) {
            directory if directory == crate_path => target.to_owned(),
            directory => directory.to_owned(),
        })
        .collect();
    let covered = |place: &String| {
        places
            .iter()
            .any(|p| p != place && path::is_within(place, p))
    };
    places
        .iter()
        .filter(|place| !covered(place))
        .cloned()
        .collect()
}
