//! `cratesieve affected` reads a revision in one of two ways: it replaces edited files of the work tree, if
//! nothing else changed, or it unpacks the revision. Both give equal answers.

use std::sync::atomic::{AtomicUsize, Ordering};

use camino::Utf8Path;
use cratesieve::revision::{Place, check_out};
use serde_json::Value;

use crate::common::nix::Workspace;
use crate::common::{cratesieve, git};
use crate::workspace::edits::{edit, edit_content};
use crate::workspace::for_all;

#[test]
fn both_ways_to_a_revision_lead_to_one_answer() {
    let (tried, edited) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_all(50, |case| {
        let workspace = case.locked();
        workspace.generate();
        commit(&workspace);
        let done = match case.random.percent(70) {
            true => edit_content(case, &workspace),
            false => edit(case, &workspace),
        };
        tried.fetch_add(1, Ordering::Relaxed);
        if is_beside(&workspace.root()) {
            edited.fetch_add(1, Ordering::Relaxed);
        }
        let first = answer(&workspace);
        // A file outside all crates that git does not track.
        workspace.write("of nobody/x.txt", "");
        assert!(!is_beside(&workspace.root()));
        assert_eq!(answer(&workspace), first, "after {done}");
    });
    let (tried, edited) = (tried.into_inner(), edited.into_inner());
    assert!(
        edited * 3 >= tried || tried < 20,
        "only {edited} of {tried} edits left the shape alone"
    );
}

/// Commits all files that are not ignored.
pub fn commit(workspace: &Workspace) {
    let git = |args: &[&str]| git(workspace.repository(), args);
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message=x"]);
}

fn is_beside(root: &Utf8Path) -> bool {
    let revision = check_out(root, "HEAD").unwrap();
    matches!(revision.place, Place::Edited(_))
}

fn answer(workspace: &Workspace) -> Value {
    let outcome = cratesieve(
        &workspace.root(),
        ["affected", "--quiet", "--format", "json"],
    );
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    serde_json::from_str(&outcome.stdout).unwrap()
}
