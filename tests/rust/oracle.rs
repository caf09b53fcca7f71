//! Members and closures against an oracle that nobody here wrote: the resolve graph of a full
//! `cargo metadata`, and `cargo tree`.
//!
//! On the fixtures; and on every workspace that CRATESIEVE_WORKSPACES names, separated by colons,
//! where Cargo.lock and the registry cache must be there.

use crate::common;

use camino::Utf8Path;
use common::oracle::{Tree, compare};

#[test]
fn closures_are_cargos_on_every_fixture() {
    let mut members = 0;
    // What Cargo's `paths` names is a crate to Cargo, and a third-party package here.
    let fixtures = common::fixtures().into_iter();
    for fixture in fixtures.filter(|fixture| fixture.name != "paths-override") {
        // A copy: Cargo writes a lock where there is none.
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
