//! The fixtures, and functions that run cratesieve on them.

#![allow(dead_code, reason = "each test binary uses its own part")]

#[cfg(unix)]
pub mod nix;
pub mod oracle;

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use walkdir::WalkDir;

/// Every subcommand, in the order of `--help`.
pub const COMMANDS: [&str; 13] = [
    "init",
    "gen",
    "verify",
    "files",
    "why",
    "graph",
    "affected",
    "fingerprint",
    "replay",
    "explain",
    "merge-driver",
    "completions",
    "man",
];

/// One directory below fixtures/workspaces.
pub struct Fixture {
    pub name: String,
    /// The directory of the fixture, which is the repository.
    pub repository: Utf8PathBuf,
    /// The workspace root relative to the repository. cratesieve.json is there.
    pub root: Utf8PathBuf,
}

impl Fixture {
    pub fn root(&self) -> Utf8PathBuf {
        self.repository.join(&self.root)
    }

    pub fn named(name: &str) -> Self {
        let fixture = fixtures().into_iter().find(|fixture| fixture.name == name);
        fixture.unwrap_or_else(|| panic!("there is no fixture {name}"))
    }
}

/// All fixtures, sorted by name.
pub fn fixtures() -> Vec<Fixture> {
    let directory = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workspaces");
    let mut fixtures: Vec<Fixture> = directory
        .read_dir_utf8()
        .unwrap()
        .map(|entry| {
            let repository = entry.unwrap().into_path();
            let name = repository.file_name().unwrap().to_owned();
            let roots = [".", "ws", "rust"].map(Utf8PathBuf::from);
            let has_manifest =
                |root: &Utf8PathBuf| repository.join(root).join("cratesieve.json").exists();
            let root = roots.into_iter().find(has_manifest);
            let root = root.unwrap_or_else(|| panic!("fixture {name} has no cratesieve.json"));
            Fixture {
                name,
                repository,
                root,
            }
        })
        .collect();
    fixtures.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(fixtures.len() >= 27, "fixtures got lost");
    fixtures
}

/// Copies a directory with its symbolic links, and makes the copy a git repository.
pub fn copy(from: &Utf8Path) -> TempDir {
    copy_in_order(from, |_| {})
}

/// Copies a directory as [`copy`] does, and creates its files in the order that `shuffle` returns.
pub fn copy_in_order(
    from: &Utf8Path,
    shuffle: impl FnOnce(&mut Vec<walkdir::DirEntry>),
) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    let mut entries: Vec<_> = WalkDir::new(from)
        .min_depth(1)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    shuffle(&mut entries);
    for entry in entries {
        let target = to.path().join(entry.path().strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        if entry.path_is_symlink() {
            symlink(&fs::read_link(entry.path()).unwrap(), &target);
        } else if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
    fs::create_dir_all(to.path().join(".git")).unwrap();
    to
}

#[cfg(unix)]
pub fn symlink(target: &Path, link: &Path) {
    std::os::unix::fs::symlink(target, link).unwrap();
}

/// The path of a temporary directory.
pub fn utf8(directory: &TempDir) -> &Utf8Path {
    Utf8Path::from_path(directory.path()).unwrap()
}

/// Writes a file below a directory, and creates the directories on the way to it.
pub fn write(directory: &Utf8Path, path: &str, text: &str) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A repository with these files, of which git knows none.
pub fn repository_of(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join(".git")).unwrap();
    for (path, text) in files {
        write(utf8(&directory), path, text);
    }
    directory
}

/// A repository with a workspace of these members, which has the crate `a` in crates/a, and these files,
/// which may replace those of the crate.
pub fn workspace_with_a(members: &str, files: &[(&str, &str)]) -> TempDir {
    let root = format!("[workspace]\nresolver = \"3\"\nmembers = [\"{members}\"]\n");
    let package = "[package]\nname = \"a\"\nedition = \"2024\"\n";
    let given = [
        ("Cargo.toml", root.as_str()),
        ("crates/a/Cargo.toml", package),
        ("crates/a/src/lib.rs", ""),
    ];
    repository_of(&[&given, files].concat())
}

/// A git command in a directory, without the configuration of the user who runs the tests.
pub fn git_command(directory: &Utf8Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    for option in [
        "user.name=x",
        "user.email=x@example.org",
        "commit.gpgSign=false",
        "core.autocrlf=false",
        "init.defaultBranch=main",
        "protocol.file.allow=always",
    ] {
        command.args(["-c", option]);
    }
    command
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .current_dir(directory);
    command
}

/// Runs git, and returns its output without the final line break.
pub fn git(directory: &Utf8Path, args: &[&str]) -> String {
    succeed(&mut git_command(directory, args)).trim().to_owned()
}

/// Runs a command that has to succeed, and returns its standard output.
pub fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What a run of cratesieve leaves: its exit code and its output.
pub struct Outcome {
    pub code: u8,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the binary in a directory, without the configuration of git of the user who runs the tests.
pub fn run_in(directory: &Utf8Path, args: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_cratesieve"))
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        code: u8::try_from(output.status.code().unwrap()).unwrap(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Runs cratesieve in this process on the workspace at `root`, with arguments of a known number.
pub fn cratesieve<const N: usize>(root: &Utf8Path, args: [&str; N]) -> Outcome {
    cratesieve_with(root, &args)
}

/// Runs cratesieve in this process on the workspace at `root`.
pub fn cratesieve_with(root: &Utf8Path, args: &[&str]) -> Outcome {
    let mut line: Vec<OsString> = vec!["cratesieve".into()];
    line.extend(args.iter().map(OsString::from));
    line.extend(["--manifest-path".into(), root.join("Cargo.toml").into()]);
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = cratesieve::cli::run(line, &mut stdout, &mut stderr);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        code,
        stdout: text(stdout),
        stderr: text(stderr),
    }
}
