//! README.md and the book, as tests read them: pages, code blocks, prose.

#![allow(dead_code)] // not every test uses everything

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

/// A Markdown file, by its path in the repository.
pub struct Page {
    pub path: String,
    pub text: String,
}

/// A fenced block of code.
pub struct Block<'p> {
    /// The word behind the fence, such as `sh` or `nix`.
    pub language: &'p str,
    pub code: String,
    /// The HTML comment in the last line of text before the block, without its marks.
    pub comment: Option<&'p str>,
    /// Its file and line, such as `docs/ci.md:14`.
    pub place: String,
}

pub fn repository() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and the pages of the book.
pub fn pages() -> Vec<Page> {
    let mut paths = vec![Utf8PathBuf::from("README.md")];
    let mut book: Vec<_> = repository().join("docs").read_dir_utf8().unwrap().collect();
    book.retain(|entry| entry.as_ref().unwrap().path().extension() == Some("md"));
    paths.extend(
        book.into_iter()
            .map(|entry| Utf8Path::new("docs").join(entry.unwrap().file_name())),
    );
    paths.sort();
    assert!(paths.len() > 10, "{paths:?}");
    paths.into_iter().map(|path| page(path.as_str())).collect()
}

pub fn page(path: &str) -> Page {
    let text = fs::read_to_string(repository().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    Page {
        path: path.to_owned(),
        text: text.replace("\r\n", "\n"),
    }
}

impl Page {
    /// All blocks in the order of the page, including those in lists.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        let mut comment = None;
        let mut lines = self.text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let indent = &line[..line.len() - line.trim_start().len()];
            let Some(language) = line.trim_start().strip_prefix("```") else {
                if !line.trim().is_empty() {
                    comment = line
                        .trim()
                        .strip_prefix("<!--")
                        .and_then(|rest| rest.strip_suffix("-->"))
                        .map(str::trim);
                }
                continue;
            };
            let mut code = String::new();
            loop {
                let (_, line) = lines
                    .next()
                    .unwrap_or_else(|| panic!("{}: a block without an end", self.path));
                if line.trim() == "```" {
                    break;
                }
                code += line.strip_prefix(indent).unwrap_or(line);
                code += "\n";
            }
            blocks.push(Block {
                language: language.trim(),
                code,
                comment: comment.take(),
                place: format!("{}:{}", self.path, number + 1),
            });
        }
        blocks
    }

    /// The text without code blocks and HTML comments. Line numbers stay.
    pub fn prose(&self) -> String {
        let mut prose = String::new();
        let (mut in_code, mut in_comment) = (false, false);
        for line in self.text.lines() {
            let is_fence = line.trim_start().starts_with("```");
            in_comment |= line.trim_start().starts_with("<!--");
            if !in_code && !is_fence && !in_comment {
                prose += line;
            }
            in_code ^= is_fence;
            in_comment &= !line.contains("-->");
            prose += "\n";
        }
        prose
    }
}
