//! Random edits, as people make them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use camino::Utf8Path;
use walkdir::WalkDir;

use super::manifests::{at, manifests, top};
use super::plan::{Dependency, Kind, To};
use super::random::Random;
use super::{Case, lock_again};
use crate::common::nix::Workspace;

/// Changes a written workspace, which has a Cargo.lock and a cratesieve.json, and describes the
/// change.
pub fn edit(case: &mut Case, workspace: &Workspace) -> String {
    let done = match case.random.below(10) {
        0 | 1 => append(&mut case.random, workspace, |path| path.ends_with(".rs")),
        2 => append(&mut case.random, workspace, is_content),
        3 => add(case, workspace),
        4 => remove(&mut case.random, workspace),
        5 => make_executable(&mut case.random, workspace),
        6 => bump(case, workspace),
        7 => field_of_crate(case, workspace),
        8 => field_of_root(case, workspace),
        _ => dependency(case, workspace),
    };
    workspace.generate();
    done
}

/// Edits the content of a file that is neither a manifest nor a lock.
pub fn edit_content(case: &mut Case, workspace: &Workspace) -> String {
    let is_edit =
        |path: &str| is_content(path) && !path.starts_with(".cargo/") && !path.contains("/.cargo/");
    let done = append(&mut case.random, workspace, is_edit);
    workspace.generate();
    done
}

/// Whether a file is content: not a manifest, a lock or a file for git.
fn is_content(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !["Cargo.toml", "Cargo.lock", "cratesieve.json", ".gitignore"].contains(&name)
}

fn files(workspace: &Workspace, counts: impl Fn(&str) -> bool) -> Vec<String> {
    let top = workspace.repository();
    let entries = WalkDir::new(top)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != "target")
        .map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = Utf8Path::from_path(entry.path()).unwrap();
            path.strip_prefix(top).unwrap().to_string()
        })
        .filter(|path| counts(path))
        .collect()
}

fn append(random: &mut Random, workspace: &Workspace, counts: impl Fn(&str) -> bool) -> String {
    let files = files(workspace, counts);
    // Every workspace has a file.
    let path = random.pick(&files);
    workspace.append(
        path,
        if path.ends_with(".rs") {
            "// More.\n"
        } else {
            "# More.\n"
        },
    );
    format!("a line more in {path}")
}

fn add(case: &mut Case, workspace: &Workspace) -> String {
    let krate = case.random.pick(&case.plan.crates);
    let path = *case.random.pick(&[
        "src/new.rs",
        "tests/new.rs",
        "tests/data/new.txt",
        "examples/new.rs",
        "src/bin/new.rs",
        "NEW.md",
        "docs/new.md",
        "assets/new.bin",
        "extra/new.in",
    ]);
    let path = at(&krate.directory, path);
    workspace.write(&path, "fn main() {}\n");
    format!("a new file {path}")
}

fn remove(random: &mut Random, workspace: &Workspace) -> String {
    let files = files(workspace, |path| {
        let endings = [
            ".md",
            ".txt",
            ".bin",
            ".proto",
            "LICENSE-MIT",
            "/deeper.rs",
            "/checks.rs",
            "/common/mod.rs",
            "/fast.rs",
            "/how.rs",
            "/one.in",
        ];
        endings.iter().any(|ending| path.ends_with(ending)) && !path.contains("/of tests/")
    });
    let path = random.pick(&files);
    workspace.remove(path);
    format!("{path} is gone")
}

fn make_executable(random: &mut Random, workspace: &Workspace) -> String {
    let files = files(workspace, is_content);
    let path = random.pick(&files);
    fs::set_permissions(workspace.path(path), Permissions::from_mode(0o755)).unwrap();
    format!("{path} is executable")
}

/// Changes the version of a third-party package that has one version.
fn bump(case: &mut Case, workspace: &Workspace) -> String {
    let path = at(top(&case.plan), "Cargo.lock");
    let text = workspace.read(&path);
    let packages: Vec<&str> = text.split("[[package]]\n").skip(1).collect();
    let name_of = |package: &str| package.lines().next().unwrap().to_owned();
    let is_alone = |package: &&&str| {
        let name = name_of(package);
        let alone = packages.iter().filter(|other| name_of(other) == name);
        package.contains("\nchecksum = ") && alone.count() == 1
    };
    let alone: Vec<&&str> = packages.iter().filter(is_alone).collect();
    if alone.is_empty() {
        return append(&mut case.random, workspace, is_content);
    }
    let package = **case.random.pick(&alone);
    let lines = package.lines().map(|line| {
        let line = match line.split_once(" = ") {
            Some(("version", version)) => {
                let (start, _) = version.rsplit_once('.').unwrap();
                format!("version = {start}.99\"")
            }
            Some(("checksum", _)) => format!("checksum = \"{}\"", "0123456789abcdef".repeat(4)),
            _ => line.to_owned(),
        };
        line + "\n"
    });
    let bumped: String = lines.collect();
    workspace.write(&path, &text.replace(package, &bumped));
    format!("another version in the lock: {}", name_of(package))
}

fn field_of_crate(case: &mut Case, workspace: &Workspace) -> String {
    let krate = case.random.pick(&case.plan.crates);
    let line = *case.random.pick(&[
        "homepage = \"https://example.org\"",
        "categories = [\"x\"]",
        "license = \"MIT\"",
        "metadata.tool = { key = [1, \"x\"] }",
        "documentation = \"https://example.org\"",
        "rust-version = \"1.89\"",
        "exclude = [\"x\"]",
        "autotests = false",
        "# A remark.",
    ]);
    let path = at(&krate.directory, "Cargo.toml");
    let text = workspace.read(&path);
    // A crate outside the workspace may have a license already.
    let text = text.replacen("license = \"MIT\"\n", "", 1);
    let text = text.replacen("[package]\n", &format!("[package]\n{line}\n"), 1);
    workspace.write(&path, &text);
    format!("{line} in {path}")
}

fn field_of_root(case: &mut Case, workspace: &Workspace) -> String {
    let path = at(top(&case.plan), "Cargo.toml");
    let text = workspace.read(&path);
    let edits = [
        ("authors = [\"Nobody\"]", "authors = [\"Somebody\"]"),
        ("unused = \"allow\"", "unused = \"warn\""),
        ("edition = \"2021\"\nauthors", "edition = \"2018\"\nauthors"),
        (
            "unused = { path = \"nowhere\" }",
            "unused = { path = \"elsewhere\" }",
        ),
        ("opt-level = 2\n", "opt-level = 3\n"),
        (
            "\n[workspace]\n",
            "\n[profile.release]\nlto = true\n\n[workspace]\n",
        ),
        ("\n[workspace]\n", "\n[workspace]\nmetadata.x = 1\n"),
    ];
    let (from, to) = *case.random.pick(&edits);
    workspace.write(&path, &text.replace(from, to));
    format!("{to} in {path}")
}

/// Adds, removes or changes a dependency or a version, and lets Cargo update the lock.
fn dependency(case: &mut Case, workspace: &Workspace) -> String {
    let index = case.random.below(case.plan.crates.len());
    let what = case.random.below(3);
    let kind = *case.random.pick(&[Kind::Normal, Kind::Build, Kind::Dev]);
    let number = case.random.below(100);
    let krate = &mut case.plan.crates[index];
    let count = krate.dependencies.len();
    // Cargo refuses two names for one package.
    let mut to = krate.dependencies.iter().map(|dependency| dependency.to);
    let known = to.position(|to| to == To::ThirdParty(0));
    let done = if what == 0 {
        krate.version = krate
            .version
            .replacen("0.", "0.5", 1)
            .replacen("1.", "1.1", 1);
        "another version"
    } else if let Some(at) = known.or((what == 1 && count > 0).then(|| number % count)) {
        krate.dependencies.remove(at);
        "a dependency less"
    } else {
        // The first third-party package, by a name that no other dependency has.
        krate.dependencies.push(Dependency {
            to: To::ThirdParty(0),
            key: "new-dependency".to_owned(),
            kind,
            target: None,
            is_optional: false,
            is_inherited: false,
            has_version: false,
            is_winding: false,
            features: Vec::new(),
        });
        "a dependency more"
    };
    let done = format!("{done} of {}", krate.name);
    for (path, text) in manifests(&case.plan) {
        workspace.write(&path, &text);
    }
    lock_again(workspace);
    done
}
