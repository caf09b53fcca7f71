//! The only door to git's history: the files of a revision in a scratch directory. The work tree
//! and its index stay as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Seek as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::path::Root;
use crate::problem::{Checked, Problem};

/// The files of a repository, as they were.
pub struct Revision {
    /// The full name of the commit.
    pub commit: String,
    pub place: Place,
    /// The workspace root relative to the top of the repository: empty, or with a final `/`.
    prefix: String,
    files: Listed,
    /// Removed when this is dropped.
    _scratch: TempDir,
}

/// Where the files are.
pub enum Place {
    /// In the work tree, but for those that are listed here, by their paths relative to the
    /// workspace root: all that is different is what some files hold that cannot change which
    /// crates and targets there are.
    Edited(BTreeMap<String, Utf8PathBuf>),
    Unpacked {
        /// The top directory of the files.
        repository: Utf8PathBuf,
        /// Where the workspace root is in it, whether there is anything or not.
        root: Utf8PathBuf,
    },
}

/// Relative to the top of the repository.
#[derive(Default)]
struct Listed {
    /// The files of the revision, those of submodules too.
    tracked: BTreeSet<String>,
    /// Those of them that may hold something else in the work tree.
    touched: BTreeSet<String>,
}

/// Brings the files of `wanted` to a scratch directory: a revision as git names them, or one that
/// is followed by `...`, for its merge base with `HEAD`. `root` is the workspace root.
pub fn check_out(root: &Utf8Path, wanted: &str) -> Checked<Revision> {
    let place = match git(root, &["rev-parse", "--show-toplevel", "--show-prefix"])? {
        Ok(place) => place,
        Err(words) => return Ok(Err(no_repository(root, &words).into())),
    };
    let (top, prefix) = place.split_once('\n').unwrap_or((&place, ""));
    let (top, prefix) = (Utf8Path::new(top), prefix.trim_end_matches('\n'));
    let commit = match commit(top, wanted)? {
        Ok(commit) => commit,
        Err(message) => return Ok(Err(no_commit(top, message)?.into())),
    };

    let scratch = tempfile::Builder::new()
        .prefix("cratesieve-")
        .tempdir()
        .context("cannot make a scratch directory")?;
    let above = Utf8Path::from_path(scratch.path())
        .context("the scratch directory has a name that is not UTF-8")?
        .canonicalize_utf8()?;
    let mut files = Listed::default();
    let place = match edited(top, &commit, &above, &mut files)? {
        Some(edited) => {
            let above_root = Root::new(root);
            let from_root = |(path, at): (&String, Utf8PathBuf)| {
                Some((above_root.relative(&root_of(root, prefix).join(path))?, at))
            };
            let edited = edited
                .iter()
                .map(|path| (path, above.join("edited").join(path)));
            Place::Edited(edited.filter_map(from_root).collect())
        }
        None => {
            // A path dependency may climb out of the workspace and name the directories on its
            // way back.
            let name = top.file_name().unwrap_or("repository");
            let repository = above.join("tree").join(name);
            files = Listed::default();
            let unpacked = unpack(top, &commit, &repository, &above, "", &mut files)?;
            if let Err(problem) = unpacked {
                return Ok(Err(problem.into()));
            }
            Place::Unpacked {
                root: match prefix {
                    "" => repository.clone(),
                    prefix => repository.join(prefix.trim_end_matches('/')),
                },
                repository,
            }
        }
    };
    Ok(Ok(Revision {
        commit,
        place,
        prefix: prefix.to_owned(),
        files,
        _scratch: scratch,
    }))
}

/// The top of the repository, as the workspace root spells it.
fn root_of(root: &Utf8Path, prefix: &str) -> Utf8PathBuf {
    let climbs = prefix.split('/').filter(|name| !name.is_empty()).count();
    let top = root.ancestors().nth(climbs);
    top.unwrap_or(root).to_owned()
}

impl Revision {
    /// Whether git says that the file at `path`, relative to the workspace root, is the same in
    /// the work tree. `false` where git does not tell.
    pub fn is_untouched(&self, path: &str) -> bool {
        let Some(path) = from_top(&self.prefix, path) else {
            return false;
        };
        self.files.tracked.contains(&path) && !self.files.touched.contains(&path)
    }
}

/// A path relative to the top of the repository.
pub(crate) fn from_top(prefix: &str, path: &str) -> Option<String> {
    let mut stack = Vec::new();
    for name in prefix.split('/').chain(path.split('/')) {
        match name {
            "" | "." => {}
            ".." => {
                stack.pop()?;
            }
            name => stack.push(name),
        }
    }
    Some(stack.join("/"))
}

/// The full name of the commit, or what is wrong.
pub(crate) fn commit(top: &Utf8Path, wanted: &str) -> anyhow::Result<Result<String, String>> {
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
struct Touched<'d> {
    path: &'d str,
    /// Whether it is a regular file on both sides.
    is_edit: bool,
}

/// All that differs, from what `git diff` writes.
fn touched(said: &str) -> impl Iterator<Item = Touched<'_>> {
    let mut fields = said.split('\0').filter(|field| !field.is_empty());
    std::iter::from_fn(move || {
        let (words, path) = (fields.next()?, fields.next()?);
        let mut words = words.trim_start_matches(':').split(' ');
        let is_regular = |mode: Option<&str>| mode.is_some_and(|mode| mode.starts_with("100"));
        let is_edit =
            is_regular(words.next()) && is_regular(words.next()) && words.nth(2) == Some("M");
        Some(Touched { path, is_edit })
    })
}

const DIFF: [&str; 7] = [
    "diff",
    "--raw",
    "-z",
    "--no-renames",
    "--no-ext-diff",
    "--no-relative",
    "--ignore-submodules=all",
];

/// Whether the content of such a file says what crates, targets and files there are.
fn says_shape(path: &str) -> bool {
    let shaping = [
        ".cargo",
        ".gitattributes",
        ".gitignore",
        ".gitmodules",
        "Cargo.toml",
    ];
    path.split('/').any(|name| shaping.contains(&name))
}

/// Brings the files that the work tree holds in another way to `edited` in the scratch directory,
/// and gives their paths. Nothing where more than that is different.
fn edited(
    top: &Utf8Path,
    commit: &str,
    scratch: &Utf8Path,
    files: &mut Listed,
) -> anyhow::Result<Option<Vec<String>>> {
    let others = ["ls-files", "-z", "--others", "--exclude-standard"];
    if !asked(top, &others)?.is_empty() {
        return Ok(None);
    }
    let said = asked(top, &[&DIFF[..], &[commit, "--"]].concat())?;
    let mut paths = Vec::new();
    for touched in touched(&said) {
        if !touched.is_edit || says_shape(touched.path) {
            return Ok(None);
        }
        paths.push(touched.path.to_owned());
    }
    let listed = asked(top, &["ls-tree", "-r", "-z", "--full-tree", commit])?;
    for (mode, _, path) in entries(&listed) {
        if mode == SUBMODULE || mode == LINK && leads_to_any(top, path, &paths) {
            return Ok(None);
        }
        files.tracked.insert(path.to_owned());
    }
    files.touched.extend(paths.iter().cloned());

    let index = scratch.join("index");
    let read = run(with_index(top, &index).args(["read-tree", commit]))?;
    let place = format!("--prefix={scratch}/edited/");
    let wanted: String = paths.iter().map(|path| format!("{path}\0")).collect();
    let brought = match read {
        Ok(_) => feed(
            with_index(top, &index).args(["checkout-index", "-z", "--stdin", &place]),
            &wanted,
        )?,
        Err(words) => Err(words),
    };
    match brought {
        Ok(_) => Ok(Some(paths)),
        Err(words) => bail!("git cannot read the files of {commit}: {words}"),
    }
}

const SUBMODULE: &str = "160000";
const LINK: &str = "120000";

/// Whether a link leads to one of these or to a directory that holds one, which thus has another
/// name as well.
fn leads_to_any(top: &Utf8Path, link: &str, paths: &[String]) -> bool {
    let target = top.join(link).canonicalize_utf8();
    target.is_ok_and(|target| paths.iter().any(|path| top.join(path).starts_with(&target)))
}

/// Mode, object and path of what `git ls-tree` lists.
fn entries(listed: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    listed.split('\0').filter_map(|entry| {
        let (entry, path) = entry.split_once('\t')?;
        let mut words = entry.split(' ');
        Some((words.next()?, words.nth(1)?, path))
    })
}

/// The files of a commit of the repository at `top`, its submodules' too, and what git says of
/// them. `below` is where the repository lies in the outermost one.
fn unpack(
    top: &Utf8Path,
    commit: &str,
    to: &Utf8Path,
    scratch: &Utf8Path,
    below: &str,
    files: &mut Listed,
) -> anyhow::Result<Result<(), Problem>> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {to}"))?;
    let index = scratch.join("index");
    let unpacked = run(with_index(top, &index)
        .args(["-c", "submodule.recurse=false", "-c", "checkout.workers=0"])
        .arg(format!("--work-tree={to}"))
        .args(["read-tree", "--reset", "-u", commit]))?;
    if let Err(words) = unpacked {
        bail!("git cannot read the files of {commit}: {words}");
    }
    std::fs::remove_file(&index).with_context(|| format!("cannot remove {index}"))?;

    let said = asked(top, &[&DIFF[..], &[commit, "--"]].concat())?;
    let names = touched(&said).map(|touched| format!("{below}{}", touched.path));
    files.touched.extend(names);
    let listed = asked(top, &["ls-tree", "-r", "-z", "--full-tree", commit])?;
    for (mode, object, name) in entries(&listed) {
        if mode != SUBMODULE {
            files.tracked.insert(format!("{below}{name}"));
            continue;
        }
        let directory = top.join(name);
        // One that is not there now holds nothing on either side.
        if !directory.join(".git").exists() {
            continue;
        }
        let path = format!("{below}{name}");
        let exists = format!("{object}^{{commit}}");
        if git(&directory, &["cat-file", "-e", &exists])?.is_err() {
            return Ok(Err(submodule_lacks(&path, object)));
        }
        let below = format!("{path}/");
        let unpacked = unpack(&directory, object, &to.join(name), scratch, &below, files)?;
        if unpacked.is_err() {
            return Ok(unpacked);
        }
    }
    Ok(Ok(()))
}

/// What git writes to a question that it can always answer.
fn asked(directory: &Utf8Path, args: &[&str]) -> anyhow::Result<String> {
    git(directory, args)?.map_err(|words| anyhow::anyhow!("git {} failed: {words}", args[0]))
}

/// What git writes; what it complains of where it fails.
pub(crate) fn git(directory: &Utf8Path, args: &[&str]) -> anyhow::Result<Result<String, String>> {
    run(command(directory).args(args))
}

pub(crate) fn command(directory: &Utf8Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(directory).stdin(Stdio::null());
    // A hook is told of a repository, which need not be the one that is asked here.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    // Otherwise `git diff` may write what it learnt to the index.
    command.env("GIT_OPTIONAL_LOCKS", "0");
    // Nobody is there to answer, and what Git LFS would fetch is no source.
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_LFS_SKIP_SMUDGE", "1");
    command
}

/// With an index of our own, in which nothing is left out and which tells nobody.
fn with_index(directory: &Utf8Path, index: &Utf8Path) -> Command {
    let mut command = command(directory);
    command
        .env("GIT_INDEX_FILE", index)
        .args([
            "-c",
            "core.sparseCheckout=false",
            "-c",
            "core.splitIndex=false",
        ])
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
        ]);
    command
}

/// The same with something to read.
fn feed(command: &mut Command, text: &str) -> anyhow::Result<Result<String, String>> {
    let mut input = tempfile::tempfile().context("cannot make a scratch file")?;
    input.write_all(text.as_bytes())?;
    input.rewind()?;
    run(command.stdin(input))
}

pub(crate) fn run(command: &mut Command) -> anyhow::Result<Result<String, String>> {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(error)
                .context("cannot run `git`: install it, or name the files that changed");
        }
        Err(error) => return Err(error).context("cannot run `git`"),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr).trim().to_owned()),
    })
}

pub(crate) fn no_repository(root: &Utf8Path, words: &str) -> Problem {
    Problem {
        code: "no-repository",
        path: root.to_string(),
        line: None,
        message: format!("git finds no files of a repository here: {words}"),
        hint: "name the files that changed, in place of a revision".to_owned(),
    }
}

pub(crate) fn no_commit(top: &Utf8Path, message: String) -> anyhow::Result<Problem> {
    let is_shallow = git(top, &["rev-parse", "--is-shallow-repository"])?;
    let hint = match is_shallow.as_deref().map(str::trim) {
        Ok("true") => {
            "the clone is shallow: run `git fetch --unshallow`, or fetch the commit by its name"
        }
        _ => "name a commit, a branch or a tag of this repository; `git fetch` brings others' ones",
    };
    Ok(Problem {
        code: "unknown-revision",
        path: top.to_string(),
        line: None,
        message,
        hint: hint.to_owned(),
    })
}

fn submodule_lacks(path: &str, object: &str) -> Problem {
    Problem {
        code: "unknown-revision",
        path: path.to_owned(),
        line: None,
        message: format!("the submodule lacks the commit {object}, which the revision has of it"),
        hint: format!("run `git -C {path} fetch origin {object}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_from_the_top() {
        let from_top = |prefix, path| from_top(prefix, path);
        assert_eq!(from_top("", "a/b").as_deref(), Some("a/b"));
        assert_eq!(from_top("rust/", "a").as_deref(), Some("rust/a"));
        assert_eq!(from_top("rust/", "../a").as_deref(), Some("a"));
        assert_eq!(from_top("rust/", "../../a"), None);
    }
}
