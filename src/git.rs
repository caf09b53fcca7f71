//! The only door to git. It is asked for what it knows, and never writes where the work tree or its
//! index would see it; `init` has it set its own configuration, if that is wanted.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Seek as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, anyhow};
use camino::{Utf8Path, Utf8PathBuf};

use crate::path;
use crate::problem::{Code, Problem};

/// The directory of the repository that `start` lies in, if it lies in one.
pub fn repository(start: &Utf8Path) -> Option<Utf8PathBuf> {
    let holds = |directory: &&Utf8Path| {
        [".git", ".jj", ".hg"]
            .iter()
            .any(|name| directory.join(name).exists())
    };
    start.ancestors().find(holds).map(Utf8Path::to_owned)
}

/// The files that git tracks although its lists ignore them. Empty where there is no git to ask:
/// then they do not exist here, as they do not in a source that git's lists have filtered.
pub fn tracked_though_ignored(repository: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
    let listed = git(
        repository,
        &[
            "ls-files",
            "-z",
            "--cached",
            "--ignored",
            "--exclude-standard",
        ],
    );
    let Ok(Ok(listed)) = listed else {
        return BTreeSet::new();
    };
    let names = listed.split('\0').filter(|name| !name.is_empty());
    names.map(|name| repository.join(name)).collect()
}

/// Where a directory lies in its repository.
pub struct Location {
    /// The top directory of the work tree.
    pub top: Utf8PathBuf,
    /// From there: empty, or with a final `/`.
    pub prefix: String,
}

/// Where `directory` lies in its git repository; git's message if it lies in none.
pub fn location(directory: &Utf8Path) -> anyhow::Result<Result<Location, String>> {
    let said = git(
        directory,
        &["rev-parse", "--show-toplevel", "--show-prefix"],
    )?;
    Ok(said.map(|said| {
        let (top, prefix) = said.split_once('\n').unwrap_or((&said, ""));
        Location {
            top: top.into(),
            prefix: prefix.trim_end_matches('\n').to_owned(),
        }
    }))
}

/// The directory that has this prefix in a copy of the repository.
pub fn in_copy(repository: &Utf8Path, prefix: &str) -> Utf8PathBuf {
    match prefix.trim_end_matches('/') {
        "" => repository.to_owned(),
        below => repository.join(below),
    }
}

/// A path relative to the top of the repository.
pub fn from_top(prefix: &str, path: &str) -> Option<String> {
    let top = path::followed(Vec::new(), prefix)?;
    Some(path::followed(top, path)?.join("/"))
}

/// The full name of the commit, or what is wrong.
pub fn commit(top: &Utf8Path, wanted: &str) -> anyhow::Result<Result<String, String>> {
    let resolve = |name: &str| {
        let name = format!("{name}^{{commit}}");
        git(top, &["rev-parse", "--verify", "--end-of-options", &name])
    };
    let base = wanted.strip_suffix("...").filter(|base| !base.is_empty());
    let name = base.unwrap_or(wanted);
    let Ok(found) = resolve(name)? else {
        return Ok(Err(format!("git knows no commit `{name}`")));
    };
    // Some versions of git write `--end-of-options` before it.
    let found = found.lines().last().unwrap_or_default();
    if base.is_none() {
        return Ok(Ok(found.to_owned()));
    }
    Ok(match git(top, &["merge-base", found, "HEAD"])? {
        Ok(base) => Ok(base.trim_end().to_owned()),
        Err(_) => Err(format!("`{name}` and HEAD have no commit in common")),
    })
}

/// What git says of one file that differs from the work tree's.
pub struct Touched {
    pub path: String,
    /// Whether it is a regular file on both sides.
    pub is_edit: bool,
}

/// All files that a commit and the work tree of the repository at `top` do not hold alike: those
/// that git keeps, or kept.
///
/// `git diff` writes what it learnt of files to the index, whatever `GIT_OPTIONAL_LOCKS` says, so it
/// is given a copy of the index in `scratch`.
pub fn differing(top: &Utf8Path, commit: &str, scratch: &Utf8Path) -> anyhow::Result<Vec<Touched>> {
    let index = asked(top, &["rev-parse", "--git-path", "index"])?;
    let index = top.join(index.trim_end_matches('\n'));
    let copy = scratch.join("index-of-work-tree");
    let is_copied =
        copy_index(&index, &copy).with_context(|| format!("cannot copy {index} to {copy}"))?;
    let mut diff = command(top);
    if is_copied {
        diff.env("GIT_INDEX_FILE", &copy);
    }
    diff.args(["diff", "--raw", "-z", "--no-renames", "--no-ext-diff"]);
    diff.args(["--no-relative", "--ignore-submodules=all", commit, "--"]);
    let said = run(&mut diff)?.map_err(|words| anyhow!("git diff failed: {words}"))?;

    let mut fields = said.split('\0').filter(|field| !field.is_empty());
    let touched = std::iter::from_fn(|| {
        let (words, path) = (fields.next()?, fields.next()?);
        let mut words = words.trim_start_matches(':').split(' ');
        let is_regular = |mode: Option<&str>| mode.is_some_and(|mode| mode.starts_with("100"));
        let is_edit =
            is_regular(words.next()) && is_regular(words.next()) && words.nth(2) == Some("M");
        Some(Touched {
            path: path.to_owned(),
            is_edit,
        })
    });
    Ok(touched.collect())
}

/// Whether there is one: a repository in which nothing was ever added has none.
fn copy_index(from: &Utf8Path, to: &Utf8Path) -> std::io::Result<bool> {
    let mut from = match File::open(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    let mut to = File::create(to)?;
    std::io::copy(&mut from, &mut to)?;
    // Git reads the files again that may have been written after the index.
    to.set_modified(from.metadata()?.modified()?)?;
    Ok(true)
}

/// What git writes to a question that it can always answer.
pub fn asked(directory: &Utf8Path, args: &[&str]) -> anyhow::Result<String> {
    git(directory, args)?.map_err(|words| anyhow!("git {} failed: {words}", args[0]))
}

/// What git writes; what it complains of where it fails.
pub fn git(directory: &Utf8Path, args: &[&str]) -> anyhow::Result<Result<String, String>> {
    run(command(directory).args(args))
}

pub fn command(directory: &Utf8Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(directory).stdin(Stdio::null());
    // A hook is told of a repository, which need not be the one that is asked here.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    // There is no terminal to answer at, and files of Git LFS are not sources.
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_LFS_SKIP_SMUDGE", "1");
    command
}

/// A git command with a separate index, in which no file is skipped, and without hooks and
/// monitors.
pub fn with_index(directory: &Utf8Path, index: &Utf8Path) -> Command {
    let mut command = command(directory);
    command.env("GIT_INDEX_FILE", index);
    for option in [
        "core.sparseCheckout=false",
        "core.splitIndex=false",
        "core.fsmonitor=false",
        "core.untrackedCache=false",
        "core.hooksPath=/dev/null",
        "submodule.recurse=false",
        // What large-file storage keeps elsewhere would be fetched.
        "filter.lfs.smudge=",
        "filter.lfs.process=",
        "filter.lfs.required=false",
    ] {
        command.args(["-c", option]);
    }
    command
}

/// Brings the files of a commit to a directory, which holds what the index says: those that differ.
/// With no `workers`, git takes as many as there are cores.
pub fn bring(
    top: &Utf8Path,
    commit: &str,
    to: &Utf8Path,
    index: &Utf8Path,
    workers: usize,
) -> anyhow::Result<()> {
    let brought = run(with_index(top, index)
        .arg("-c")
        .arg(format!("checkout.workers={workers}"))
        .arg(format!("--work-tree={to}"))
        .args(["read-tree", "--reset", "-u", commit]))?;
    brought.map_err(|words| anyhow!("git cannot read the files of {commit}: {words}"))?;
    Ok(())
}

/// What git has at a path, relative to the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub mode: String,
    pub object: String,
}

impl Entry {
    pub fn is_file(&self) -> bool {
        self.mode.starts_with("100")
    }
}

/// Everything that a commit has, with its path.
pub fn entries(top: &Utf8Path, commit: &str) -> anyhow::Result<Vec<(String, Entry)>> {
    let listed = asked(top, &["ls-tree", "-r", "-z", "--full-tree", commit])?;
    let entries = listed.split('\0').filter_map(|line| {
        let (entry, path) = line.split_once('\t')?;
        let mut words = entry.split(' ');
        let entry = Entry {
            mode: words.next()?.to_owned(),
            object: words.nth(1)?.to_owned(),
        };
        Some((path.to_owned(), entry))
    });
    Ok(entries.collect())
}

/// Runs a command with a text as its standard input.
pub fn feed(command: &mut Command, text: &str) -> anyhow::Result<Result<String, String>> {
    let mut input = tempfile::tempfile().context("cannot make a scratch file")?;
    input.write_all(text.as_bytes())?;
    input.rewind()?;
    run(command.stdin(input))
}

pub fn run(command: &mut Command) -> anyhow::Result<Result<String, String>> {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(error)
                .context("cannot run `git`: install it (`affected PATH` needs no git)");
        }
        Err(error) => return Err(error).context("cannot run `git`"),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr).trim().to_owned()),
    })
}

pub fn no_repository(root: &Utf8Path, words: &str) -> Problem {
    Problem {
        code: Code::NoRepository,
        path: root.to_string(),
        line: None,
        message: format!("this directory is not in a git work tree: {words}"),
        hint: "name the files that changed, instead of a revision".to_owned(),
    }
}

pub fn no_commit(top: &Utf8Path, wanted: &str, message: String) -> anyhow::Result<Problem> {
    let is_shallow = git(top, &["rev-parse", "--is-shallow-repository"])?;
    let is_known = |name: &str| Ok::<_, anyhow::Error>(commit(top, name)?.is_ok());
    // In CI, and in a fresh clone, a branch may exist only as a remote-tracking branch.
    let remote = format!("origin/{wanted}");
    let hint = if !is_known("HEAD")? {
        "commit something first".to_owned()
    } else if is_known(&remote)? {
        format!("did you mean `{remote}`?")
    } else if is_shallow.as_deref().map(str::trim) == Ok("true") {
        "the clone is shallow: run `git fetch --unshallow`, or fetch the commit by its name"
            .to_owned()
    } else {
        "name a commit, branch or tag of this repository; `git fetch` gets those of the remote"
            .to_owned()
    };
    Ok(Problem {
        code: Code::UnknownRevision,
        path: top.to_string(),
        line: None,
        message,
        hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_from_the_top() {
        assert_eq!(from_top("", "a/b").as_deref(), Some("a/b"));
        assert_eq!(from_top("rust/", "a").as_deref(), Some("rust/a"));
        assert_eq!(from_top("rust/", "../a").as_deref(), Some("a"));
        assert_eq!(from_top("rust/", "../../a"), None);
    }
}
