//! The sources of one commit, as far as two commits need to be compared.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::fingerprint::{Inputs, Part, fingerprint, place, stub_paths};
use crate::path;
use crate::problem::Checked;
use crate::rewrite::{Content, make_sources, read_workspace};
use crate::source::Role;
use crate::tree::{Form, Identity};

pub struct Picture {
    pub crates: BTreeMap<String, Crate>,
    /// The files of all sources: which crates have each of them, in which parts. Rewritten files
    /// are left out.
    pub readers: HashMap<String, Vec<(String, Part)>>,
    /// As `cratesieve gen` would write it.
    pub manifest: String,
}

pub struct Crate {
    /// The structure of each part: which files there are, and rewritten texts. If it is equal, the
    /// part is equal unless one of its files has other content.
    pub structure: BTreeMap<Part, String>,
    /// The Rust sources of its package that are its own.
    pub sources: Vec<String>,
}

/// `locate` says what git calls a file, relative to the top of the repository, links followed.
pub fn picture(analysis: &Analysis, locate: &dyn Fn(&str) -> Vec<String>) -> Checked<Picture> {
    let (shape, tree) = (&analysis.manifest, &analysis.tree);
    let read = read_workspace(shape, tree)?;
    let sources = make_sources(shape, &read, tree, &stub_paths());
    let place = place(&analysis.root, shape);
    // What files hold is git's to tell.
    let same = Identity::new(Form::File, b"");

    let found = shape.crates.par_iter().map(|(name, entry)| {
        let inputs = Inputs::of(&sources, shape, tree, name)?;
        let structure = Part::ALL.map(|part| {
            let hash = fingerprint(part, inputs.part(part), &place, &|_| Ok(same))?;
            Ok((part, hash))
        });
        let structure = structure.into_iter().collect::<anyhow::Result<_>>()?;
        let mut files: BTreeSet<(String, Part)> = BTreeSet::new();
        for part in Part::ALL {
            for source in inputs.part(part) {
                let kept = source.iter().filter(|(_, what)| **what == Content::File);
                files.extend(kept.map(|(path, _)| (path.clone(), part)));
            }
        }
        let own = sources.files_of(name, Role::Own)?;
        let rust = own.iter().filter(|path| path.ends_with(".rs")).cloned();
        let manifest = path::child(&entry.path, "Cargo.toml");
        Ok((name, structure, files, rust.collect::<Vec<_>>(), manifest))
    });
    let found: Vec<_> = found.collect::<anyhow::Result<_>>()?;

    let mut readers: HashMap<String, Vec<(String, Part)>> = HashMap::new();
    let mut places: HashMap<String, Vec<String>> = HashMap::new();
    let mut located = |path: &str| match places.get(path) {
        Some(known) => known.clone(),
        None => {
            let found = locate(path);
            places.insert(path.to_owned(), found.clone());
            found
        }
    };
    let mut crates = BTreeMap::new();
    for (name, structure, files, rust, manifest) in found {
        for (path, part) in files {
            for file in located(&path) {
                readers.entry(file).or_default().push((name.clone(), part));
            }
        }
        located(&manifest).into_iter().for_each(|file| {
            readers.entry(file).or_default();
        });
        let sources = rust
            .iter()
            .filter_map(|path| located(path).into_iter().last());
        let sources: BTreeSet<String> = sources.collect();
        let sources = sources.into_iter().collect();
        crates.insert(name.clone(), Crate { structure, sources });
    }
    let mut shared = vec!["Cargo.toml".to_owned()];
    if tree.exists("Cargo.lock")? {
        shared.push("Cargo.lock".to_owned());
    }
    shared.extend(
        read.home_tomls
            .keys()
            .map(|home| path::child(home, "Cargo.toml")),
    );
    shared.extend(read.configurations.keys().cloned());
    for path in shared {
        for file in located(&path) {
            readers.entry(file).or_default();
        }
    }
    Ok(Picture {
        crates,
        readers,
        manifest: shape.to_text(),
    })
}
