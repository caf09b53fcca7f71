//! Where `gen` runs outside the workspace that it is for: at the top of a repository, say, as the app
//! of a flake does.

use std::collections::BTreeSet;
use std::env;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::options::Global;
use crate::git;
use crate::metadata::no_workspace_with_hint;
use crate::problem::Validated;

/// The directory of the workspace, from the current one, if the fallbacks have to tell; `None` where
/// Cargo finds the workspace by itself, and where no fallback leads to one.
pub fn directory(fallbacks: &[Utf8PathBuf], global: &Global) -> Validated<Option<Utf8PathBuf>> {
    let here = env::current_dir().ok();
    let here = here.and_then(|here| Utf8PathBuf::from_path_buf(here).ok());
    let Some(here) = here.filter(|_| global.manifest_path.is_none()) else {
        return Ok(None);
    };
    // What lies above the repository is not its business.
    let top = git::repository(&here);
    let is_inside = |place: &&Utf8Path| top.as_ref().is_none_or(|top| place.starts_with(top));
    let places: Vec<&Utf8Path> = here.ancestors().take_while(is_inside).collect();
    let has_manifest = |directory: &Utf8Path| directory.join("Cargo.toml").exists();
    if places.iter().any(|place| has_manifest(place)) {
        return Ok(None);
    }
    let mut found = BTreeSet::new();
    for fallback in fallbacks {
        let climbs = places
            .iter()
            .position(|place| has_manifest(&place.join(fallback)));
        found.extend(climbs.map(|climbs| Utf8PathBuf::from("../".repeat(climbs)).join(fallback)));
    }
    if found.len() < 2 {
        return Ok(found.pop_first());
    }
    let manifests = found.iter().map(|directory| directory.join("Cargo.toml"));
    let manifests: Vec<String> = manifests.map(Utf8PathBuf::into_string).collect();
    Err(no_workspace_with_hint(&manifests).into())
}
