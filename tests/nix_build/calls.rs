//! Counts the calls of the compiler: those of Cargo in one warm target directory, and those in all
//! derivations of a workspace.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use cratesieve::manifest::Manifest;
use tempfile::TempDir;

use crate::common::nix::{Workspace, nix_string};
use crate::common::{copy, succeed, utf8, write};
use crate::farm::Farm;

/// Numbers of compiler calls that compile something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls for third-party crates, by package.
    pub third_party: BTreeMap<String, usize>,
    /// Calls for targets of the workspace, by package.
    pub own: BTreeMap<String, usize>,
    pub stubs: usize,
}

impl Calls {
    /// The number of calls for third-party crates, and for targets of the workspace.
    pub fn counts(&self) -> (usize, usize) {
        (self.third_party.values().sum(), self.own.values().sum())
    }

    fn add(&mut self, line: &str) {
        let mut words = line.split(' ');
        let (kind, package) = (words.next().unwrap(), words.next().unwrap().to_owned());
        match kind {
            "third-party" => *self.third_party.entry(package).or_default() += 1,
            "own" => *self.own.entry(package).or_default() += 1,
            "stub" => self.stubs += 1,
            _ => panic!("{line}"),
        }
    }
}

/// A wrapper of rustc that reports each call with the command `say`.
fn wrapper(say: &str) -> String {
    format!(
        r#"case " $* " in
  *" --crate-name ___ "* | *" -vV "*) ;;
  *" --crate-name "*)
    case "${{CARGO_MANIFEST_DIR:-}}" in
      /nix/store/* | */cratesieve-vendor/* | */registry/src/*) kind=third-party ;;
      *)
        kind=own
        case " $* " in *" /nix/store/"*.rs" "*) kind=stub ;; esac
        ;;
    esac
    {say} "$kind $CARGO_PKG_NAME"
    ;;
esac
exec "$@"
"#
    )
}

// ---- Nix ------------------------------------------------------------------------------------------

const MARK: &str = "compiler-call: ";

/// Builds `attributes` of every crate, with the attributes `arguments` for mkWorkspace, and counts the
/// calls in the derivations that had to be built. Calls of this function with equal `run` share outputs,
/// others do not.
pub fn calls_of_nix(
    run: &str,
    workspace: &Workspace,
    arguments: &str,
    attributes: &[&str],
) -> Calls {
    let (counted, calls_in) = counting(run);
    let mut farm = Farm::of(workspace, &format!("{counted} {arguments}"));
    for name in member_names(workspace) {
        for attribute in attributes {
            farm.link_crate(&name, attribute);
        }
    }
    calls_in(&farm.log(), "")
}

/// Arguments for mkWorkspace that make derivations report each compiler call, and a function that finds the
/// reports in a log, for the derivation of a name or for all.
pub fn counting(run: &str) -> (String, impl Fn(&str, &str) -> Calls + use<>) {
    // Cargo stores the compiler's output and prints it again later, so the report goes to Cargo's own stderr.
    let script = nix_string(&wrapper(&format!(
        "say() {{
           local cargo=$PPID
           while [ \"$(</proc/$cargo/comm)\" != cargo ]; do
             read -r _ _ _ cargo _ </proc/$cargo/stat
           done
           echo \"{MARK}$1\" >/proc/$cargo/fd/2
         }}; say"
    )));
    let arguments = format!(
        "commonArgs = {{ strictDeps = true; COUNTED_BY = \"{run}\"; RUSTC_WRAPPER = pkgs.writeShellScript \"count\" {script}; }};"
    );
    let calls_in = |log: &str, derivation: &str| {
        let mut calls = Calls::default();
        for line in log.lines().filter(|line| line.starts_with(derivation)) {
            if let Some((_, call)) = line.split_once(MARK) {
                calls.add(call);
            }
        }
        calls
    };
    (arguments, calls_in)
}

pub fn crate_names(workspace: &Workspace) -> Vec<String> {
    manifest_of(workspace).crates.into_keys().collect()
}

pub fn member_names(workspace: &Workspace) -> Vec<String> {
    let crates = manifest_of(workspace).crates.into_iter();
    crates
        .filter(|(_, entry)| entry.member)
        .map(|(name, _)| name)
        .collect()
}

pub fn manifest_of(workspace: &Workspace) -> Manifest {
    let text = fs::read_to_string(workspace.root().join("cratesieve.json")).unwrap();
    Manifest::from_text(&text).unwrap()
}

// ---- Cargo ----------------------------------------------------------------------------------------

pub fn words(command: &str) -> Vec<String> {
    command.split(' ').map(str::to_owned).collect()
}

/// A copy of a workspace that Cargo builds in one target directory.
pub struct Warm {
    directory: TempDir,
}

impl Warm {
    pub fn of(workspace: &Workspace) -> Self {
        let directory = copy(workspace.repository());
        let path = directory.path().join("count");
        let log = directory.path().join("calls");
        let say = format!("say() {{ echo \"$1\" >>'{}'; }}; say", log.display());
        fs::write(&path, format!("#! /bin/sh\n{}", wrapper(&say))).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Self { directory }
    }

    pub fn write(&self, path: &str, text: &str) {
        write(utf8(&self.directory), path, text);
    }

    /// Runs `cargo build --release` for each member separately, as its package is built.
    pub fn packages(&self, workspace: &Workspace) -> Calls {
        let manifest = manifest_of(workspace);
        let members = manifest.crates.values().filter(|entry| entry.member);
        let commands: Vec<Vec<String>> = members
            .map(|entry| {
                let path = format!("{}/Cargo.toml", entry.path);
                let command = ["build", "--release", "--manifest-path", &path];
                command.map(str::to_owned).to_vec()
            })
            .collect();
        self.run(&commands)
    }

    /// Compiles what the checks of all members compile.
    pub fn checks(&self) -> Calls {
        self.run(&[
            words("test --workspace --no-run"),
            words("clippy --workspace --all-targets"),
            words("doc --workspace --no-deps"),
        ])
    }

    pub fn run(&self, commands: &[Vec<String>]) -> Calls {
        let root = utf8(&self.directory);
        let log = root.join("calls");
        fs::write(&log, "").unwrap();
        for command in commands {
            succeed(
                Command::new(env!("CARGO"))
                    .args(command)
                    .args(["--quiet", "--locked"])
                    .current_dir(root)
                    .env("RUSTC_WRAPPER", root.join("count"))
                    .env("CARGO_TARGET_DIR", root.join("target"))
                    .env("CARGO_INCREMENTAL", "0"),
            );
        }
        let mut calls = Calls::default();
        for line in fs::read_to_string(log).unwrap().lines() {
            calls.add(line);
        }
        calls
    }
}
