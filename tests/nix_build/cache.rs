//! A CI run: build what a change affects, and take all other outputs from a binary cache. It uses the script
//! in docs/ci, in a repository that `cratesieve init` has set up.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::common::nix::{Workspace, nix, repository};
use crate::common::{git, succeed, utf8};
use crate::flakes::{INPUTS, SYSTEM};
use crate::markdown::page;

/// A repository of a user, and a directory for caches and stores.
struct Ci {
    workspace: Workspace,
    scratch: tempfile::TempDir,
}

impl Ci {
    fn new() -> Self {
        let workspace = Workspace::of("four-crates");
        workspace.remove("cratesieve.json");
        workspace.commit();
        let ci = Self {
            workspace,
            scratch: tempfile::tempdir().unwrap(),
        };
        succeed(&mut ci.command(env!("CARGO_BIN_EXE_cratesieve"), &["init"], "no-store"));
        let inputs = utf8(&INPUTS);
        let crane = match inputs.join("crane").exists() {
            true => format!("path:{inputs}/crane"),
            false => format!("path:{inputs}/stand-in?dir=flakes/crane"),
        };
        for (from, to) in [
            (
                "github:NixOS/nixpkgs/nixpkgs-unstable",
                format!("path:{inputs}/stand-in?dir=flakes/nixpkgs"),
            ),
            ("github:ipetkov/crane", crane),
            (
                "github:cratesieve/cratesieve",
                format!("path:{inputs}/cratesieve"),
            ),
        ] {
            ci.workspace.replace("flake.nix", from, &to);
        }
        ci.workspace.commit();
        succeed(&mut ci.command("nix", &["flake", "lock"], "no-store"));
        ci.workspace.commit();
        ci
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        utf8(&self.scratch).join(name)
    }

    /// A command on a simulated machine of that name, with its own store.
    fn command(&self, program: &str, args: &[&str], machine: &str) -> Command {
        let store = match machine {
            "no-store" => String::new(),
            machine => format!("store = local?root={}", self.path(machine)),
        };
        let nix = nix().command("build");
        let nix = Utf8Path::new(nix.get_program().to_str().unwrap()).parent();
        let own = Utf8Path::new(env!("CARGO_BIN_EXE_cratesieve")).parent();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{}:{path}", nix.unwrap(), own.unwrap());
        let cache = format!("file://{}", self.path("cache"));
        let config = format!(
            "experimental-features = nix-command flakes\nflake-registry =\nwarn-dirty = false\n\
             require-sigs = false\nsubstituters = {cache}\n{store}\n"
        );
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.workspace.repository())
            .env("PATH", path)
            .env("NIX_CONFIG", config)
            .env("CACHE", cache);
        command
    }

    fn script(&self, argument: &str, machine: &str) -> Command {
        let script = repository().join("docs/ci/build-affected");
        self.command(script.as_str(), &[argument], machine)
    }

    /// Runs the script. Returns the names of derivations that were built, and of those from the cache.
    fn run(&self, argument: &str, machine: &str) -> (BTreeSet<String>, BTreeSet<String>, String) {
        let output = self.script(argument, machine).output().unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{log}");
        let named = |start: &str, end: &str| {
            let paths = log.lines().filter_map(|line| {
                let (path, rest) = line.strip_prefix(start)?.split_once('\'')?;
                rest.starts_with(end).then_some(path)
            });
            let names = paths.map(|path| path.rsplit('/').next().unwrap());
            let names = names.map(|name| name.split_once('-').unwrap().1.to_owned());
            names.collect()
        };
        let built = named("building '", "...");
        let brought = named("copying path '", " from 'file://");
        (built, brought, log)
    }
}

impl Drop for Ci {
    fn drop(&mut self) {
        // Everything in a store is read-only.
        let _ = Command::new("chmod")
            .args(["--recursive", "u+w", utf8(&self.scratch).as_str()])
            .status();
    }
}

/// Whether a derivation belongs to one of these crates: its package, checks or tests.
fn is_of(crates: &[&str], derivation: &str) -> bool {
    let of = |name: &&str| {
        let rest = derivation.strip_prefix(*name);
        rest.is_some_and(|rest| rest.starts_with('-') && !rest.contains("deps"))
    };
    // The vendor directory consists of links, and each machine makes its own.
    crates.iter().any(of) || derivation == "vendor-cargo-deps.drv"
}

#[track_caller]
fn only(built: &BTreeSet<String>, crates: &[&str]) {
    let others: Vec<_> = built.iter().filter(|name| !is_of(crates, name)).collect();
    assert!(others.is_empty(), "built besides {crates:?}: {others:?}");
    for name in crates {
        let check = format!("{name}-check-0.1.0.drv");
        assert!(built.contains(&check), "{check} is not built: {built:?}");
    }
}

#[test]
fn only_what_is_affected_is_built() {
    let ci = Ci::new();
    let (built, brought, _) = ci.run("--all", "first");
    assert!(brought.is_empty(), "{brought:?}");
    for name in ["pkg-a-0.1.0.drv", "pkg-d-0.1.0.drv", "pkg-d-deps.drv"] {
        assert!(built.contains(name), "{name} is not built: {built:?}");
    }

    // Each run is on a machine with an empty store.
    ci.workspace
        .append("crates/pkg-c/src/main.rs", "// More.\n");
    let (built, brought, _) = ci.run("HEAD", "leaf");
    only(&built, &["pkg-c"]);
    for layer in ["pkg-a-0.1.0-layer", "pkg-c-deps"] {
        assert!(brought.contains(layer), "{layer} is not brought");
    }
    assert!(!brought.iter().any(|name| name.starts_with("pkg-d")));

    ci.workspace.commit();
    ci.workspace.append("crates/pkg-a/src/lib.rs", "// More.\n");
    let (built, brought, _) = ci.run("HEAD", "base");
    only(&built, &["pkg-a", "pkg-b", "pkg-c"]);
    assert!(brought.contains("pkg-a-deps"), "{brought:?}");

    // The same revision on another machine: there is nothing to build.
    let (built, brought, _) = ci.run("HEAD", "other");
    assert_eq!(built, BTreeSet::new());
    assert!(brought.contains("pkg-b-0.1.0"), "{brought:?}");

    ci.workspace.commit();
    ci.workspace.append("README.md", "More.\n");
    let (built, _, log) = ci.run("HEAD", "document");
    assert_eq!(built, BTreeSet::new());
    assert_eq!(log, "no crate is affected: nothing to build\n");
}

#[test]
fn nothing_to_build_is_not_said_of_what_nix_does_not_have() {
    let ci = Ci::new();
    ci.workspace
        .append("crates/pkg-c/src/main.rs", "// More.\n");
    let failure = |argument: &str, prefix: &str| {
        let output = ci.script(argument, "none").env("PREFIX", prefix).output();
        let output = output.unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{argument}: {log}");
        log
    };
    let log = failure("HEAD", "tools-");
    let words = "pkg-c is affected, and the flake has neither checks nor a package tools-pkg-c";
    assert!(log.contains(words), "{log}");
    ci.workspace.replace("flake.nix", "}.checks", "}.chekcs");
    for argument in ["HEAD", "--all"] {
        let log = failure(argument, "");
        assert!(log.contains("chekcs"), "{log}");
    }
}

// ---- A job for each crate ---------------------------------------------------------------------------

/// The script of the step `affected` in the workflow of docs/ci.md.
fn step_of_the_workflow() -> String {
    let page = page("docs/ci.md");
    let blocks = page.blocks();
    let workflow = blocks.iter().find(|block| block.code.contains("fromJSON"));
    let (_, after) = workflow.unwrap().code.split_once("run: |\n").unwrap();
    let indented = after
        .lines()
        .take_while(|line| line.starts_with("          "));
    indented.map(|line| format!("{line}\n")).collect()
}

/// The commands of the page of CI that have a text, for this system.
fn commands_with(text: &str) -> String {
    let page = page("docs/ci.md");
    let blocks = page.blocks();
    let block = blocks
        .iter()
        .find(|block| block.language == "sh" && block.code.contains(text));
    block.unwrap().code.replace("x86_64-linux", &SYSTEM)
}

/// Removes a member that no crate depends on, and its only dependency.
fn remove_pkg_d(workspace: &Workspace) {
    workspace.remove("crates/pkg-d");
    workspace.replace("Cargo.toml", "    \"crates/pkg-d\",\n", "");
    let lock = workspace.read("Cargo.lock");
    let packages = lock.split("\n[[package]]");
    let is_gone = |package: &str| {
        ["pkg-d", "arrayvec"]
            .iter()
            .any(|name| package.contains(&format!("name = \"{name}\"")))
    };
    let others: Vec<&str> = packages.filter(|package| !is_gone(package)).collect();
    workspace.write("Cargo.lock", &others.join("\n[[package]]"));
}

#[test]
fn a_matrix_has_a_job_for_each_affected_crate() {
    let ci = Ci::new();
    let git = |args: &[&str]| git(ci.workspace.repository(), args);
    git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let bash = |script: &str| {
        let output = ci.path("output");
        let mut command = ci.command("bash", &["-eo", "pipefail", "-c", script], "no-store");
        command
            .env("GITHUB_BASE_REF", "main")
            .env("GITHUB_OUTPUT", &output);
        let printed = succeed(&mut command);
        (printed, fs::read_to_string(output).unwrap_or_default())
    };
    // A workflow skips the jobs for this text.
    assert_eq!(bash(&step_of_the_workflow()).1, "crates=[]\n");
    fs::remove_file(ci.path("output")).unwrap();

    ci.workspace.append("crates/pkg-a/src/lib.rs", "// More.\n");
    remove_pkg_d(&ci.workspace);
    succeed(&mut ci.command(env!("CARGO_BIN_EXE_cratesieve"), &["gen"], "no-store"));
    ci.workspace.commit();
    let (_, output) = bash(&step_of_the_workflow());
    assert_eq!(output, "crates=[\"pkg-a\",\"pkg-b\",\"pkg-c\"]\n");
    // Each job has something to build.
    for name in ["pkg-a", "pkg-b", "pkg-c"] {
        let check = format!(".#checks.{}.{name}-check.drvPath", *SYSTEM);
        let path = succeed(&mut ci.command("nix", &["eval", "--raw", &check], "no-store"));
        assert!(
            path.ends_with(&format!("-{name}-check-0.1.0.drv")),
            "{path}"
        );
    }
    // Nix's own answer: also what is not of one crate.
    let (printed, _) = bash(&commands_with("--slurpfile"));
    let last = printed.lines().last().unwrap();
    assert_eq!(
        last,
        "[\"fmt\",\"manifest\",\"pkg-a-check\",\"pkg-b-check\",\"pkg-c-check\"]"
    );
}
