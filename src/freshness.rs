//! Compares the wanted bytes with those on disk. Only this module writes files outside of scratch
//! directories.

use std::fs;
use std::io::{ErrorKind, Write as _};

use anyhow::{Context as _, bail};
use camino::Utf8Path;

use crate::manifest::{Manifest, Unreadable};

/// What is on disk, compared with the manifest that the workspace calls for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Byte for byte, line endings aside.
    Fresh,
    Missing,
    /// A valid manifest that does not match the workspace.
    Stale(Manifest),
    /// Correct but formatted differently: reordered or reindented, by a merge or a formatter.
    NotCanonical,
    /// Written by a later version, which may know what this one does not.
    NewerFormat(u64),
    /// Written by an earlier version.
    OlderFormat(u64),
    /// Not a manifest at all: merge conflict markers, say. Line and words.
    Invalid(Option<usize>, String),
}

/// The state of the file at `path`, and its text (empty where it is missing).
pub fn compare(wanted: &Manifest, path: &Utf8Path) -> anyhow::Result<(Freshness, String)> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok((Freshness::Missing, String::new()));
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let words = "it is not UTF-8".to_owned();
            return Ok((Freshness::Invalid(None, words), text));
        }
    };
    // Git may have checked it out with the line endings of the platform.
    let text = text.replace("\r\n", "\n");
    if text == wanted.to_text() {
        return Ok((Freshness::Fresh, text));
    }
    let state = match Manifest::from_text(&text) {
        Ok(manifest) if manifest == *wanted => Freshness::NotCanonical,
        Ok(manifest) => Freshness::Stale(manifest),
        Err(Unreadable::NewerFormat(format)) => Freshness::NewerFormat(format),
        Err(Unreadable::OlderFormat(format)) => Freshness::OlderFormat(format),
        Err(Unreadable::Invalid(line, words)) => Freshness::Invalid(line, words),
    };
    Ok((state, text))
}

/// Replaces the file in one step: a reader, an interrupt or a full disk meets the old file or the
/// new one, never a part. A symbolic link stays one.
pub fn write(path: &Utf8Path, text: &str) -> anyhow::Result<()> {
    replace(path, text, 0o666)
}

/// Writes an executable file atomically.
pub fn write_program(path: &Utf8Path, text: &str) -> anyhow::Result<()> {
    replace(path, text, 0o777)
}

/// `mode` is that of a new file, as far as the user's mask lets it.
#[cfg_attr(not(unix), allow(unused_variables))]
fn replace(path: &Utf8Path, text: &str, mode: u32) -> anyhow::Result<()> {
    // A link that leads nowhere yet stays a link as well.
    let linked = || Some(path.parent()?.join(path.read_link_utf8().ok()?));
    let target = path
        .canonicalize_utf8()
        .ok()
        .or_else(linked)
        .unwrap_or_else(|| path.to_owned());
    let directory = match target.parent() {
        Some(directory) if directory != "" => directory,
        _ => Utf8Path::new("."),
    };
    let context = || format!("cannot write {path}");
    if !directory.is_dir() {
        bail!("cannot write {path}: there is no directory {directory}");
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cratesieve-").suffix(".tmp");
    // A temporary file is private by default; the manifest is as readable as its neighbours.
    #[cfg(unix)]
    builder.permissions({
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(&target)
            .map(|old| old.permissions())
            .unwrap_or_else(|_| fs::Permissions::from_mode(mode))
    });
    let mut file = builder.tempfile_in(directory).with_context(context)?;
    file.write_all(text.as_bytes()).with_context(context)?;
    file.as_file().sync_all().with_context(context)?;
    file.persist(&target)
        .map_err(|error| error.error)
        .with_context(context)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn the_states_of_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(directory.path())
            .unwrap()
            .join("cratesieve.json");
        let wanted = Manifest::new(BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        let state = |text: &str| {
            fs::write(&path, text).unwrap();
            compare(&wanted, &path).unwrap().0
        };
        let text = wanted.to_text();
        assert_eq!(compare(&wanted, &path).unwrap().0, Freshness::Missing);
        assert_eq!(state(&text), Freshness::Fresh);
        assert_eq!(state(&text.replace('\n', "\r\n")), Freshness::Fresh);
        assert_eq!(state(&text.replace("  ", "\t")), Freshness::NotCanonical);
        assert_eq!(
            state(&text.replace(": 2", ": 3")),
            Freshness::NewerFormat(3)
        );
        assert_eq!(
            state(&text.replace(": 2", ": 1")),
            Freshness::OlderFormat(1)
        );
        let other = text.replace("\"crates\"", "\"files\": [\"x\"], \"crates\"");
        assert!(matches!(state(&other), Freshness::Stale(_)));
        assert!(matches!(
            state("<<<<<<< HEAD\n"),
            Freshness::Invalid(Some(1), _)
        ));
        assert!(matches!(
            state(&text.replace("crates\"", "crate\"")),
            Freshness::Invalid(..)
        ));
        fs::write(&path, [0xFF]).unwrap();
        assert!(matches!(
            compare(&wanted, &path).unwrap().0,
            Freshness::Invalid(None, _)
        ));
    }

    #[cfg(unix)]
    #[test]
    fn writing_keeps_permissions_and_links_and_leaves_nothing_behind() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        let (real, link) = (root.join("real.json"), root.join("link.json"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real.json", &link).unwrap();
        write(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::metadata(&real).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert_eq!(fs::read_dir(root).unwrap().count(), 2);
    }
}
