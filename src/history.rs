//! The commits of a range, what each of them changed, and their files. The files lie in one scratch
//! directory, which moves from commit to commit and has its own git index.

mod date;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context as _, anyhow};
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::git::{
    Entry, Location, bring, command, commit, git, in_copy, location, no_commit, no_repository,
};
use crate::problem::{Checked, Code, Problem};
use crate::scratch;

use date::is_date;

/// How far back a range goes.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'e> {
    /// So many commits.
    Last(usize),
    /// The commits after a revision or a date, as git understands them.
    Since(&'e str),
}

/// The commits from some point to `HEAD`, along the first parents.
pub struct History {
    /// The top directory of the work tree, which is not touched.
    pub top: Utf8PathBuf,
    /// The workspace root in it: empty, or with a final `/`.
    pub prefix: String,
    /// The commit before the first.
    pub base: String,
    /// The oldest first; never empty.
    pub commits: Vec<Commit>,
    /// Whether a shallow clone ends it sooner than was asked for.
    pub is_cut: bool,
}

pub struct Commit {
    pub id: String,
    /// The committer's date, in UTC: `2025-01-31`.
    pub date: String,
    pub subject: String,
    /// The changes compared with its first parent.
    pub changes: Vec<Change>,
}

/// A path, relative to the top of the repository, that holds something else, and what it holds now.
#[derive(Clone, Debug)]
pub struct Change {
    pub path: String,
    pub new: Option<Entry>,
}

/// The range that ends with `HEAD`. `root` is the workspace root.
pub fn history(root: &Utf8Path, extent: Extent<'_>) -> Checked<History> {
    let Location { top, prefix } = match location(root)? {
        Ok(location) => location,
        Err(words) => {
            let hint = "replay needs a clone with its history".to_owned();
            let problem = no_repository(root, &words);
            return Err(Problem { hint, ..problem }.into());
        }
    };
    if let Err(message) = commit(&top, "HEAD")? {
        return Err(no_commit(&top, "HEAD", message)?.into());
    }
    let range = range(&top, extent)?;
    let mut args = vec![
        "log",
        "--first-parent",
        "--diff-merges=first-parent",
        "--raw",
    ];
    args.extend([
        "-z",
        "-r",
        "--no-abbrev",
        "--no-renames",
        "--ignore-submodules=none",
    ]);
    args.extend([
        "--no-ext-diff",
        "--no-color",
        "--no-show-signature",
        "--root",
    ]);
    args.extend(["--date=short", "--format=%x1e%H%x1f%P%x1f%cs%x1f%s%x1f"]);
    args.extend(range.iter().map(String::as_str));
    args.push("--");
    let text = match git(&top, &args)? {
        Ok(text) => text,
        Err(words) => return Err(anyhow!("git cannot list the history: {words}").into()),
    };
    let mut parents = Vec::new();
    let mut commits = Vec::new();
    for record in text.split('\x1e').filter(|record| record.contains('\x1f')) {
        let (found, parent) = read_commit(record);
        commits.push(found);
        parents.push(parent);
    }
    commits.reverse();
    let is_shallow = git(&top, &["rev-parse", "--is-shallow-repository"])?;
    let is_shallow = is_shallow.is_ok_and(|word| word.trim() == "true");
    let mut is_cut = false;
    let base = match parents.pop() {
        Some(Some(parent)) if commit(&top, &parent)?.is_ok() => parent,
        // Before the first commit there is nothing: it is where we start.
        Some(_) => {
            is_cut = is_shallow;
            commits.remove(0).id
        }
        None => String::new(),
    };
    if commits.is_empty() {
        return Err(empty(&top, extent, is_shallow).into());
    }
    Ok(History {
        prefix,
        top,
        base,
        commits,
        is_cut,
    })
}

/// What `git log` is given.
fn range(top: &Utf8Path, extent: Extent<'_>) -> Checked<Vec<String>> {
    let wanted = match extent {
        Extent::Last(number) => {
            let number = format!("--max-count={number}");
            return Ok(vec![number, "HEAD".to_owned()]);
        }
        Extent::Since(wanted) => wanted,
    };
    match commit(top, wanted)? {
        Ok(commit) => Ok(vec!["HEAD".to_owned(), format!("^{commit}")]),
        Err(_) if is_date(wanted) => Ok(vec![format!("--since={wanted}"), "HEAD".to_owned()]),
        Err(message) => {
            let message = format!("{message}, and it is not a date either");
            Err(no_commit(top, wanted, message)?.into())
        }
    }
}

/// One record of `git log`, and the first parent.
fn read_commit(record: &str) -> (Commit, Option<String>) {
    let mut fields = record.splitn(5, '\x1f');
    let mut field = || fields.next().unwrap_or_default();
    let (id, parents, date, subject, raw) = (field(), field(), field(), field(), field());
    let mut changes = Vec::new();
    let mut words = raw.split('\0').map(|word| word.trim_start_matches('\n'));
    while let Some(word) = words.next() {
        // `:100644 100644 1a2b... 3c4d... M`, and the path.
        let Some(entry) = word.strip_prefix(':') else {
            continue;
        };
        let entry: Vec<&str> = entry.split(' ').collect();
        let path = words.next().unwrap_or_default().to_owned();
        let mode_and_object = entry.get(1).zip(entry.get(3));
        let new = mode_and_object
            .filter(|(mode, _)| **mode != "000000")
            .map(|(mode, object)| Entry {
                mode: (*mode).to_owned(),
                object: (*object).to_owned(),
            });
        changes.push(Change { path, new });
    }
    let commit = Commit {
        id: id.to_owned(),
        date: date.to_owned(),
        subject: subject.to_owned(),
        changes,
    };
    (
        commit,
        parents
            .split(' ')
            .next()
            .filter(|p| !p.is_empty())
            .map(str::to_owned),
    )
}

/// The files of one commit after the other. Submodules are empty directories.
pub struct Checkout {
    top: Utf8PathBuf,
    /// The top directory of the files.
    pub repository: Utf8PathBuf,
    /// Where the workspace root is in it.
    pub root: Utf8PathBuf,
    index: Utf8PathBuf,
    /// The commit that is there.
    now: String,
    /// Removed when this is dropped.
    _scratch: TempDir,
}

impl Checkout {
    pub fn new(history: &History) -> anyhow::Result<Self> {
        let (scratch, above) = scratch::directory("cratesieve-")?;
        let name = history.top.file_name().unwrap_or("repository");
        let repository = above.join("tree").join(name);
        std::fs::create_dir_all(&repository)
            .with_context(|| format!("cannot make {repository}"))?;
        Ok(Self {
            top: history.top.clone(),
            root: in_copy(&repository, &history.prefix),
            repository,
            index: above.join("index"),
            now: String::new(),
            _scratch: scratch,
        })
    }

    /// Brings the files of a commit, those that are different.
    pub fn move_to(&mut self, commit: &str) -> anyhow::Result<()> {
        if self.now == commit {
            return Ok(());
        }
        bring(&self.top, commit, &self.repository, &self.index, 1)?;
        self.now = commit.to_owned();
        Ok(())
    }
}

/// Reads objects from one long-lived git.
pub struct Objects {
    child: Child,
    ask: Option<ChildStdin>,
    answer: BufReader<ChildStdout>,
}

impl Objects {
    pub fn open(top: &Utf8Path) -> anyhow::Result<Self> {
        let mut child = command(top)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run `git`")?;
        let ask = child.stdin.take();
        let answer = child.stdout.take().context("git gives no answer")?;
        Ok(Self {
            child,
            ask,
            answer: BufReader::new(answer),
        })
    }

    /// What a file holds.
    pub fn read(&mut self, object: &str) -> anyhow::Result<Vec<u8>> {
        let context = || format!("git cannot read the object {object}");
        let ask = self.ask.as_mut().with_context(context)?;
        ask.write_all(format!("{object}\n").as_bytes())
            .with_context(context)?;
        let mut line = String::new();
        self.answer.read_line(&mut line).with_context(context)?;
        // `1a2b... blob 120`
        let length = line
            .trim_end()
            .rsplit_once(" blob ")
            .map(|(_, length)| length);
        let length = length.and_then(|_| line.trim_end().rsplit(' ').next()?.parse().ok());
        let length: usize = length.with_context(context)?;
        let mut bytes = vec![0; length + 1];
        self.answer.read_exact(&mut bytes).with_context(context)?;
        bytes.pop();
        Ok(bytes)
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // Without questions, it ends.
        self.ask = None;
        let _ = self.child.wait();
    }
}

fn empty(top: &Utf8Path, extent: Extent<'_>, is_shallow: bool) -> Problem {
    let (message, hint) = match extent {
        Extent::Since(since) => (
            format!("there is no commit after `{since}`"),
            "name an earlier revision or date, or a number of commits with --last",
        ),
        Extent::Last(_) => (
            "there is one commit only: nothing to compare it with".to_owned(),
            "commit a change first",
        ),
    };
    Problem {
        code: Code::EmptyRange,
        path: top.to_string(),
        line: None,
        message,
        hint: match is_shallow {
            true => "the clone is shallow: run `git fetch --unshallow`",
            false => hint,
        }
        .to_owned(),
    }
}
