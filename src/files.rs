//! Access to a source tree: on disk ([`Tree`]), or elsewhere, for readers of past commits.

use std::collections::{BTreeMap, BTreeSet};

use crate::path::Root;
use crate::tree::{Identity, Kind, Tree};

/// A source tree. All paths are relative to the workspace root; what git ignores is not there.
pub trait Files: Sync {
    /// Where the workspace root is.
    fn root(&self) -> &Root;

    /// The text of a file, links followed; `None` if it is missing.
    fn read(&self, path: &str) -> anyhow::Result<Option<String>>;

    /// The files and symbolic links below `directory`, without `pruned` directories, litter and
    /// Cargo's `target`. Empty where there is no such directory.
    fn files_below(
        &self,
        directory: &str,
        pruned: &BTreeSet<String>,
    ) -> anyhow::Result<BTreeMap<String, Kind>>;

    /// Whether `path` leads somewhere, links followed.
    fn exists(&self, path: &str) -> anyhow::Result<bool>;

    /// What a file holds or where a symbolic link leads; `None` where there is neither.
    fn identify(&self, path: &str) -> anyhow::Result<Option<Identity>>;

    /// Whether `path` itself, no link, is a directory.
    fn is_directory(&self, path: &str) -> bool;

    /// Whether `path`, links followed, is a directory.
    fn leads_to_directory(&self, path: &str) -> bool;
}

impl Files for Tree {
    fn root(&self) -> &Root {
        self.root()
    }

    fn read(&self, path: &str) -> anyhow::Result<Option<String>> {
        self.read(path)
    }

    fn files_below(
        &self,
        directory: &str,
        pruned: &BTreeSet<String>,
    ) -> anyhow::Result<BTreeMap<String, Kind>> {
        self.files_below(directory, pruned)
    }

    fn exists(&self, path: &str) -> anyhow::Result<bool> {
        Ok(self.resolve(path)?.is_some())
    }

    fn identify(&self, path: &str) -> anyhow::Result<Option<Identity>> {
        self.identify(path)
    }

    fn is_directory(&self, path: &str) -> bool {
        self.is_directory(path)
    }

    fn leads_to_directory(&self, path: &str) -> bool {
        self.leads_to_directory(path)
    }
}
