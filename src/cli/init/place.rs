//! Where the workspace, its repository and its flake lie.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use crate::analysis::Analysis;
use crate::git;
use crate::path::Root;
use crate::setup::Layout;

/// Where everything is.
pub struct Place<'a> {
    pub analysis: &'a Analysis,
    /// The top of the repository; the workspace root if there is no repository.
    pub top: Utf8PathBuf,
    /// Whether git knows the workspace's directory.
    pub has_git: bool,
    /// The directory of flake.nix, there or to be made.
    pub flake: Utf8PathBuf,
    pub layout: Layout,
}

/// Finds these places.
pub fn place(analysis: &Analysis) -> anyhow::Result<Place<'_>> {
    let root = &analysis.root;
    // Without git, or where it refuses the directory, all that is git's is left out.
    let has_git = matches!(git::git(root, &["rev-parse", "--git-dir"]), Ok(Ok(_)));
    let top = git::repository(root).unwrap_or_else(|| root.clone());
    let mut above = root.ancestors().take_while(|place| place.starts_with(&top));
    let flake = above.find(|place| place.join("flake.nix").exists());
    let flake = flake.unwrap_or(&top).to_owned();
    let from_top = Root::new(&top);
    let relative = |place: &Utf8Path| {
        let relative = from_top.relative(place);
        relative.with_context(|| format!("{place} does not lie below {top}"))
    };
    let workspace = relative(root)?;
    let source = match &analysis.manifest.source_root {
        None => workspace.clone(),
        Some(up) => from_top
            .join(&workspace, up)
            .unwrap_or_else(|| workspace.clone()),
    };
    let layout = Layout {
        flake: relative(&flake)?,
        workspace,
        source,
    };
    Ok(Place {
        analysis,
        top,
        has_git,
        flake,
        layout,
    })
}
