//! The crate's own files: who needs each of them, and the fewest paths that say it.

use std::collections::{BTreeMap, BTreeSet};

use super::reasons;
use crate::conventions::TESTS;
use crate::graph::{Crate, TargetKind};
use crate::path;
use crate::patterns::Matches;
use crate::places::{PlaceRule, Places};
use crate::reach::{Class, Reach};
use crate::walk::{Walked, area};

/// Who needs each of the crate's own files; `None` if no build does.
pub fn own_files(
    krate: &Crate,
    walked: &Walked,
    places: &Places<'_>,
    reach: &Reach,
    settings: &Matches,
    why: &mut BTreeMap<String, String>,
) -> BTreeMap<String, Option<Class>> {
    let need = |class: Option<Class>| class.map_or(3, |class| class as u8);
    let own = walked.files.keys().map(|file| {
        let default = places.default(file);
        let mut class = default.class();
        let mut reason = default.reason();
        if let Some(module) = reach.modules.get(file) {
            // If the place of the file sets no default, the module decides. Otherwise the module
            // overrides the default only if more builds need it.
            let by_place = !matches!(default, PlaceRule::Kept);
            if !by_place || need(Some(*module)) < need(class) {
                class = Some(*module);
                reason = reach
                    .reads
                    .get(file)
                    .map(|read| format!("reached as {}", read.by));
            }
        }
        let mut place = file.as_str();
        loop {
            if let Some(read) = reach.reads.get(place)
                && (read.is_directory || place == file)
                && need(Some(read.class)) < need(class)
            {
                class = Some(read.class);
                reason = Some(reasons::chain(reach, read));
            }
            if !walked.directories.contains(path::parent(place)) || place == "." {
                break;
            }
            place = path::parent(place);
        }
        if let Some((by_setting, setting)) = settings.own(file) {
            class = by_setting;
            reason = Some(setting);
        }
        if *file == krate.manifest() {
            class = Some(Class::Library);
            reason = Some("the manifest".to_owned());
        }
        why.extend(reason.map(|reason| (file.clone(), reason)));
        (file.clone(), class)
    });
    own.collect()
}

/// The own files that a build without tests reads, but that lie outside the directories that the
/// manifest gives to such a build. They are listed in `include`. Such files lie in directories for
/// tests: those of a root package, and those that are for tests by convention.
pub fn astray(krate: &Crate, classes: &BTreeMap<String, Option<Class>>) -> Vec<String> {
    let targets = krate.targets.iter();
    let built = targets.filter(|target| target.kind != TargetKind::Test);
    let built: Vec<&str> = built.map(|target| target.path.as_str()).collect();
    let areas = area(&krate.path, built.iter().copied());
    let conventional = TESTS.map(|directory| path::child(&krate.path, directory));
    let is_of_tests =
        |directory: &&String| !built.iter().any(|path| path::is_within(path, directory));
    let conventional: Vec<&String> = conventional.iter().filter(is_of_tests).collect();
    let is_built = |file: &str| {
        areas.iter().any(|place| path::is_within(file, place))
            && !conventional
                .iter()
                .any(|place| path::is_within(file, place))
    };
    let needed = classes
        .iter()
        .filter(|(_, class)| matches!(class, Some(Class::Library | Class::Bin)));
    let astray = needed.map(|(file, _)| file).filter(|file| !is_built(file));
    astray.cloned().collect()
}

/// The largest directories that hold nothing but `files`, and the files that are left.
pub fn compress<'w>(
    files: &BTreeSet<&'w str>,
    walked: &'w Walked,
    may: impl Fn(&str) -> bool,
) -> BTreeSet<&'w str> {
    let mut mixed: BTreeSet<&str> = BTreeSet::new();
    for file in walked
        .files
        .keys()
        .filter(|file| !files.contains(file.as_str()))
    {
        let mut directory = path::parent(file);
        while walked.directories.contains(directory) && mixed.insert(directory) {
            directory = path::parent(directory);
        }
    }
    let largest = |file: &&'w str| {
        let mut best = *file;
        let mut directory = path::parent(file);
        while walked.directories.contains(directory) && !mixed.contains(directory) {
            if may(directory) {
                best = directory;
            }
            directory = path::parent(directory);
        }
        best
    };
    files.iter().map(largest).collect()
}
