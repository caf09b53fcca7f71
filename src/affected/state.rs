//! A workspace at one moment: before the change, or after it.

use std::collections::BTreeSet;

use crate::analysis::Analysis;
use crate::fingerprint::Inputs;
use crate::rewrite::Sources;
use crate::source::Role;

/// A workspace, and the sources that Nix would make of it.
pub struct State<'s> {
    pub analysis: &'s Analysis,
    pub sources: Sources<'s>,
}

/// Crates, each in a role.
pub type Parts<'p> = BTreeSet<(&'p str, Role)>;

impl State<'_> {
    /// The inputs of a crate, except those of crates that are left out.
    pub fn inputs(
        &self,
        name: &str,
        is_left_out: &dyn Fn(&str, Role) -> bool,
    ) -> anyhow::Result<Inputs> {
        let (shape, tree) = (&self.analysis.manifest, &self.analysis.tree);
        Inputs::without(is_left_out, &self.sources, shape, tree, name)
    }

    /// The crates among whose files a path is, in the source of the crate `name` for a role.
    pub fn owners(&self, name: &str, role: Role, path: &str) -> anyhow::Result<Vec<&str>> {
        let mut owners = Vec::new();
        for krate in &self.sources.closure(name, role).crates {
            let role = role.of(krate, name);
            if self.sources.files_of(krate, role)?.contains(path) {
                owners.push(krate.as_str());
            }
        }
        Ok(owners)
    }
}
