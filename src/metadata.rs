//! The only door to `cargo metadata`.
//!
//! `--no-deps --offline` needs no registry, no network and no Cargo.lock: it lists every target
//! of every member, and each dependency with its `path`. A path dependency that is no member
//! (excluded, or outside the root) needs one more call, at its own manifest.

pub mod endless;
mod near;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::ErrorKind;
use std::process::Stdio;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::patches;
use crate::problem::{Checked, Code, Problem, Problems, shell_word};
use crate::text::indented;

/// What Cargo says of a workspace and of every path dependency, member or not.
pub struct Workspace {
    /// Absolute, as Cargo spells it.
    pub root: Utf8PathBuf,
    /// By the directory of the manifest.
    pub packages: BTreeMap<Utf8PathBuf, LoadedPackage>,
    /// The directories that `[patch]` and `[replace]` use instead of another source's packages.
    pub patches: BTreeSet<Utf8PathBuf>,
}

/// A package, and whose workspace it belongs to.
pub struct LoadedPackage {
    pub package: Package,
    pub is_member: bool,
    /// The root of the workspace that this package inherits from. It differs from this workspace's
    /// root if the package is not a member.
    pub workspace_root: Utf8PathBuf,
}

/// Asks Cargo for the workspace of `manifest_path`, or of the current directory. Cargo runs in the
/// directory of the manifest, or else in `runs_in`: its configuration and rustup's choice of a
/// toolchain follow from that.
pub fn load(manifest_path: Option<&Utf8Path>, runs_in: Option<&Utf8Path>) -> Checked<Workspace> {
    if let Some(problem) = endless::find(manifest_path) {
        return Err(problem.into());
    }
    let metadata = match cargo_metadata(manifest_path, runs_in)? {
        Ok(metadata) => metadata,
        Err(words) => return Err(cargo_refuses(manifest_path, &words).into()),
    };
    let root = metadata.workspace_root.clone();
    let patches = patches::directories(&root)?;
    let mut packages = BTreeMap::new();
    let mut wanted = VecDeque::new();
    add(metadata, &root, &mut packages, &mut wanted);
    wanted.extend(
        patches
            .iter()
            .map(|directory| (directory.clone(), root.join("Cargo.toml"))),
    );

    let mut problems = Vec::new();
    let mut refused = BTreeSet::new();
    while let Some((directory, asked_by)) = wanted.pop_front() {
        if packages.contains_key(&directory) || refused.contains(&directory) {
            continue;
        }
        let answer = match cargo_metadata(Some(&directory.join("Cargo.toml")), runs_in)? {
            Ok(metadata) => Ok(metadata),
            Err(words) => on_its_own(&directory, runs_in)?.ok_or(words),
        };
        match answer {
            Ok(metadata) => add(metadata, &root, &mut packages, &mut wanted),
            Err(words) => {
                problems.push(dependency_refused(&root, &asked_by, &directory, &words));
            }
        }
        // A manifest that its own workspace does not list would be asked for again for ever.
        refused.insert(directory);
    }
    Problems::none_of(problems)?;
    Ok(Workspace {
        root,
        packages,
        patches,
    })
}

/// Takes the packages of one answer in, and queues the path dependencies that it leads to.
fn add(
    metadata: Metadata,
    root: &Utf8Path,
    packages: &mut BTreeMap<Utf8PathBuf, LoadedPackage>,
    wanted: &mut VecDeque<(Utf8PathBuf, Utf8PathBuf)>,
) {
    let is_member = metadata.workspace_root == root;
    for package in metadata.packages {
        let Some(directory) = package.manifest_path.parent().map(Utf8Path::to_owned) else {
            continue;
        };
        for dependency in &package.dependencies {
            // Cargo never loads the dev-dependencies of a package that is no member.
            if is_member || dependency.kind != DependencyKind::Development {
                let path = dependency.path.iter();
                wanted.extend(path.map(|path| (path.clone(), package.manifest_path.clone())));
            }
        }
        packages.entry(directory).or_insert_with(|| LoadedPackage {
            package,
            is_member,
            workspace_root: metadata.workspace_root.clone(),
        });
    }
}

/// The outer failure is the machine's; the inner one what Cargo says of the manifests.
fn cargo_metadata(
    manifest_path: Option<&Utf8Path>,
    runs_in: Option<&Utf8Path>,
) -> anyhow::Result<Result<Metadata, String>> {
    match cargo_metadata_text(manifest_path, runs_in)? {
        Ok(text) => parse(&text).map(Ok),
        Err(words) => Ok(Err(words)),
    }
}

fn cargo_metadata_text(
    manifest_path: Option<&Utf8Path>,
    runs_in: Option<&Utf8Path>,
) -> anyhow::Result<Result<String, String>> {
    let mut command = MetadataCommand::new();
    command.no_deps().other_options(["--offline".to_owned()]);
    if let Some(path) = manifest_path {
        command.manifest_path(path);
        // Cargo's configuration and rustup's choice of a toolchain follow the current directory:
        // the answer must not depend on where the user stands.
        let directory = runs_in.or(path.parent());
        if let Some(directory) = directory.filter(|directory| directory.is_dir()) {
            command.current_dir(directory);
        }
    }
    let mut command = command.cargo_command();
    let program = command.get_program().to_string_lossy().into_owned();
    // If a toolchain is missing, a backtrace of rustup does not help.
    command.env_remove("RUST_BACKTRACE");
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(error).with_context(|| {
                format!(
                    "cannot run `{program}`: install Cargo, or name it in the environment variable CARGO"
                )
            });
        }
        Err(error) => return Err(error).with_context(|| format!("cannot run `{program}`")),
    };
    if !output.status.success() {
        return Ok(Err(String::from_utf8_lossy(&output.stderr)
            .trim()
            .to_owned()));
    }
    String::from_utf8(output.stdout)
        .map(Ok)
        .context("`cargo metadata` wrote no UTF-8")
}

fn parse(text: &str) -> anyhow::Result<Metadata> {
    let json = text
        .lines()
        .find(|line| line.starts_with('{'))
        .unwrap_or_default();
    MetadataCommand::parse(json).context("cannot read what `cargo metadata` wrote")
}

/// Asks for a package that Cargo builds as a dependency but refuses to describe: one that lies
/// below a workspace which neither lists nor excludes it ("current package believes it's in a
/// workspace when it's not"; a vendored package that only `[patch]` names is often so).
///
/// Reached through a symbolic link whose parents hold no other manifest, the same package stands
/// alone. The link lies at the same path below a scratch directory, so that taking the scratch
/// directory's name out of the answer makes every path right again.
fn on_its_own(
    directory: &Utf8Path,
    runs_in: Option<&Utf8Path>,
) -> anyhow::Result<Option<Metadata>> {
    let scratch = tempfile::tempdir().context("cannot make a scratch directory")?;
    let Some(prefix) = Utf8Path::from_path(scratch.path()) else {
        return Ok(None);
    };
    let link = Utf8PathBuf::from(format!("{prefix}{directory}"));
    if !link.starts_with(prefix) || link.file_name().is_none() {
        return Ok(None);
    }
    if let Some(parent) = link.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make {parent}"))?;
    }
    if link_directory(directory, &link).is_err() {
        return Ok(None);
    }
    match cargo_metadata_text(Some(&link.join("Cargo.toml")), runs_in)? {
        Ok(text) => parse(&text.replace(prefix.as_str(), "")).map(Some),
        Err(_) => Ok(None),
    }
}

#[cfg(unix)]
fn link_directory(to: &Utf8Path, link: &Utf8Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, link)
}

#[cfg(windows)]
fn link_directory(to: &Utf8Path, link: &Utf8Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(to, link)
}

fn cargo_refuses(manifest_path: Option<&Utf8Path>, words: &str) -> Problem {
    if manifest_path.is_none() && words.contains("could not find `Cargo.toml`") {
        return no_workspace();
    }
    let path = manifest_path.map_or_else(|| "Cargo.toml".to_owned(), ToString::to_string);
    Problem {
        code: Code::CargoRefuses,
        line: None,
        message: format!("cargo cannot read the workspace\n{}", indented(words, "  ")),
        hint: match manifest_path {
            Some(path) => format!(
                "make `cargo metadata --no-deps` pass in {}",
                path.parent().unwrap_or(path)
            ),
            None => "make `cargo metadata --no-deps` pass here, or name another workspace with \
                     --manifest-path"
                .to_owned(),
        },
        path,
    }
}

fn no_workspace() -> Problem {
    no_workspace_with_hint(&near::near())
}

/// The problem that there is no workspace here. Its hint offers the manifests in `near`.
pub fn no_workspace_with_hint(near: &[String]) -> Problem {
    let options: Vec<String> = near
        .iter()
        .map(|path| format!("`--manifest-path {}`", shell_word(path)))
        .collect();
    let hint = match &options[..] {
        [] => {
            "go to the directory of a Cargo workspace, or name it with `--manifest-path`".to_owned()
        }
        [one] => format!("add {one}, or go there"),
        [several @ .., last] => format!("add {} or {last}, or go there", several.join(", ")),
    };
    Problem {
        code: Code::NoWorkspace,
        path: "Cargo.toml".to_owned(),
        line: None,
        message: "there is no Cargo.toml here, nor in a directory above".to_owned(),
        hint,
    }
}

fn dependency_refused(
    root: &Utf8Path,
    asked_by: &Utf8Path,
    directory: &Utf8Path,
    words: &str,
) -> Problem {
    Problem {
        code: Code::CargoRefuses,
        path: asked_by.strip_prefix(root).unwrap_or(asked_by).to_string(),
        line: None,
        message: format!(
            "cargo cannot read the path dependency at {directory}\n{}",
            indented(words, "  ")
        ),
        hint: format!("make `cargo metadata --no-deps` pass in {directory}"),
    }
}
