//! `cratesieve init` with an existing flake.nix, in each form of fixtures/flakes: what it says to add, that its
//! patch adds it, and that it has nothing to say afterwards. tests/nix_build/flakes.rs evaluates the
//! result with Nix.

#![cfg(unix)]

use crate::common;

use std::fs;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use common::nix::Workspace;
use common::{Outcome, git, git_command, run_in, succeed};

/// The directories of fixtures/flakes, by name.
fn flakes() -> Vec<(String, Utf8PathBuf)> {
    let directory = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/flakes");
    let entries = directory.read_dir_utf8().unwrap().map(Result::unwrap);
    let mut flakes: Vec<(String, Utf8PathBuf)> = entries
        .map(|entry| (entry.file_name().to_owned(), entry.into_path()))
        .collect();
    flakes.sort();
    assert!(flakes.len() >= 15, "fixtures got lost");
    flakes
}

/// four-crates with this flake, and with all files of cratesieve except a flake.
fn beside(flake: &Utf8Path) -> Workspace {
    let workspace = Workspace::of("four-crates");
    for entry in walkdir::WalkDir::new(flake) {
        let entry = entry.unwrap();
        let path = Utf8Path::from_path(entry.path()).unwrap();
        if path.is_file() {
            let to = path.strip_prefix(flake).unwrap();
            workspace.write(to.as_str(), &fs::read_to_string(path).unwrap());
        }
    }
    workspace.commit();
    workspace
}

fn init(workspace: &Workspace, args: &[&str]) -> Outcome {
    init_in(&workspace.root(), args)
}

fn init_in(directory: &Utf8Path, args: &[&str]) -> Outcome {
    let outcome = run_in(directory, &[&["init"], args].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    outcome
}

/// The part of the output about flake.nix.
fn addition(outcome: &Outcome) -> &str {
    let start = outcome.stdout.find("Add to flake.nix");
    start.map_or("", |start| {
        let text = &outcome.stdout[start..];
        let end = ["\nTo merge", "\nTo check"]
            .iter()
            .filter_map(|next| text.find(next))
            .min();
        &text[..end.unwrap_or(text.len())]
    })
}

/// Applies the patch that `init` prints. Returns whether there was one.
fn patched(workspace: &Workspace) -> bool {
    let patch = init(workspace, &["--patch"]).stdout;
    if patch.is_empty() {
        return false;
    }
    let file = workspace.path(".git/patch");
    fs::write(&file, patch).unwrap();
    git(&workspace.root(), &["apply", file.as_str()]);
    true
}

#[test]
fn it_says_what_is_missing_in_the_flakes_own_form() {
    for (name, flake) in flakes() {
        let workspace = beside(&flake);
        let before = workspace.read("flake.nix");
        let outcome = init(&workspace, &[]);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("init-{name}"), addition(&outcome));
        });
        assert_eq!(workspace.read("flake.nix"), before, "{name}");
        assert_eq!(init(&workspace, &[]).stdout, outcome.stdout, "{name}");
    }
}

#[test]
fn there_is_nothing_to_say_of_what_it_said() {
    for (name, flake) in flakes() {
        let workspace = beside(&flake);
        if !patched(&workspace) {
            assert_eq!(name, "unknown");
            continue;
        }
        let outcome = init(&workspace, &[]);
        assert_eq!(
            addition(&outcome),
            "",
            "{name}:\n{}",
            workspace.read("flake.nix")
        );
        assert!(
            outcome
                .stderr
                .contains("flake.nix has cratesieve already\n"),
            "{name}: {}",
            outcome.stderr
        );
        assert_eq!(init(&workspace, &["--patch"]).stdout, "", "{name}");
        // If the input is removed again, only the input is reported.
        let text = workspace.read("flake.nix");
        let without = text.replace(
            "url = \"github:cratesieve/cratesieve\"",
            "url = \"path:/x\"",
        );
        let without = without.replace("cratesieve = {\n", "other = {\n");
        workspace.write("flake.nix", &without);
        let outcome = init(&workspace, &[]);
        assert!(
            addition(&outcome).contains("github:cratesieve/cratesieve"),
            "{name}: {}",
            outcome.stdout
        );
    }
}

/// Comments and strings of a flake do not count.
#[test]
fn words_that_are_no_code() {
    let (_, flake) = flakes()
        .into_iter()
        .find(|(name, _)| name == "each-system")
        .unwrap();
    let workspace = beside(&flake);
    assert!(patched(&workspace));
    let done = workspace.read("flake.nix");
    let undone = git(&workspace.root(), &["show", "HEAD:flake.nix"]);
    let commented: String = done.lines().map(|line| format!("# {line}\n")).collect();
    let string = done.replace("''", "'''").replace("${", "''${");
    for words in [commented, format!("/* {done} */\n"), String::new()] {
        workspace.write("flake.nix", &format!("{words}{undone}"));
        let said = init(&workspace, &[]);
        assert!(addition(&said).contains("mkWorkspace {"), "{}", said.stdout);
        assert!(
            addition(&said).contains("github:cratesieve/cratesieve"),
            "{}",
            said.stdout
        );
    }
    let described = undone.replacen('{', &format!("{{\n  description = ''{string}'';"), 1);
    workspace.write("flake.nix", &described);
    let said = init(&workspace, &[]);
    assert!(addition(&said).contains("mkWorkspace {"), "{}", said.stdout);

    // A flake that Nix cannot parse is reported, with general instructions.
    workspace.write("flake.nix", "{ outputs = inputs: { ");
    let said = init(&workspace, &[]);
    assert!(
        said.stderr.contains("flake.nix cannot be read: "),
        "{}",
        said.stderr
    );
    assert!(addition(&said).contains("mkWorkspace {"), "{}", said.stdout);
}

/// A flake has several versions of nixpkgs, and `nixpkgs` is one of them.
#[test]
fn the_input_with_the_name_is_taken_among_several() {
    let (_, flake) = flakes()
        .into_iter()
        .find(|(name, _)| name == "each-system")
        .unwrap();
    let url = "inputs.nixpkgs.url = \"nixpkgs\";";
    let stable = "inputs.nixpkgs-stable.url = \"github:NixOS/nixpkgs/release-24.11\";";
    for (inputs, expected) in [
        (
            format!("{stable} inputs.nixpkgs.follows = \"nixpkgs-stable\";"),
            "nixpkgs",
        ),
        (
            format!("{stable} inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-unstable\";"),
            "nixpkgs",
        ),
        // Only the name says nixpkgs.
        (
            format!("{stable} inputs.nixpkgs.url = \"github:someone/other\";"),
            "nixpkgs-stable",
        ),
    ] {
        let workspace = beside(&flake);
        workspace.replace("flake.nix", url, &inputs);
        let outcome = init(&workspace, &[]);
        let follows = format!("inputs.nixpkgs.follows = \"{expected}\";");
        let said = addition(&outcome);
        assert!(said.contains(&follows), "{inputs}\n{said}");
    }
}

/// Each missing part is reported separately.
#[test]
fn one_part_is_missing() {
    let (_, flake) = flakes()
        .into_iter()
        .find(|(name, _)| name == "one-system")
        .unwrap();
    let workspace = beside(&flake);
    assert!(patched(&workspace));
    let done = workspace.read("flake.nix");
    for (has, lacks, said) in [
        (
            "apps.${system} = workspace.apps;",
            "",
            "apps.${system} = workspace.apps;",
        ),
        (
            "workspace.packages // ",
            "",
            "packages.${system} = workspace.packages // {",
        ),
        (
            "checks.${system} = workspace.checks;",
            "",
            "checks.${system} = workspace.checks;",
        ),
        (
            "workspace.apps",
            "{ } /* workspace.apps */",
            "apps.${system} = workspace.apps // ",
        ),
    ] {
        assert!(done.contains(has), "no {has:?} in:\n{done}");
        workspace.write("flake.nix", &done.replace(has, lacks));
        let outcome = init(&workspace, &[]);
        let addition = addition(&outcome);
        assert!(addition.contains(said), "no {said:?} in:\n{addition}");
        assert!(!addition.contains("mkWorkspace"), "{addition}");
        assert!(patched(&workspace), "{has}");
        let outcome = init(&workspace, &[]);
        assert_eq!(
            self::addition(&outcome),
            "",
            "{}",
            workspace.read("flake.nix")
        );
    }
    // The part may be in another file.
    workspace.write(
        "flake.nix",
        &done
            .replace(
                "cratesieve.lib.mkWorkspace {",
                "import ./nix/workspace.nix { inherit cratesieve;",
            )
            .replace("src = ./.;\n", "")
            .replace("commonArgs.strictDeps = true;\n", ""),
    );
    workspace.write(
        "nix/workspace.nix",
        "{ cratesieve, pkgs, craneLib }: cratesieve.lib.mkWorkspace { inherit craneLib pkgs; src = ../.; }\n",
    );
    let outcome = init(&workspace, &[]);
    assert_eq!(
        self::addition(&outcome),
        "",
        "{}",
        workspace.read("flake.nix")
    );
    workspace.remove("nix/workspace.nix");
    let outcome = init(&workspace, &[]);
    assert!(self::addition(&outcome).contains("mkWorkspace {"));
}

/// C libraries go to the lowest crate that reaches the package. Dependents inherit them.
#[test]
fn what_packages_of_the_lock_want() {
    for (name, flake) in flakes() {
        if name == "unknown" {
            continue;
        }
        let workspace = beside(&flake);
        let lock = workspace.read("Cargo.lock");
        let with_edges = lock.replacen(
            "name = \"pkg-a\"\nversion = \"0.1.0\"\ndependencies = [\n",
            "name = \"pkg-a\"\nversion = \"0.1.0\"\ndependencies = [\n \"alsa-sys\",\n \"openssl-sys\",\n",
            1,
        );
        assert_ne!(lock, with_edges);
        let with_edges = with_edges.replacen(
            "name = \"pkg-b\"\nversion = \"0.1.0\"\ndependencies = [\n",
            "name = \"pkg-b\"\nversion = \"0.1.0\"\ndependencies = [\n \"openssl-sys\",\n",
            1,
        );
        let source = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        let packages = [
            ("alsa-sys", "\n \"pkg-config\",\n"),
            ("openssl-sys", "\n \"pkg-config\",\n"),
            ("pkg-config", ""),
        ];
        let packages = packages.map(|(name, edges)| {
            format!("\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n{source}\ndependencies = [{edges}]\n")
        });
        workspace.write("Cargo.lock", &format!("{with_edges}{}", packages.concat()));
        let outcome = init(&workspace, &[]);
        let said = addition(&outcome);
        for part in [
            "crates.pkg-a = {\n",
            "nativeBuildInputs = [\n",
            "pkgs.pkg-config # alsa-sys, openssl-sys\n",
            "pkgs.openssl # openssl-sys\n",
            "++ pkgs.lib.optionals pkgs.stdenv.hostPlatform.isLinux [\n",
            "pkgs.alsa-lib # alsa-sys\n",
        ] {
            assert!(said.contains(part), "{name}: no {part:?} in:\n{said}");
        }
        assert!(!said.contains("crates.pkg-b"), "{name}:\n{said}");
        assert!(patched(&workspace), "{name}");
        assert_eq!(addition(&init(&workspace, &[])), "", "{name}");

        // If this part is missing, it alone is reported.
        let done = workspace.read("flake.nix");
        workspace.write(
            "flake.nix",
            &done.replace("pkgs.openssl", "/* pkgs.openssl */"),
        );
        let outcome = init(&workspace, &[]);
        let said = addition(&outcome);
        assert!(
            said.contains("pkgs.openssl # openssl-sys\n"),
            "{name}:\n{said}"
        );
        for part in ["alsa", "pkgs.pkg-config", "mkWorkspace", "github:"] {
            assert!(!said.contains(part), "{name}: {part:?} in:\n{said}");
        }
    }
    // A new flake has these C libraries too.
    let (_, flake) = flakes().swap_remove(0);
    let workspace = beside(&flake);
    workspace.remove("flake.nix");
    let lock = workspace.read("Cargo.lock");
    let with_edge = lock.replacen(
        "name = \"pkg-a\"\nversion = \"0.1.0\"\ndependencies = [\n",
        "name = \"pkg-a\"\nversion = \"0.1.0\"\ndependencies = [\n \"libz-sys\",\n",
        1,
    );
    workspace.write("Cargo.lock", &format!("{with_edge}\n[[package]]\nname = \"libz-sys\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"));
    init(&workspace, &[]);
    let written = workspace.read("flake.nix");
    assert!(written.contains("          crates.pkg-a = {\n            buildInputs = [\n              pkgs.zlib # libz-sys\n"), "{written}");
    assert_eq!(addition(&init(&workspace, &[])), "");
}

/// The instructions tell the user to add `| git apply` to the command.
#[test]
fn the_patch_goes_through_a_pipe() {
    let (_, flake) = flakes().swap_remove(0);
    let workspace = beside(&flake);
    let below = workspace.path("crates/pkg-a");
    let outcome = init_in(&below, &["--dry-run"]);
    let command = "cratesieve init --patch | git -C ../.. apply\n";
    assert!(outcome.stdout.contains(command), "{}", outcome.stdout);
    let mut init = Command::new(env!("CARGO_BIN_EXE_cratesieve"));
    let mut init = init
        .args(["init", "--patch"])
        .current_dir(&below)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut apply = git_command(&below, &["-C", "../..", "apply"]);
    succeed(apply.stdin(init.stdout.take().unwrap()));
    assert!(init.wait().unwrap().success());
    assert!(workspace.read("flake.nix").contains("mkWorkspace"));
}
