//! Names in Cargo.toml files and in the manifest that a shell would run as commands. Nix must pass them
//! on as names. `names_are_no_commands` of tests/nix_build tries such names of files and directories;
//! this file tries all other names, and manifests that were edited by hand.

use rayon::prelude::*;

use crate::common::nix::{Workspace, nix, nix_string};

/// A name with a command: if a shell runs it, the log of the build contains [`RUN`].
const ODD: &str =
    "x$(echo ran-$((40+2)) >&2)`echo ran-$((40+2)) >&2`;echo ran-$((40+2)) >&2;'\"|&<>* #";
const RUN: &str = "ran-42";

/// The output of Nix and its builders for attributes of a crate, and whether all of them were built.
fn built(workspace: &Workspace, crates: &str, attributes: &[&str]) -> (bool, String) {
    let builds = attributes.iter().flat_map(|attribute| {
        ["layered", "per-crate"].map(|strategy| {
            let arguments = format!("strategy = \"{strategy}\";");
            let expression = format!("workspace.crates.{}.{attribute}", nix_string(crates));
            workspace.expression(&arguments, &expression)
        })
    });
    let builds: String = builds.map(|build| format!("({build})\n")).collect();
    let output = nix()
        .command("build")
        .args([
            "--impure",
            "--no-link",
            "--print-build-logs",
            "--keep-going",
        ])
        .args(["--expr", &format!("[ {builds} ]")])
        .output()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The manifest of a package.
fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn workspace() -> Workspace {
    let manifest = format!(
        "description = {0}\nbuild = {1}\nautotests = false\n[[test]]\nname = \"t\"\npath = {4}\n[lib]\nname = \"odd\"\npath = {2}\n[[bin]]\nname = \"odd-bin\"\npath \
         = {3}\n",
        quoted(ODD),
        quoted(&format!("{ODD}/build.rs")),
        quoted(&format!("src/{ODD}.rs")),
        quoted(&format!("src/bin {ODD}.rs")),
        quoted(&format!("tests/{ODD}/main.rs")),
    );
    let configuration = format!("[env]\nSCRIPT = {}\n", quoted(&format!("tools/{ODD}.ld")));
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"odd\"]\n",
        ),
        (
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"odd\"\nversion = \"0.1.0\"\n",
        ),
        ("odd/Cargo.toml", &package("odd", &manifest)),
        (&format!("odd/{ODD}/build.rs"), "fn main() {}\n"),
        (&format!("odd/src/{ODD}.rs"), ""),
        (&format!("odd/src/bin {ODD}.rs"), "fn main() {}\n"),
        (&format!("odd/README {ODD}.md"), ""),
        (&format!("odd/tests/{ODD}/main.rs"), ""),
        (".cargo/config.toml", &configuration),
        (&format!("tools/{ODD}.ld"), ""),
    ]);
    workspace.generate();
    workspace
}

#[test]
fn targets_and_files() {
    let workspace = workspace();
    let manifest = workspace.read("cratesieve.json");
    assert!(
        manifest.matches("ran-$((40+2))").count() >= 12,
        "{manifest}"
    );
    let (is_built, log) = built(&workspace, "odd", &["package", "test"]);
    assert!(is_built, "{log}");
    assert!(!log.contains(RUN), "{log}");
}

/// No crate with such a name can be built. Nix, this library or Cargo reports it, never a shell.
#[test]
fn edits_by_hand() {
    let name = format!("\"{}\"", "odd");
    let odd = quoted(ODD);
    let cases: &[&[(&str, &str, &str)]] = &[
        // A crate with that name.
        &[
            ("cratesieve.json", &name, &odd),
            (
                "cratesieve.json",
                &format!("\"path\": {odd}"),
                "\"path\": \"odd\"",
            ),
            (
                "odd/Cargo.toml",
                "[package]\nname = \"odd\"",
                &format!("[package]\nname = {odd}"),
            ),
            ("Cargo.lock", &name, &odd),
        ],
        // A crate with that version.
        &[
            (
                "odd/Cargo.toml",
                "\"0.1.0\"",
                &quoted(&format!("0.1.0+{ODD}")),
            ),
            ("Cargo.lock", "\"0.1.0\"", &quoted(&format!("0.1.0+{ODD}"))),
        ],
        // A crate with a binary of that name.
        &[
            ("cratesieve.json", "\"odd-bin\"", &odd),
            ("odd/Cargo.toml", "\"odd-bin\"", &odd),
        ],
        &[("cratesieve.json", "\"odd-bin\"", &odd)],
        // Paths that do not exist.
        &[(
            "cratesieve.json",
            "\"drop\": [",
            &format!("\"testOnly\": [{odd}],\n\"drop\": [{odd},"),
        )],
        &[(
            "cratesieve.json",
            "\"files\": [",
            &format!("\"files\": [{odd},"),
        )],
        &[(
            "cratesieve.json",
            "\"procMacro\": false,",
            &format!("\"procMacro\": false, \"include\": [{odd}],"),
        )],
    ];
    cases.par_iter().for_each(|edits| {
        let workspace = workspace();
        for (path, from, to) in *edits {
            workspace.replace(path, from, to);
        }
        let is_renamed = edits[0].1 == name;
        let crate_name = if is_renamed { ODD } else { "odd" };
        let (is_built, log) = built(&workspace, crate_name, &["package"]);
        assert!(!log.contains(RUN), "{log}");
        assert!(!is_built && log.contains("error"), "{log}");
    });
}
