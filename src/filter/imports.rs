//! Files that name files: from each needed file to the files that it imports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::graph::Crate;
use crate::imports::{From, Imported, Language, language_of};
use crate::path;
use crate::reach::{By, Class, Reach};
use crate::tree::{Resolved, Tree};
use crate::walk::Walked;

/// What has been followed of one crate.
#[derive(Default)]
pub struct Followed {
    /// With the greatest need it was followed for.
    files: BTreeMap<String, Class>,
    directories: BTreeSet<String>,
    texts: BTreeMap<String, Arc<Vec<Imported>>>,
}

/// Adds what the files import that the crate needs: its own, and those outside that are read, by
/// themselves or with their directory. Says whether that was anything new.
pub fn follow_imports(
    krate: &Crate,
    walked: &Walked,
    classes: &BTreeMap<String, Option<Class>>,
    tree: &Tree,
    reach: &mut Reach,
    followed: &mut Followed,
) -> anyhow::Result<bool> {
    let own = classes
        .iter()
        .filter_map(|(file, class)| Some((file.clone(), (*class)?)));
    let mut files: Vec<(String, Class)> = own
        .filter(|(file, _)| language_of(file).is_some())
        .collect();
    for (path, read) in &reach.reads {
        if !read.is_directory {
            if language_of(path).is_some() {
                files.push((path.clone(), read.class));
            }
        } else if !walked.directories.contains(path) {
            let found = tree.files_below(path, &BTreeSet::new())?;
            let named = found.into_keys().filter(|file| language_of(file).is_some());
            files.extend(named.map(|file| (file, read.class)));
        }
    }
    let mut is_new = false;
    for (file, class) in files {
        if followed
            .files
            .get(&file)
            .is_some_and(|known| *known <= class)
        {
            continue;
        }
        followed.files.insert(file.clone(), class);
        let Some(language) = language_of(&file) else {
            continue;
        };
        if language.from == From::Directory {
            is_new |= neighbours(&file, class, language, tree, reach, followed)?;
            continue;
        }
        for import in imported(&file, language, tree, followed)?.iter() {
            for resolved in places(&krate.path, &file, language, import, tree)? {
                let by = By {
                    path: file.clone(),
                    line: import.line,
                    what: format!("`{} \"{}\"`", import.by, import.path),
                };
                is_new |= reach.read(resolved, class, by);
            }
        }
    }
    Ok(is_new)
}

fn imported(
    file: &str,
    language: &Language,
    tree: &Tree,
    followed: &mut Followed,
) -> anyhow::Result<Arc<Vec<Imported>>> {
    if let Some(known) = followed.texts.get(file) {
        return Ok(known.clone());
    }
    let text = match tree.resolve(file)? {
        Some(resolved) if !resolved.is_directory => tree.read(file)?.unwrap_or_default(),
        _ => String::new(),
    };
    let found = Arc::new(language.imported(&text));
    followed.texts.insert(file.to_owned(), found.clone());
    Ok(found)
}

/// What a file imports that no crate reads, `home` being the directory of the workspace.
pub fn imports_of(home: &str, file: &str, tree: &Tree) -> anyhow::Result<Vec<Resolved>> {
    let mut found = Vec::new();
    if let Some(language) = language_of(file).filter(|known| known.from != From::Directory) {
        for import in imported(file, language, tree, &mut Followed::default())?.iter() {
            found.extend(places(home, file, language, import, tree)?);
        }
    }
    Ok(found)
}

/// The files that an import may mean. `home` is the directory of the crate.
fn places(
    home: &str,
    file: &str,
    language: &Language,
    import: &Imported,
    tree: &Tree,
) -> anyhow::Result<Vec<Resolved>> {
    let text = import.path.as_str();
    // A library of that name, or what another machine has.
    if text.starts_with('@') || text.contains("://") {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let is_rooted = text.starts_with('/');
    let text = text.trim_start_matches('/');
    for directory in tree.upwards(path::parent(file)) {
        found.extend(lookup(&directory, text, language, tree)?);
        let is_done = match language.from {
            From::File | From::Directory => true,
            From::FileThenRoots => !found.is_empty() && !is_rooted || text.starts_with("./"),
            From::Roots => text.starts_with('.'),
        };
        if is_done {
            break;
        }
    }
    // A header of the crate goes by the crate's name: `app/include/store.h`.
    if found.is_empty()
        && language.from == From::FileThenRoots
        && let Some((_, rest)) = text.split_once('/')
    {
        found.extend(lookup(home, rest, language, tree)?);
    }
    Ok(found)
}

/// The file that a text means as a path from `directory`, with the endings that it may lack.
fn lookup(
    directory: &str,
    text: &str,
    language: &Language,
    tree: &Tree,
) -> anyhow::Result<Option<Resolved>> {
    let mut names = vec![text.to_owned()];
    for ending in language.implied {
        names.push(format!("{text}.{ending}"));
        let (around, name) = text.rsplit_once('/').unwrap_or((".", text));
        names.push(format!("{around}/_{name}.{ending}"));
        names.push(format!("{text}/_index.{ending}"));
    }
    for name in names {
        let target = tree.root().join(directory, &name);
        if let Some(target) = target
            && let Some(resolved) = tree.resolve(&target)?
            && !resolved.is_directory
        {
            return Ok(Some(resolved));
        }
    }
    Ok(None)
}

/// The files of the same language in the directory of `file`, and the directory `deps`.
fn neighbours(
    file: &str,
    class: Class,
    language: &Language,
    tree: &Tree,
    reach: &mut Reach,
    followed: &mut Followed,
) -> anyhow::Result<bool> {
    let directory = path::parent(file).to_owned();
    if !followed
        .directories
        .insert(format!("{} {directory}", class as u8))
    {
        return Ok(false);
    }
    let mut is_new = false;
    for name in tree.names(&directory)? {
        let is_one =
            name == "deps" || language_of(&name).is_some_and(|other| std::ptr::eq(other, language));
        let target = path::child(&directory, &name);
        if is_one && let Some(resolved) = tree.resolve(&target)? {
            let by = By {
                path: file.to_owned(),
                line: 0,
                what: "a package of which it is a part".to_owned(),
            };
            is_new |= reach.read(resolved, class, by);
        }
    }
    Ok(is_new)
}
