//! Directories for a while, where TMPDIR says.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

/// A new one, which goes when it is dropped, and its real name: Cargo, rustc and git say where a path
/// leads, links followed.
pub fn directory(prefix: &str) -> anyhow::Result<(TempDir, Utf8PathBuf)> {
    let made = tempfile::Builder::new()
        .prefix(prefix)
        .tempdir()
        .context("cannot make a scratch directory")?;
    let name = Utf8Path::from_path(made.path())
        .context("the scratch directory has a name that is not UTF-8")?
        .canonicalize_utf8()
        .context("cannot find the scratch directory again")?;
    Ok((made, name))
}
