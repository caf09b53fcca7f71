//! Programs that build scripts run: from each one that is read to the files that it names.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Crate;
use crate::imports::programs::{Program, by_name, by_text};
use crate::path;
use crate::reach::{By, Class, Reach};
use crate::tree::{Resolved, Tree};

/// The programs that have been followed, with the greatest need.
#[derive(Default)]
pub struct Run(BTreeMap<String, Class>);

/// Adds the files that programs name. A program counts if the crate reads it; a description for CMake,
/// Make or Meson counts if the crate reads its directory. Returns whether there was a new file.
pub fn follow_programs(
    krate: &Crate,
    tree: &Tree,
    reach: &mut Reach,
    run: &mut Run,
) -> anyhow::Result<bool> {
    let mut files: Vec<(String, Class)> = Vec::new();
    for (path, read) in &reach.reads {
        if !read.is_directory {
            files.push((path.clone(), read.class));
        } else {
            let below = tree.files_below(path, &BTreeSet::new())?;
            let descriptions = below
                .into_keys()
                .filter(|file| by_name(file) == Some(Program::Build));
            files.extend(descriptions.map(|file| (file, read.class)));
        }
    }
    let mut is_new = false;
    for (file, class) in files {
        if run.0.get(&file).is_some_and(|known| *known <= class) {
            continue;
        }
        run.0.insert(file.clone(), class);
        let Some((program, text)) = program(&file, tree)? else {
            continue;
        };
        for word in program.words(&text) {
            if let Some(resolved) = places(&krate.path, &file, &word.path, tree)? {
                let by = By {
                    path: file.clone(),
                    line: word.line,
                    what: format!("`{}`", word.path.escape_debug()),
                };
                is_new |= reach.read(resolved, class, by);
            }
        }
    }
    Ok(is_new)
}

/// What a program names that no crate runs, `home` being the directory of the workspace.
pub fn named_by(home: &str, file: &str, tree: &Tree) -> anyhow::Result<Vec<Resolved>> {
    let mut found = Vec::new();
    if let Some((program, text)) = program(file, tree)? {
        for word in program.words(&text) {
            found.extend(places(home, file, &word.path, tree)?);
        }
    }
    found.retain(|resolved| !resolved.is_directory);
    Ok(found)
}

/// Whether a file is a program, and its text.
fn program(file: &str, tree: &Tree) -> anyhow::Result<Option<(Program, String)>> {
    let known = by_name(file);
    if known.is_none() && path::name(file).contains('.') {
        return Ok(None);
    }
    let is_file = tree.resolve(file)?.is_some_and(|found| !found.is_directory);
    if !is_file {
        return Ok(None);
    }
    let text = tree.read(file)?.unwrap_or_default();
    let program = known.or_else(|| by_text(&text));
    Ok(program.map(|program| (program, text)))
}

/// What a word may mean: a file in the nearest directory that has it, from that of the program
/// upwards; a directory only if the word leads upwards, and none around `home`.
fn places(home: &str, file: &str, text: &str, tree: &Tree) -> anyhow::Result<Option<Resolved>> {
    let is_usual = matches!(path::name(text), "Cargo.toml" | "Cargo.lock" | "." | "..");
    if is_usual {
        return Ok(None);
    }
    for directory in tree.upwards(path::parent(file)) {
        if let Some(target) = tree.root().join(&directory, text)
            && target != file
            && !path::is_within(home, &target)
            && let Some(resolved) = tree.resolve(&target)?
        {
            let is_package = || tree.resolve(&path::child(&target, "Cargo.toml"));
            if !resolved.is_directory || text.starts_with("..") && is_package()?.is_none() {
                return Ok(Some(resolved));
            }
        }
        if text.starts_with('.') {
            break;
        }
    }
    Ok(None)
}
