//! A workspace for hostile tests, and runs of the program in it.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use camino::Utf8PathBuf;
use cratesieve::manifest::Manifest;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{self, utf8};

/// The longest time for a run. A longer run counts as hanging.
const LIMIT: Duration = Duration::from_secs(120);

const BINARY: &str = env!("CARGO_BIN_EXE_cratesieve");

/// A repository with two crates, `b` depending on `a`, in a directory that does not belong to it.
pub struct Ground {
    directory: TempDir,
}

/// The result of a run: exit code and output.
pub struct Answer {
    pub args: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ground {
    pub fn new() -> Self {
        let ground = Self::bare();
        for (path, text) in [
            (
                "Cargo.toml",
                "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n",
            ),
            (
                "Cargo.lock",
                "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \
                 \"b\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n",
            ),
            ("crates/a/Cargo.toml", &package("a", "")),
            ("crates/a/README.md", "# a\n"),
            ("crates/a/src/lib.rs", "pub fn a() {}\n"),
            (
                "crates/b/Cargo.toml",
                &package("b", "[dependencies]\na = { path = \"../a\" }\n"),
            ),
            ("crates/b/src/main.rs", "fn main() { a::a() }\n"),
        ] {
            ground.write(path, text);
        }
        ground
    }

    /// An empty repository.
    pub fn bare() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ground = Self { directory };
        ground.make_directory(".git");
        ground
    }

    /// The workspace root, which is the repository.
    pub fn root(&self) -> Utf8PathBuf {
        self.outside("repository")
    }

    /// A path in the directory around the repository.
    pub fn outside(&self, path: &str) -> Utf8PathBuf {
        utf8(&self.directory).join(path)
    }

    /// A path relative to the workspace root, as all functions below take it.
    pub fn path(&self, path: &str) -> Utf8PathBuf {
        self.root().join(path)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn append(&self, path: &str, text: &str) {
        let old = fs::read_to_string(self.path(path)).unwrap();
        self.write(path, old + text);
    }

    pub fn make_directory(&self, path: &str) {
        fs::create_dir_all(self.path(path)).unwrap();
    }

    pub fn remove(&self, path: &str) {
        let path = self.path(path);
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path).unwrap(),
            Ok(_) => fs::remove_file(path).unwrap(),
            Err(_) => {}
        }
    }

    /// Replaces a path with a symbolic link.
    pub fn link(&self, target: impl AsRef<std::path::Path>, path: &str) {
        self.remove(path);
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        common::symlink(target.as_ref(), self.path(path).as_std_path());
    }

    /// Replaces a path with a named pipe.
    pub fn pipe(&self, path: &str) {
        self.remove(path);
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        let made = Command::new("mkfifo").arg(self.path(path)).status();
        assert!(made.unwrap().success());
    }

    /// Runs the program in the workspace root, and checks what holds for every run: it ends, with an exit code
    /// that has a meaning and a message if something is wrong; the manifest is unchanged or complete; and no
    /// temporary file is left.
    pub fn run(&self, args: &[&str]) -> Answer {
        self.run_by(&[BINARY], args)
    }

    /// Runs the program as [`Ground::run`] does, through another program that gets the command line.
    pub fn run_through(&self, program: &[&str], args: &[&str]) -> Answer {
        self.run_by(&[program, &[BINARY]].concat(), args)
    }

    fn run_by(&self, program: &[&str], args: &[&str]) -> Answer {
        let scratch = tempfile::tempdir().unwrap();
        let mut command = Command::new(program[0]);
        command
            .args(&program[1..])
            .args(args)
            .current_dir(self.root())
            .env("TMPDIR", scratch.path())
            .env("RUST_BACKTRACE", "0");
        let before = self.manifest_bytes();
        let answer = finish(&mut command, args);
        let after = self.manifest_bytes();

        let shown = format!(
            "{}: exit code {}\n{}",
            answer.args, answer.code, answer.stderr
        );
        // A process that was killed by a signal has no exit code.
        assert!((0..=2).contains(&answer.code), "{shown}");
        assert!(!answer.stderr.contains("panicked"), "{shown}");
        let complains = answer.stderr.starts_with("error");
        assert!(
            complains || answer.code == 0 || args.contains(&"--check"),
            "{shown}"
        );
        assert!(
            answer.code == 0 || answer.stderr.contains("error"),
            "{shown}"
        );
        if after != before {
            let text = String::from_utf8(after.expect("the manifest is gone")).unwrap();
            let manifest = Manifest::from_text(&text);
            assert_eq!(manifest.unwrap().to_text(), text, "{shown}");
        }
        let left = fs::read_dir(scratch.path()).unwrap().count();
        let is_ours = |name: &str| name.starts_with(".cratesieve-");
        let mut names = self.root().read_dir_utf8().unwrap().map(Result::unwrap);
        let is_clean = left == 0 && !names.any(|entry| is_ours(entry.file_name()));
        assert!(is_clean, "something is left behind by {shown}");
        answer
    }

    fn manifest_bytes(&self) -> Option<Vec<u8>> {
        let path = self.path("cratesieve.json");
        path.is_file().then(|| fs::read(path).unwrap())
    }

    /// Runs the program, which has to succeed.
    pub fn fine(&self, args: &[&str]) -> Answer {
        let answer = self.run(args);
        assert_eq!(answer.code, 0, "{}: {}", answer.args, answer.stderr);
        answer
    }

    /// Runs the program, which has to fail with a message that names this place.
    pub fn refused(&self, args: &[&str], place: &str) -> Answer {
        let answer = self.run(args);
        answer.names(place);
        answer
    }

    /// The manifest that `gen` would write. Nothing is written.
    pub fn manifest(&self) -> Value {
        let answer = self.fine(&["gen", "--output", "-"]);
        serde_json::from_str(&answer.stdout).unwrap()
    }

    /// The files of crate `a`, for its tests.
    pub fn files(&self) -> Vec<String> {
        let answer = self.fine(&["files", "a", "--role", "test"]);
        answer.stdout.lines().map(str::to_owned).collect()
    }
}

impl Answer {
    /// Checks that the program fails with a message that names this place.
    pub fn names(&self, place: &str) {
        let shown = format!("{}: {}", self.args, self.stderr);
        assert_ne!(self.code, 0, "{shown}");
        assert!(self.stderr.contains(place), "{place} is not in {shown}");
    }
}

/// The Cargo.toml of a package.
pub fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
}

/// Waits for a process, and kills it with its children after [`LIMIT`].
fn finish(command: &mut Command, args: &[&str]) -> Answer {
    let args = args.join(" ");
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let group = format!("-{}", child.id());
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(child.wait_with_output()));
    let Ok(output) = end.recv_timeout(LIMIT) else {
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        panic!("it hangs: {args}");
    };
    let output = output.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        args,
    }
}
