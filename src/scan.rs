//! A Rust source text to the paths that it reads. Pure.
//!
//! Token by token, with rustc's own lexer: comments and strings are never mistaken for code, and
//! what stands inside macro calls and attributes is seen as well. Nothing is expanded, so a path
//! that a macro computes is reported as computed rather than guessed.

mod attributes;
mod constant;
mod examples;
mod gate;
mod readers;
mod results;
mod scanner;
mod steps;
mod strings;
mod tokens;
mod tools;
mod variables;

pub use results::{Base, Inline, Literal, Literals, Mention, Module, Reference, Scan, Text};

use readers::{may_name_paths, may_tell};
use scanner::scan_code;
use tokens::Tokens;

/// Reads one file. Text that is not UTF-8 is no Rust, which rustc will say better.
pub fn scan_bytes(bytes: &[u8], literals: Literals) -> Scan {
    let is_worth_it = match literals {
        Literals::All | Literals::Examples => true,
        Literals::Telling => may_tell(bytes),
        Literals::Tests => may_tell(bytes) || may_name_paths(bytes),
    };
    if !is_worth_it {
        return Scan::default();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => scan(text, literals),
        Err(_) => scan(&String::from_utf8_lossy(bytes), literals),
    }
}

/// Reads one text.
pub fn scan(text: &str, literals: Literals) -> Scan {
    if literals == Literals::Examples {
        return examples::of_markdown(text);
    }
    let tokens = Tokens::new(text);
    let lines = examples::lines_of_comments(text, &tokens.documents);
    let mut scan = scan_code(tokens, literals);
    examples::add(&lines, literals, &mut scan);
    scan
}

#[cfg(test)]
mod tests;
