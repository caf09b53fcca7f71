//! Completions, tested with the shells themselves. On CI all shells have to be installed. Elsewhere, missing
//! shells are listed and skipped.

#![cfg(unix)]

use crate::common;

use std::env;
use std::fs;
use std::process::Command;

use camino::Utf8Path;
use common::{succeed, utf8};

fn script(shell: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cratesieve"));
    succeed(command.args(["completions", shell]))
}

/// Command lines, and the words that a shell offers for the last word of each.
const OFFERED: &[(&str, &str)] = &[
    ("cratesieve fi", "files fingerprint"),
    ("cratesieve files --ro", "--role"),
    ("cratesieve files --role ", "library own test"),
    ("cratesieve files --role li", "library"),
    ("cratesieve --color never gen --out", "--output"),
    ("cratesieve completions z", "zsh"),
    ("cratesieve completions po", "powershell"),
    ("cratesieve graph --format m", "mermaid"),
];

/// Checks a shell. `ask` returns the words that it offers for a line, in any order.
#[track_caller]
fn offers(shell: &str, ask: impl Fn(&Utf8Path, &str) -> String) {
    let is_there = Command::new(shell).arg("--version").output().is_ok();
    if !is_there {
        assert!(
            env::var_os("CI").is_none(),
            "there is no {shell}: `apt-get install {shell}`"
        );
        eprintln!("there is no {shell}: what it completes is not tried");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let directory = utf8(&directory);
    fs::write(directory.join("_cratesieve"), script(shell)).unwrap();
    for (line, expected) in OFFERED {
        let answer = ask(directory, line);
        let mut words: Vec<&str> = answer.split_whitespace().collect();
        words.sort_unstable();
        assert_eq!(words.join(" "), *expected, "{shell}: {line}");
    }
}

#[test]
fn bash() {
    offers("bash", |directory, line| {
        let words: Vec<String> = line.split(' ').map(|word| format!("'{word}'")).collect();
        let question = format!(
            "source '{directory}/_cratesieve'; COMP_WORDS=({}); COMP_CWORD={}; \
             _cratesieve cratesieve \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; \
             echo \"${{COMPREPLY[@]}}\"",
            words.join(" "),
            words.len() - 1,
        );
        succeed(Command::new("bash").args(["--norc", "-euc", &question]))
    });
}

/// A shell on its own terminal, which completes a typed line.
#[test]
fn zsh() {
    let typed = "\
zmodload zsh/zpty
zpty shell 'zsh -f -i'
zpty -w shell 'source ./setup'
zpty -n -w shell \"$1\"$'\\t'
while zpty -r shell; do :; done >/dev/null
";
    let setup = "\
fpath=($PWD $fpath)
autoload -Uz compinit
compinit -u -D
bindkey '^I' complete-word
# What would be offered goes to a file as well.
compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
        builtin compadd \"$@\"
        return
    fi
    local -a offered
    builtin compadd -A offered \"$@\"
    print -l -- $offered >>offered
    builtin compadd \"$@\"
}
leave() { exit }
comppostfuncs=(leave)
";
    offers("zsh", |directory, line| {
        let offered = directory.join("offered");
        fs::write(&offered, "").unwrap();
        fs::write(directory.join("setup"), setup).unwrap();
        let mut zsh = Command::new("zsh");
        zsh.args(["-f", "-c", typed, "zsh", line]);
        succeed(zsh.current_dir(directory).env("TERM", "dumb"));
        fs::read_to_string(offered).unwrap()
    });
}

#[test]
fn fish() {
    offers("fish", |directory, line| {
        let mut fish = Command::new("fish");
        let question = format!("source _cratesieve; complete -C '{line}'");
        fish.args(["-c", &question]).current_dir(directory);
        let answer = succeed(
            fish.env("HOME", directory)
                .env("XDG_CONFIG_HOME", directory),
        );
        let words = answer.lines().filter_map(|line| line.split('\t').next());
        words.collect::<Vec<_>>().join("\n")
    });
}

/// For shells that are not tested, the completions contain at least every command.
#[test]
fn every_command_in_every_script() {
    let help = succeed(Command::new(env!("CARGO_BIN_EXE_cratesieve")).arg("--help"));
    let (_, commands) = help.split_once("\nCommands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    // Lines with more indentation continue a description.
    let names = commands.lines().filter_map(|line| line.strip_prefix("  "));
    let names = names.filter(|line| !line.starts_with(' '));
    let commands: Vec<&str> = names.filter_map(|line| line.split(' ').next()).collect();
    assert!(commands.len() > 12, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = script(shell);
        for command in &commands {
            assert!(script.contains(command), "{shell} knows no {command}");
        }
    }
    let mut wrong = Command::new(env!("CARGO_BIN_EXE_cratesieve"));
    let output = wrong.args(["completions", "dos"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
