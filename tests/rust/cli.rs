//! The command line of `cratesieve`.

use crate::common;

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use camino::Utf8Path;
use common::{COMMANDS, Fixture, copy, cratesieve, utf8};

fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cratesieve"))
}

#[test]
fn gen_says_what_changed_and_writes_only_then() {
    let copy = copy(&Fixture::named("four-crates").repository);
    let root = utf8(&copy);
    let file = root.join("cratesieve.json");
    let fresh = fs::read_to_string(&file).unwrap();

    let outcome = cratesieve(root, ["gen"]);
    assert_eq!((outcome.code, &*outcome.stdout), (0, ""));
    assert_eq!(outcome.stderr, "cratesieve.json is up to date: 4 crates\n");

    fs::remove_file(&file).unwrap();
    assert_eq!(
        cratesieve(root, ["gen"]).stderr,
        "wrote cratesieve.json: 4 crates\n"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), fresh);

    let stale = fresh
        .replace("\"pkg-d\"", "\"pkg-e\"")
        .replace("\"src/main.rs\"", "\"src/x.rs\"");
    fs::write(&file, stale).unwrap();
    let expected = "wrote cratesieve.json: 4 crates\n  changed  pkg-b: bins\n  changed  pkg-c: bins\n  \
                    added    pkg-d\n  removed  pkg-e\n";
    assert_eq!(cratesieve(root, ["gen"]).stderr, expected);
    assert_eq!(fs::read_to_string(&file).unwrap(), fresh);

    let quiet = cratesieve(root, ["gen", "--quiet"]);
    assert_eq!((quiet.code, &*quiet.stderr), (0, ""));

    // Whatever the file was before, unreadable or reordered, `gen` writes equal bytes.
    for old in [
        "<<<<<<< HEAD by `cratesieve gen`\n",
        "",
        &fresh.replace("  ", "\t"),
    ] {
        fs::write(&file, old).unwrap();
        assert_eq!(cratesieve(root, ["gen"]).code, 0, "{old}");
        assert_eq!(fs::read_to_string(&file).unwrap(), fresh);
    }
}

/// An up-to-date manifest is not written, so it may be on a read-only file system.
#[cfg(unix)]
#[test]
fn an_up_to_date_manifest_is_not_touched() {
    use std::os::unix::fs::MetadataExt as _;
    let copy = copy(&Fixture::named("four-crates").repository);
    let root = utf8(&copy);
    let state = |path: &Utf8Path| {
        let metadata = fs::metadata(path).unwrap();
        (metadata.ino(), metadata.mtime_nsec(), metadata.ctime_nsec())
    };
    let before = (state(root), state(&root.join("cratesieve.json")));
    for args in [["gen", "--quiet"], ["gen", "--check"]] {
        assert_eq!(cratesieve(root, args).code, 0);
        assert_eq!((state(root), state(&root.join("cratesieve.json"))), before);
    }
    // Another file is written once.
    let other = root.join("other.json");
    assert_eq!(
        cratesieve(root, ["gen", "--output", other.as_str()]).code,
        0
    );
    let before = state(&other);
    assert_eq!(
        cratesieve(root, ["gen", "--output", other.as_str()]).code,
        0
    );
    assert_eq!(state(&other), before);
    assert_eq!(
        cratesieve(root, ["gen", "--check", "--output", other.as_str()]).code,
        0
    );
}

/// A reader always sees a complete manifest, even if runs of `gen` race or are interrupted.
#[test]
fn the_file_is_the_old_one_or_the_new_one() {
    let copy = copy(&Fixture::named("targets").repository);
    let root = utf8(&copy);
    let file = root.join("cratesieve.json");
    let fresh = fs::read_to_string(&file).unwrap();
    let old = fresh.replace("\"only\"", "\"lonely\"");
    let whole = |text: &str| text == fresh || text == old;
    for round in 0..24 {
        fs::write(&file, &old).unwrap();
        let spawn = || {
            let mut command = binary();
            command.args(["gen", "--quiet", "--manifest-path", root.as_str()]);
            command.stderr(Stdio::null()).spawn().unwrap()
        };
        let mut runs = [spawn(), spawn()];
        thread::sleep(Duration::from_millis(2 * round));
        if round % 2 == 0 {
            runs[0].kill().unwrap();
        }
        while runs[1].try_wait().unwrap().is_none() {
            let text = fs::read_to_string(&file).unwrap();
            assert!(whole(&text), "{text}");
        }
        runs[0].wait().unwrap();
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            fresh,
            "the one that was not killed won"
        );
    }
}

#[test]
fn a_directory_will_do_as_manifest_path_and_so_will_none() {
    let fixture = Fixture::named("below-root");
    let inner = fixture.root().join("crates/plain");
    let check = |command: &mut Command| {
        let output = command.args(["gen", "--check"]).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    check(binary().args(["--manifest-path", fixture.root().as_str()]));
    check(binary().args(["--manifest-path", inner.join("Cargo.toml").as_str()]));
    check(binary().current_dir(&inner));
    check(
        binary()
            .current_dir(fixture.root())
            .args(["--manifest-path", "crates/plain/Cargo.toml"]),
    );
}

#[test]
fn colors_only_where_they_are_wanted() {
    let root = Fixture::named("four-crates").root();
    let run = |color: &str| {
        let args = [
            "files",
            "pkg",
            "--color",
            color,
            "--manifest-path",
            root.as_str(),
        ];
        String::from_utf8(binary().args(args).output().unwrap().stderr).unwrap()
    };
    assert!(run("always").contains("\u{1b}["));
    assert!(!run("never").contains("\u{1b}["));
    assert!(!run("auto").contains("\u{1b}["), "a pipe is no terminal");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let fixture = Fixture::named("four-crates");
    let mut command = binary();
    command.args(["files", "pkg-a", "--manifest-path", fixture.root().as_str()]);
    let mut run = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(run.stdout.take());
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn help() {
    let run = |args: &[&str]| {
        let mut line = vec!["cratesieve".into()];
        line.extend(args.iter().map(std::ffi::OsString::from));
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        assert_eq!(cratesieve::cli::run(line, &mut stdout, &mut stderr), 0);
        String::from_utf8(stdout).unwrap()
    };
    let all = [
        &["--help"][..],
        &["init", "--help"],
        &["gen", "--help"],
        &["verify", "--help"],
        &["files", "--help"],
        &["why", "--help"],
        &["graph", "--help"],
        &["affected", "--help"],
        &["fingerprint", "--help"],
        &["replay", "--help"],
        &["merge-driver", "--help"],
        &["completions", "--help"],
        &["man", "--help"],
    ];
    let text = all.map(run).join("\n=====\n\n");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("help", text);
    });
}

/// The manual pages have a title, a name and the options, as mandoc and groff expect.
#[test]
fn manual_pages() {
    let directory = tempfile::tempdir().unwrap();
    let place = utf8(&directory).join("man1");
    let output = binary()
        .args(["man", "--output", place.as_str()])
        .output()
        .unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, format!("wrote 14 manual pages to {place}\n"));
    let pages: Vec<String> = COMMANDS
        .iter()
        .map(|name| format!("cratesieve-{name}"))
        .chain(["cratesieve".to_owned()])
        .collect();
    assert_eq!(fs::read_dir(&place).unwrap().count(), pages.len());
    for page in pages {
        let path = place.join(format!("{page}.1"));
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains(&format!("\n.TH {page} 1 ")) && text.contains("\n.SH OPTIONS\n"),
            "{text}"
        );
        // If groff is installed, it has no complaints.
        let read = Command::new("groff")
            .args(["-man", "-Tutf8", "-ww", "-z", path.as_str()])
            .output();
        if let Ok(read) = read {
            let words = String::from_utf8_lossy(&read.stderr);
            assert!(read.status.success() && words.is_empty(), "{page}: {words}");
        }
    }
    let output = binary().arg("man").output().unwrap();
    let main = fs::read(place.join("cratesieve.1")).unwrap();
    assert_eq!(output.stdout, main);
}

/// `gen --output` refuses a pipe: it would be replaced, or read forever.
#[cfg(unix)]
#[test]
fn output_is_a_file() {
    let root = Fixture::named("four-crates").root();
    let directory = tempfile::tempdir().unwrap();
    let place = utf8(&directory);
    let pipe = place.join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    for (output, check) in [(&pipe, true), (&pipe, false), (&place.to_owned(), false)] {
        let mut args = vec!["gen", "--output", output.as_str()];
        args.extend(check.then_some("--check"));
        let outcome = common::cratesieve_with(&root, &args);
        assert_eq!(outcome.code, 1);
        assert!(
            outcome
                .stderr
                .starts_with(&format!("error[not-a-file]: {output}: "))
        );
    }
    let outcome = cratesieve(&root, ["gen", "--check", "--output", "-"]);
    assert_eq!((outcome.code, &*outcome.stdout), (2, ""));

    let link = place.join("link.json");
    common::symlink("real.json".as_ref(), link.as_ref());
    assert_eq!(
        cratesieve(&root, ["gen", "--output", link.as_str()]).code,
        0
    );
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(place.join("real.json").is_file());
}

#[test]
fn files_of_a_crate() {
    let root = Fixture::named("outside-files").root();
    let outcome = cratesieve(&root, ["files", "checked", "--role", "test"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let expected = "Cargo.lock\nCargo.toml\ncrates/checked/Cargo.toml\ncrates/checked/src/lib.rs\n\
                    crates/checked/tests/golden.rs\ntestdata/golden.txt\ntestdata/unit.txt\n";
    assert_eq!(outcome.stdout, expected);
    let library = cratesieve(&root, ["files", "checked", "--role", "library"]).stdout;
    assert!(!library.contains("golden") && !library.contains("testdata"));
}

#[test]
fn why() {
    let questions = [
        ("four-crates", "pkg-b", "pkg-a"),
        ("four-crates", "pkg-b", "pkg-c"),
        ("four-crates", "pkg-b", "pkg-b"),
        ("four-crates", "pkg-b", "crates/pkg-a/src/lib.rs"),
        ("four-crates", "pkg-b", "crates/pkg-a/tests"),
        ("four-crates", "pkg-a", "crates/pkg-a/tests"),
        ("four-crates", "pkg-b", "crates/pkg-a/README.md"),
        ("four-crates", "pkg-b", "crates/pkg-c/src/main.rs"),
        ("four-crates", "pkg-b", "README.md"),
        ("four-crates", "pkg-b", "Cargo.lock"),
        ("four-crates", "pkg-b", "Cargo.toml"),
        ("edge-kinds", "app", "for-windows"),
        ("edge-kinds", "app", "for-dev"),
        ("edge-kinds", "app", "optional"),
        ("edge-kinds", "app", "for-build"),
        ("edge-kinds", "user", "for-dev"),
        ("dir-names", "acme", "acme-core"),
        ("virtual", "app", "helper"),
        ("outside-root", "app", "base"),
        ("patched-no-member", "user", "cfg-if-core"),
        ("patched", "user", "cfg-if-core"),
        ("patched", "user", "vendor/cfg-if/src/lib.rs"),
        ("bin-only-deps", "both", "both/README.md"),
        ("bin-only-deps", "user", "both/README.md"),
        ("bin-only-deps", "user", "both/src/main.rs"),
        ("cargo-config", "app", ".cargo/config.toml"),
        ("cfg-test", "app", "crates/lib/tests/data/seed.txt"),
        ("cfg-test", "app", "crates/lib/src/tests.rs"),
        ("outside-files", "app", "shared-src/inner.rs"),
        ("outside-files", "messages", "locales"),
        ("outside-files", "bystander", "locales"),
        ("outside-files", "described", "LICENSE"),
        ("settings", "pages", "templates/index.html"),
        ("settings", "pages", "crates/pages/notes/plan.txt"),
        ("settings", "plain", "shared/settings.json"),
        ("shared-proto", "client", "proto/api.proto"),
        ("symlinks", "plain", "common/data/x.txt"),
        ("root-package", "root", "assets/logo.txt"),
    ];
    let mut text = String::new();
    for (fixture, name, what) in questions {
        let outcome = cratesieve(&Fixture::named(fixture).root(), ["why", name, what]);
        assert_eq!(
            (outcome.code, &*outcome.stderr),
            (0, ""),
            "{fixture}: why {name} {what}"
        );
        text += &format!(
            "$ cd {fixture}; cratesieve why {name} {what}\n{}\n",
            outcome.stdout
        );
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("why", text);
    });
}

/// `why` knows every way to write a dependency. It ignores dev-dependencies of crates on the way.
#[test]
fn why_names_the_lines_that_count() {
    let directory = tempfile::tempdir().unwrap();
    let root = utf8(&directory);
    let write = |path: &str, text: &str| common::write(root, path, text);
    write(
        "Cargo.toml",
        "[workspace]\nresolver = '2'\nmembers = ['app', 'mid', 'base']\n\
         [workspace.dependencies]\nbottom = { path = 'base', package = 'base' }\n",
    );
    write(
        "app/Cargo.toml",
        "[package]\nname = 'app'\n\n[dev-dependencies.middle]\npackage = 'mid'\npath = '../mid'\n\n\
         [target.'cfg( any(unix,windows) )'.dev-dependencies]\nmid.path = '../mid'\n",
    );
    write(
        "mid/Cargo.toml",
        "[package]\nname = 'mid'\n\n[build-dependencies]\nbottom.workspace = true\n\n\
         [dev-dependencies.bottom]\nworkspace = true\n\n\
         [target.x86_64-unknown-linux-gnu.dependencies.bottom]\nworkspace = true\noptional = true\n",
    );
    write("base/Cargo.toml", "[package]\nname = 'base'\n");
    for name in ["app", "mid", "base"] {
        write(&format!("{name}/src/lib.rs"), "");
    }
    let outcome = cratesieve(root, ["why", "app", "base"]);
    assert_eq!(outcome.stderr, "");
    let expected = "\
base is an input of the tests of app

  app -> mid   app/Cargo.toml:4   dev, as middle
  app -> mid   app/Cargo.toml:9   dev, only for cfg(any(unix, windows))
  mid -> base  mid/Cargo.toml:10  normal, optional, only for x86_64-unknown-linux-gnu, as bottom
  mid -> base  mid/Cargo.toml:5   build, as bottom
";
    assert_eq!(outcome.stdout, expected);
}
