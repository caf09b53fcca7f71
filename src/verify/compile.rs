//! The only door to `cargo check`: what a compile read, by its dep-info and its build scripts, or
//! why it failed.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{BufReader, ErrorKind, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::PoisonError;
use std::thread;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};
use cargo_metadata::{Artifact, Message, PackageId, TargetKind};

use super::dep_info::{dep_info_paths, rerun_if_changed};
use super::interrupt;
use crate::source::Role;

/// One run of Cargo.
#[derive(Debug, Default)]
pub struct Compile {
    pub units: Vec<Unit>,
    /// Empty where all went well.
    pub failures: Vec<Failure>,
}

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

/// What Cargo is to check.
pub struct Check<'c> {
    /// The workspace root, where Cargo runs.
    pub root: &'c Utf8Path,
    /// The directory of the package.
    pub directory: &'c Utf8Path,
    pub role: Role,
    pub target: &'c Utf8Path,
    /// Fail where Cargo.lock would have to change.
    pub locked: bool,
    /// What rustup runs where the workspace is: it goes by directories above, too.
    pub toolchain: Option<&'c str>,
    /// Further arguments for `cargo check`.
    pub arguments: &'c [String],
}

/// Runs `cargo check` on one package, offline; `compiled` hears of each crate of the workspace.
pub fn compile(check: &Check<'_>, compiled: &mut dyn FnMut(&str)) -> anyhow::Result<Compile> {
    interrupt::check()?;
    let mut command = cargo(check, "check");
    command
        .args(["--keep-going", "--message-format", "json", "--quiet"])
        .args((check.role == Role::Test).then_some("--all-targets"))
        .args(check.arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let result = follow(start(&mut command)?, check, compiled);
    interrupt::check()?;
    result
}

/// A command of Cargo on the package of a check, offline.
pub fn cargo(check: &Check<'_>, subcommand: &str) -> Command {
    let mut command = Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command
        .args([subcommand, "--offline", "--color", "never"])
        .args([
            "--manifest-path",
            check.directory.join("Cargo.toml").as_str(),
        ])
        .args(["--target-dir", check.target.as_str()])
        .args(check.locked.then_some("--locked"))
        .current_dir(check.root)
        // Configuration may put build files in another directory than the workspace's target
        // directory.
        .env("CARGO_BUILD_BUILD_DIR", check.target)
        // A cache of compilers' results does not run a macro that reads a file.
        .env("RUSTC_WRAPPER", "")
        .env("RUSTC_WORKSPACE_WRAPPER", "")
        .env("CARGO_INCREMENTAL", "0")
        .envs(check.toolchain.map(|name| ("RUSTUP_TOOLCHAIN", name)))
        .stdin(Stdio::null());
    // What Cargo sets for a program that it runs, a build script would take for its own.
    for (name, _) in env::vars_os() {
        let is_ours =
            |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if name.to_str().is_some_and(is_ours) {
            command.env_remove(name);
        }
    }
    command
}

/// Starts Cargo.
pub fn start(command: &mut Command) -> anyhow::Result<Child> {
    match command.spawn() {
        Ok(child) => Ok(child),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(error).context("cannot run `cargo`: install Rust, or set CARGO to it")
        }
        Err(error) => Err(error).context("cannot run `cargo`"),
    }
}

fn follow(
    mut child: Child,
    check: &Check<'_>,
    compiled: &mut dyn FnMut(&str),
) -> anyhow::Result<Compile> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (Some(stdout), Some(mut stderr)) = (stdout, stderr) else {
        bail!("cargo has no output");
    };
    interrupt::watched(child, |child| {
        let words = thread::spawn(move || {
            let mut words = Vec::new();
            let read = stderr.read_to_end(&mut words);
            read.map(|_| String::from_utf8_lossy(&words).into_owned())
        });
        let heard = listen(stdout, check, compiled);
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.is_err() {
            // The receiver is gone. A process that has ended need not be killed.
            let _ = child.kill();
        }
        let status = child.wait()?;
        let (mut found, has_begun) = heard?;
        let words = words.join().unwrap_or_else(|_| Ok(String::new()))?;
        if !status.success() {
            found.failures.extend(other_failures(&words, !has_begun));
            if found.failures.is_empty() {
                bail!("cargo failed and said nothing: {status}");
            }
        }
        Ok(found)
    })
}

/// What Cargo prints as it goes, and whether it has compiled at all.
fn listen(
    stdout: ChildStdout,
    check: &Check<'_>,
    compiled: &mut dyn FnMut(&str),
) -> anyhow::Result<(Compile, bool)> {
    let mut found = Compile::default();
    let mut has_begun = false;
    for message in Message::parse_stream(BufReader::new(stdout)) {
        match message.context("cannot read what cargo prints")? {
            Message::CompilerArtifact(artifact) => {
                if let Some(name) = crate_name(&artifact.package_id) {
                    compiled(name);
                    let unit = compiled_unit(&artifact, name, check.root)?;
                    found.units.push(unit);
                }
            }
            Message::BuildScriptExecuted(script) => {
                if let Some(name) = crate_name(&script.package_id) {
                    let directory = directory(&script.package_id);
                    let unit = run_unit(&script.out_dir, name, &directory)?;
                    found.units.push(unit);
                }
            }
            Message::CompilerMessage(message) if is_error(&message.message) => {
                let name = crate_name(&message.package_id);
                found.failures.push(failure(name, &message.message));
            }
            Message::BuildFinished(_) => has_begun = true,
            _ => {}
        }
    }
    Ok((found, has_begun))
}

fn is_error(message: &Diagnostic) -> bool {
    matches!(message.level, DiagnosticLevel::Error | DiagnosticLevel::Ice)
        && !message.message.starts_with("aborting due to")
}

fn failure(name: Option<&str>, message: &Diagnostic) -> Failure {
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
fn other_failures(words: &str, is_refusal: bool) -> Vec<Failure> {
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
fn crate_name(id: &PackageId) -> Option<&str> {
    // `path+file:///ws/crates/a#name@0.1.0`, and without the name where the directory has it.
    let (path, version) = id.repr.strip_prefix("path+file://")?.rsplit_once('#')?;
    match version.split_once('@') {
        Some((name, _)) => Some(name),
        None => path.rsplit('/').next(),
    }
}

fn directory(id: &PackageId) -> Utf8PathBuf {
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

fn compiled_unit(artifact: &Artifact, name: &str, root: &Utf8Path) -> anyhow::Result<Unit> {
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

fn run_unit(out: &Utf8Path, name: &str, package: &Utf8Path) -> anyhow::Result<Unit> {
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

/// The toolchain that rustup chooses in a directory; `None` where there is no rustup, or where one
/// is set for everything.
pub fn toolchain(root: &Utf8Path) -> Option<String> {
    if env::var_os("RUSTUP_TOOLCHAIN").is_some() {
        return None;
    }
    let mut command = Command::new("rustup");
    command.args(["show", "active-toolchain"]).current_dir(root);
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let name = text.split_whitespace().next()?;
    output.status.success().then(|| name.to_owned())
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
