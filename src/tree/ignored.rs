//! What git ignores, except tracked files.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::git;

/// A repository, and what git alone can tell of it.
pub struct Repository {
    pub directory: Utf8PathBuf,
    /// The files that git tracks although its lists ignore them.
    tracked: BTreeSet<Utf8PathBuf>,
    /// Whether there is nothing but what git tracks.
    is_unpacked: bool,
}

impl Repository {
    /// Asks git, which takes its time over a large index.
    pub fn read(directory: Utf8PathBuf) -> Self {
        Self {
            tracked: git::tracked_though_ignored(&directory),
            directory,
            is_unpacked: false,
        }
    }

    /// A directory that holds what git tracks, and nothing else.
    pub fn unpacked(directory: &Utf8Path) -> Self {
        Self {
            directory: directory.to_owned(),
            tracked: BTreeSet::new(),
            is_unpacked: true,
        }
    }
}

/// What git ignores: by every `.gitignore` from a file's directory up to its repository's,
/// `.git/info/exclude` and the user's own list, in this order of weight. Tracked files are not
/// ignored, so that no user's own list decides what is part of the workspace.
pub struct Ignored {
    /// The top of the repository; the workspace root if there is no repository.
    top: Utf8PathBuf,
    tracked: BTreeSet<Utf8PathBuf>,
    files: Mutex<HashMap<Utf8PathBuf, Directory>>,
    elsewhere: Vec<Gitignore>,
    /// Whether the lists say nothing of what is there.
    is_off: bool,
}

#[derive(Clone, Default)]
struct Directory {
    gitignore: Option<Arc<Gitignore>>,
    /// Its parents' lists say nothing here: a submodule, or the repository itself.
    is_repository: bool,
}

impl Ignored {
    pub fn new(root: &Utf8Path, repository: Option<&Repository>) -> Self {
        let tracked = repository.map(|repository| repository.tracked.clone());
        let is_off = repository.is_some_and(|repository| repository.is_unpacked);
        let repository = repository.map(|repository| repository.directory.as_path());
        let exclude = repository.map(|repository| {
            let mut builder = GitignoreBuilder::new(repository);
            let list = repository.join(".git/info/exclude");
            if list.is_file() {
                builder.add(list);
            }
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
            is_off,
        }
    }

    /// Whether git would not show `path`, whose directory it shows.
    pub fn is_ignored(&self, path: &Utf8Path, is_directory: bool) -> bool {
        if self.is_off {
            return false;
        }
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
        // Above a workspace without a repository, no list counts.
        let counts = directory.starts_with(&self.top) || !self.top.starts_with(directory);
        let known = Directory {
            gitignore: (counts && file.is_file()).then(|| Arc::new(Gitignore::new(file).0)),
            is_repository: directory.join(".git").exists(),
        };
        files.insert(directory.to_owned(), known.clone());
        known
    }
}
