//! What Cargo, rustup and git would wait for, or read, for ever: a pipe or a device where they look
//! for a file. No repository holds any.

use std::env;
use std::fs::File;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::{DirEntry, WalkDir};

use crate::problem::{Code, Problem};

/// What is read of a directory and of all above it.
const NAMES: [&str; 5] = [
    "Cargo.toml",
    ".cargo/config.toml",
    ".cargo/config",
    "rust-toolchain.toml",
    "rust-toolchain",
];

/// The first of them in the directory of `manifest_path`, or the current one, or above.
pub fn find(manifest_path: Option<&Utf8Path>) -> Option<Problem> {
    let start = match manifest_path.and_then(Utf8Path::parent) {
        Some(directory) => directory.to_owned(),
        None => Utf8PathBuf::from_path_buf(env::current_dir().ok()?).ok()?,
    };
    let places = start
        .ancestors()
        .flat_map(|directory| NAMES.map(|name| directory.join(name)));
    let path = places.into_iter().find(|path| is_endless(path))?;
    Some(problem(&start, &path))
}

fn problem(start: &Utf8Path, path: &Utf8Path) -> Problem {
    Problem {
        code: Code::NotAFile,
        path: path.strip_prefix(start).unwrap_or(path).to_string(),
        line: None,
        message: "it is a pipe or a device, which Cargo would read for ever".to_owned(),
        hint: "put a regular file in its place, or remove it".to_owned(),
    }
}

/// Runs a function that lets Cargo and git read files below `directory`. Only Cargo knows which
/// manifests it reads. If the answer takes long, pipes in the place of manifests are ended, so that
/// their readers go on. Each of them becomes a problem.
pub fn ended<T>(directory: &Utf8Path, run: impl FnOnce() -> T) -> (T, Vec<Problem>) {
    thread::scope(|scope| {
        let (working, is_done) = channel();
        let ending = scope.spawn(move || end_pipes(directory, &is_done));
        let result = run();
        drop(working);
        (result, ending.join().unwrap_or_default())
    })
}

/// Ends pipes until the work is done.
fn end_pipes(directory: &Utf8Path, is_done: &Receiver<()>) -> Vec<Problem> {
    let mut pipes: Option<Vec<Utf8PathBuf>> = None;
    let mut patience = Duration::from_secs(2);
    while is_done.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
        for pipe in pipes.get_or_insert_with(|| pipes_below(directory, is_done)) {
            // Opened for both sides, it waits for none; closed, it has come to its end.
            let _ = File::options().read(true).write(true).open(pipe);
        }
        patience = Duration::from_millis(50);
    }
    let manifests = pipes.into_iter().flatten();
    let manifests = manifests.filter(|pipe| pipe.file_name() == Some("Cargo.toml"));
    manifests.map(|pipe| problem(directory, &pipe)).collect()
}

fn pipes_below(directory: &Utf8Path, is_done: &Receiver<()>) -> Vec<Utf8PathBuf> {
    let holds_sources =
        |entry: &DirEntry| entry.file_name() != ".git" && entry.file_name() != "target";
    let entries = WalkDir::new(directory)
        .into_iter()
        .filter_entry(holds_sources);
    let paths = entries
        .take_while(|_| is_done.try_recv() == Err(TryRecvError::Empty))
        .filter_map(|entry| Utf8PathBuf::from_path_buf(entry.ok()?.into_path()).ok());
    let is_read =
        |path: &Utf8PathBuf| matches!(path.file_name(), Some("Cargo.toml" | ".gitignore"));
    paths
        .filter(|path| is_read(path) && is_pipe(path))
        .collect()
}

#[cfg(unix)]
fn is_pipe(path: &Utf8Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(unix)]
fn is_endless(path: &Utf8Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let is_device = || {
        std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_char_device())
            // What was switched off like that holds nothing.
            && path.canonicalize_utf8().is_ok_and(|path| path != "/dev/null")
    };
    is_pipe(path) || is_device()
}

/// No file system elsewhere holds any.
#[cfg(not(unix))]
fn is_pipe(_: &Utf8Path) -> bool {
    false
}

#[cfg(not(unix))]
fn is_endless(_: &Utf8Path) -> bool {
    false
}
