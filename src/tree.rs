//! The only directory reader: sorted walks of the source tree, and the scan of each source file,
//! once.
//!
//! What git ignores does not exist here: it is in no flake's source, and a manifest that told of
//! it would differ from one machine to the next. `.gitignore` files count without a repository
//! too, so that an unpacked archive or a Nix sandbox gives the same answer.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, OnceLock};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use ignore::{DirEntry, WalkBuilder};

use crate::path::{self, Root};
use crate::scan::{Literals, Scan, scan};

/// What version control, editors and desktops leave in a tree. Never part of a crate.
pub const LITTER: &[&str] = &[
    ".DS_Store", ".devenv", ".direnv", ".git", ".hg", ".idea", ".jj", ".pijul", ".svn", ".vscode",
];

/// The source tree. All paths are relative to the workspace root.
pub struct Tree {
    directory: Utf8PathBuf,
    root: Root,
    /// How far up files may lie: the repository; `None` where there is none.
    limit: Option<String>,
    build_scripts: BTreeSet<String>,
    listings: Mutex<HashMap<String, Arc<Listing>>>,
    scans: Mutex<HashMap<String, Arc<OnceLock<Arc<Scan>>>>>,
}

type Listing = BTreeMap<String, Kind>;

/// What a path is, links not followed. Sockets and devices are nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
    /// With its target, as written.
    Symlink(String),
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The file or directory itself, and every symbolic link on the way to it.
    pub needed: Vec<String>,
    pub is_directory: bool,
}

impl Tree {
    /// `root` is absolute. `build_scripts` are the files whose every string literal is worth
    /// keeping, besides those whose names tell.
    pub fn new(
        root: &Utf8Path,
        repository: Option<&Utf8Path>,
        build_scripts: BTreeSet<String>,
    ) -> Self {
        let relative = Root::new(root);
        Self {
            directory: root.to_owned(),
            limit: repository.and_then(|repository| relative.relative(repository)),
            root: relative,
            build_scripts,
            listings: Mutex::default(),
            scans: Mutex::default(),
        }
    }

    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The files and symbolic links below `directory`, without `pruned` directories, litter and
    /// Cargo's `target`. Empty where there is no such directory.
    pub fn files_below(
        &self,
        directory: &str,
        pruned: &BTreeSet<String>,
    ) -> anyhow::Result<BTreeMap<String, Kind>> {
        let start = self.absolute(directory);
        let mut skipped: Vec<Utf8PathBuf> = pruned.iter().map(|path| self.absolute(path)).collect();
        if fs::exists(start.join("Cargo.toml")).unwrap_or(false) {
            skipped.push(start.join("target"));
        }
        let keep = move |entry: &DirEntry| !skipped.iter().any(|path| path == entry.path());
        let mut files = BTreeMap::new();
        for (entry, kind) in entries(&start, None, keep)? {
            if kind != Kind::Directory {
                let below = entry.strip_prefix(&start).unwrap_or(&entry);
                files.insert(path::child(directory, &slashes(below)), kind);
            }
        }
        Ok(files)
    }

    /// Whether `path` itself, no link, is a directory.
    pub fn is_directory(&self, path: &str) -> bool {
        fs::symlink_metadata(self.absolute(path)).is_ok_and(|metadata| metadata.is_dir())
    }

    /// Follows `path`, link by link. `None` where it leads nowhere, out of the repository, or to
    /// what git ignores.
    pub fn resolve(&self, path: &str) -> anyhow::Result<Option<Resolved>> {
        let mut needed = Vec::new();
        let mut place = ".".to_owned();
        let mut is_directory = true;
        let mut left: Vec<String> = components(path);
        // The number of links that Linux follows before it gives up.
        let mut links = 40;
        while let Some(name) = left.pop() {
            if !is_directory {
                return Ok(None);
            }
            if name == ".." {
                let Some(up) = self.root.join(&place, "..") else { return Ok(None) };
                place = up;
                continue;
            }
            let next = path::child(&place, &name);
            match self.listing(&place)?.get(&name) {
                None => return Ok(None),
                Some(Kind::Directory) => place = self.root.join(&place, &name).unwrap_or(next),
                Some(Kind::File) => (place, is_directory) = (next, false),
                Some(Kind::Symlink(target)) => {
                    links -= 1;
                    let Some(target) = self.link_target(&place, target).filter(|_| links > 0) else {
                        return Ok(None);
                    };
                    needed.push(next);
                    place = ".".to_owned();
                    left.extend(components(&target));
                }
            }
        }
        needed.push(place);
        Ok(Some(Resolved { needed, is_directory }))
    }

    /// Where a symbolic link in `directory` leads, lexically.
    pub fn link_target(&self, directory: &str, target: &str) -> Option<String> {
        let absolute = || self.root.relative(Utf8Path::new(target));
        self.root.join(directory, target).or_else(absolute)
    }

    /// Reads a Rust source file once, however many crates ask. `None` where it cannot be read.
    pub fn scan(&self, path: &str) -> Arc<Scan> {
        let cell = {
            let mut scans = self.scans.lock().unwrap_or_else(|poison| poison.into_inner());
            scans.entry(path.to_owned()).or_default().clone()
        };
        let read = || match fs::read(self.absolute(path)) {
            Ok(bytes) => Arc::new(scan(&String::from_utf8_lossy(&bytes), self.literals(path))),
            // It was there a moment ago; rustc will say so better.
            Err(_) => Arc::default(),
        };
        cell.get_or_init(read).clone()
    }

    /// The text of a file; `None` where there is none.
    pub fn read(&self, path: &str) -> anyhow::Result<Option<String>> {
        match fs::read(self.absolute(path)) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
        }
    }

    /// Build scripts and tests read files at run time; which file is one, its place tells.
    fn literals(&self, path: &str) -> Literals {
        let of_tests = ["tests", "benches", "examples", "test"];
        let tells = self.build_scripts.contains(path)
            || path::name(path) == "build.rs"
            || path.split('/').any(|component| of_tests.contains(&component));
        if tells { Literals::All } else { Literals::Telling }
    }

    fn listing(&self, directory: &str) -> anyhow::Result<Arc<Listing>> {
        let known = |listings: &HashMap<String, Arc<Listing>>| listings.get(directory).cloned();
        if let Some(listing) = known(&self.listings.lock().unwrap_or_else(|p| p.into_inner())) {
            return Ok(listing);
        }
        let outside = self.limit.as_ref().is_some_and(|limit| !path::is_within(directory, limit));
        let mut listing = Listing::new();
        if !outside {
            for (entry, kind) in entries(&self.absolute(directory), Some(1), |_| true)? {
                if let Some(name) = entry.file_name() {
                    listing.insert(name.to_owned(), kind);
                }
            }
        }
        let listing = Arc::new(listing);
        let mut listings = self.listings.lock().unwrap_or_else(|poison| poison.into_inner());
        listings.insert(directory.to_owned(), listing.clone());
        Ok(listing)
    }

    fn absolute(&self, path: &str) -> Utf8PathBuf {
        match path {
            "." => self.directory.clone(),
            path => self.directory.join(path),
        }
    }
}

/// The directory of the repository that `start` lies in, if it lies in one.
pub fn repository(start: &Utf8Path) -> Option<Utf8PathBuf> {
    let holds = |directory: &&Utf8Path| {
        [".git", ".jj", ".hg"].iter().any(|name| directory.join(name).exists())
    };
    start.ancestors().find(holds).map(Utf8Path::to_owned)
}

/// Below `start`, itself left out. A file that vanishes on the way was not there.
fn entries(
    start: &Utf8Path,
    depth: Option<usize>,
    keep: impl Fn(&DirEntry) -> bool + Send + Sync + 'static,
) -> anyhow::Result<Vec<(Utf8PathBuf, Kind)>> {
    let walk = WalkBuilder::new(start)
        .standard_filters(false)
        .parents(true)
        .git_ignore(true)
        .git_exclude(true)
        .git_global(true)
        .require_git(false)
        .max_depth(depth)
        .filter_entry(move |entry| {
            let name = entry.file_name().to_str();
            let is_litter = entry.depth() > 0 && name.is_some_and(|name| LITTER.contains(&name));
            !is_litter && keep(entry)
        })
        .build();
    let mut found = Vec::new();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => match error.io_error().map(std::io::Error::kind) {
                Some(ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
                _ => return Err(error).with_context(|| format!("cannot read below {start}")),
            },
        };
        if entry.depth() == 0 {
            continue;
        }
        let Some(file_type) = entry.file_type() else { continue };
        // A name that is not UTF-8 cannot be written down; nothing in a manifest can mean it.
        let Some(path) = Utf8Path::from_path(entry.path()) else { continue };
        let kind = if file_type.is_symlink() {
            let Ok(target) = path.read_link_utf8() else { continue };
            Kind::Symlink(slashes(&target))
        } else if file_type.is_dir() {
            Kind::Directory
        } else if file_type.is_file() {
            Kind::File
        } else {
            continue;
        };
        found.push((path.to_owned(), kind));
    }
    Ok(found)
}

fn slashes(path: &Utf8Path) -> String {
    path.as_str().replace('\\', "/")
}

/// In reverse, to be popped from the front.
fn components(path: &str) -> Vec<String> {
    path.split('/').filter(|c| !c.is_empty() && *c != ".").rev().map(str::to_owned).collect()
}
