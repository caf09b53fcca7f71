//! The only door to `cargo check`.

use std::env;
use std::io::{BufReader, ErrorKind, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::PoisonError;
use std::thread;

use anyhow::{Context as _, bail};
use camino::Utf8Path;
use cargo_metadata::Message;

use super::interrupt;
use super::messages::{
    Failure, Unit, compiled_unit, crate_name, directory, failure, is_error, other_failures,
    run_unit,
};
use crate::source::Role;

/// One run of Cargo.
#[derive(Debug, Default)]
pub struct Compile {
    pub units: Vec<Unit>,
    /// Empty where all went well.
    pub failures: Vec<Failure>,
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
