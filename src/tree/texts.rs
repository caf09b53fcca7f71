//! What files hold, read once, and the scan of each source file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::{Arc, PoisonError};
use std::{fs, io};

use anyhow::Context as _;
use camino::Utf8Path;

use super::{Form, Identity, Scans, Tree};
use crate::conventions::TESTS;
use crate::path;
use crate::scan::{Literals, Scan, scan_bytes};

impl Tree {
    /// Reads a Rust source file once, however many crates ask.
    pub fn scan(&self, path: &str) -> Arc<Scan> {
        self.scan_for(path, self.literals(path))
    }

    /// The scan of a file, with every string literal.
    pub fn scan_all(&self, path: &str) -> Arc<Scan> {
        self.scan_for(path, Literals::All)
    }

    /// The scan of a file that contains only tests.
    pub fn scan_tests(&self, path: &str) -> Arc<Scan> {
        self.scan_for(
            path,
            match self.literals(path) {
                Literals::All => Literals::All,
                _ => Literals::Tests,
            },
        )
    }

    /// The examples in a Markdown text.
    pub fn scan_examples(&self, path: &str) -> Arc<Scan> {
        self.scan_for(path, Literals::Examples)
    }

    fn scan_for(&self, path: &str, literals: Literals) -> Arc<Scan> {
        let cell = {
            let mut scans = self.scans.lock().unwrap_or_else(PoisonError::into_inner);
            scans
                .entry((path.to_owned(), literals))
                .or_default()
                .clone()
        };
        let read = || match self.source(path) {
            Ok(bytes) => Arc::new(scan_bytes(&bytes, literals)),
            Err(error) => {
                // A file that has vanished counts as missing. rustc reports it better.
                if !is_missing(&error) {
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

    /// The bytes of a source file, which no link brings from where [`Tree::resolve`] does not look.
    fn source(&self, path: &str) -> io::Result<Vec<u8>> {
        let absolute = self.absolute(path);
        if fs::symlink_metadata(&absolute)?.is_file() {
            return fs::read(absolute);
        }
        match self.resolve(path).map_err(io::Error::other)? {
            Some(_) => read_regular(&absolute),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    /// The source files that could not be read, and why.
    pub fn unreadable(&self) -> BTreeMap<String, String> {
        self.unreadable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The text of a file; `None` if it is missing.
    pub fn read(&self, path: &str) -> anyhow::Result<Option<String>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(path.to_owned());
        drop(read);
        match read_regular(&self.absolute(path)) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
        }
    }

    /// What a file holds or where a symbolic link leads, as written; `None` where there is neither.
    pub fn identify(&self, path: &str) -> anyhow::Result<Option<Identity>> {
        let absolute = self.absolute(path);
        let read = || -> io::Result<Option<Identity>> {
            let metadata = fs::symlink_metadata(&absolute)?;
            if metadata.is_symlink() {
                let target = path::slashes(&absolute.read_link_utf8()?);
                return Ok(Some(Identity::new(Form::Link, target.as_bytes())));
            }
            if !metadata.is_file() {
                return Ok(None);
            }
            let form = match is_executable(&metadata) {
                true => Form::Executable,
                false => Form::File,
            };
            Ok(Some(Identity::new(form, &fs::read(&absolute)?)))
        };
        match read() {
            Ok(identity) => Ok(identity),
            Err(error) if is_missing(&error) => Ok(None),
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
        } else if path.split('/').any(|component| TESTS.contains(&component)) {
            Literals::Tests
        } else {
            Literals::Telling
        }
    }

    /// Every scan so far.
    pub fn scans(&self) -> Scans {
        let scans = self.scans.lock().unwrap_or_else(PoisonError::into_inner);
        let known = scans.iter();
        known
            .filter_map(|(key, scan)| Some((key.clone(), scan.get()?.clone())))
            .collect()
    }

    /// Every file whose text was wanted so far, there or not.
    pub fn texts(&self) -> BTreeSet<String> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.clone()
    }
}

/// Whether there is no such file, because a directory on the way to it may be missing too.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

/// No file is executable where files have no such bit.
#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

/// The content of a file, links followed. It is a regular one: a pipe is waited for, and a device is
/// read, for ever.
fn read_regular(path: &Utf8Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    // Of a directory, the system says what it is.
    if metadata.is_file() || metadata.is_dir() {
        return fs::read(path);
    }
    Err(io::Error::new(
        ErrorKind::InvalidInput,
        "it is no regular file",
    ))
}
