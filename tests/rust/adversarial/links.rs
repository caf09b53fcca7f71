//! Symbolic links in a circle, and links to nothing.

use super::ground::Ground;

const COMMANDS: &[&[&str]] = &[
    &["gen"],
    &["gen", "--check"],
    &["files", "a", "--role", "test"],
    &["why", "b", "crates/a/src/lib.rs"],
    &["affected", "crates/a/src/lib.rs"],
    &["affected", "crates/a/src/itself"],
];

/// Circular and dangling links among the files of a crate.
#[test]
fn circles() {
    let ground = Ground::new();
    let links = [
        ("itself", "crates/a/src/itself"),
        ("y.rs", "crates/a/src/x.rs"),
        ("x.rs", "crates/a/src/y.rs"),
        ("..", "crates/a/src/up"),
        (".", "crates/a/src/here"),
        ("../../..", "crates/a/tests/all"),
        ("nowhere", "crates/a/data/lost"),
        ("../../b", "crates/a/data/other"),
        ("../../a", "crates/b/data/other"),
    ];
    for (target, link) in links {
        ground.link(target, link);
    }
    // The longest chain of links that Linux follows, and one link more.
    ground.write("crates/a/data/end", "");
    ground.link("end", "crates/a/data/0");
    for n in 1..42 {
        ground.link((n - 1).to_string(), &format!("crates/a/data/{n}"));
    }
    let source = "mod x;\n#[path = \"up/up/src/here/z.rs\"]\nmod z;\nconst A: &str = \
                  include_str!(\"itself\");\nconst B: &str = include_str!(\"up/data/41\");\nconst C: &str \
                  = include_str!(\"up/up/up/README.md\");\n";
    ground.write("crates/a/src/lib.rs", source);
    for args in COMMANDS {
        ground.fine(args);
    }
    let files = ground.files();
    for (_, link) in links
        .iter()
        .filter(|(_, link)| link.starts_with("crates/a"))
    {
        assert!(files.iter().any(|file| file == link), "{link}: {files:#?}");
    }
    // The walk follows a circle once at most.
    assert!(
        files
            .iter()
            .all(|file| !file.contains("up/") && !file.contains("here/"))
    );
}

/// Circular and dangling links instead of files that are needed.
#[test]
fn in_place_of_files() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("Cargo.toml", &["gen"], "Cargo.toml"),
        ("crates/a/Cargo.toml", &["gen"], "crates/a"),
        ("crates/a", &["gen"], "crates/a"),
        (".cargo/config.toml", &["gen"], "config.toml"),
        (
            "Cargo.lock",
            &["affected", "crates/a/src/lib.rs"],
            "Cargo.lock",
        ),
        ("cratesieve.json", &["gen"], "cratesieve.json"),
        ("cratesieve.json", &["gen", "--check"], "cratesieve.json"),
    ];
    for (path, args, place) in cases {
        let ground = Ground::new();
        ground.link(path.rsplit('/').next().unwrap(), path);
        let answer = ground.run(args);
        answer.names(place);
        assert!(ground.path(path).is_symlink());
    }
    let ground = Ground::new();
    ground.link(".", "crates/again");
    ground.refused(&["gen"], "crates/again");
}
