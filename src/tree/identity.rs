//! What a path holds, as far as a build can tell.

use std::fs;
use std::io::ErrorKind;

use anyhow::Context as _;

use super::{Tree, slashes};

/// What a path holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub form: Form,
    /// BLAKE3 of the content; of a link, of where it leads, as written.
    pub hash: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    File,
    Executable,
    Link,
}

impl Identity {
    pub fn new(form: Form, content: &[u8]) -> Self {
        Self {
            form,
            hash: *blake3::hash(content).as_bytes(),
        }
    }
}

impl Tree {
    /// What a file holds or where a symbolic link leads, as written; `None` where there is neither.
    pub fn identify(&self, path: &str) -> anyhow::Result<Option<Identity>> {
        let absolute = self.absolute(path);
        let read = || -> std::io::Result<Option<Identity>> {
            let metadata = fs::symlink_metadata(&absolute)?;
            if metadata.is_symlink() {
                let target = slashes(&absolute.read_link_utf8()?);
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
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
        }
    }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

/// Nothing is, where files have no such bit.
#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
