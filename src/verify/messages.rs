//! What Cargo prints of a compile: what each target read, by its dep-info and its build scripts, or
//! why it failed.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};
use cargo_metadata::{Artifact, PackageId, TargetKind};

use super::dep_info::{dep_info_paths, rerun_if_changed};
use crate::source::Role;

/// One target of a workspace's crate, compiled, or its build script, run.
#[derive(Clone, Debug)]
pub struct Unit {
    pub name: String,
    pub kind: UnitKind,
    /// The target's name.
    pub target: String,
    /// Its root source file; of a build script that was run, empty.
    pub root: Utf8PathBuf,
    /// Whose source has to hold what it reads.
    pub role: Role,
    /// Absolute, as they were said: not normal.
    pub reads: BTreeSet<Utf8PathBuf>,
    /// Cargo had it from before.
    pub is_fresh: bool,
}

/// What Cargo did with a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    Compiled,
    BuildScriptRun,
}

/// An error that Cargo or a compiler printed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The crate of the workspace, where it is known to be one.
    pub name: Option<String>,
    /// Absolute or relative to the workspace root, and the line.
    pub place: Option<(String, usize)>,
    pub words: String,
    /// Cargo compiled nothing at all: it refuses the workspace.
    pub is_refusal: bool,
}

/// Whether a message is an error of its own.
pub fn is_error(message: &Diagnostic) -> bool {
    matches!(message.level, DiagnosticLevel::Error | DiagnosticLevel::Ice)
        && !message.message.starts_with("aborting due to")
}

/// The error that a compiler printed.
pub fn failure(name: Option<&str>, message: &Diagnostic) -> Failure {
    let span = message.spans.iter().find(|span| span.is_primary);
    let rendered = message.rendered.as_ref().unwrap_or(&message.message);
    Failure {
        name: name.map(str::to_owned),
        place: span.map(|span| (span.file_name.replace('\\', "/"), span.line_start)),
        words: rendered.trim_end().to_owned(),
        is_refusal: false,
    }
}

/// What Cargo says itself: a build script that failed, or that there is nothing to compile.
pub fn other_failures(words: &str, is_refusal: bool) -> Vec<Failure> {
    let is_summary = |text: &str| {
        text.starts_with("error: could not compile ") || text.starts_with("warning: build failed")
    };
    let mut failures: Vec<Failure> = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    for line in words.lines() {
        let starts = line.starts_with("error") || line.starts_with("warning");
        match texts.last_mut() {
            Some(text) if !starts => *text += &format!("\n{line}"),
            _ => texts.push(line.to_owned()),
        }
    }
    for text in texts {
        if is_refusal || text.starts_with("error") && !is_summary(&text) {
            let script = text.split_once("build command for `");
            // Third-party packages have no path after them.
            let package = script
                .and_then(|(_, rest)| rest.split_once('`'))
                .map(|(package, _)| package)
                .filter(|package| package.ends_with(')') && !package.contains("://"));
            let name = package.and_then(|package| package.split(' ').next());
            failures.push(Failure {
                name: name.map(str::to_owned),
                place: None,
                words: text.trim_end().to_owned(),
                is_refusal,
            });
        }
    }
    failures
}

/// The name of a crate of the workspace; `None` for a third-party package.
pub fn crate_name(id: &PackageId) -> Option<&str> {
    // `path+file:///ws/crates/a#name@0.1.0`, and without the name where the directory has it.
    let (path, version) = id.repr.strip_prefix("path+file://")?.rsplit_once('#')?;
    match version.split_once('@') {
        Some((name, _)) => Some(name),
        None => path.rsplit('/').next(),
    }
}

/// The directory of a crate of the workspace.
pub fn directory(id: &PackageId) -> Utf8PathBuf {
    let path = id.repr.strip_prefix("path+file://").unwrap_or(&id.repr);
    let path = path.rsplit_once('#').map_or(path, |(path, _)| path);
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let mut ahead = rest.clone();
        match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    let path = String::from_utf8_lossy(&bytes).into_owned();
    // `/C:/ws` on a system with drives.
    match path.as_bytes() {
        [b'/', _, b':', ..] => Utf8PathBuf::from(&path[1..]),
        _ => Utf8PathBuf::from(path),
    }
}

/// A target that Cargo compiled, and what its dep-info says that it read.
pub fn compiled_unit(artifact: &Artifact, name: &str, root: &Utf8Path) -> anyhow::Result<Unit> {
    let is = |kind: TargetKind| artifact.target.kind.contains(&kind);
    let role = if artifact.profile.test
        || is(TargetKind::Test)
        || is(TargetKind::Bench)
        || is(TargetKind::Example)
    {
        Role::Test
    } else if is(TargetKind::Bin) {
        Role::Own
    } else {
        Role::Library
    };
    let file = dep_info_file(artifact)?;
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    // Cargo runs the compiler in the workspace root; of a package outside, in its own directory,
    // and then it names the root of the target by an absolute path.
    let package = directory(&artifact.package_id);
    let runs_in = if package.starts_with(root) {
        root
    } else {
        &package
    };
    let reads = dep_info_paths(&text);
    Ok(Unit {
        name: name.to_owned(),
        kind: UnitKind::Compiled,
        target: artifact.target.name.clone(),
        root: artifact.target.src_path.clone(),
        role,
        reads: reads.into_iter().map(|path| runs_in.join(path)).collect(),
        is_fresh: artifact.fresh,
    })
}

/// The dep-info file, which is next to the artifact and named like it.
fn dep_info_file(artifact: &Artifact) -> anyhow::Result<Utf8PathBuf> {
    let beside = artifact.filenames.iter().filter_map(|file| {
        let (directory, stem) = (file.parent()?, file.file_stem()?);
        let stems = [Some(stem), stem.strip_prefix("lib")];
        let files = stems
            .into_iter()
            .flatten()
            .map(|stem| directory.join(format!("{stem}.d")));
        let mut files: Vec<Utf8PathBuf> = files.filter(|file| file.is_file()).collect();
        if files.is_empty() && artifact.target.is_custom_build() {
            let others = directory.read_dir_utf8().ok()?.filter_map(Result::ok);
            files.extend(
                others
                    .map(|entry| entry.into_path())
                    .filter(|file| file.extension() == Some("d")),
            );
        }
        files.into_iter().next()
    });
    let file = beside.into_iter().next();
    file.with_context(|| {
        format!(
            "cargo compiled {} and left no dep-info beside {:?}",
            artifact.target.src_path, artifact.filenames
        )
    })
}

/// A build script that Cargo ran, and what it says that it watches.
pub fn run_unit(out: &Utf8Path, name: &str, package: &Utf8Path) -> anyhow::Result<Unit> {
    let file = out.with_file_name("output");
    let text = fs::read(&file).with_context(|| format!("cannot read {file}"))?;
    let reads = rerun_if_changed(&String::from_utf8_lossy(&text));
    Ok(Unit {
        name: name.to_owned(),
        kind: UnitKind::BuildScriptRun,
        target: "build script".to_owned(),
        root: Utf8PathBuf::new(),
        role: Role::Library,
        reads: reads.iter().map(|path| package.join(path)).collect(),
        is_fresh: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_by_their_ids() {
        let of = |id: &str| {
            let id = PackageId {
                repr: id.to_owned(),
            };
            let name = crate_name(&id).map(str::to_owned);
            name.map(|name| (name, directory(&id).into_string()))
        };
        let pair = |name: &str, path: &str| Some((name.to_owned(), path.to_owned()));
        assert_eq!(of("path+file:///ws/a#0.1.0"), pair("a", "/ws/a"));
        assert_eq!(
            of("path+file:///my%20ws/%C3%BC%#b@0.1.0"),
            pair("b", "/my ws/ü%")
        );
        assert_eq!(of("registry+https://example.org/index#c@1.0.0"), None);
    }

    #[test]
    fn who_is_to_blame() {
        let words = "error: failed to run custom build command for `page v0.1.0 (/ws/page)`\n\n\
            Caused by:\n  it panicked\nwarning: build failed, waiting\n\
            error: could not compile `x` (lib) due to 1 previous error\n\
            error: failed to run custom build command for `z-sys v1.0.0`\n";
        let failures = other_failures(words, false);
        let names: Vec<_> = failures.iter().map(|f| f.name.as_deref()).collect();
        assert_eq!(names, [Some("page"), None]);
        assert!(failures[0].words.ends_with("it panicked"));
    }
}
