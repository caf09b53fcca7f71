//! The Nix library compared with the program, on generated workspaces, many in one evaluation. tests/generated
//! makes the workspaces.

use cratesieve::analysis::analyse;
use cratesieve::source::Role;

use crate::common::nix::{Workspace, nix};
use crate::contents::{files_below, put, root_in};
use crate::rewriting::{assert_made_alike, evaluated};
use crate::snapshot::{Checks, STRATEGIES, affected, assert_agrees, difference, expression, taken};
use crate::workspace::edits::edit;
use crate::workspace::for_all_batches;
use crate::workspace::random::Shape;

/// Shapes that are left out: outside a flake Nix sees files that git ignores.
const NEVER: &[Shape] = &[Shape::Ignored];

/// The values of the functions are compared as well, so that a failure names the guilty one.
#[test]
fn the_sources_are_those_that_the_program_makes() {
    for_all_batches(30, 10, NEVER, |cases| {
        let workspaces: Vec<Workspace> = cases.iter().map(|case| case.locked()).collect();
        workspaces.iter().for_each(Workspace::generate);
        let expressions: Vec<String> = workspaces.iter().map(evaluated).collect();
        let values = nix().evaluate_all(&expressions);
        for (workspace, value) in workspaces.iter().zip(&values) {
            let analysis = analyse(Some(&workspace.root().join("Cargo.toml")));
            let analysis = analysis.unwrap();
            let (_directory, sources) = put(&value["scripts"]);
            assert_made_alike(
                workspace,
                &analysis,
                &value["stages"],
                &sources,
                "generated",
            );
            for ((name, attribute), place) in &sources {
                let role = match attribute.as_str() {
                    "librarySrc" => Role::Library,
                    "src" => Role::Own,
                    "testSrc" => Role::Test,
                    _ => continue,
                };
                let found = files_below(place, &root_in(place, &analysis));
                let listed = analysis.source_files(name, role).unwrap();
                assert_eq!(found, listed, "{attribute} of {name}");
            }
        }
    });
}

/// An edit changes the derivations that `affected` names, and no others. Checks in layers may change as well
/// if the edit changes files that Cargo reads.
#[test]
fn an_edit_changes_what_the_program_says() {
    for_all_batches(30, 10, NEVER, |cases| {
        let mut edited = Vec::new();
        let mut expressions = Vec::new();
        for case in cases.iter_mut() {
            let before = case.locked();
            before.generate();
            let after = before.copied();
            let mut done = String::new();
            let affected = affected(&after, |workspace| done = edit(case, workspace));
            for strategy in STRATEGIES {
                let arguments = format!("strategy = \"{strategy}\";");
                expressions.push(expression(&before, &arguments));
                expressions.push(expression(&after, &arguments));
            }
            // The directories must exist until Nix has read them.
            edited.push((before, after, affected, done));
        }
        let snapshots = nix().evaluate_all(&expressions);
        let snapshots: Vec<_> = snapshots.iter().map(taken).collect();
        let mut pairs = snapshots.chunks(2);
        for (before, after, affected, done) in &edited {
            let checks = Checks::of_change(before, after);
            for strategy in STRATEGIES {
                let [before, after] = pairs.next().unwrap() else {
                    unreachable!()
                };
                let found = difference(before, after);
                assert_agrees(strategy, checks, affected, &found, done);
            }
        }
    });
}
