//! Huge inputs: many crates, deep directories, long names and texts.

use std::fmt::Write as _;
use std::fs;

use rayon::prelude::*;
use serde_json::Value;

use super::ground::{Ground, package};

#[test]
fn a_hundred_thousand_files() {
    let ground = Ground::new();
    let files = ground.files().len();
    (0..100).into_par_iter().for_each(|directory| {
        let place = ground.path(&format!("crates/a/data/{directory}"));
        fs::create_dir_all(&place).unwrap();
        // Hard links are made faster than files.
        let first = place.join("0");
        fs::File::create(&first).unwrap();
        for file in 1..1000 {
            fs::hard_link(&first, place.join(file.to_string())).unwrap();
        }
    });
    assert_eq!(ground.files().len(), files + 100_000);
}

/// A thousand crates in a binary tree, where the closure of the last one has ten.
#[test]
fn a_thousand_crates() {
    let ground = Ground::bare();
    ground.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n",
    );
    let mut lock = "version = 4\n".to_owned();
    for n in 1..=1000 {
        let (mut needs, mut locked) = (String::new(), String::new());
        if n > 1 {
            needs = format!("[dependencies]\nc{0} = {{ path = \"../c{0}\" }}\n", n / 2);
            locked = format!("dependencies = [\"c{}\"]\n", n / 2);
        }
        ground.write(
            &format!("crates/c{n}/Cargo.toml"),
            package(&format!("c{n}"), &needs),
        );
        ground.write(&format!("crates/c{n}/src/lib.rs"), "");
        write!(
            lock,
            "\n[[package]]\nname = \"c{n}\"\nversion = \"0.1.0\"\n{locked}"
        )
        .unwrap();
    }
    ground.write("Cargo.lock", lock);
    let answer = ground.fine(&["gen"]);
    assert_eq!(answer.stderr, "wrote cratesieve.json: 1000 crates\n");
    ground.fine(&["gen", "--check"]);
    assert_eq!(ground.fine(&["files", "c1000"]).stdout.lines().count(), 22);
    let reached = ground.fine(&["affected", "--format", "names", "crates/c500/src/lib.rs"]);
    assert_eq!(reached.stdout, "c1000\nc500\n");
}

/// Paths of the greatest length that the system allows, and longer ones.
#[test]
fn long_paths() {
    let ground = Ground::new();
    let right = ground.manifest();
    let long = |bytes: usize| {
        let names = std::iter::repeat_n("d".repeat(199), bytes / 200);
        let name = "f".repeat(bytes % 200);
        names.chain([name]).collect::<Vec<_>>().join("/")
    };
    // A path has at most 4096 bytes, including its end.
    let room = 4095 - ground.path("crates/a/").as_str().len();
    let path = long(room);
    ground.write(&format!("crates/a/{path}"), "");
    let source = format!("const X: &str = include_str!(\"../{path}\");\n");
    ground.write("crates/a/src/lib.rs", source);
    assert_eq!(ground.manifest(), right);
    assert!(ground.files().contains(&format!("crates/a/{path}")));
    ground.fine(&["affected", &format!("crates/a/{path}")]);

    let source = format!(
        "const X: &str = include_str!(\"../{}\");\nmod {};\n",
        long(9000),
        "m".repeat(5000)
    );
    ground.write("crates/a/src/lib.rs", source);
    assert_eq!(ground.manifest(), right);

    // After a directory has moved, paths below it may be too long to open.
    let name = "e".repeat(200);
    let parent = ground.path("crates/a").join(format!("{name}/{name}"));
    fs::create_dir_all(&parent).unwrap();
    let top = ground.path(&format!("crates/a/{}", "d".repeat(199)));
    fs::rename(top, parent.join("moved")).unwrap();
    let answer = ground.run(&["gen"]);
    assert!(
        answer.stderr.starts_with("error: cannot read below "),
        "{}",
        answer.stderr
    );
    answer.names("File name too long");
}

/// File names that look like options, paths or line breaks.
#[test]
fn odd_names() {
    use std::os::unix::ffi::OsStrExt as _;
    let ground = Ground::new();
    let right = ground.manifest();
    let names = [
        "-rf",
        "--",
        "~x",
        "*",
        "a b",
        "'",
        "\"",
        "$HOME",
        "$(touch pwned)",
        "`touch pwned`",
        ";",
        "&",
        "|",
        "\u{1b}[31m",
        "\u{202e}",
        "é",
        "e\u{301}",
        "con",
        "a:b",
        "#",
        "%",
        "@",
        "{}",
        "[]",
        "...",
    ];
    for name in names {
        ground.write(&format!("crates/a/data/{name}"), "");
    }
    let longest = "x".repeat(255);
    ground.write(&format!("crates/a/data/{longest}"), "");
    let files = ground.files();
    for name in names.iter().chain([&longest.as_str()]) {
        let path = format!("crates/a/data/{name}");
        assert!(files.contains(&path), "{name}");
        assert_eq!(
            ground
                .fine(&["affected", "--format", "names", &path])
                .stdout,
            "a\nb\n",
            "{name}"
        );
    }
    // Neither a manifest nor a list of lines can contain these names.
    let data = ground.path("crates/a/data");
    for name in [&b"\xff\xfe.rs"[..], b"a\nb", b"a\\b"] {
        fs::write(
            data.as_std_path().join(std::ffi::OsStr::from_bytes(name)),
            "",
        )
        .unwrap();
    }
    assert_eq!(ground.manifest(), right);
    let listed = ground.fine(&["files", "a", "--format", "json"]).stdout;
    assert!(listed.contains("crates/a/data/a\\nb"));
    assert!(!ground.path("pwned").exists());
}

/// Runs a program with two gigabytes of memory.
const LITTLE_MEMORY: &[&str] = &["sh", "-c", "ulimit -v 2097152; exec \"$@\"", "little"];

/// Deeply nested and very long texts.
#[test]
fn large_texts() {
    let nested = |open: &str, middle: &str, close: &str, times: usize| {
        [&open.repeat(times), middle, &close.repeat(times)].concat()
    };
    let sources = [
        nested("mod a { ", "mod x;", " }", 100_000),
        nested("mod a { mod x; ", "", " }", 10_000),
        nested("(", "", ")", 1_000_000),
        nested("/*", "", "*/", 1_000_000),
        format!(
            "const X: &str = include_str!({});",
            nested("concat!(\"x\", ", "\"\"", ")", 50_000)
        ),
        format!("#[cfg({})] mod x;", nested("all(", "test", ")", 100_000)),
        "const X: &str = include_str!(\"../x\");\n".repeat(50_000),
        format!("const X: &str = \"{}\";", "../x ".repeat(2_000_000)),
        "r#\"".repeat(300_000),
        "#![doc = include_str!(\"".repeat(100_000),
    ];
    sources.par_iter().for_each(|source| {
        let ground = Ground::new();
        let right = ground.manifest();
        ground.write("crates/a/src/lib.rs", source);
        let start: String = source.chars().take(40).collect();
        let answer = ground.run_through(LITTLE_MEMORY, &["gen", "--output", "-"]);
        assert_eq!(answer.code, 0, "{start}: {}", answer.stderr);
        let manifest: Value = serde_json::from_str(&answer.stdout).unwrap();
        assert_eq!(manifest, right, "{start}");
    });

    let ground = Ground::new();
    ground.append("Cargo.toml", &format!("# {}\n", "x".repeat(8_000_000)));
    ground.fine(&["gen"]);
    ground.write("Cargo.lock", format!("a = {}", "[".repeat(1_000_000)));
    ground.refused(
        &["affected", "crates/a/src/lib.rs"],
        "error[bad-toml]: Cargo.lock:1: ",
    );

    // A manifest of many distinct lines that is not valid: comparing it line by line would take too long.
    let lines: String = (0..200_000)
        .map(|n| format!("cratesieve gen {n}\n"))
        .collect();
    ground.write("cratesieve.json", lines);
    ground.refused(
        &["gen", "--check"],
        "error[invalid-manifest]: cratesieve.json:1: ",
    );
    ground.write(
        "cratesieve.json",
        format!("\"cratesieve gen\"{}", "[".repeat(2_000_000)),
    );
    ground.refused(
        &["gen", "--check", "--format", "json"],
        "error[invalid-manifest]: cratesieve.json:1: ",
    );
    ground.fine(&["gen"]);
}

/// Globs that are too large to compile or to try.
#[test]
fn large_globs() {
    let nested = format!("{}{}", "{a,".repeat(5000), "}".repeat(5000));
    let globs = [
        (nested, "bad-glob"),
        ("{".repeat(5000), "bad-glob"),
        ("[".repeat(5000), "bad-glob"),
        ("{a,b}".repeat(2000), "empty-glob"),
        ("**/*".repeat(2000), "empty-glob"),
        ("*a".repeat(2000), "empty-glob"),
        (format!("{}x", "../".repeat(5000)), "bad-glob"),
    ];
    for (glob, code) in globs {
        let ground = Ground::new();
        ground.write(&format!("crates/a/data/{}", "a".repeat(200)), "");
        let settings = format!("[package.metadata.cratesieve]\ninclude = [\"{glob}\"]\n");
        ground.append("crates/a/Cargo.toml", &settings);
        ground.refused(&["gen"], &format!("error[{code}]: crates/a/Cargo.toml:6: "));
    }
}
