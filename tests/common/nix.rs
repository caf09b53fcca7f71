//! Evaluating and building with the Nix library in nix/.
//!
//! It reads these environment variables, which `tests/run` sets: `CRATESIEVE_NIX` (the `bin` directories of
//! the Nix versions to test with, separated by colons), `NIX_CONF_DIR`, and those of
//! tests/nix/stand-in/default.nix (`CRATESIEVE_HOST_TOOLS`, `CRANE_SRC`, `NIXPKGS_LIB`).

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{self, Command, Output};
use std::sync::Once;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;

use super::{Fixture, copy, cratesieve, git, repository_of, symlink, utf8, write};

// ---- Nix ----------------------------------------------------------------------------------------

/// One version of Nix.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Nix {
    program: PathBuf,
}

/// The Nix versions to test with: those in `CRATESIEVE_NIX`, or the one on `PATH`.
pub fn all_nix() -> Vec<Nix> {
    if let Some(directories) = env::var_os("CRATESIEVE_NIX").filter(|given| !given.is_empty()) {
        let programs = env::split_paths(&directories).map(|directory| directory.join("nix"));
        return programs
            .map(|program| {
                assert!(
                    program.is_file(),
                    "CRATESIEVE_NIX: there is no {}",
                    program.display()
                );
                Nix { program }
            })
            .collect();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .map(|directory| directory.join("nix"))
        .find(|program| program.is_file());
    vec![Nix {
        program: found.unwrap_or_else(|| leave_out()),
    }]
}

/// Ends a test program that cannot do without Nix: with a word of what is left out, or on CI, where
/// nothing may be left out, in failure.
fn leave_out() -> ! {
    const NONE: &str = "there is no Nix: CRATESIEVE_NIX is not set, and PATH has no `nix`";
    assert!(env::var_os("CI").is_none(), "{NONE}");
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let program = env::args().next().unwrap_or_default();
        // Not a macro: the words of a test that passes are not shown.
        let _ = writeln!(
            io::stderr(),
            "\nLEFT OUT: all tests of {program}: {NONE}\nhint: eval \"$(tests/nix/setup)\""
        );
        process::exit(0)
    });
    unreachable!("the process has ended")
}

/// One Nix, for tests that need not try each version: the last of [`all_nix`].
pub fn nix() -> Nix {
    all_nix().pop().unwrap()
}

impl Nix {
    /// The command `nix <subcommand>` with the options of every call: no import from derivation, and the
    /// features that the command line needs.
    pub fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg(subcommand)
            .args(["--extra-experimental-features", "nix-command"])
            .args(["--option", "allow-import-from-derivation", "false"])
            .args(["--option", "warn-dirty", "false"]);
        command
    }

    /// The value of an expression, which may read the environment.
    pub fn evaluate(&self, expression: &str) -> Value {
        let output = self.run_evaluate(expression, &["--impure"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "nix eval failed:\n{stderr}\n{expression}"
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The values of several expressions in the scope of [`with_prelude`], in one evaluation.
    pub fn evaluate_all(&self, expressions: &[String]) -> Vec<Value> {
        let expressions: String = expressions.iter().map(|one| format!("({one})\n")).collect();
        let values = self.evaluate(&with_prelude(&format!("[ {expressions} ]")));
        values.as_array().unwrap().clone()
    }

    /// The message of an expression that has to fail: the text after the last `error:`, without
    /// indentation.
    pub fn error(&self, expression: &str) -> String {
        let output = self.run_evaluate(expression, &["--impure"]);
        assert!(
            !output.status.success(),
            "nix eval was to fail, and printed {}\n{expression}",
            String::from_utf8_lossy(&output.stdout)
        );
        last_error(&String::from_utf8(output.stderr).unwrap())
    }

    pub fn run_evaluate(&self, expression: &str, args: &[&str]) -> Output {
        self.command("eval")
            .args(args)
            .args(["--json", "--show-trace", "--expr", expression])
            .output()
            .unwrap()
    }

    /// Builds an expression, which is a derivation or a list or set of them. Returns the output paths in that
    /// order.
    pub fn build(&self, expression: &str) -> Vec<PathBuf> {
        match self.try_build(expression) {
            Ok(paths) => paths,
            Err(log) => panic!("nix build failed:\n{log}\n{expression}"),
        }
    }

    /// Builds an expression as [`Nix::build`] does. If it fails, returns the output of Nix and its builders.
    pub fn try_build(&self, expression: &str) -> Result<Vec<PathBuf>, String> {
        let output = self
            .command("build")
            .args(["--impure", "--no-link", "--print-out-paths"])
            .args(["--print-build-logs", "--expr", expression])
            .output()
            .unwrap();
        if output.status.success() {
            let stdout = String::from_utf8(output.stdout).unwrap();
            Ok(stdout.lines().map(PathBuf::from).collect())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// The text after the last `error:` at the start of a line, without Nix's indentation.
fn last_error(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().collect();
    let start = lines
        .iter()
        .rposition(|line| line.trim_start().starts_with("error:"))
        .unwrap_or_else(|| panic!("Nix failed and named no error:\n{stderr}"));
    let text: Vec<&str> = lines[start..]
        .iter()
        .enumerate()
        .map(|(index, line)| match index {
            0 => line.trim_start().trim_start_matches("error:").trim_start(),
            _ => line.trim_start(),
        })
        .collect();
    text.join("\n").trim_end().to_owned()
}

// ---- Expressions --------------------------------------------------------------------------------

/// The repository of cratesieve itself.
pub fn repository() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A Nix string literal.
pub fn nix_string(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace("${", "\\${")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
        .replace('\t', "\\t");
    format!("\"{escaped}\"")
}

/// A Nix path with any characters.
pub fn nix_path(path: &Utf8Path) -> String {
    format!("(/. + {})", nix_string(path.as_str()))
}

/// An expression with a scope: `pkgs`, `craneLib`, `lib`, `cratesieve` (the flake's `lib`), `internal`
/// (nix/internal.nix), and `mkWorkspace`, which does not need the arguments `pkgs` and `craneLib`.
pub fn with_prelude(expression: &str) -> String {
    let stand_in = nix_path(&repository().join("tests/nix/stand-in"));
    let library = nix_path(&repository().join("nix"));
    format!(
        "let
  inherit (import {stand_in} {{ }}) pkgs craneLib lib;
  cratesieve = import {library};
  internal = import ({library} + \"/internal.nix\") {{ inherit lib; }};
  mkWorkspace = arguments: cratesieve.mkWorkspace ({{ inherit pkgs craneLib; }} // arguments);
in
{expression}"
    )
}

// ---- Workspaces ---------------------------------------------------------------------------------

/// A copy of a fixture that tests may change.
pub struct Workspace {
    directory: TempDir,
    /// The workspace root relative to the copy: `.` except for some fixtures.
    root: Utf8PathBuf,
}

impl Workspace {
    pub fn of(fixture: &str) -> Self {
        let fixture = Fixture::named(fixture);
        Self {
            directory: copy(&fixture.repository),
            root: fixture.root,
        }
    }

    /// An empty repository for a workspace at `root`, a path relative to it.
    pub fn empty(root: &str) -> Self {
        Self {
            directory: repository_of(&[]),
            root: Utf8PathBuf::from(root),
        }
    }

    /// A copy of this workspace in its present state.
    pub fn copied(&self) -> Self {
        Self {
            directory: copy(self.repository()),
            root: self.root.clone(),
        }
    }

    /// The copy of the fixture's repository.
    pub fn repository(&self) -> &Utf8Path {
        utf8(&self.directory)
    }

    /// The workspace root.
    pub fn root(&self) -> Utf8PathBuf {
        match self.root.as_str() {
            "." => self.repository().to_owned(),
            root => self.path(root),
        }
    }

    /// An absolute path, from one relative to the repository. All functions below take such paths.
    pub fn path(&self, path: &str) -> Utf8PathBuf {
        self.repository().join(path)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes a file, and creates its directories.
    pub fn write(&self, path: &str, text: &str) {
        write(self.repository(), path, text);
    }

    /// Replaces every occurrence of a text. There must be one.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}:\n{text}");
        self.write(path, &text.replace(from, to));
    }

    /// Appends to a file, which must exist.
    pub fn append(&self, path: &str, text: &str) {
        self.write(path, &(self.read(path) + text));
    }

    pub fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    pub fn rename(&self, from: &str, to: &str) {
        fs::create_dir_all(self.path(to).parent().unwrap()).unwrap();
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub fn make_directory(&self, path: &str) {
        fs::create_dir_all(self.path(path)).unwrap();
    }

    pub fn link(&self, target: &str, path: &str) {
        symlink(target.as_ref(), self.path(path).as_std_path());
    }

    /// A copy of a fixture in a git repository with one commit of all files.
    pub fn committed(fixture: &str) -> Self {
        let workspace = Self::of(fixture);
        workspace.commit();
        workspace
    }

    /// Commits all files, and makes the copy a git repository before if it is none.
    pub fn commit(&self) {
        self.commit_as("x");
    }

    /// Commits all files, as [`Workspace::commit`] does, with this subject.
    pub fn commit_as(&self, subject: &str) {
        let git = |args: &[&str]| git(self.repository(), args);
        if !self.path(".git/HEAD").exists() {
            fs::remove_dir_all(self.path(".git")).unwrap();
            git(&["init", "--quiet", "--initial-branch=main"]);
        }
        git(&["add", "--all", "--force"]);
        let message = format!("--message={subject}");
        git(&["commit", "--quiet", "--allow-empty", &message]);
    }

    /// Runs `cratesieve gen`, which has to succeed.
    pub fn generate(&self) {
        let outcome = cratesieve(&self.root(), ["gen", "--quiet"]);
        assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    }

    /// An expression in the scope of [`with_prelude`] and with these names: `directory` is this copy,
    /// `manifest` its cratesieve.json, and `workspace` the result of `mkWorkspace` with the attributes
    /// `arguments` (such as `strategy = "shared";`).
    pub fn expression(&self, arguments: &str, expression: &str) -> String {
        with_prelude(&self.within_prelude(arguments, expression))
    }

    /// An expression as of [`Workspace::expression`], but without the prelude, which many can share.
    pub fn within_prelude(&self, arguments: &str, expression: &str) -> String {
        let directory = nix_path(self.repository());
        let manifest = nix_path(&self.root().join("cratesieve.json"));
        format!(
            "let
  directory = {directory};
  manifest = builtins.fromJSON (builtins.readFile {manifest});
  workspace = mkWorkspace ({{ src = directory; manifest = {manifest}; }} // {{ {arguments} }});
in
{expression}"
        )
    }
}

impl Workspace {
    /// A clone of a git repository whose root is a workspace.
    pub fn cloned(repository: &Utf8Path) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let to = utf8(&directory).as_str();
        git(
            repository,
            &["clone", "--quiet", "--shared", repository.as_str(), to],
        );
        Self {
            directory,
            root: Utf8PathBuf::from("."),
        }
    }

    /// A workspace at the root of its repository, with only these files.
    pub fn from_files(files: &[(&str, &str)]) -> Self {
        Self {
            directory: repository_of(files),
            root: Utf8PathBuf::from("."),
        }
    }
}
