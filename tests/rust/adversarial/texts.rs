//! Broken texts, and texts as other systems write them.

use rayon::prelude::*;

use super::ground::{Ground, package};

/// The files that Cargo, rustup, git and this program read, each with a valid text.
const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n",
    ),
    (
        "crates/a/Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n",
    ),
    (
        "cratesieve.json",
        "{\n  \"generated\": \"by `cratesieve gen`; do not edit\",\n  \"format\": 2\n}\n",
    ),
    (".cargo/config.toml", "[build]\nincremental = true\n"),
    (
        "rust-toolchain.toml",
        "[toolchain]\nprofile = \"minimal\"\n",
    ),
    (".gitignore", "/target\n/scratch\n"),
    ("crates/a/src/lib.rs", "pub fn a() {}\npub mod words {}\n"),
];

type Break = fn(&str) -> Vec<u8>;

/// Ways to break a valid text.
const BREAKS: &[(&str, Break)] = &[
    ("empty", |_| Vec::new()),
    ("cut short", |text| text[..text.len() * 2 / 3].into()),
    ("cut after a quotation mark", |text| {
        let end = text.find('"').map_or(1, |at| at + 1);
        text[..end].into()
    }),
    ("zeros", |_| vec![0; 4096]),
    ("binary", |_| {
        (0..4096_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect()
    }),
    ("no UTF-8", |text| {
        [text.as_bytes(), b"# \xff\xfe\n"].concat()
    }),
    ("UTF-16", |text| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    }),
    ("carriage returns", |text| text.replace('\n', "\r").into()),
];

const COMMANDS: &[&[&str]] = &[
    &["gen", "--check"],
    &["gen", "--output", "-"],
    &["gen"],
    &["files", "b"],
    &["affected", "crates/a/src/lib.rs"],
    &["init", "--dry-run"],
];

/// With any broken file, the manifest is unchanged or an error names the file.
#[test]
fn broken() {
    let cases = FILES
        .iter()
        .flat_map(|file| BREAKS.iter().map(move |way| (file, way)));
    let cases: Vec<_> = cases.collect();
    cases.par_iter().for_each(|((path, text), (way, broken))| {
        let ground = Ground::new();
        // The manifest depends on which files exist, not on their contents.
        if *path != "cratesieve.json" {
            ground.write(path, text);
        }
        let right = ground.manifest();
        ground.write(path, broken(text));
        for args in COMMANDS {
            let answer = ground.run(args);
            let is_stale = args.contains(&"--check") && answer.stderr.contains("cratesieve.json");
            if answer.code != 0 && !is_stale {
                assert!(
                    answer.stderr.contains(path),
                    "{path}, {way}: {args:?}: {}",
                    answer.stderr
                );
            }
            if answer.code == 0 && args.contains(&"-") {
                let manifest: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
                assert_eq!(manifest, right, "{path}, {way}");
            }
        }
    });
}

/// A file of another program at the manifest's path is not overwritten.
#[test]
fn foreign_files_stay() {
    let ground = Ground::new();
    for content in [&b"\x89PNG\r\n\x1a\n"[..], b"{}", b"\xff\xfe{\0}\0", b"\0"] {
        ground.write("cratesieve.json", content);
        for args in [&["gen"][..], &["init"]] {
            ground.refused(args, "error[not-a-manifest]: cratesieve.json");
        }
        ground.refused(
            &["gen", "--check"],
            "error[invalid-manifest]: cratesieve.json",
        );
        assert_eq!(
            std::fs::read(ground.path("cratesieve.json")).unwrap(),
            content
        );
    }
    // A broken manifest of cratesieve is overwritten.
    ground.write("cratesieve.json", b"<<<<<<< \xff\nby `cratesieve gen`");
    ground.fine(&["gen"]);
    ground.fine(&["gen", "--check"]);
}

/// With a byte order mark and Windows line endings, every text means the same.
#[test]
fn marks_and_line_endings() {
    let ground = Ground::new();
    let settings = "readme = \"docs/front.md\"\n\n[package.metadata.cratesieve]\ninclude = [\n  \
                    \"../../shared/*.txt\",\n]\n";
    ground.write("crates/a/Cargo.toml", package("a", settings));
    ground.write("crates/a/docs/front.md", "");
    ground.write("crates/a/docs/other.md", "");
    ground.write("shared/x.txt", "");
    ground.write("ignored.rs", "");
    ground.write(".gitignore", "/shared/y.txt\n/ignored.rs\n");
    ground.write("shared/y.txt", "");
    ground.write(
        ".cargo/config.toml",
        "[target.x86_64-unknown-none]\nlinker = \"tools/link.sh\"\n",
    );
    ground.write("tools/link.sh", "");
    let source = "mod words;\n// A comment.\nconst A: &str = include_str!(\n    \"../README.md\"\n);\n\
                  #[cfg(test)]\nmod tests;\n";
    ground.write("crates/a/src/lib.rs", source);
    ground.write(
        "crates/a/src/words.rs",
        "pub const B: &str = \"\\\n    x\";\n",
    );
    ground.write("crates/a/src/tests.rs", "\n");
    ground.fine(&["gen"]);
    let right = ground.manifest();
    let commands: [&[&str]; 3] = [
        &["files", "a", "--role", "test"],
        &["why", "a", "shared/x.txt"],
        &["affected", "crates/a/src/lib.rs"],
    ];
    let answers = || commands.map(|args| ground.fine(args).stdout);
    let before = answers();
    for path in [
        "Cargo.toml",
        "Cargo.lock",
        "crates/a/Cargo.toml",
        "crates/b/Cargo.toml",
        ".cargo/config.toml",
        ".gitignore",
        "crates/a/src/lib.rs",
        "crates/a/src/words.rs",
        "crates/a/src/tests.rs",
    ] {
        let text = std::fs::read_to_string(ground.path(path)).unwrap();
        ground.write(path, format!("\u{feff}{}", text.replace('\n', "\r\n")));
        assert_eq!(ground.manifest(), right, "{path}");
        ground.fine(&["gen", "--check"]);
    }
    assert_eq!(answers(), before);
    // Line numbers do not change.
    ground.append("crates/a/Cargo.toml", "includes = []\r\n");
    ground.refused(&["gen"], "error[unknown-setting]: crates/a/Cargo.toml:11: ");

    let ground = Ground::new();
    ground.fine(&["gen"]);
    let text = std::fs::read_to_string(ground.path("cratesieve.json")).unwrap();
    ground.write("cratesieve.json", text.replace('\n', "\r\n"));
    ground.fine(&["gen", "--check"]);
    // Valid JSON has no byte order mark, and Nix does not read one.
    ground.write("cratesieve.json", format!("\u{feff}{text}"));
    ground.refused(
        &["gen", "--check"],
        "error[invalid-manifest]: cratesieve.json:1: ",
    );
    ground.fine(&["gen"]);
    ground.fine(&["gen", "--check"]);
}

/// The three files of a merge, each broken in turn. The file that would be replaced stays.
#[test]
fn merges_of_broken_manifests() {
    let ground = Ground::new();
    let text = ground.fine(&["gen", "--output", "-"]).stdout;
    let sides = ["base.json", "ours.json", "theirs.json"];
    for side in sides {
        for (way, broken) in BREAKS {
            for other in sides {
                ground.write(other, &text);
            }
            ground.write(side, broken(&text));
            let ours = std::fs::read(ground.path("ours.json")).unwrap();
            let answer = ground.run(&["merge-driver", "base.json", "ours.json", "theirs.json"]);
            // If the base is missing, the two sides may agree. In JSON a carriage return is white space.
            if answer.code == 0 {
                let is_right = side == "base.json" && *way == "empty" || *way == "carriage returns";
                assert!(is_right, "{side}, {way}");
            } else {
                answer.names("error[invalid-manifest]: cratesieve.json");
                assert_eq!(std::fs::read(ground.path("ours.json")).unwrap(), ours);
            }
        }
    }
    for side in sides {
        ground.write(side, &text);
    }
    let leaving = text.replace("\"lib\": \"src/lib.rs\"", "\"lib\": \"../../../lib.rs\"");
    assert_ne!(leaving, text);
    ground.write("theirs.json", leaving);
    ground.refused(
        &["merge-driver", "base.json", "ours.json", "theirs.json"],
        "a.lib: the path `../../../lib.rs` leaves the source root",
    );
    assert_eq!(
        std::fs::read_to_string(ground.path("ours.json")).unwrap(),
        text
    );
}

/// A manifest that was edited by hand to name files outside the workspace, or shell commands, makes the
/// program read and write nothing else.
#[test]
fn edited_manifests() {
    let ground = Ground::new();
    ground.fine(&["gen"]);
    let text = std::fs::read_to_string(ground.path("cratesieve.json")).unwrap();
    let command = "$(touch pwned)`touch pwned`; touch pwned; '";
    let shell = format!("\"path\": \"{command}\"");
    let edits = [
        (
            "\"path\": \"crates/a\"",
            "\"path\": \"../../etc\"",
            Some("leaves the source root"),
        ),
        (
            "\"path\": \"crates/a\"",
            "\"path\": \"/etc\"",
            Some("leaves the source root"),
        ),
        (
            "\"path\": \"crates/a\"",
            "\"path\": \"crates/../../etc\"",
            Some("leaves the source root"),
        ),
        (
            "\"lib\": \"src/lib.rs\"",
            "\"lib\": \"../../../lib.rs\"",
            Some("leaves the source root"),
        ),
        (
            "\"b\": \"src/main.rs\"",
            "\"b\": \"../../../main.rs\"",
            Some("leaves the source root"),
        ),
        (
            "\"README.md\"",
            "\"../../../x\"",
            Some("leaves the source root"),
        ),
        (
            "\"README.md\"",
            "\"x\\u0000\"",
            Some("leaves the source root"),
        ),
        (
            "\"format\": 2,",
            "\"format\": 2, \"sourceRoot\": \"/\",",
            Some("not an ancestor"),
        ),
        (
            "\"format\": 2,",
            "\"format\": 2, \"files\": [\"../x\"],",
            Some("leaves the source root"),
        ),
        ("\"path\": \"crates/a\"", &shell, None),
        (
            "\"b\": \"src/main.rs\"",
            &format!("\"{command}\": \"src/main.rs\""),
            None,
        ),
    ];
    for (from, to, words) in edits {
        assert!(text.contains(from), "{from}");
        ground.write("cratesieve.json", text.replacen(from, to, 1));
        let answer = ground.refused(&["gen", "--check"], "cratesieve.json");
        match words {
            Some(words) => answer.names(words),
            None => answer.names("error[stale-manifest]"),
        }
        ground.fine(&["files", "a"]);
        ground.fine(&["affected", "crates/a/src/lib.rs"]);
        ground.fine(&["gen"]);
        assert_eq!(
            std::fs::read_to_string(ground.path("cratesieve.json")).unwrap(),
            text
        );
        assert!(!ground.path("pwned").exists());
    }
}
