//! Files that the user may not read, and files that vanish during a run.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::ground::{Answer, Ground};

/// A program that runs another one with the permissions of a normal user. Root may read everything, unless
/// it drops the capability for that.
fn with_permissions() -> Option<Vec<&'static str>> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o000)).unwrap();
    let without = ["--bounding-set=-dac_override,-dac_read_search", "--"];
    for program in [vec!["env"], [&["setpriv"], &without[..]].concat()] {
        let reads = Command::new(program[0])
            .args(&program[1..])
            .arg("cat")
            .arg(&file)
            .output();
        // A program that cannot be run at all does not count as a refusal.
        let words = reads.map_or_else(|_| Vec::new(), |output| output.stderr);
        if String::from_utf8_lossy(&words).contains("Permission denied") {
            return Some(program);
        }
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "no permission matters here: run it as a user"
    );
    eprintln!("skipped: no permission matters here");
    None
}

/// Runs the program while a path has no permissions, and restores them afterwards.
fn locked(ground: &Ground, program: &[&str], path: &str, args: &[&str]) -> Answer {
    let place = ground.path(path);
    let mode = fs::metadata(&place).unwrap().permissions();
    fs::set_permissions(&place, Permissions::from_mode(0o000)).unwrap();
    let answer = ground.run_through(program, args);
    fs::set_permissions(&place, mode).unwrap();
    answer
}

#[test]
fn without_permission() {
    let Some(program) = with_permissions() else {
        return;
    };
    let ground = Ground::new();
    for path in ["crates/a/data/x", "crates/a/src/deep/x.rs", "elsewhere/x"] {
        ground.write(path, "");
    }
    ground.fine(&["gen"]);
    let gen_ = &["gen", "--check"];
    let affected = &["affected", "crates/b/src/main.rs"];
    let cases: &[(&str, &[&str], &str)] = &[
        ("Cargo.toml", gen_, "Cargo.toml"),
        ("crates/a/Cargo.toml", gen_, "crates/a/Cargo.toml"),
        ("crates/a", gen_, "crates/a"),
        ("crates/a/data", gen_, "crates/a/data"),
        ("crates/a/src/deep", &["files", "a"], "crates/a/src/deep"),
        (
            "crates/a/src/lib.rs",
            gen_,
            "error[unreadable]: crates/a/src/lib.rs: ",
        ),
        (
            "crates/a/src/deep/x.rs",
            gen_,
            "error[unreadable]: crates/a/src/deep/x.rs: ",
        ),
        ("Cargo.lock", affected, "cannot read Cargo.lock"),
        (
            "cratesieve.json",
            gen_,
            "cratesieve.json: Permission denied",
        ),
        (
            "cratesieve.json",
            &["gen"],
            "cratesieve.json: Permission denied",
        ),
    ];
    for (path, args, place) in cases {
        locked(&ground, &program, path, args).names(place);
    }
    // Paths that no command has to read.
    for path in [
        "elsewhere",
        "crates/a/data/x",
        "crates/a/README.md",
        "Cargo.lock",
    ] {
        let answer = locked(&ground, &program, path, gen_);
        assert_eq!(answer.code, 0, "{path}: {}", answer.stderr);
    }

    // In a read-only directory, `gen` succeeds if the manifest is up to date, and otherwise fails.
    fs::set_permissions(ground.root(), Permissions::from_mode(0o555)).unwrap();
    let fresh = ground.run_through(&program, &["gen"]);
    assert_eq!(fresh.code, 0, "{}", fresh.stderr);
    ground.write("crates/b/src/lib.rs", "");
    let stale = ground.run_through(&program, &["gen"]);
    assert_eq!(stale.code, 2);
    stale.names("cratesieve.json: Permission denied");
    fs::set_permissions(ground.root(), Permissions::from_mode(0o755)).unwrap();
    assert_eq!(ground.run_through(&program, &["gen"]).code, 0);
}

/// Files and directories come and go during a run: the result is as with them or without them.
#[test]
fn vanishing() {
    let ground = Ground::new();
    let right = ground.manifest();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let comes_and_goes = || {
            while !is_over.load(Ordering::Relaxed) {
                for n in 0..30 {
                    ground.write(&format!("crates/a/data/{n}/deep/x.txt"), "");
                    ground.write(&format!("crates/a/src/gone_{n}.rs"), "mod x;\n");
                    ground.link("../lib.rs", &format!("crates/a/src/link_{n}"));
                }
                for n in 0..30 {
                    ground.remove(&format!("crates/a/data/{n}"));
                    ground.remove(&format!("crates/a/src/gone_{n}.rs"));
                    ground.remove(&format!("crates/a/src/link_{n}"));
                }
            }
        };
        let worker = scope.spawn(comes_and_goes);
        let runs = || {
            for _ in 0..10 {
                assert_eq!(ground.manifest(), right);
                ground.fine(&["gen"]);
                ground.fine(&["affected", "crates/a/src/lib.rs"]);
            }
        };
        // The worker thread has to end even if a run panics.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(runs));
        is_over.store(true, Ordering::Relaxed);
        worker.join().unwrap();
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    });
}
