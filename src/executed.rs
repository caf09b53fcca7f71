//! What the code of libraries opens where others run it, added to what these others read. Pure.
//!
//! [`reach::elsewhere`](crate::reach::elsewhere) says who runs what; here it is put together for all
//! crates, whose own rules have to be known before: what a library has in any case is nothing to
//! add.

use std::collections::BTreeMap;

use crate::closure::Closures;
use crate::filter::Rules;
use crate::graph::Graph;
use crate::path;
use crate::reach::elsewhere::{Runner, opened, runs};
use crate::reach::{By, Class, Reach};
use crate::tree::{Resolved, Tree};
use crate::walk::Walked;

/// What is known of every crate by itself.
pub struct Executed<'w> {
    pub graph: &'w Graph,
    pub tree: &'w Tree,
    pub closures: &'w BTreeMap<String, Closures>,
    pub walked: &'w BTreeMap<String, Walked>,
    pub rules: &'w BTreeMap<String, Rules>,
    pub reached: &'w BTreeMap<String, Reach>,
}

impl<'w> Executed<'w> {
    /// What a crate reads, with what the code that it runs opens; `None` where that is nothing more.
    pub fn reach_of(&self, name: &'w str) -> anyhow::Result<Option<(&'w str, Reach)>> {
        let mut reach = None;
        for (runner, of) in runs(self.graph, name) {
            for read in &self.reached[&of].run_time {
                // Another crate runs no binary of it.
                if read.class != Class::Library && of != name {
                    continue;
                }
                let places = opened(read, (runner, &of), name, self.graph, self.tree)?;
                for resolved in places {
                    let Some(resolved) = self.lacking(name, runner, resolved)? else {
                        continue;
                    };
                    let reach = reach.get_or_insert_with(|| self.reached[name].clone());
                    reach.read(
                        resolved,
                        runner.class(),
                        described(&read.by, runner, &of, name),
                    );
                }
            }
        }
        Ok(reach.map(|reach| (name, reach)))
    }

    /// What of a path the libraries in the source do not have.
    fn lacking(
        &self,
        name: &str,
        runner: Runner,
        resolved: Resolved,
    ) -> anyhow::Result<Option<Resolved>> {
        let closures = &self.closures[name];
        let closure = match runner {
            Runner::Tests => &closures.test,
            Runner::BuildScript | Runner::Compiler => &closures.build,
        };
        let mut needed = Vec::new();
        let mut is_directory = false;
        let last = resolved.needed.len().saturating_sub(1);
        for (index, path) in resolved.needed.into_iter().enumerate() {
            let mut owners = closure.iter().filter(|other| *other != name);
            let is_held = owners.any(|owner| {
                let walked = &self.walked[owner];
                let directory = &self.graph.crates[owner].path;
                let is_of_library = |file: &&String| {
                    self.rules[owner].is_of_library(file, self.tree.root(), directory)
                };
                let mut below = walked
                    .files
                    .keys()
                    .filter(|file| path::is_within(file, &path));
                let is_there =
                    walked.files.contains_key(&path) || walked.directories.contains(&path);
                is_there && below.all(|file| is_of_library(&file))
            });
            if !is_held {
                needed.push(path);
                is_directory = resolved.is_directory && index == last;
            }
        }
        Ok((!needed.is_empty()).then_some(Resolved {
            needed,
            is_directory,
        }))
    }
}

/// Who says it, and who runs it.
fn described(by: &By, runner: Runner, of: &str, name: &str) -> By {
    let mut by = by.clone();
    if of != name {
        by.what = format!(
            "{}, in code that {} of {name} runs,",
            by.what,
            runner.words()
        );
    }
    by
}
