//! Manifests that the user may have meant, if Cargo finds none in the current directory: a search
//! in likely places, not of a whole disk.

use std::env;

use camino::{Utf8Path, Utf8PathBuf};

use crate::git;
use crate::path::Root;

/// The nearest manifests below the current directory, all equally near and few; where there are
/// none, those below the top of the repository. As seen from the current directory.
pub fn near() -> Vec<String> {
    let here = env::current_dir().ok();
    let Some(here) = here.and_then(|here| Utf8PathBuf::from_path_buf(here).ok()) else {
        return Vec::new();
    };
    let top = git::repository(&here).filter(|top| *top != here);
    let found = below(&here).or_else(|| below(&top?));
    let found = found.unwrap_or_default();
    let from_here = Root::new(&here);
    let shown = found.iter().filter_map(|path| from_here.relative(path));
    shown.collect()
}

/// The manifests on the first level that has any; an empty list if they are too many to show. `None`
/// if no level has one.
fn below(top: &Utf8Path) -> Option<Vec<Utf8PathBuf>> {
    const LEVELS: usize = 3;
    const FEW: usize = 3;
    const MANY: usize = 1000;
    let mut level = vec![top.to_owned()];
    for _ in 0..LEVELS {
        level = level
            .iter()
            .flat_map(|above| directories(above))
            .take(MANY)
            .collect();
        let manifests = level.iter().map(|directory| directory.join("Cargo.toml"));
        let mut found: Vec<Utf8PathBuf> = manifests.filter(|path| path.is_file()).collect();
        if !found.is_empty() {
            found.sort();
            found.truncate(if found.len() > FEW { 0 } else { FEW });
            return Some(found);
        }
    }
    None
}

/// Where a workspace may be: links, hidden directories and build outputs are left out.
fn directories(above: &Utf8Path) -> Vec<Utf8PathBuf> {
    let entries = above.read_dir_utf8().into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| {
            let name = entry.file_name();
            !name.starts_with('.') && !matches!(name, "target" | "node_modules")
        })
        .map(|entry| above.join(entry.file_name()))
        .collect()
}
