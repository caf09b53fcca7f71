//! The comments of the project's own sources, as tests read them.

use std::fs;

use super::markdown::repository;

/// The files below a directory that end in one of `endings`: path in the repository and text.
pub fn files(directory: &str, endings: &[&str]) -> Vec<(String, String)> {
    let walked = walkdir::WalkDir::new(repository().join(directory)).sort_by_file_name();
    let files = walked
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            path.is_file() && endings.contains(&ending.unwrap_or_default())
        });
    files
        .map(|path| {
            let shown = path.strip_prefix(repository()).unwrap().to_str().unwrap();
            (shown.to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The comments in a Rust, Nix, shell or awk file, without code in them. Line numbers stay.
///
/// A mark within a string counts as a comment if it begins a line: strings of this project hold
/// sources, whose comments users meet too.
pub fn comments(path: &str, text: &str) -> String {
    let is_rust = path.ends_with(".rs");
    let mark = if is_rust { "//" } else { "#" };
    let inner = format!(" {mark} ");
    let (mut in_block, mut in_code) = (false, false);
    let mut comments = String::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        let comment = if in_block || !is_rust && trimmed.starts_with("/*") {
            in_block = !line.contains("*/");
            Some(trimmed.trim_start_matches(['/', '*']))
        } else if let Some(comment) = trimmed.strip_prefix(mark) {
            Some(comment.trim_start_matches(['/', '!']))
        } else {
            let parts = line.split_once(&inner);
            let parts = parts.filter(|(code, _)| code.matches('"').count() % 2 == 0);
            parts.map(|(_, comment)| comment)
        };
        in_code &= comment.is_some();
        let comment = comment.unwrap_or_default();
        let is_fence = comment.trim_start().starts_with("```");
        in_code ^= is_fence;
        if !in_code && !is_fence {
            comments += &comment
                .split('`')
                .step_by(2)
                .collect::<Vec<_>>()
                .join("code");
        }
        comments += "\n";
    }
    comments
}

/// The first line of each doc comment in a Rust or Nix file, with its line number.
pub fn first_lines(path: &str, text: &str) -> Vec<(usize, String)> {
    let is_rust = path.ends_with(".rs");
    let mut found = Vec::new();
    let mut goes_on = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let doc = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"));
        let doc = doc.filter(|_| is_rust);
        match doc {
            Some(doc) if !goes_on => found.push((number + 1, doc.trim().to_owned())),
            None if !is_rust && line == "/**" => {
                let next = text.lines().nth(number + 1).unwrap_or_default();
                found.push((number + 2, next.trim().to_owned()));
            }
            _ => {}
        }
        goes_on = doc.is_some();
    }
    found
}
