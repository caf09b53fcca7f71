//! Languages other than Rust in which a file names others: what a text imports. Pure.
//!
//! A build script names one file, and the compiler of that file's language opens the others. The
//! words that import are few in each of these languages, and a string that leads nowhere is no
//! loss. So no language is parsed: comments and strings are told from words, and that is all.

mod languages;
pub mod programs;
mod tokens;

use std::path::Path;

pub use languages::{From, Language};
pub use tokens::strings;

use languages::Import::{After, Bare, String as AnyString, Word};
use languages::LANGUAGES;
use tokens::{Kind, Token, tokens};

/// One import of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Counted from one.
    pub line: usize,
    /// The word that imports.
    pub by: &'static str,
    pub path: String,
}

/// The language of a file, by its name.
pub fn language_of(file: &str) -> Option<&'static Language> {
    let ending = Path::new(file).extension()?.to_str()?;
    let has = |language: &&Language| language.endings.contains(&ending);
    LANGUAGES.iter().find(has)
}

impl Language {
    /// What a text in this language imports.
    pub fn imported(&self, text: &str) -> Vec<Imported> {
        let tokens = tokens(text, self.comments);
        let mut found = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            for import in self.imports {
                let named = match import {
                    Word(word, between) if token.is_word(word) => {
                        let rest = &tokens[at + 1..];
                        let skipped = rest
                            .iter()
                            .take_while(|t| between.iter().any(|b| t.is_word(b)));
                        let next = rest.get(skipped.count());
                        next.and_then(Token::string).map(|path| (*word, path))
                    }
                    After(symbol, word) if token.is_word(word) => {
                        let is_after = at > 0 && tokens[at - 1].kind == Kind::Symbol(*symbol);
                        let is_bracket = |t: &&Token<'_>| t.kind == Kind::Symbol('(');
                        let rest = &tokens[at + 1..];
                        let next =
                            rest.get(usize::from(rest.first().as_ref().is_some_and(is_bracket)));
                        next.filter(|_| is_after)
                            .and_then(Token::string)
                            .map(|path| (*word, path))
                    }
                    Bare(word) if token.is_word(word) => {
                        match tokens.get(at + 1).map(|t| &t.kind) {
                            Some(Kind::Word(path) | Kind::String(path)) => Some((*word, *path)),
                            _ => None,
                        }
                    }
                    AnyString => token.string().map(|path| ("names", path)),
                    _ => None,
                };
                let Some((by, path)) = named else {
                    continue;
                };
                // `@use "a", "b"`: each further string is one more.
                let more = tokens[at + 1..]
                    .iter()
                    .skip_while(|t| t.string() != Some(path))
                    .skip(1);
                let more = more.take_while(|t| t.string().is_some() || t.kind == Kind::Symbol(','));
                let paths = [path].into_iter().chain(more.filter_map(Token::string));
                for path in paths.filter(|path| !path.is_empty() && !path.contains('\n')) {
                    found.push(Imported {
                        line: token.line,
                        by,
                        path: path.to_owned(),
                    });
                }
                break;
            }
        }
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(file: &str, text: &str) -> Vec<String> {
        let language = language_of(file).unwrap();
        let found = language.imported(text);
        found
            .into_iter()
            .map(|import| format!("{}:{} {}", import.line, import.by, import.path))
            .collect()
    }

    #[test]
    fn each_language() {
        for (file, text, expected) in [
            (
                "a.proto",
                "syntax = \"proto3\";\n// import \"no\";\nimport \"a/b.proto\";\nimport public 'c.proto';\n\
                 /* import \"no\"; */ option x = \"import\"; import weak \"d.proto\"; string import_x = 1;",
                &["3:import a/b.proto", "4:import c.proto", "5:import d.proto"][..],
            ),
            (
                "a.cc",
                "#include \"app/a.h\"\n#  include <vector>\n#include MACRO\nputs(\"include\"); // #include \"no\"\n",
                &["1:include app/a.h"],
            ),
            (
                "a.slint",
                "import \"font.ttf\";\nimport { A, B } from \"b.slint\";\nexport * from \"c.slint\";\n\
                 Image { source: @image-url(\"i.png\"); }\nimport { C } from \"@lib/x.slint\";",
                &[
                    "1:import font.ttf",
                    "2:from b.slint",
                    "3:from c.slint",
                    "4:image-url i.png",
                    "5:from @lib/x.slint",
                ],
            ),
            (
                "a.capnp",
                "using B = import \"b.capnp\";\n# import \"no\"\nconst x :Data = embed \"x.bin\";\nusing import \"/c.capnp\".D;",
                &["1:import b.capnp", "3:embed x.bin", "4:import /c.capnp"],
            ),
            (
                "a.fbs",
                "include \"b.fbs\";\nnamespace a;",
                &["1:include b.fbs"],
            ),
            (
                "a.thrift",
                "include \"b.thrift\"\n# include \"no\"",
                &["1:include b.thrift"],
            ),
            (
                "a.scss",
                "@use 'b';\n@import \"c\", \"d\";",
                &["1:use b", "2:import c", "2:import d"],
            ),
            (
                "a.x",
                "INCLUDE memory.x\nSECTIONS {}",
                &["1:INCLUDE memory.x"],
            ),
            (
                "a.wgsl",
                "#import \"b.wgsl\"\n#import bevy::x",
                &["1:import b.wgsl"],
            ),
            ("a.wit", "package a:b;\nuse c:d/e.{f};", &[]),
            ("a.rc", "1 ICON \"icon.ico\"", &["1:names icon.ico"]),
        ] {
            assert_eq!(imported(file, text), expected, "{file}");
        }
        assert!(language_of("a.rs").is_none() && language_of("proto").is_none());
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in [
            "\"",
            "import \"",
            "/*",
            "é\"ü",
            "import",
            "#",
            "import 'a\nb'",
            "a//",
        ] {
            for file in ["a.proto", "a.h", "a.scss", "a.x", "a.rc"] {
                imported(file, text);
            }
        }
    }

    /// The check of the manifest in Nix empties files whose content the generator does not read.
    #[test]
    fn the_check_of_the_manifest_keeps_what_is_read() {
        let text = include_str!("../nix/checkManifest.nix");
        let list = text.split_once("inert = [").unwrap().1;
        let list = list.split_once("];").unwrap().0;
        let inert: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        assert!(inert.contains(&"png"), "{inert:?}");
        let read = LANGUAGES.iter().flat_map(|language| language.endings);
        for ending in read.chain(&["md", "markdown", "json", "json5", "toml", "rs"]) {
            assert!(!inert.contains(ending), "{ending}");
        }
    }
}
