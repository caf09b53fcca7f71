//! Properties that hold for every workspace, tried on generated ones. A failure prints how to run its case
//! again. `CRATESIEVE_CASES` and `CRATESIEVE_FIRST_SEED` select more and other cases.

#![cfg(unix)]

mod accepted;
mod generation;
mod rebuilt;
mod since;

use std::collections::{BTreeMap, BTreeSet};

use crate::common::oracle::{Tree, compare};
use crate::workspace::plan::{Kind, To};
use crate::workspace::random::Shape;
use crate::workspace::{Case, for_all};

/// Every shape occurs in many of the generated workspaces.
#[test]
fn every_shape_comes() {
    let mut counts = BTreeMap::<Shape, usize>::new();
    let mut alone = BTreeMap::<Kind, usize>::new();
    for seed in 0..200 {
        let case = Case::new(seed, &BTreeSet::new());
        for krate in &case.plan.crates {
            for edge in &krate.dependencies {
                let mut others = krate
                    .dependencies
                    .iter()
                    .filter(|other| other.to == edge.to);
                if matches!(edge.to, To::Crate(_)) && others.all(|other| other.kind == edge.kind) {
                    *alone.entry(edge.kind).or_default() += 1;
                }
            }
        }
        for shape in case.random.taken {
            *counts.entry(shape).or_default() += 1;
        }
    }
    for shape in Shape::ALL {
        let count = counts.get(&shape).copied().unwrap_or(0);
        assert!(count >= 20, "{shape:?} comes in {count} of 200 workspaces");
    }
    // For each kind of dependency, some crates are reached only by it.
    assert!(
        alone.len() == 3 && alone.values().all(|count| *count >= 150),
        "path dependencies of one kind: {:?}",
        alone.values()
    );
}

#[test]
fn closures_are_cargos() {
    for_all(100, |case| {
        compare(&case.locked().root(), Tree::DoNotAsk);
    });
}

/// Writes the workspace of `CRATESIEVE_SEED` to the directory `CRATESIEVE_WRITE`, to look at it.
#[test]
#[ignore = "wants a directory, named in CRATESIEVE_WRITE"]
fn write() {
    let directory = std::env::var_os("CRATESIEVE_WRITE").expect("CRATESIEVE_WRITE is not set");
    for_all(1, |case| {
        let workspace = case.locked();
        workspace.generate();
        let status = std::process::Command::new("cp")
            .arg("-a")
            .arg(workspace.repository())
            .arg(&directory)
            .status();
        assert!(status.unwrap().success());
    });
}
