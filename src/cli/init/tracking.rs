//! What is left to do before Nix sees the workspace: a flake sees what git tracks, and no more.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::place::Place;
use super::steps::{Steps, shown};
use crate::problem::shell_word;
use crate::{git, path};

/// Puts it first of all that is left.
pub fn left(place: &Place<'_>, steps: &mut Steps<'_, '_>) -> anyhow::Result<()> {
    steps.files.extend(untracked_crates(place)?);
    let untracked = untracked(place, &steps.files)?;
    if !untracked.is_empty() {
        let files: Vec<String> = untracked.iter().map(|file| word(file)).collect();
        let mut force = "";
        for file in &untracked {
            if ignored_by(place, file)?.is_some() {
                force = " --force";
            }
        }
        steps.left.insert(
            0,
            format!(
                "Add the new files to git. A flake sees only files that git tracks:\n\n    git add{force} {}\n",
                files.join(" ")
            ),
        );
    }
    if let Some(step) = lock(place)? {
        steps.left.insert(0, step);
    }
    Ok(())
}

/// What is to be done of Cargo.lock, if it is missing or git ignores it.
fn lock(place: &Place<'_>) -> anyhow::Result<Option<String>> {
    let root = &place.analysis.root;
    let lock = root.join("Cargo.lock");
    let is_there = lock.exists();
    let ignored_by = match place.has_git {
        true => ignored_by(place, &lock)?,
        false => None,
    };
    if is_there && ignored_by.is_none() {
        return Ok(None);
    }
    let why = match (is_there, &ignored_by) {
        (true, Some(by)) => format!(
            "Add Cargo.lock to git, although {by} ignores it. A flake sees only files that git tracks"
        ),
        (_, Some(by)) => format!(
            "Make Cargo.lock, which every build needs, and add it to git, although {by} ignores it"
        ),
        (_, None) => "Make Cargo.lock, which every build needs".to_owned(),
    };
    let mut commands = String::new();
    if !is_there {
        let manifest = shown(&root.join("Cargo.toml"));
        let option = match manifest.as_str() {
            "Cargo.toml" => String::new(),
            other => format!(" --manifest-path {}", shell_word(other)),
        };
        commands += &format!("    cargo generate-lockfile{option}\n");
    }
    if place.has_git {
        let force = if ignored_by.is_some() { " --force" } else { "" };
        commands += &format!("    git add{force} {}\n", word(&lock));
    }
    Ok(Some(format!("{why}:\n\n{commands}")))
}

/// The line that has git ignore a file, which it does not track.
fn ignored_by(place: &Place<'_>, file: &Utf8Path) -> anyhow::Result<Option<String>> {
    let ask = |option| {
        let plain = ["-c", "core.quotePath=false", "check-ignore"];
        let args = [&plain[..], &[option, "--", file.as_str()]].concat();
        git::git(&place.analysis.root, &args)
    };
    // With its reasons, git tells of what it does not ignore too.
    if ask("--quiet")?.is_err() {
        return Ok(None);
    }
    let said = ask("--verbose")?.unwrap_or_default();
    // `.gitignore:1:*.lock`, a tab and the file; the list is as seen from the top.
    let place_of = |said: &str| {
        let (reason, _) = said.split_once('\t')?;
        let (list, rest) = reason.split_once(':')?;
        let (line, _) = rest.split_once(':')?;
        Some(format!("{}:{line}", shown(&place.top.join(list))))
    };
    Ok(Some(place_of(&said).unwrap_or_else(|| "git".to_owned())))
}

/// The lock and the directories of crates that git does not track yet.
fn untracked_crates(place: &Place<'_>) -> anyhow::Result<BTreeSet<Utf8PathBuf>> {
    if !place.has_git {
        return Ok(BTreeSet::new());
    }
    let root = &place.analysis.root;
    let wanted = ["Cargo.lock", "Cargo.toml", ":(glob)**/Cargo.toml"];
    let listed = [
        &["ls-files", "--others", "--exclude-standard", "-z", "--"],
        &wanted[..],
    ];
    let listed = git::asked(root, &listed.concat())?;
    let files = listed.split('\0').filter(|file| !file.is_empty());
    let crates = &place.analysis.manifest.crates;
    let place_of = |file: &str| match path::parent(file) {
        _ if file == "Cargo.lock" => Some(root.join(file)),
        "." => Some(root.clone()),
        directory if crates.values().any(|entry| entry.path == directory) => {
            Some(root.join(directory))
        }
        _ => None,
    };
    let places: BTreeSet<Utf8PathBuf> = files.filter_map(place_of).collect();
    // All of it is new.
    Ok(match places.contains(root) {
        true => BTreeSet::from([root.clone()]),
        false => places,
    })
}

/// The given files that are not in git's index.
fn untracked(place: &Place<'_>, files: &[Utf8PathBuf]) -> anyhow::Result<Vec<Utf8PathBuf>> {
    if !place.has_git {
        return Ok(Vec::new());
    }
    let mut untracked = Vec::new();
    for file in files {
        let args = [
            "--literal-pathspecs",
            "ls-files",
            "--error-unmatch",
            "--",
            file.as_str(),
        ];
        if git::git(&place.analysis.root, &args)?.is_err() {
            untracked.push(file.clone());
        }
    }
    Ok(untracked)
}

fn word(path: &Utf8Path) -> String {
    shell_word(shown(path).as_str())
}
