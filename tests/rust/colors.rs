//! Colors in the output of every command: NO_COLOR, CLICOLOR, CLICOLOR_FORCE, `--color`.

#![cfg(unix)]

use crate::common;

use std::process::Command;

use camino::Utf8Path;
use common::nix::Workspace;

const ESCAPE: char = '\u{1b}';

/// Command lines that print colored messages to stderr.
const ERRORS: [&str; 14] = [
    "init --manifest-path no/Cargo.toml",
    "gen --check",
    "verify -p nobody",
    "files nobody",
    "why nobody pkg-a",
    "graph -p nobody",
    "affected --since nothing",
    "fingerprint nobody",
    "replay --since nothing",
    "merge-driver Cargo.toml Cargo.toml Cargo.toml",
    "man --output Cargo.toml/x",
    "completions dos",
    "no-command",
    "",
];

/// Command lines that print colored messages to stdout.
const ANSWERS: [&str; 3] = ["gen --check", "replay", "--help"];

/// Command lines that print data, which never has colors.
const DATA: [&str; 13] = [
    "files pkg-a",
    "files pkg-a --format json",
    "why pkg-b pkg-a",
    "why pkg-b pkg-a --format json",
    "graph",
    "graph --format html",
    "affected",
    "affected --format names",
    "fingerprint pkg-a",
    "gen --check --format json",
    "gen --output -",
    "man",
    "completions bash",
];

type Environment<'e> = &'e [(&'e str, &'e str)];

fn workspace() -> Workspace {
    let workspace = Workspace::of("four-crates");
    workspace.commit();
    workspace.replace("cratesieve.json", "README.md", "NEWS.md");
    workspace.commit();
    workspace
}

fn command(root: &Utf8Path, program: &str, line: &[&str], environment: Environment) -> Command {
    let mut command = Command::new(program);
    command.args(line).current_dir(root);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    command
        .env("TERM", "xterm")
        .envs(environment.iter().copied());
    command
}

/// Whether stdout and stderr have colors.
fn colors(root: &Utf8Path, line: &str, more: &[&str], environment: Environment) -> [bool; 2] {
    let line: Vec<&str> = line
        .split_whitespace()
        .chain(more.iter().copied())
        .collect();
    let program = env!("CARGO_BIN_EXE_cratesieve");
    let output = command(root, program, &line, environment).output().unwrap();
    [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap().contains(ESCAPE))
}

#[test]
fn every_command() {
    let workspace = workspace();
    let root = workspace.root();
    let forced = ("CLICOLOR_FORCE", "1");
    let cases: [(&[&str], Environment, bool); 7] = [
        (&[], &[], false),
        (&[], &[forced], true),
        (&[], &[forced, ("NO_COLOR", "1")], false),
        (&["--color", "never"], &[forced], false),
        (&["--color=always"], &[], true),
        (&["--color=always"], &[("NO_COLOR", "1")], true),
        (&["--color", "auto"], &[("CLICOLOR", "1")], false),
    ];
    for (more, environment, expected) in cases {
        for line in ERRORS {
            let [_, found] = colors(&root, line, more, environment);
            assert_eq!(
                found, expected,
                "stderr of {line}: {more:?} {environment:?}"
            );
        }
        for line in ANSWERS {
            let [found, _] = colors(&root, line, more, environment);
            assert_eq!(
                found, expected,
                "stdout of {line}: {more:?} {environment:?}"
            );
        }
    }
    for line in DATA {
        let [found, _] = colors(&root, line, &["--color", "always"], &[]);
        assert!(!found, "stdout of {line}");
    }
}

/// The colors on a terminal, which `script` provides.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal() {
    let workspace = workspace();
    let shown = |line: &str, environment: Environment| {
        let line = format!("'{}' {line}", env!("CARGO_BIN_EXE_cratesieve"));
        let line = ["--quiet", "--return", "--command", &line, "/dev/null"];
        let output = command(&workspace.root(), "script", &line, environment).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(!text.is_empty());
        text.contains(ESCAPE)
    };
    for line in ["files nobody", "gen --check", "--help"] {
        assert!(shown(line, &[]), "{line}");
        assert!(!shown(line, &[("NO_COLOR", "1")]), "{line}");
        assert!(!shown(line, &[("CLICOLOR", "0")]), "{line}");
        assert!(!shown(line, &[("TERM", "dumb")]), "{line}");
        assert!(shown(line, &[("NO_COLOR", "")]), "empty is not set: {line}");
        assert!(!shown(&format!("{line} --color never"), &[]), "{line}");
    }
}
