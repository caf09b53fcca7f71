//! The only directory reader: sorted walks of the source tree, and the scan of each source file,
//! once.
//!
//! What git ignores does not exist here: it is in no flake's source, and a manifest that told of
//! it would differ from one machine to the next. `.gitignore` files count without a repository
//! too, so that an unpacked archive or a Nix sandbox gives the same answer.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::ops::Bound;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::{DirEntry, WalkDir};

use crate::path::{self, Root};
use crate::scan::{Literals, Scan, scan_bytes};

/// The directories of version control: in no source, whatever names them.
const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".jj", ".pijul", ".svn"];

/// What editors and desktops leave in a tree: part of no crate, unless something names it.
const LITTER: &[&str] = &[".DS_Store", ".devenv", ".direnv", ".idea", ".vscode"];

fn is_litter(name: &str) -> bool {
    LITTER.contains(&name)
        || name.starts_with(".#")
        || [".swo", ".swp", "~"]
            .iter()
            .any(|ending| name.ends_with(ending))
}

/// The source tree. All paths are relative to the workspace root.
pub struct Tree {
    directory: Utf8PathBuf,
    root: Root,
    /// How far up files may lie: the repository; `None` where there is none.
    limit: Option<String>,
    literal_places: BTreeSet<String>,
    ignored: Ignored,
    listings: Mutex<HashMap<String, Arc<Listing>>>,
    scans: Mutex<HashMap<(String, Literals), Once>>,
    unreadable: Mutex<BTreeMap<String, String>>,
}

type Listing = BTreeMap<String, Kind>;

/// Filled by whoever asks first; the others wait.
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
    /// literal is worth keeping, besides build scripts of the usual name.
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
            ignored: Ignored::new(root, repository),
            listings: Mutex::default(),
            scans: Mutex::default(),
            unreadable: Mutex::default(),
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
                let below = entry.strip_prefix(&start).unwrap_or(&entry);
                files.insert(path::child(directory, &slashes(below)), kind);
            }
        }
        Ok(files)
    }

    /// How far up files may lie, where that is known.
    pub fn limit(&self) -> Option<&str> {
        self.limit.as_deref()
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

    /// Where a symbolic link in `directory` leads, lexically.
    pub fn link_target(&self, directory: &str, target: &str) -> Option<String> {
        let absolute = || self.root.relative(Utf8Path::new(target));
        self.root.join(directory, target).or_else(absolute)
    }

    /// Reads a Rust source file once, however many crates ask.
    pub fn scan(&self, path: &str) -> Arc<Scan> {
        self.scan_for(path, self.literals(path))
    }

    /// The same with every string literal in it.
    pub fn scan_all(&self, path: &str) -> Arc<Scan> {
        self.scan_for(path, Literals::All)
    }

    fn scan_for(&self, path: &str, literals: Literals) -> Arc<Scan> {
        let cell = {
            let mut scans = self.scans.lock().unwrap_or_else(PoisonError::into_inner);
            scans
                .entry((path.to_owned(), literals))
                .or_default()
                .clone()
        };
        let read = || match fs::read(self.absolute(path)) {
            Ok(bytes) => Arc::new(scan_bytes(&bytes, literals)),
            Err(error) => {
                // What has vanished was not there; rustc will say so better.
                if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
                    let mut unreadable = self
                        .unreadable
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner);
                    unreadable.insert(path.to_owned(), error.to_string());
                }
                Arc::default()
            }
        };
        cell.get_or_init(read).clone()
    }

    /// The source files that could not be read, and why.
    pub fn unreadable(&self) -> BTreeMap<String, String> {
        self.unreadable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The text of a file; `None` where there is none.
    pub fn read(&self, path: &str) -> anyhow::Result<Option<String>> {
        match fs::read(self.absolute(path)) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
        }
    }

    fn literals(&self, path: &str) -> Literals {
        let tells = path
            .split('/')
            .any(|component| matches!(component, "build.rs" | "build"))
            || self
                .literal_places
                .iter()
                .any(|place| path::is_within(path, place));
        if tells {
            Literals::All
        } else {
            Literals::Telling
        }
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
            path => self.directory.join(path),
        }
    }
}

/// A repository, and what git alone can tell of it.
pub struct Repository {
    pub directory: Utf8PathBuf,
    /// The files that git tracks although its lists ignore them.
    tracked: BTreeSet<Utf8PathBuf>,
}

impl Repository {
    /// Asks git, which takes its time over a large index.
    pub fn read(directory: Utf8PathBuf) -> Self {
        Self {
            tracked: tracked_though_ignored(&directory),
            directory,
        }
    }
}

/// The directory of the repository that `start` lies in, if it lies in one.
pub fn repository(start: &Utf8Path) -> Option<Utf8PathBuf> {
    let holds = |directory: &&Utf8Path| {
        [".git", ".jj", ".hg"]
            .iter()
            .any(|name| directory.join(name).exists())
    };
    start.ancestors().find(holds).map(Utf8Path::to_owned)
}

/// What git ignores: by every `.gitignore` from a file's directory up to its repository's,
/// `.git/info/exclude` and the user's own list, in this order of weight. What git tracks all the
/// same is not ignored, so that nobody's own list tells what is part of the workspace.
struct Ignored {
    /// Of the repository; of the workspace where there is none.
    top: Utf8PathBuf,
    tracked: BTreeSet<Utf8PathBuf>,
    files: Mutex<HashMap<Utf8PathBuf, Directory>>,
    elsewhere: Vec<Gitignore>,
}

#[derive(Clone, Default)]
struct Directory {
    gitignore: Option<Arc<Gitignore>>,
    /// Its parents' lists say nothing here: a submodule, or the repository itself.
    is_repository: bool,
}

impl Ignored {
    fn new(root: &Utf8Path, repository: Option<&Repository>) -> Self {
        let tracked = repository.map(|repository| repository.tracked.clone());
        let repository = repository.map(|repository| repository.directory.as_path());
        let exclude = repository.map(|repository| {
            let mut builder = GitignoreBuilder::new(repository);
            builder.add(repository.join(".git/info/exclude"));
            builder.build().unwrap_or_else(|_| Gitignore::empty())
        });
        // The user's own list is rooted in the current directory, which is of no matter here:
        // patterns with a slash, which that could mislead, are not for such lists.
        let elsewhere = exclude.into_iter().chain([Gitignore::global().0]);
        Self {
            top: repository.unwrap_or(root).to_owned(),
            tracked: tracked.unwrap_or_default(),
            files: Mutex::default(),
            elsewhere: elsewhere.filter(|list| !list.is_empty()).collect(),
        }
    }

    /// Whether git would not show `path`, whose directory it shows.
    fn is_ignored(&self, path: &Utf8Path, is_directory: bool) -> bool {
        if self.matches(path, is_directory) {
            return !self.is_tracked(path);
        }
        // Shown for the sake of a tracked file, an ignored directory hides the others still.
        let mut above = path
            .ancestors()
            .skip(1)
            .take_while(|directory| *directory != self.top);
        !self.tracked.is_empty()
            && above.any(|directory| self.is_tracked(directory) && self.matches(directory, true))
            && !self.is_tracked(path)
    }

    /// Itself, or something below it.
    fn is_tracked(&self, path: &Utf8Path) -> bool {
        let below = (Bound::Included(path), Bound::Unbounded);
        let next = self.tracked.range::<Utf8Path, _>(below).next();
        next.is_some_and(|tracked| tracked.starts_with(path))
    }

    fn matches(&self, path: &Utf8Path, is_directory: bool) -> bool {
        for directory in path.ancestors().skip(1) {
            let known = self.directory(directory);
            if let Some(list) = known.gitignore {
                match list.matched(path, is_directory) {
                    Match::None => {}
                    found => return found.is_ignore(),
                }
            }
            if known.is_repository || directory == self.top {
                break;
            }
        }
        let mut found = self
            .elsewhere
            .iter()
            .map(|list| list.matched(path, is_directory));
        found
            .find(|found| !found.is_none())
            .is_some_and(|found| found.is_ignore())
    }

    fn directory(&self, directory: &Utf8Path) -> Directory {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files.get(directory) {
            return known.clone();
        }
        let file = directory.join(".gitignore");
        // Above a workspace without a repository, nobody's list counts.
        let counts = directory.starts_with(&self.top) || !self.top.starts_with(directory);
        let known = Directory {
            gitignore: (counts && file.is_file()).then(|| Arc::new(Gitignore::new(file).0)),
            is_repository: directory.join(".git").exists(),
        };
        files.insert(directory.to_owned(), known.clone());
        known
    }
}

/// The files that git tracks although its lists ignore them. Empty where there is no git to ask:
/// then they do not exist here, as they do not in a source that git's lists have filtered.
fn tracked_though_ignored(repository: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--ignored",
            "--exclude-standard",
        ])
        .current_dir(repository)
        .stdin(Stdio::null())
        .output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        return BTreeSet::new();
    };
    let names = output
        .stdout
        .split(|byte| *byte == 0)
        .filter_map(|name| str::from_utf8(name).ok());
    names
        .filter(|name| !name.is_empty())
        .map(|name| repository.join(name))
        .collect()
}

fn slashes(path: &Utf8Path) -> String {
    path.as_str().replace('\\', "/")
}

/// In reverse, to be popped from the front.
fn components(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|c| !c.is_empty() && *c != ".")
        .rev()
        .map(str::to_owned)
        .collect()
}
