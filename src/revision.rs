//! The files of a revision in a scratch directory. The work tree and its index stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::git::{
    Entry, Location, Touched, asked, bring, commit, differing, entries, feed, from_top, git,
    in_copy, location, no_commit, no_repository, run, with_index,
};
use crate::path::Root;
use crate::problem::{Checked, Code, Problem};
use crate::scratch;

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
    /// The listed files that may have other content in the work tree.
    touched: BTreeSet<String>,
}

/// Brings the files of `wanted` to a scratch directory: a revision as git names them, or one that
/// is followed by `...`, for its merge base with `HEAD`. `root` is the workspace root.
pub fn check_out(root: &Utf8Path, wanted: &str) -> Checked<Revision> {
    let Location { top, prefix } = match location(root)? {
        Ok(location) => location,
        Err(words) => return Err(no_repository(root, &words).into()),
    };
    let top = top.as_path();
    let commit = match commit(top, wanted)? {
        Ok(commit) => commit,
        Err(message) => return Err(no_commit(top, wanted, message)?.into()),
    };

    let (scratch, above) = scratch::directory("cratesieve-")?;
    let mut files = Listed::default();
    let place = match edited(top, &commit, &above, &mut files)? {
        Some(edited) => {
            let above_root = Root::new(root);
            let from_root = |(path, at): (&String, Utf8PathBuf)| {
                Some((above_root.relative(&root_of(root, &prefix).join(path))?, at))
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
            unpack(top, &commit, &repository, &above, "", &mut files)?;
            Place::Unpacked {
                root: in_copy(&repository, &prefix),
                repository,
            }
        }
    };
    Ok(Revision {
        commit,
        place,
        prefix,
        files,
        _scratch: scratch,
    })
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
    let touched = differing(top, commit, scratch)?;
    let is_edit = |touched: &Touched| touched.is_edit && !says_shape(&touched.path);
    if !touched.iter().all(is_edit) {
        return Ok(None);
    }
    let paths: Vec<_> = touched.into_iter().map(|touched| touched.path).collect();
    for (path, Entry { mode, .. }) in entries(top, commit)? {
        if mode == SUBMODULE || mode == LINK && leads_to_any(top, &path, &paths) {
            return Ok(None);
        }
        files.tracked.insert(path);
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

/// The files of a commit of the repository at `top`, its submodules' too, and what git says of
/// them. `below` is where the repository lies in the outermost one.
fn unpack(
    top: &Utf8Path,
    commit: &str,
    to: &Utf8Path,
    scratch: &Utf8Path,
    below: &str,
    files: &mut Listed,
) -> Checked<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {to}"))?;
    let index = scratch.join("index");
    bring(top, commit, to, &index, 0)?;
    std::fs::remove_file(&index).with_context(|| format!("cannot remove {index}"))?;

    let touched = differing(top, commit, scratch)?.into_iter();
    files
        .touched
        .extend(touched.map(|touched| format!("{below}{}", touched.path)));
    for (name, Entry { mode, object }) in entries(top, commit)? {
        if mode != SUBMODULE {
            files.tracked.insert(format!("{below}{name}"));
            continue;
        }
        let directory = top.join(&name);
        // One that is not there now holds nothing on either side.
        if !directory.join(".git").exists() {
            continue;
        }
        let path = format!("{below}{name}");
        let exists = format!("{object}^{{commit}}");
        if git(&directory, &["cat-file", "-e", &exists])?.is_err() {
            return Err(submodule_lacks(&path, &object).into());
        }
        let below = format!("{path}/");
        unpack(&directory, &object, &to.join(name), scratch, &below, files)?;
    }
    Ok(())
}

fn submodule_lacks(path: &str, object: &str) -> Problem {
    Problem {
        code: Code::UnknownRevision,
        path: path.to_owned(),
        line: None,
        message: format!(
            "the submodule does not have the commit {object}, which the revision names"
        ),
        hint: format!("run `git -C {path} fetch origin {object}`"),
    }
}
