//! Languages other than Rust in which a file names others: what a text imports. Pure.
//!
//! A build script names one file, and the compiler of that file's language opens the others. The
//! words that import are few in each of these languages, and a string that leads nowhere is no
//! loss. So no language is parsed: comments and strings are told from words, and that is all.

pub mod programs;

use std::path::Path;

/// A language.
pub struct Language {
    /// How names of its files end, without the dot.
    endings: &'static [&'static str],
    /// What starts a comment that ends with the line; every language here has `/* */` as well.
    comments: &'static [&'static str],
    imports: &'static [Import],
    pub from: From,
    /// The imports themselves may lack these endings, or the underscore of `_name.scss`.
    pub implied: &'static [&'static str],
}

/// How an import looks.
enum Import {
    /// A word, maybe others between, and the string: `import public "a.proto"`.
    Word(&'static str, &'static [&'static str]),
    /// A quoted name after a symbol: `#include "a.h"`, `@image-url("a.png")`.
    After(char, &'static str),
    /// A word and a name without quotes: `INCLUDE memory.x`.
    Bare(&'static str),
    /// Any string.
    String,
}

/// Where the compiler of a language looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// In the directory of the file.
    File,
    /// There, and in directories that it was told of: the file lies below one of them, so that is
    /// any directory above the file.
    Roots,
    /// As for [`From::Roots`], but what lies in the directory of the file comes first.
    FileThenRoots,
    /// The file belongs to a package: all files of the directory, and the packages in `deps`.
    Directory,
}

use Import::{After, Bare, String as AnyString, Word};

const SLASHES: &[&str] = &["//"];
const BOTH: &[&str] = &["//", "#"];

const fn language(
    endings: &'static [&'static str],
    comments: &'static [&'static str],
    imports: &'static [Import],
    from: From,
) -> Language {
    Language {
        endings,
        comments,
        imports,
        from,
        implied: &[],
    }
}

/// Each with where its documentation says from where it searches.
const LANGUAGES: &[Language] = &[
    // protobuf.dev, "Importing definitions": "The protocol compiler searches for imported files in
    // a set of directories specified on the compiler command line".
    language(
        &["proto"],
        SLASHES,
        &[Word("import", &["public", "weak", "option"])],
        From::Roots,
    ),
    // C, 6.10.2: in an implementation-defined manner; GCC and Clang: the directory of the file,
    // then those of `-I`.
    language(
        &[
            "c", "cc", "cpp", "cxx", "c++", "h", "hh", "hpp", "hxx", "inl", "ipp", "tpp", "m",
            "mm", "cu", "cuh", "cl", "metal",
        ],
        SLASHES,
        &[
            After('#', "include"),
            After('#', "import"),
            After('#', "embed"),
        ],
        From::FileThenRoots,
    ),
    // GNU as, ".include" and ".incbin"; NASM, "%include" and "INCBIN": from the directory of the
    // file or where the compiler runs, then those of `-I`.
    language(
        &["S", "s", "asm", "inc"],
        SLASHES,
        &[
            After('#', "include"),
            After('%', "include"),
            Word(".include", &[]),
            Word(".incbin", &[]),
            Word("include", &[]),
            Word("incbin", &[]),
            Word("INCBIN", &[]),
        ],
        From::FileThenRoots,
    ),
    // GL_GOOGLE_include_directive, which shaderc and naga_oil have; HLSL: as C.
    language(
        &[
            "glsl", "vert", "frag", "comp", "geom", "tesc", "tese", "rgen", "rchit", "rmiss",
            "hlsl", "wgsl", "slang",
        ],
        SLASHES,
        &[
            After('#', "include"),
            After('#', "import"),
            Word("import", &[]),
        ],
        From::FileThenRoots,
    ),
    // slint, "Modules", and "image-url": from the file, then the include paths.
    language(
        &["slint", "60"],
        SLASHES,
        &[
            Word("from", &[]),
            Word("import", &[]),
            After('@', "image-url"),
        ],
        From::FileThenRoots,
    ),
    // Cap'n Proto, "Imports": from the file; with a leading slash, from the import paths.
    language(
        &["capnp"],
        &["#"],
        &[Word("import", &[]), Word("embed", &[])],
        From::FileThenRoots,
    ),
    // FlatBuffers, "Includes": from the file, then the directories of `-I`.
    language(
        &["fbs"],
        SLASHES,
        &[Word("include", &[]), Word("native_include", &[])],
        From::FileThenRoots,
    ),
    // Thrift, "Include": from the file, then the directories of `-I`.
    language(
        &["thrift"],
        BOTH,
        &[Word("include", &[]), Word("cpp_include", &[])],
        From::FileThenRoots,
    ),
    // The component model, "Packages": a directory is a package, and `deps` has others.
    language(&["wit"], SLASHES, &[], From::Directory),
    // ASN.1 modules are found by their names, among the files that lie together.
    language(&["asn", "asn1"], &["--"], &[], From::Directory),
    // Sass, "@use", "@forward", "@import": from the file, then the load paths, with partials.
    Language {
        endings: &["scss", "sass"],
        comments: SLASHES,
        imports: &[
            After('@', "use"),
            After('@', "forward"),
            After('@', "import"),
        ],
        from: From::FileThenRoots,
        implied: &["scss", "sass", "css"],
    },
    language(&["css", "less"], &[], &[After('@', "import")], From::File),
    // The GraphQL import syntax, which is a comment for other tools.
    language(
        &["graphql", "gql"],
        &[],
        &[After('#', "import")],
        From::File,
    ),
    // Jsonnet and Nickel: from the file.
    language(
        &["jsonnet", "libsonnet", "ncl"],
        BOTH,
        &[
            Word("import", &[]),
            Word("importstr", &[]),
            Word("importbin", &[]),
        ],
        From::FileThenRoots,
    ),
    // Solidity, "Importing other Source Files".
    language(
        &["sol"],
        SLASHES,
        &[Word("from", &[]), Word("import", &[])],
        From::FileThenRoots,
    ),
    // GNU ld, "INCLUDE": the current directory, then those of `-L`.
    language(
        &["ld", "lds", "x"],
        &[],
        &[Bare("INCLUDE")],
        From::FileThenRoots,
    ),
    // Resource scripts of Windows name icons, cursors, manifests and headers.
    language(&["rc"], SLASHES, &[AnyString], From::File),
];

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

/// The strings of a text with their lines, but for keys: those before a `:` or a `=`. For formats in
/// which a path is a string: TOML and JSON.
pub fn strings<'t>(text: &'t str, comments: &[&str]) -> Vec<(usize, &'t str)> {
    let tokens = tokens(text, comments);
    let is_key = |at: usize| {
        let next = tokens.get(at + 1).map(|token| &token.kind);
        matches!(next, Some(Kind::Symbol(':' | '=')))
    };
    let values = tokens.iter().enumerate().filter(|(at, _)| !is_key(*at));
    values
        .filter_map(|(_, token)| Some((token.line, token.string()?)))
        .collect()
}

struct Token<'t> {
    line: usize,
    kind: Kind<'t>,
}

#[derive(PartialEq, Eq)]
enum Kind<'t> {
    Word(&'t str),
    /// Without its quotes; what is escaped in it stays so.
    String(&'t str),
    Symbol(char),
}

impl<'t> Token<'t> {
    fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word(word)
    }

    fn string(&self) -> Option<&'t str> {
        match self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }
}

fn tokens<'t>(text: &'t str, comments: &[&str]) -> Vec<Token<'t>> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        let (kind, length) = if comments.iter().any(|comment| rest.starts_with(comment)) {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (None, rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if matches!(first, '"' | '\'') {
            // A string ends with its line, in all of these languages but a few that import nothing
            // in longer ones; an apostrophe alone is none.
            let body = &rest[1..];
            let end = body.find([first, '\n']).unwrap_or(body.len());
            match body[end..].starts_with(first) {
                true => (Some(Kind::String(&body[..end])), end + 2),
                false => (None, 1),
            }
        } else if is_in_word(first) {
            let end = rest.find(|c| !is_in_word(c)).unwrap_or(rest.len());
            let end = rest[..end].find("//").filter(|at| *at > 0).unwrap_or(end);
            (Some(Kind::Word(&rest[..end])), end)
        } else if first.is_whitespace() {
            (None, first.len_utf8())
        } else {
            (Some(Kind::Symbol(first)), first.len_utf8())
        };
        found.extend(kind.map(|kind| Token { line, kind }));
        line += rest[..length].bytes().filter(|byte| *byte == b'\n').count();
        rest = &rest[length..];
    }
    found
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
