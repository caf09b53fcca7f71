//! The scratch directory of a proof: the source that is being compiled, and the target directory
//! of all compiles. Outside the workspace, and gone afterwards.
//!
//! One target directory serves the compiles in the workspace and those of every source, so that a
//! third-party package is compiled once. What Cargo takes for fresh in it has to be right:
//!
//! - Cargo distinguishes a crate in the workspace from the crate in its source only by the times of
//!   files, and ignores files above a package. So [`Scratch::forget`] removes the fingerprints of the
//!   workspace's crates between the two, and its caller makes sure that Cargo did compile them.
//! - Every source is unpacked at one path, and replaces the source before: an absolute path, in what a
//!   build script generated or in dep-info, means a file of the source that is there now or none.
//! - A file of the workspace gets the time at which the proof began, so a crate stays fresh from
//!   one source to the next as long as its files are all there. A rewritten file, which may differ
//!   from one source to the next, keeps the time at which it was written.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::time::{Duration, SystemTime};
use std::{env, thread};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use walkdir::WalkDir;

use crate::path;
use crate::rewrite::{Content, Source};
use crate::scratch;

/// Removed when it is dropped.
pub struct Scratch {
    directory: Utf8PathBuf,
    /// The source root of what is unpacked.
    above: Utf8PathBuf,
    /// The workspace root of what is unpacked.
    pub root: Utf8PathBuf,
    pub target: Utf8PathBuf,
    began: SystemTime,
    unpacked: BTreeMap<Utf8PathBuf, Unpacked>,
}

/// What was written, and the time that the file had then.
struct Unpacked {
    content: Content,
    modified: Option<SystemTime>,
}

impl Scratch {
    /// For the workspace at `root`, which lies `climbs` directories below its source root.
    pub fn new(root: &Utf8Path, climbs: usize) -> anyhow::Result<Self> {
        let (made, directory) = scratch::directory("cratesieve-verify-")?;
        let source_root = root.ancestors().nth(climbs).unwrap_or(root);
        if directory.starts_with(source_root) {
            bail!(
                "the scratch directory would lie in the workspace, in {}: set TMPDIR to a \
                 directory outside",
                env::temp_dir().display()
            );
        }
        // A path may climb out of the workspace and name the directories on its way back.
        let above = directory
            .join("source")
            .join(source_root.file_name().unwrap_or("workspace"));
        let below = root.strip_prefix(source_root).unwrap_or(Utf8Path::new(""));
        let scratch = Self {
            root: match below.as_str() {
                "" => above.clone(),
                _ => above.join(below),
            },
            above,
            target: directory.join("target"),
            began: SystemTime::now(),
            unpacked: BTreeMap::new(),
            directory,
        };
        // From here on, dropping removes it.
        let _ = made.keep();
        Ok(scratch)
    }

    /// Whether an absolute path lies in what is unpacked.
    pub fn holds(&self, path: &Utf8Path) -> bool {
        path.starts_with(&self.above)
    }

    /// Whether an absolute path, normal, lies in the scratch directory and in no source.
    pub fn is_product(&self, path: &Utf8Path) -> bool {
        path.starts_with(&self.directory) && !self.holds(path)
    }

    /// Replaces the unpacked source with a source of the workspace at `from`. Files that a build
    /// added or changed are removed.
    pub fn unpack(&mut self, source: &Source, from: &Utf8Path) -> anyhow::Result<()> {
        let wanted: BTreeMap<Utf8PathBuf, (&str, &Content)> = source
            .iter()
            .map(|(path, content)| {
                (
                    path::normal(&self.root.join(path)),
                    (path.as_str(), content),
                )
            })
            .collect();
        self.sweep(&wanted)?;
        for (place, (path, content)) in wanted {
            if self.unpacked.contains_key(&place) {
                continue;
            }
            let written = self.write(&place, &from.join(path), content);
            let modified = written.with_context(|| format!("cannot copy {path} to {place}"))?;
            let content = content.clone();
            self.unpacked.insert(place, Unpacked { content, modified });
        }
        Ok(())
    }

    /// Writes a file that belongs to no source.
    pub fn write_beside(&self, name: &str, text: &str) -> anyhow::Result<Utf8PathBuf> {
        let place = self.directory.join(name);
        fs::write(&place, text).with_context(|| format!("cannot write {place}"))?;
        Ok(place)
    }

    /// Adds a file of the workspace at `from` to what is unpacked; the next source takes it away.
    pub fn put(&self, path: &str, from: &Utf8Path) -> anyhow::Result<()> {
        let place = path::normal(&self.root.join(path));
        self.write(&place, &from.join(path), &Content::File)
            .with_context(|| format!("cannot copy {path} to {place}"))?;
        Ok(())
    }

    /// Takes such a file away, and the directories that it leaves empty.
    pub fn take(&self, path: &str) -> anyhow::Result<()> {
        let place = path::normal(&self.root.join(path));
        match fs::remove_file(&place) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {place}"));
            }
            _ => {}
        }
        let above = place.ancestors().skip(1);
        for directory in above.take_while(|directory| directory.starts_with(&self.above)) {
            // One that is not empty stays.
            if fs::remove_dir(directory).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Removes everything that is not wanted as it is, empty directories too.
    fn sweep(&mut self, wanted: &BTreeMap<Utf8PathBuf, (&str, &Content)>) -> anyhow::Result<()> {
        let mut kept = BTreeMap::new();
        let context = || format!("cannot clear {}", self.above);
        for entry in WalkDir::new(&self.above).contents_first(true) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(_) if !self.above.exists() => break,
                Err(error) => return Err(error).with_context(context),
            };
            if entry.file_type().is_dir() {
                // One that is not empty stays.
                let _ = fs::remove_dir(entry.path());
                continue;
            }
            let place = Utf8PathBuf::from_path_buf(entry.path().to_owned()).ok();
            let known = place.and_then(|place| {
                let unpacked = self.unpacked.remove(&place)?;
                let (_, content) = wanted.get(&place)?;
                let modified = modified(&place);
                let is_same = unpacked.content == **content && unpacked.modified == modified;
                is_same.then_some((place, unpacked))
            });
            match known {
                Some((place, unpacked)) => {
                    kept.insert(place, unpacked);
                }
                None => fs::remove_file(entry.path()).with_context(context)?,
            }
        }
        self.unpacked = kept;
        Ok(())
    }

    fn write(
        &self,
        place: &Utf8Path,
        original: &Utf8Path,
        content: &Content,
    ) -> io::Result<Option<SystemTime>> {
        if let Some(directory) = place.parent() {
            fs::create_dir_all(directory)?;
        }
        match content {
            Content::Text(text) => fs::write(place, text.as_bytes())?,
            Content::File => match fs::symlink_metadata(original) {
                Ok(metadata) if metadata.is_symlink() => {
                    link(&fs::read_link(original)?, place)?;
                }
                Ok(_) => {
                    fs::copy(original, place)?;
                    // If this fails, the crate is compiled one more time than necessary.
                    let _ = File::open(place).and_then(|file| file.set_modified(self.began));
                }
                // Gone since the tree was read.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            },
        }
        Ok(modified(place))
    }

    /// Makes Cargo compile every crate of these names again, whatever else it knows.
    pub fn forget<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> anyhow::Result<()> {
        let names: Vec<&str> = names.into_iter().collect();
        // `target/debug/.fingerprint`, and `target/<triple>/debug/.fingerprint`.
        let fingerprints = WalkDir::new(&self.target)
            .max_depth(3)
            .into_iter()
            .filter_entry(|entry| entry.file_name() != "deps" && entry.file_name() != "build")
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name() == ".fingerprint");
        for directory in fingerprints {
            let context = || format!("cannot clear {}", directory.path().display());
            for entry in fs::read_dir(directory.path()).with_context(context)? {
                let entry = entry.with_context(context)?;
                let file_name = entry.file_name();
                let name = file_name.to_str().and_then(|name| name.rsplit_once('-'));
                if name.is_some_and(|(name, _)| names.contains(&name)) {
                    fs::remove_dir_all(entry.path()).with_context(context)?;
                }
            }
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // After an interrupt, the compilers that Cargo started may still be writing.
        for _ in 0..100 {
            match fs::remove_dir_all(&self.directory) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    thread::sleep(Duration::from_millis(50));
                }
                _ => return,
            }
        }
    }
}

fn modified(place: &Utf8Path) -> Option<SystemTime> {
    fs::symlink_metadata(place).ok()?.modified().ok()
}

#[cfg(unix)]
fn link(target: &std::path::Path, link: &Utf8Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn link(target: &std::path::Path, link: &Utf8Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_takes_the_place_of_the_one_before() {
        let workspace = tempfile::tempdir().unwrap();
        let from = Utf8Path::from_path(workspace.path()).unwrap();
        for file in ["a.rs", "b/c.rs", "d.rs"] {
            fs::create_dir_all(from.join(file).parent().unwrap()).unwrap();
            fs::write(from.join(file), file).unwrap();
        }
        let source = |files: &[(&str, Option<&str>)]| -> Source {
            let content = |text: &Option<&str>| match text {
                Some(text) => Content::Text((*text).into()),
                None => Content::File,
            };
            let files = files.iter();
            files
                .map(|(path, text)| ((*path).to_owned(), content(text)))
                .collect()
        };
        let mut scratch = Scratch::new(from, 0).unwrap();
        let texts = |scratch: &Scratch| -> BTreeMap<String, String> {
            let entries = WalkDir::new(&scratch.root).into_iter().map(Result::unwrap);
            let files = entries.filter(|entry| !entry.file_type().is_dir());
            let named = files.map(|entry| {
                let path = entry.path().strip_prefix(&scratch.root).unwrap();
                let text = fs::read_to_string(entry.path()).unwrap();
                (path.to_str().unwrap().to_owned(), text)
            });
            named.collect()
        };
        let map = |files: &[(&str, &str)]| -> BTreeMap<String, String> {
            let files = files.iter();
            files
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect()
        };

        let first = source(&[("a.rs", None), ("b/c.rs", None), ("t", Some("1"))]);
        scratch.unpack(&first, from).unwrap();
        assert_eq!(
            texts(&scratch),
            map(&[("a.rs", "a.rs"), ("b/c.rs", "b/c.rs"), ("t", "1")])
        );
        assert_eq!(modified(&scratch.root.join("a.rs")), Some(scratch.began));

        // What a build leaves behind is no part of the next source.
        fs::write(scratch.root.join("generated.rs"), "x").unwrap();
        fs::write(scratch.root.join("a.rs"), "overwritten").unwrap();
        let second = source(&[("a.rs", None), ("d.rs", None), ("t", Some("2"))]);
        scratch.unpack(&second, from).unwrap();
        assert_eq!(
            texts(&scratch),
            map(&[("a.rs", "a.rs"), ("d.rs", "d.rs"), ("t", "2")])
        );
        assert!(!scratch.root.join("b").exists());

        let directory = scratch.directory.clone();
        drop(scratch);
        assert!(!directory.exists());
    }
}
