//! The paths that Cargo, a compiler and a test name.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::scratch::Scratch;
use crate::analysis::Analysis;
use crate::path::{self, Root};

/// A path relative to the workspace root, wherever it was compiled; `None` for what no source may hold: it
/// lies outside, or version control has it for itself.
pub fn relative(analysis: &Analysis, scratch: &Scratch, absolute: &Utf8Path) -> Option<String> {
    // A product of a build is not a source, even if the whole disk is one repository.
    if scratch.is_product(&path::normal(absolute)) {
        return None;
    }
    let source_root = analysis.manifest.source_root.as_deref().unwrap_or(".");
    let limit = analysis.tree.limit().unwrap_or(source_root);
    let real = Root::new(&analysis.root);
    let of = |path: &Utf8Path| match scratch.holds(&path::normal(path)) {
        true => Root::new(&scratch.root).relative(path),
        false => real.relative(path),
    };
    let is_possible = |path: &String| {
        let is_version_control = path
            .split('/')
            .any(|name| [".git", ".hg", ".jj"].contains(&name));
        path::is_within(path, limit) && !is_version_control
    };
    let found = of(absolute).filter(is_possible);
    // After a link, `..` leads elsewhere than it seems to.
    match found {
        Some(path) if !analysis.root.join(&path).exists() => {
            let physical = absolute.canonicalize_utf8().ok();
            let root = || Some(Root::new(&analysis.root.canonicalize_utf8().ok()?));
            let other = physical.and_then(|path| match scratch.holds(&path) {
                true => of(&path),
                false => root()?.relative(&path),
            });
            Some(other.filter(is_possible).unwrap_or(path))
        }
        found => found,
    }
}

/// What may be a path in the words of a compiler; of a glob, the directory in which it looks.
pub fn path_like(words: &str) -> BTreeSet<String> {
    let quoted = words.split(['"', '\'', '`', '\n']);
    let spaced = words.split(|c: char| c.is_whitespace() || "\"'`(),;=<>".contains(c));
    let trimmed = quoted
        .chain(spaced)
        .map(|word| word.trim().trim_end_matches([':', '.', ',']));
    trimmed
        .filter(|word| word.len() < 1024 && word.contains(['/', '.', '\\']))
        .map(|word| match word.find(['*', '?', '[']) {
            Some(varies) => word[..varies].rsplit_once('/').map_or("", |(path, _)| path),
            None => word,
        })
        .filter(|word| word.contains(|c: char| c.is_alphanumeric()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_words() {
        let words = "error: couldn't read `a/src/../x y.txt`: No such file (os error 2)\n\
            message: /s/a/b.txt: gone, and nothing matches examples/**/*.ncl";
        let found = path_like(words);
        for path in ["a/src/../x y.txt", "/s/a/b.txt", "examples"] {
            assert!(found.contains(path), "{path}: {found:?}");
        }
    }
}
