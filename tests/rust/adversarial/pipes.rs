//! Pipes, sockets and devices: opening or reading one may block forever.

use std::os::unix::net::UnixListener;

use rayon::prelude::*;

use super::ground::Ground;
use crate::common::git;

const COMMANDS: &[&[&str]] = &[
    &["gen", "--check"],
    &["gen"],
    &["files", "a"],
    &["why", "b", "a"],
    &["affected", "crates/a/src/lib.rs"],
    &["graph"],
    &["init", "--dry-run"],
];

/// Pipes instead of files in the workspace root that Cargo or rustup reads.
#[test]
fn in_place_of_what_cargo_reads() {
    let places = [
        "Cargo.toml",
        ".cargo/config.toml",
        ".cargo/config",
        "rust-toolchain.toml",
        "rust-toolchain",
    ];
    places.par_iter().for_each(|place| {
        let ground = Ground::new();
        ground.pipe(place);
        for args in COMMANDS {
            ground.refused(args, &format!("error[not-a-file]: {place}: "));
        }
        let root = ground.root();
        let from_below = ["gen", "--manifest-path", "crates/a"];
        ground.refused(&from_below, &format!("error[not-a-file]: {root}/{place}: "));
        ground.link("/dev/zero", place);
        ground.refused(&["gen"], &format!("error[not-a-file]: {place}: "));
    });
    // A link to /dev/null, with which people switch a file off, is an empty file.
    let ground = Ground::new();
    ground.link("/dev/null", ".cargo/config.toml");
    ground.fine(&["gen"]);
}

/// Pipes instead of files that only Cargo reads.
#[test]
fn in_place_of_other_manifests() {
    let places = ["crates/a/Cargo.toml", "elsewhere/c/Cargo.toml"];
    places.par_iter().for_each(|place| {
        let ground = Ground::new();
        let dependency = "c = { path = \"../../elsewhere/c\", optional = true }\n";
        if place.starts_with("elsewhere") {
            ground.append("crates/b/Cargo.toml", dependency);
        }
        ground.pipe(place);
        ground.refused(&["gen"], &format!("error[not-a-file]: {place}: "));
    });
    // Git would wait as Cargo does. An ignore list that is a pipe has no entries, and is not reported.
    let ground = Ground::new();
    let right = ground.manifest();
    ground.remove(".git");
    git(&ground.root(), &["init", "--quiet"]);
    git(&ground.root(), &["add", "--all"]);
    ground.pipe("crates/a/.gitignore");
    assert_eq!(ground.manifest(), right);
}

/// A lock file that is a pipe is an error for commands that read it.
#[test]
fn in_place_of_the_lock() {
    let ground = Ground::new();
    let right = ground.manifest();
    ground.pipe("Cargo.lock");
    assert_eq!(ground.manifest(), right);
    ground.refused(
        &["affected", "crates/a/src/lib.rs"],
        "error: cannot read Cargo.lock: it is no regular file",
    );
    ground.link("/dev/zero", "Cargo.lock");
    ground.refused(&["affected", "crates/a/src/lib.rs"], "Cargo.lock");
}

#[test]
fn in_place_of_the_manifest() {
    let ground = Ground::new();
    ground.pipe("cratesieve.json");
    for args in [&["gen"][..], &["gen", "--check"], &["init"]] {
        ground.refused(args, "error[not-a-file]: cratesieve.json: ");
    }
    ground.fine(&["files", "a"]);
    ground.fine(&["affected", "cratesieve.json"]);
}

/// Pipes among other files are ignored, because no build reads them.
#[test]
fn among_the_files() {
    let ground = Ground::new();
    let places = [
        "crates/a/pipe",
        "crates/a/src/pipe.rs",
        "crates/a/build.rs",
        "crates/a/NOTES.md",
        "crates/a/.gitignore",
        ".gitignore",
        ".git/info/exclude",
        "target",
    ];
    let right = ground.manifest();
    let files = ground.files();
    for place in places {
        ground.pipe(place);
    }
    ground.write(
        "crates/a/src/lib.rs",
        "mod pipe;\nmod linked;\nmod zeros;\n",
    );
    let socket = UnixListener::bind(ground.path("crates/a/src/socket.rs")).unwrap();
    assert_eq!(ground.manifest(), right);
    assert_eq!(ground.files(), files);
    for place in places {
        ground.fine(&["affected", place]);
        ground.refused(
            &["why", "a", place],
            &format!("error[unknown-path]: {place}: "),
        );
    }
    ground.fine(&["affected", "crates/a/src/socket.rs"]);
    drop(socket);

    // A link is a file of the crate. A pipe that it leads to is not.
    ground.link("pipe.rs", "crates/a/src/linked.rs");
    ground.link("/dev/zero", "crates/a/src/zeros.rs");
    assert_eq!(ground.manifest(), right);
    let linked = ["crates/a/src/linked.rs", "crates/a/src/zeros.rs"];
    assert_eq!(ground.files().len(), files.len() + linked.len());
    ground.fine(&["affected", linked[0], linked[1]]);
}
