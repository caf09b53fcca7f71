//! Crate + tree + reach + settings -> the file rules of the manifest, and the reason of each.

pub mod imports;
mod own;
pub mod programs;
mod reasons;
mod settings_files;

use std::collections::{BTreeMap, BTreeSet};

use crate::cargo_config::Environment;
use crate::graph::Crate;
use crate::path::{self, Root};
use crate::patterns::Matches;
use crate::places::Places;
use crate::reach::{self, By, Class, Inherited, Own, Reach, Read, Unresolved};
use crate::settings::ManifestText;
use crate::tree::{Kind, Tree};
use crate::walk::Walked;

use own::{compress, own_files};

/// What the manifest says of a crate's files: the lists of a
/// [`CrateEntry`](crate::manifest::CrateEntry).
#[derive(Debug, Default)]
pub struct Rules {
    pub nested: BTreeSet<String>,
    pub bin_only: BTreeSet<String>,
    pub test_only: BTreeSet<String>,
    pub drop: BTreeSet<String>,
    pub include: BTreeSet<String>,
    pub test_include: BTreeSet<String>,
    /// Why a path (relative to the workspace root) is in a list, or was spared from one.
    pub why: BTreeMap<String, String>,
    pub unresolved: BTreeSet<Unresolved>,
}

/// What one crate reads, by its sources and its manifest.
pub fn reached(
    krate: &Crate,
    walked: &Walked,
    tree: &Tree,
    manifest: &ManifestText,
    inherited: &Inherited,
    environment: &Environment,
) -> anyhow::Result<Reach> {
    let places = Places::new(krate, walked, tree.root());
    let own = Own {
        krate,
        files: &walked.files,
        directories: &walked.directories,
        nested: &walked.nested,
        environment,
    };
    let default = |file: &str| places.default(file).class();
    let mut reach = reach::reach(&own, tree, inherited, &default)?;
    named_by_the_manifest(krate, manifest, tree, &mut reach)?;
    settings_files::named(krate, walked, tree, &default, &mut reach)?;
    Ok(reach)
}

/// The rules of one crate that reads what `reach` says. `settings` are what the patterns of its own
/// manifest and of the workspace's match.
pub fn rules(
    krate: &Crate,
    walked: &Walked,
    tree: &Tree,
    settings: &Matches,
    mut reach: Reach,
) -> anyhow::Result<Rules> {
    let places = Places::new(krate, walked, tree.root());
    let mut rules = Rules {
        nested: walked.nested.clone(),
        unresolved: std::mem::take(&mut reach.unresolved),
        ..Rules::default()
    };
    let mut followed = imports::Followed::default();
    let mut run = programs::Run::default();
    let classes = loop {
        let classes = own_files(krate, walked, &places, &reach, settings, &mut rules.why);
        let links = follow_links(walked, &classes, tree, &mut reach)?;
        let (reach, followed) = (&mut reach, &mut followed);
        let imports = imports::follow_imports(krate, walked, &classes, tree, reach, followed)?;
        let programs = programs::follow_programs(krate, tree, reach, &mut run)?;
        if !links && !imports && !programs {
            break classes;
        }
    };
    let of = |wanted: Option<Class>| {
        let files = classes.iter().filter(move |(_, class)| **class == wanted);
        files
            .map(|(file, _)| file.as_str())
            .collect::<BTreeSet<_>>()
    };
    let relative = |path: &str| tree.root().between(&krate.path, path);
    let whole = |files: BTreeSet<&str>, any: bool| -> BTreeSet<String> {
        let may = |directory: &str| any || places.is_dropped_directory(directory);
        compress(&files, walked, may)
            .iter()
            .map(|path| relative(path))
            .collect()
    };
    rules.bin_only = whole(of(Some(Class::Bin)), true);
    rules.test_only = whole(of(Some(Class::Test)), true);
    rules.drop = whole(of(None), false);
    rules.include.extend(own::astray(krate, &classes));
    outside_files(krate, walked, tree, &reach, settings, &mut rules)?;
    Ok(rules)
}

/// Adds the targets of symbolic links: of links of the crate that are needed, and of those in any
/// directory outside that is read. Returns whether there was a new one.
fn follow_links(
    walked: &Walked,
    classes: &BTreeMap<String, Option<Class>>,
    tree: &Tree,
    reach: &mut Reach,
) -> anyhow::Result<bool> {
    let own = walked
        .files
        .iter()
        .filter(|(_, kind)| matches!(kind, Kind::Symlink(_)));
    let mut links: Vec<(String, Class)> = own
        .filter_map(|(file, _)| Some((file.clone(), classes.get(file).copied()??)))
        .collect();
    let is_outside = |path: &String| !walked.directories.contains(path);
    for (path, read) in reach
        .reads
        .iter()
        .filter(|(path, read)| read.is_directory && is_outside(path))
    {
        let files = tree.files_below(path, &BTreeSet::new())?;
        let found = files
            .into_iter()
            .filter(|(_, kind)| matches!(kind, Kind::Symlink(_)));
        links.extend(found.map(|(file, _)| (file, read.class)));
    }
    let mut is_new = false;
    for (link, class) in links {
        let Some(resolved) = tree.resolve(&link)? else {
            continue;
        };
        let by = By {
            path: link,
            line: 0,
            what: "a symbolic link".to_owned(),
        };
        is_new |= reach.read(resolved, class, by);
    }
    Ok(is_new)
}

/// What Cargo.toml itself names: its readme and license file, and the workspace it inherits from.
fn named_by_the_manifest(
    krate: &Crate,
    manifest: &ManifestText,
    tree: &Tree,
    reach: &mut Reach,
) -> anyhow::Result<()> {
    let named = [
        (
            "`readme`",
            krate.readme.as_ref().filter(|_| manifest.gives_readme),
        ),
        (
            "`license-file`",
            krate
                .license_file
                .as_ref()
                .filter(|_| manifest.gives_license_file),
        ),
    ];
    let mut reads = Vec::new();
    for (key, file) in named {
        let target = file.and_then(|file| tree.root().join(&krate.path, file));
        // No build opens these, so they are no reason for a source root above the workspace's.
        reads.extend(
            target
                .filter(|t| path::is_within(t, "."))
                .map(|target| (key, target)),
        );
    }
    if let Some(root) = &krate.inherits_from {
        let target = tree.root().join(root, "Cargo.toml");
        reads.extend(target.map(|target| ("the workspace it inherits from", target)));
    }
    for (key, target) in reads {
        let Some(resolved) = tree.resolve(&target)? else {
            continue;
        };
        for path in resolved.needed {
            let by = By {
                path: krate.manifest(),
                line: 0,
                what: key.to_owned(),
            };
            let read = Read {
                class: Class::Library,
                is_directory: false,
                by,
            };
            reach
                .reads
                .entry(path)
                .or_insert_with(|| read.clone())
                .class = Class::Library;
        }
    }
    Ok(())
}

/// What lies outside the own directory: found by the scan, less `exclude`, plus `include`.
fn outside_files(
    krate: &Crate,
    walked: &Walked,
    tree: &Tree,
    reach: &Reach,
    settings: &Matches,
    rules: &mut Rules,
) -> anyhow::Result<()> {
    let is_own = |path: &str| {
        walked.files.contains_key(path) || walked.directories.contains(path) || path == krate.path
    };
    // Every source holds these, rewritten: the root Cargo.toml otherwise for a crate that reads it.
    let is_given = |path: &str| matches!(path, "Cargo.lock" | ".");
    let found = reach
        .reads
        .iter()
        .map(|(path, read)| (path, read.class, reasons::chain(reach, read)));
    for (path, class, why) in found.chain(settings.outside()) {
        let is_root = path == "Cargo.toml";
        if !is_root && is_own(path) || is_given(path) || settings.excludes(path) {
            continue;
        }
        if settings.speaks_of_parts(path) {
            // Of a directory that is not wanted whole, its files.
            for file in tree.files_below(path, &BTreeSet::new())?.into_keys() {
                if !settings.excludes(&file) && !settings.is_for_tests(&file) {
                    rules.list(class).insert(file);
                }
            }
            continue;
        }
        rules.list(class).insert(path.clone());
        rules.why.entry(path.clone()).or_insert(why);
    }
    // A directory that is read is read with the crates in it.
    let is_read = |nested: &&String| {
        reach.reads.iter().any(|(path, read)| {
            read.is_directory
                && is_own(path)
                && path != &krate.path
                && path::is_within(nested, path)
        })
    };
    rules
        .include
        .extend(rules.nested.iter().filter(is_read).cloned());
    let covered = |path: &String, list: &BTreeSet<String>| {
        let mut place = path.as_str();
        while place.contains('/') {
            place = path::parent(place);
            if list.contains(place) {
                return true;
            }
        }
        false
    };
    let include = rules.include.clone();
    rules.include.retain(|path| !covered(path, &include));
    let tests = rules.test_include.clone();
    let include = &rules.include;
    rules.test_include.retain(|path| {
        !include.contains(path) && !covered(path, include) && !covered(path, &tests)
    });
    Ok(())
}

impl Rules {
    /// Whether an own file of the crate at `directory` is part of its library.
    pub fn is_of_library(&self, file: &str, root: &Root, directory: &str) -> bool {
        let lists = [&self.bin_only, &self.test_only, &self.drop];
        let mut places = lists.into_iter().flatten();
        let is_out = |place: &String| {
            let place = root.join(directory, place);
            place.is_some_and(|place| path::is_within(file, &place))
        };
        !places.any(is_out)
    }

    /// The list of what lies outside, for this need.
    fn list(&mut self, class: Class) -> &mut BTreeSet<String> {
        match class {
            Class::Test => &mut self.test_include,
            Class::Library | Class::Bin => &mut self.include,
        }
    }
}
