//! Paths that lead out of the repository. The program must not read files there. A source there includes
//! the crate's README; if it were read, the README would become part of the crate's source.

use std::fs;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::ground::{Ground, package};

/// A workspace, with files around its repository that a path out of it would meet.
fn ground() -> Ground {
    let ground = Ground::new();
    let telling = format!(
        "const README: &str = include_str!({:?});\nmod deeper;\n",
        ground.path("crates/a/README.md")
    );
    for path in [
        "outside.rs",
        "around/lib.rs",
        "around/main.rs",
        "around/deeper.rs",
    ] {
        let path = ground.outside(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let here = "const HERE: &str = include_str!(\"../README.md\");\n";
        fs::write(path, format!("{telling}{here}")).unwrap();
    }
    fs::write(ground.outside("outside.md"), "").unwrap();
    fs::write(ground.outside("around/Cargo.toml"), package("around", "")).unwrap();
    ground
}

type Change = fn(&Ground);

/// Changes that lead to files which only this machine has. They are no error, and do not change the
/// manifest.
const NOTHING: &[(&str, Change)] = &[
    ("a source behind a link", |g| {
        g.write("crates/a/src/lib.rs", "mod x;\nmod y;\n");
        g.link("../../../../outside.rs", "crates/a/src/x.rs");
        g.link(g.outside("outside.rs"), "crates/a/src/y.rs");
    }),
    ("a source behind a link to a link", |g| {
        g.write("crates/a/src/lib.rs", "mod x;\n");
        g.link("y.rs", "crates/a/src/x.rs");
        g.link("../../../../outside.rs", "crates/a/src/y.rs");
    }),
    ("a module by its path", |g| {
        let source = "#[path = \"../../../../outside.rs\"]\nmod x;\n#[path = \"../../../../around\"]\nmod \
                      y {\n    mod deeper;\n}\n";
        g.write("crates/a/src/lib.rs", source);
    }),
    ("a module by its whole path", |g| {
        let source = format!("#[path = {:?}]\nmod x;\n", g.outside("outside.rs"));
        g.write("crates/a/src/lib.rs", source);
    }),
    ("a source that is pasted in", |g| {
        let whole = g.outside("outside.rs");
        let source = format!("include!(\"../../../../outside.rs\");\ninclude!({whole:?});\n");
        g.write("crates/a/src/lib.rs", source);
    }),
    ("files of the system", |g| {
        let source = "const A: &str = include_str!(\"../../../../../../../../../../etc/passwd\");\nconst B: \
                      &[u8] = include_bytes!(\"/etc/passwd\");\nconst C: &str = \
                      include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../../../outside.md\"));\n";
        g.write("crates/a/src/lib.rs", source);
    }),
    ("a readme and a license", |g| {
        let rest = "readme = \"../../../outside.md\"\nlicense-file = \"/etc/passwd\"\n";
        g.write("crates/a/Cargo.toml", package("a", rest));
    }),
    ("a directory behind a link", |g| {
        g.link("../../../around", "crates/a/around");
        g.link("../../../../around", "crates/a/tests/around");
        g.link("/", "crates/a/everything");
        g.link("/proc/self", "crates/a/src/process");
    }),
    (
        "Cargo's configuration and git's lists around the repository",
        |g| {
            fs::create_dir_all(g.outside(".cargo")).unwrap();
            fs::write(
                g.outside(".cargo/config.toml"),
                "[build]\nincremental = true\n",
            )
            .unwrap();
            fs::write(g.outside(".gitignore"), "*\n").unwrap();
        },
    ),
    ("what a configuration names", |g| {
        g.write(
            ".cargo/config.toml",
            "[build]\nrustflags = [\"-Clink-arg=-T../outside.md\"]\n",
        );
    }),
];

#[test]
fn that_lead_to_nothing() {
    NOTHING.par_iter().for_each(|(what, change)| {
        let ground = ground();
        let mut right = ground.manifest();
        change(&ground);
        if ground.path(".cargo").exists() {
            right["files"] = json!([".cargo/config.toml"]);
        }
        let manifest = ground.manifest();
        assert_eq!(manifest.get("sourceRoot"), None, "{what}");
        assert_eq!(
            manifest["crates"]["a"]["drop"],
            json!(["README.md"]),
            "{what}"
        );
        // Links below `tests` are for tests only.
        let mut without_tests = manifest;
        let entry = without_tests["crates"]["a"].as_object_mut().unwrap();
        entry.shift_remove("testOnly");
        assert_eq!(sorted(&without_tests), sorted(&right), "{what}");
        for args in [&["gen"][..], &["gen", "--check"]] {
            ground.fine(args);
        }
        let files = ground.files();
        let strays = files
            .iter()
            .find(|file| file.starts_with("..") || file.starts_with('/'));
        assert_eq!(strays, None, "{what}");
    });
}

/// The manifest as text, with sorted keys.
fn sorted(manifest: &Value) -> String {
    let mut manifest = manifest.clone();
    manifest.sort_all_objects();
    manifest.to_string()
}

/// Changes without which nothing can be built: an error names the Cargo.toml.
const REFUSED: &[(&str, &str, Change)] = &[
    ("outside-repository", "crates/a", |g| {
        let rest = "[lib]\npath = \"../../../outside.rs\"\n";
        g.write("crates/a/Cargo.toml", package("a", rest));
    }),
    ("outside-repository", "crates/a", |g| {
        let path = g.outside("outside.rs");
        let rest = format!("[[bin]]\nname = \"x\"\npath = {path:?}\n");
        g.write("crates/a/Cargo.toml", package("a", &rest));
    }),
    ("outside-repository", "crates/a", |g| {
        let rest = "[[test]]\nname = \"x\"\npath = \"../../../outside.rs\"\n";
        g.write("crates/a/Cargo.toml", package("a", rest));
    }),
    ("outside-repository", "crates/a", |g| {
        let rest = "build = \"../../../outside.rs\"\n";
        g.write("crates/a/Cargo.toml", package("a", rest));
    }),
    ("outside-repository", "crates/a", |g| {
        let rest = "[dependencies]\naround = { path = \"../../../around\" }\n[lib]\npath = \"src/lib.rs\"\n";
        g.write("crates/a/Cargo.toml", package("a", rest));
        let cargo = package("around", "[workspace]\n[lib]\npath = \"lib.rs\"\n");
        fs::write(g.outside("around/Cargo.toml"), cargo).unwrap();
    }),
    ("outside-repository", "crates/around", |g| {
        let cargo = package("around", "[lib]\npath = \"lib.rs\"\n");
        fs::write(g.outside("around/Cargo.toml"), cargo).unwrap();
        g.link("../../around", "crates/around");
    }),
    ("outside-repository", "crates/a", |g| {
        let cargo = fs::read(g.path("crates/a/Cargo.toml")).unwrap();
        fs::write(g.outside("around/Cargo.toml"), cargo).unwrap();
        g.link("../../../around/Cargo.toml", "crates/a/Cargo.toml");
    }),
    ("empty-glob", "crates/a", |g| {
        let rest = "[package.metadata.cratesieve]\ninclude = [\"../../../outside.md\"]\n";
        g.write("crates/a/Cargo.toml", package("a", rest));
    }),
    ("empty-glob", "crates/a", |g| {
        let rest = "[package.metadata.cratesieve]\ntest-include = [\"../../../around/*\"]\n";
        g.write("crates/a/Cargo.toml", package("a", rest));
    }),
    ("bad-glob", "crates/a", |g| {
        let rest =
            "[package.metadata.cratesieve]\ninclude = [\"/etc/*\", \"*/../../../../outside.md\"]\n";
        g.write("crates/a/Cargo.toml", package("a", rest));
    }),
];

#[test]
fn that_cannot_be_taken() {
    for (code, directory, change) in REFUSED {
        let ground = ground();
        change(&ground);
        let place = format!("error[{code}]: {directory}/Cargo.toml:");
        for args in [
            &["gen"][..],
            &["gen", "--check"],
            &["files", "a"],
            &["init"],
        ] {
            ground.refused(args, &place);
        }
        assert!(!ground.path("cratesieve.json").exists());
    }
}

/// A build script may contain any path.
#[test]
fn that_a_build_script_names() {
    let ground = ground();
    let right = ground.manifest();
    let source = "fn main() {\n    println!(\"cargo:rerun-if-changed=../../../outside.md\");\n    \
                  println!(\"cargo::rerun-if-changed=/etc/passwd\");\n    \
                  std::fs::read(\"../../../../../../../../../etc/passwd\").unwrap();\n    \
                  std::fs::read_dir(\"../../..\").unwrap();\n}\n";
    ground.write("crates/a/build.rs", source);
    let mut manifest = ground.manifest();
    let entry = manifest["crates"]["a"].as_object_mut().unwrap();
    assert_eq!(entry.shift_remove("buildScript"), Some(json!("build.rs")));
    assert_eq!(manifest, right);
}

/// Without a repository there is no boundary for sources, but a link to a path of this machine is still
/// not followed.
#[test]
fn without_a_repository() {
    let ground = ground();
    let right = ground.manifest();
    ground.remove(".git");
    assert_eq!(ground.manifest(), right);
    ground.link("/", "crates/a/everything");
    ground.link("/nix", "crates/a/result");
    assert_eq!(ground.manifest(), right);
}

/// Paths out of the repository on the command line.
#[test]
fn that_are_asked_for() {
    let ground = ground();
    for path in [
        "../outside.md",
        "/etc/passwd",
        "../../../../../../../../etc/passwd",
        "",
    ] {
        ground.refused(&["why", "a", path], "error[unknown-path]: ");
        ground.refused(&["affected", path], "error[unknown-path]: ");
    }
    ground.refused(&["files", "../around"], "error[unknown-crate]: ");
}
