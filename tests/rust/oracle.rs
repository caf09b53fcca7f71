//! Compares members and closures with an independent oracle: the resolve graph of a full
//! `cargo metadata`, and `cargo tree`.
//!
//! It runs on the fixtures, and on every workspace in CRATESIEVE_WORKSPACES, separated by colons.
//! These need a Cargo.lock and packages in the registry cache.

use crate::common;

use camino::Utf8Path;
use common::oracle::{Tree, compare};

#[test]
fn closures_are_cargos_on_every_fixture() {
    let mut members = 0;
    // Cargo treats packages of its `paths` as crates, but cratesieve treats them as third-party packages.
    let fixtures = common::fixtures().into_iter();
    for fixture in fixtures.filter(|fixture| fixture.name != "paths-override") {
        // A copy, because Cargo writes a missing lock.
        let copy = common::copy(&fixture.repository);
        members += compare(&common::utf8(&copy).join(&fixture.root), Tree::Ask);
    }
    assert!(members > 60, "only {members} members were compared");
}

#[test]
#[ignore = "wants workspaces, named in CRATESIEVE_WORKSPACES"]
fn closures_are_cargos_on_real_workspaces() {
    let workspaces = std::env::var_os("CRATESIEVE_WORKSPACES");
    let workspaces = workspaces.expect("CRATESIEVE_WORKSPACES names no workspace");
    for workspace in std::env::split_paths(&workspaces) {
        let root = Utf8Path::from_path(&workspace).unwrap();
        let members = compare(root, Tree::DoNotAsk);
        eprintln!("{root}: {members} members agree");
    }
}
