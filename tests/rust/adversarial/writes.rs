//! A full disk, and a reader that closes its pipe.

use std::fs;

use super::ground::Ground;

/// Simulates a full disk: no file may grow beyond one block. So a part of the manifest can be written.
const FULL: &[&str] = &["sh", "-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "full"];

/// A workspace whose manifest is larger than one block.
fn ground() -> Ground {
    let ground = Ground::new();
    for n in 0..60 {
        ground.write(&format!("crates/a/NOTES-{n}.md"), "");
    }
    ground
}

#[test]
fn a_full_disk() {
    let ground = ground();
    let text = ground.fine(&["gen", "--output", "-"]).stdout;
    assert!(text.len() > 1024);
    for old in [None, Some("by `cratesieve gen`\n")] {
        ground.remove("cratesieve.json");
        if let Some(old) = old {
            ground.write("cratesieve.json", old);
        }
        for args in [&["gen"][..], &["init"]] {
            let answer = ground.run_through(FULL, args);
            assert_eq!(answer.code, 2, "{}", answer.stderr);
            answer.names("cratesieve.json: File too large");
        }
        assert_eq!(
            fs::read_to_string(ground.path("cratesieve.json"))
                .ok()
                .as_deref(),
            old
        );
        assert!(!ground.path("flake.nix").exists());
    }
    let other = ground.run_through(FULL, &["gen", "--output", "other.json"]);
    other.names("other.json: File too large");
    assert!(!ground.path("other.json").exists());

    // If the manifest is up to date, nothing has to be written.
    ground.write("cratesieve.json", &text);
    for args in [&["gen"][..], &["gen", "--check"], &["files", "a"]] {
        let answer = ground.run_through(FULL, args);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
    }
}

/// The merge driver keeps our side of the merged file until the result is complete.
#[test]
fn a_merge_on_a_full_disk() {
    let ground = ground();
    let base = ground.fine(&["gen", "--output", "-"]).stdout;
    let theirs = base.replacen("\"README.md\"", "\"README.md\",\n        \"x.md\"", 1);
    ground.write("base.json", &base);
    ground.write("ours.json", &base);
    ground.write("theirs.json", &theirs);
    let args = ["merge-driver", "base.json", "ours.json", "theirs.json"];
    let answer = ground.run_through(FULL, &args);
    assert_eq!(answer.code, 2);
    answer.names("ours.json: File too large");
    assert_eq!(fs::read_to_string(ground.path("ours.json")).unwrap(), base);
    ground.fine(&args);
    assert_eq!(
        fs::read_to_string(ground.path("ours.json")).unwrap(),
        theirs
    );
}

/// A command fails if it cannot print its data.
#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output() {
    let ground = ground();
    ground.fine(&["gen"]);
    let full = ["sh", "-c", "exec \"$@\" >/dev/full", "full"];
    for args in [
        &["gen", "--output", "-"][..],
        &["files", "a"],
        &["why", "b", "a"],
        &["affected", "crates/a/src/lib.rs"],
        &["graph"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
    ] {
        let answer = ground.run_through(&full, args);
        assert_eq!(answer.code, 2, "{args:?}: {}", answer.stderr);
        answer.names("error: cannot write to stdout: No space left on device");
    }
    let output = ["gen", "--output", "/dev/full"];
    ground.refused(&output, "error[not-a-file]: /dev/full: ");
}
