//! What the place and the name of a file say of it, before anything refers to it: the one table of
//! it. Pure.
//!
//! Everything that treats such a file in a way of its own is derived from [`TABLE`]: the rules of
//! [`places`](crate::places), the walk of [`tree`](crate::tree), the strings that a
//! [`scan`](crate::scan) keeps, and the quick look that decides whether a text is scanned at all.
//! So a line that is added here is known to all of them, and a file that something names is kept.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::path;

/// Files of one sort: who needs them where nothing refers to them, and the words for it.
pub struct Convention {
    pub need: Need,
    pub why: &'static str,
    pub signs: &'static [Sign],
}

/// Which builds need a file that nothing refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// No build reads them.
    NoBuild,
    /// Tests, benches and examples read them.
    Tests,
    /// Binaries read them, where the crate has a library as well.
    Bins,
    /// An editor or a desktop leaves these files: no walk sees them.
    Litter,
}

/// How such a file is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The file is in this directory of the crate, such as `src/bin`.
    Place(&'static str),
    /// The file is in a directory of this name, anywhere in the crate, or has this name.
    Directory(&'static str),
    /// Its name.
    Name(&'static str),
    /// How its name starts, whatever the case, if it is one of a document: `readme` means `README`,
    /// `README.md` and `README-de.txt`.
    Document(&'static str),
    /// How its name ends, with the dot, whatever the case.
    Ending(&'static str),
    /// How its name starts.
    Start(&'static str),
}

use Sign::{Directory, Document, Ending, Name, Place, Start};

/// Where cargo-fuzz keeps its package.
pub const FUZZ: &str = "fuzz";

/// Where Cargo looks for further binaries.
pub const BINS: &str = "src/bin";

/// Where Cargo looks for tests, benches and examples.
pub const TESTS: [&str; 3] = ["tests", "benches", "examples"];

/// A file that several of them mean is what the first one says.
pub const TABLE: &[Convention] = &[
    Convention {
        need: Need::Tests,
        why: "below a directory of tests, benches or examples",
        signs: &[Place(TESTS[0]), Place(TESTS[1]), Place(TESTS[2])],
    },
    Convention {
        need: Need::NoBuild,
        why: "part of the fuzzing package, which no build of the workspace reaches",
        signs: &[Place(FUZZ)],
    },
    Convention {
        need: Need::NoBuild,
        why: "configuration of a forge",
        signs: &[
            Place(".circleci"),
            Place(".forgejo"),
            Place(".gitea"),
            Place(".github"),
            Place(".gitlab"),
            Place(".husky"),
        ],
    },
    Convention {
        need: Need::NoBuild,
        why: "Cargo reads its configuration from the workspace root upwards",
        signs: &[Place(".cargo")],
    },
    Convention {
        need: Need::NoBuild,
        why: "documentation",
        signs: &[
            Place("LICENSES"),
            Document("authors"),
            Document("changelog"),
            Document("changes"),
            Document("code_of_conduct"),
            Document("contributing"),
            Document("contributors"),
            Document("copying"),
            Document("copyright"),
            Document("history"),
            Document("licence"),
            Document("license"),
            Document("notice"),
            Document("patents"),
            Document("readme"),
            Document("releases"),
            Document("security"),
            Document("unlicense"),
            Ending(".md"),
            Ending(".markdown"),
            Ending(".mdx"),
        ],
    },
    Convention {
        need: Need::NoBuild,
        why: "configuration of a tool that is no part of the build",
        signs: &[
            Ending(".nix"),
            Name(".clippy.toml"),
            Name(".codecov.yml"),
            Name(".dockerignore"),
            Name(".editorconfig"),
            Name(".envrc"),
            Name(".gitattributes"),
            Name(".gitignore"),
            Name(".gitkeep"),
            Name(".gitlab-ci.yml"),
            Name(".gitmodules"),
            Name(".keep"),
            Name(".mailmap"),
            Name(".pre-commit-config.yaml"),
            Name(".rustfmt.toml"),
            Name(".taplo.toml"),
            Name(".travis.yml"),
            Name(".typos.toml"),
            Name("CODEOWNERS"),
            Name("Cargo.lock"),
            Name("_typos.toml"),
            Name("bors.toml"),
            Name("cliff.toml"),
            Name("clippy.toml"),
            Name("codecov.yml"),
            Name("deny.toml"),
            Name("flake.lock"),
            Name("release-plz.toml"),
            Name("release.toml"),
            Name("rustfmt.toml"),
            Name("taplo.toml"),
            Name("typos.toml"),
        ],
    },
    Convention {
        need: Need::NoBuild,
        why: "left by a tool",
        signs: &[Ending(".snap.new"), Ending(".pending-snap")],
    },
    Convention {
        // insta reads these while a test runs.
        need: Need::Tests,
        why: "a snapshot of a test",
        signs: &[Ending(".snap")],
    },
    Convention {
        need: Need::Tests,
        why: "proptest keeps its failures here",
        signs: &[Directory("proptest-regressions")],
    },
    Convention {
        need: Need::Bins,
        why: "only binaries read src/bin",
        signs: &[Place(BINS)],
    },
    Convention {
        need: Need::Litter,
        why: "left by an editor or a desktop",
        signs: &[
            Directory(".DS_Store"),
            Directory(".devenv"),
            Directory(".direnv"),
            Directory(".idea"),
            Directory(".vscode"),
            Ending(".swo"),
            Ending(".swp"),
            Ending("~"),
            Start(".#"),
        ],
    },
];

/// The endings of documents that say nothing by their names.
pub fn is_text(ending: &str) -> bool {
    matches!(ending, "md" | "markdown" | "mdx")
}

/// The reason of a convention for files that no build needs, for a directory at the top of a crate.
/// `own` is a path relative to the crate. The fuzzing package depends on more than its place.
pub fn dropped_directory(own: &str) -> Option<&'static str> {
    // A file may be called `LICENSES`.
    let is_it = |place: &str| is_in(own, place) || own == place && place.starts_with('.');
    find(
        Need::NoBuild,
        |sign| matches!(sign, Place(place) if *place != FUZZ && is_it(place)),
    )
}

/// The reason of a convention for files that no build needs, for a file name.
pub fn dropped_name(name: &str) -> Option<&'static str> {
    find(Need::NoBuild, |sign| {
        !matches!(sign, Place(_)) && sign.means_name(name)
    })
}

/// The words of a convention for files that only tests need, for a path as seen from the crate,
/// wherever it lies.
pub fn test_only(own: &str) -> Option<&'static str> {
    find(Need::Tests, |sign| {
        !matches!(sign, Place(_)) && sign.means(own)
    })
}

/// Whether no walk sees a file or a directory of this name.
pub fn is_litter(name: &str) -> bool {
    find(Need::Litter, |sign| sign.means_name(name)).is_some()
}

/// Whether a name is one of a document, whatever its ending.
pub fn starts_as_document(stem: &str) -> bool {
    all().any(|(_, sign)| matches!(sign, Document(start) if starts_with_word(stem, start)))
}

/// Whether a string, taken for a path from the package or from a source file, may lead to a file
/// that some convention takes out of a crate's library.
pub fn is_special(text: &str) -> bool {
    // Most strings hold none of these words, whatever they mean.
    static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let words = all().flat_map(|(_, sign)| match sign {
            Place(place) => tails(place).collect(),
            Directory(word) | Name(word) | Document(word) | Ending(word) | Start(word) => {
                vec![word]
            }
        });
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words)
            .expect("a hundred short words make no large automaton")
    });
    if !WORDS.is_match(text) {
        return false;
    }
    let text = text.trim_start_matches("./").trim_start_matches('/');
    all().any(|(need, sign)| match sign {
        Place(place) => tails(place).any(|tail| {
            // A word such as `tests` may as well mean something else.
            let is_word = need != Need::NoBuild || tail == FUZZ;
            is_in(text, tail) || text.trim_end_matches('/') == tail && !is_word
        }),
        // An ending alone is no name.
        Ending(ending) => text != ending && sign.means(text),
        sign => sign.means(text),
    })
}

/// What a Rust source text holds, whatever the case, wherever a string in it [`is_special`]: for a
/// quick look before the text is cut into tokens.
pub fn signs_in_text() -> impl Iterator<Item = String> {
    all().flat_map(|(_, sign)| {
        let starts = |start: &str| vec![format!("\"{start}"), format!("/{start}")];
        match sign {
            // In this or in the next string of a chain; whatever stands before it.
            Place(place) => tails(place).flat_map(starts).collect(),
            Directory(name) | Start(name) => vec![name.to_owned()],
            Document(start) => starts(start),
            Name(name) => vec![format!("{name}\"")],
            Ending(ending) => vec![format!("{ending}\"")],
        }
    })
}

fn all() -> impl Iterator<Item = (Need, Sign)> {
    TABLE.iter().flat_map(|convention| {
        let signs = convention.signs.iter();
        signs.map(|sign| (convention.need, *sign))
    })
}

fn find(need: Need, means: impl Fn(&Sign) -> bool) -> Option<&'static str> {
    TABLE
        .iter()
        .find(|convention| convention.need == need && convention.signs.iter().any(&means))
        .map(|convention| convention.why)
}

/// `src/bin` and `bin`: a place as it is seen from the directories on the way to it.
fn tails(place: &'static str) -> impl Iterator<Item = &'static str> {
    let ends = place.match_indices('/').map(|(at, _)| &place[at + 1..]);
    [place].into_iter().chain(ends)
}

/// Whether a path leads to something in a directory.
fn is_in(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|below| below.starts_with('/'))
}

fn starts_with_word(stem: &str, word: &str) -> bool {
    let (start, rest) = stem.split_at_checked(word.len()).unwrap_or((stem, "x"));
    start.eq_ignore_ascii_case(word) && (rest.is_empty() || rest.starts_with(['-', '_', '.']))
}

impl Sign {
    /// Whether it means the file at this path, as seen from the crate.
    pub fn means(self, own: &str) -> bool {
        match self {
            Place(place) => is_in(own, place),
            Directory(name) => own.split('/').any(|component| component == name),
            sign => sign.means_name(path::name(own)),
        }
    }

    fn means_name(self, name: &str) -> bool {
        match self {
            Place(_) => false,
            Directory(known) | Name(known) => name == known,
            Start(start) => name.starts_with(start),
            Ending(ending) => {
                let at = name.len().checked_sub(ending.len());
                let end = at.and_then(|at| name.get(at..));
                end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
            }
            Document(start) => {
                let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
                is_document_ending(ending) && starts_with_word(stem, start)
            }
        }
    }
}

/// The endings of documents that have a telling name; none, and the `0` of `LICENSE-2.0`, are too.
fn is_document_ending(ending: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "adoc", "apache", "apache2", "asciidoc", "bsd", "htm", "html", "mit", "mpl", "org", "rst",
        "spdx", "txt",
    ];
    let is = |known: &str| ending.eq_ignore_ascii_case(known);
    ending.bytes().all(|byte| byte.is_ascii_digit()) || ENDINGS.iter().any(|known| is(known))
}
