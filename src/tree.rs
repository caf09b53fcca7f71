//! The source tree: sorted walks of its directories, and one scan of each source file. The analysis
//! reads directories only here.
//!
//! What git ignores does not exist here: it is in no flake's source, and a manifest that told of
//! it would differ from one machine to the next. `.gitignore` files count without a repository
//! too, so that an unpacked archive or a Nix sandbox gives the same answer.

mod identity;
mod ignored;
mod texts;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::iter;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use walkdir::{DirEntry, WalkDir};

pub use identity::{Form, Identity};
pub use ignored::Repository;

use ignored::Ignored;

use crate::conventions::is_litter;
use crate::path::{self, Root, slashes};
use crate::scan::{Literals, Scan};

/// The directories of version control: in no source, whatever names them.
const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".jj", ".pijul", ".svn"];

/// Whether a path belongs to version control, or was left by an editor or a desktop.
pub fn is_version_control_or_litter(path: &str) -> bool {
    let is = |name: &str| VERSION_CONTROL.contains(&name) || is_litter(name);
    path.split('/').any(is)
}

/// The source tree. All paths are relative to the workspace root.
pub struct Tree {
    directory: Utf8PathBuf,
    root: Root,
    /// How far up files may lie: the repository; `None` if there is no repository.
    limit: Option<String>,
    literal_places: BTreeSet<String>,
    /// Where the files lie that are not in the directory itself.
    elsewhere: BTreeMap<String, Utf8PathBuf>,
    ignored: Ignored,
    listings: Mutex<HashMap<String, Arc<Listing>>>,
    scans: Mutex<HashMap<(String, Literals), Once>>,
    unreadable: Mutex<BTreeMap<String, String>>,
    read: Mutex<BTreeSet<String>>,
}

/// What scans have found, by path and by what was asked.
pub type Scans = HashMap<(String, Literals), Arc<Scan>>;

type Listing = BTreeMap<String, Kind>;

/// Filled by the first thread that asks; the others wait.
type Once = Arc<OnceLock<Arc<Scan>>>;

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
    /// `root` is absolute. `literal_places` are the files and directories in which every string
    /// literal is worth keeping, in addition to build scripts of the usual name.
    pub fn new(
        root: &Utf8Path,
        repository: Option<&Repository>,
        literal_places: BTreeSet<String>,
    ) -> Self {
        let relative = Root::new(root);
        Self {
            directory: root.to_owned(),
            limit: repository.and_then(|repository| relative.relative(&repository.directory)),
            root: relative,
            literal_places,
            elsewhere: BTreeMap::new(),
            ignored: Ignored::new(root, repository),
            listings: Mutex::default(),
            scans: Mutex::default(),
            unreadable: Mutex::default(),
            read: Mutex::default(),
        }
    }

    /// The tree with the text of some files replaced by files elsewhere.
    pub fn with_elsewhere(self, elsewhere: BTreeMap<String, Utf8PathBuf>) -> Self {
        Self { elsewhere, ..self }
    }

    /// Knows these scans from the start: of files that hold still what they held then.
    pub fn with_scans(self, scans: Scans) -> Self {
        let scans = scans
            .into_iter()
            .map(|(key, scan)| (key, Arc::new(OnceLock::from(scan))));
        Self {
            scans: Mutex::new(scans.collect()),
            ..self
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
        let keep = |entry: &DirEntry| {
            let is_litter = entry.file_name().to_str().is_some_and(is_litter);
            !is_litter && !skipped.iter().any(|path| path == entry.path())
        };
        let mut files = BTreeMap::new();
        for (entry, kind) in self.entries(&start, usize::MAX, keep)? {
            if kind != Kind::Directory {
                let below = slashes(entry.strip_prefix(&start).unwrap_or(&entry));
                // From above the root, the way may lead down into it again.
                let file = match directory.starts_with("..") {
                    true => self.root.join(directory, &below),
                    false => Some(path::child(directory, &below)),
                };
                files.extend(file.map(|file| (file, kind)));
            }
        }
        Ok(files)
    }

    /// How far up files may lie, where that is known.
    pub fn limit(&self) -> Option<&str> {
        self.limit.as_deref()
    }

    /// The names of what lies in a directory that no link leads to.
    pub fn names(&self, directory: &str) -> anyhow::Result<Vec<String>> {
        Ok(self.listing(directory)?.keys().cloned().collect())
    }

    /// The directory around `directory`; `None` where that is as far up as files may lie.
    pub fn above(&self, directory: &str) -> Option<String> {
        let up = self.root.join(directory, "..")?;
        let limit = self.limit.as_deref().unwrap_or(".");
        path::is_within(&up, limit).then_some(up)
    }

    /// A directory and those around it, from the inside out, as far up as files may lie.
    pub fn upwards<'t>(&'t self, directory: &str) -> impl Iterator<Item = String> + use<'t> {
        iter::successors(Some(directory.to_owned()), |inner| self.above(inner))
    }

    /// Where `path` leads if links lead it out of the repository.
    pub fn outside(&self, path: &str) -> Option<Utf8PathBuf> {
        let limit = self.absolute(self.limit.as_ref()?).canonicalize_utf8();
        let place = self.absolute(path).canonicalize_utf8().ok()?;
        (!place.starts_with(limit.ok()?)).then_some(place)
    }

    /// Whether `path` leads somewhere, links followed.
    pub fn exists(&self, path: &str) -> anyhow::Result<bool> {
        Ok(self.resolve(path)?.is_some())
    }

    /// Whether `path`, links followed, is a directory.
    pub fn leads_to_directory(&self, path: &str) -> bool {
        self.absolute(path).is_dir()
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
                let Some(up) = self.root.join(&place, "..") else {
                    return Ok(None);
                };
                if self
                    .limit
                    .as_ref()
                    .is_some_and(|limit| !path::is_within(&up, limit))
                {
                    return Ok(None);
                }
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
                    let Some(target) = self.link_target(&place, target).filter(|_| links > 0)
                    else {
                        return Ok(None);
                    };
                    needed.push(next);
                    place = ".".to_owned();
                    left.extend(components(&target));
                }
            }
        }
        needed.push(place);
        Ok(Some(Resolved {
            needed,
            is_directory,
        }))
    }

    /// Where a symbolic link in `directory` leads, lexically. One that names its place from the root
    /// of the file system stays in the workspace where there is no repository to stay in: what lies
    /// elsewhere is this machine's.
    fn link_target(&self, directory: &str, target: &str) -> Option<String> {
        let absolute = || {
            let target = self.root.relative(Utf8Path::new(target))?;
            (self.limit.is_some() || path::is_within(&target, ".")).then_some(target)
        };
        self.root.join(directory, target).or_else(absolute)
    }

    fn listing(&self, directory: &str) -> anyhow::Result<Arc<Listing>> {
        let known = |listings: &HashMap<String, Arc<Listing>>| listings.get(directory).cloned();
        if let Some(listing) = known(&self.listings.lock().unwrap_or_else(PoisonError::into_inner))
        {
            return Ok(listing);
        }
        let outside = self
            .limit
            .as_ref()
            .is_some_and(|limit| !path::is_within(directory, limit));
        let mut listing = Listing::new();
        if !outside {
            for (entry, kind) in self.entries(&self.absolute(directory), 1, |_| true)? {
                if let Some(name) = entry.file_name() {
                    listing.insert(name.to_owned(), kind);
                }
            }
        }
        let listing = Arc::new(listing);
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        listings.insert(directory.to_owned(), listing.clone());
        Ok(listing)
    }

    /// Below `start`, itself left out. A file that vanishes on the way was not there.
    fn entries(
        &self,
        start: &Utf8Path,
        depth: usize,
        keep: impl Fn(&DirEntry) -> bool,
    ) -> anyhow::Result<Vec<(Utf8PathBuf, Kind)>> {
        let is_seen = |entry: &DirEntry| {
            // A name that is not UTF-8 cannot be written down; nothing in a manifest can mean it.
            let Some(path) = Utf8Path::from_path(entry.path()) else {
                return false;
            };
            entry.depth() == 0
                || !path
                    .file_name()
                    .is_some_and(|name| VERSION_CONTROL.contains(&name))
                    && keep(entry)
                    && !self.ignored.is_ignored(path, entry.file_type().is_dir())
        };
        let mut found = Vec::new();
        for entry in WalkDir::new(start)
            .max_depth(depth)
            .into_iter()
            .filter_entry(is_seen)
        {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => match error.io_error().map(std::io::Error::kind) {
                    Some(ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
                    _ => return Err(error).with_context(|| format!("cannot read below {start}")),
                },
            };
            let file_type = entry.file_type();
            let Some(path) = Utf8Path::from_path(entry.path()) else {
                continue;
            };
            let kind = if file_type.is_symlink() {
                let Ok(target) = path.read_link_utf8() else {
                    continue;
                };
                Kind::Symlink(slashes(&target))
            } else if file_type.is_dir() {
                Kind::Directory
            } else if file_type.is_file() {
                Kind::File
            } else {
                continue;
            };
            if entry.depth() > 0 {
                found.push((path.to_owned(), kind));
            }
        }
        Ok(found)
    }

    fn absolute(&self, path: &str) -> Utf8PathBuf {
        match path {
            "." => self.directory.clone(),
            path => match self.elsewhere.get(path) {
                Some(place) => place.clone(),
                None => self.directory.join(path),
            },
        }
    }
}

/// In reverse, to be popped from the front.
fn components(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|c| !c.is_empty() && *c != ".")
        .rev()
        .map(str::to_owned)
        .collect()
}
