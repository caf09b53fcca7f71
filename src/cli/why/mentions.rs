//! Where a source says the name of a file that is no input of its crate: the scan may have read the
//! string and found that it leads elsewhere, or no rule takes it for a path.

use std::collections::BTreeMap;

use crate::analysis::Analysis;
use crate::path;
use crate::source::Role;

/// The file and the line of a string that says the most of `path`: all of it at best, its name at
/// least.
pub fn mention(
    analysis: &Analysis,
    name: &str,
    path: &str,
) -> anyhow::Result<Option<(String, usize)>> {
    let mut texts = BTreeMap::new();
    // The crate's own sources come first.
    let closure = analysis.closure(name, Role::Test)?;
    let others = closure.iter().filter(|other| *other != name);
    for (rank, other) in [name]
        .into_iter()
        .chain(others.map(String::as_str))
        .enumerate()
    {
        let sources = analysis.walked[other]
            .files
            .keys()
            .filter(|file| is_text(file));
        for file in sources {
            if let Some(text) = analysis.tree.read(file)? {
                texts.insert((rank, file), text);
            }
        }
    }
    let mut tail = path;
    loop {
        for ((_, file), text) in &texts {
            if let Some(line) = text.lines().position(|line| says(line, tail)) {
                return Ok(Some(((*file).clone(), line + 1)));
            }
        }
        match tail.split_once('/') {
            // A word alone may mean anything.
            Some((_, rest)) if rest.contains(['/', '.', '_', '-']) => tail = rest,
            _ => return Ok(None),
        }
    }
}

/// Whether a file may name others, as text.
fn is_text(file: &str) -> bool {
    let ending = path::name(file)
        .rsplit_once('.')
        .map_or("", |(_, ending)| ending);
    matches!(
        ending,
        "rs" | "toml" | "json" | "proto" | "slint" | "wit" | "yml" | "yaml"
    )
}

/// Whether a string on a line ends in this path.
fn says(line: &str, tail: &str) -> bool {
    line.match_indices(tail).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + tail.len()..]);
        before.ends_with(['"', '/', '\'', '}'])
            && after.starts_with(['"', '/', '\'', '\\'])
            && before.contains(['"', '\''])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_end_in_a_path() {
        assert!(says(r#"read("../data/a.txt")"#, "data/a.txt"));
        assert!(says(r#"read("../data/a.txt")"#, "a.txt"));
        assert!(says(r#"format!("{}a.txt", x)"#, "a.txt"));
        assert!(!says(r#"read("../data/aa.txt")"#, "a.txt"));
        assert!(!says("// see data/a.txt for more", "a.txt"));
    }
}
