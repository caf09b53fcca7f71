//! What the place and the name of a file say of it, before anything refers to it. Pure.

use std::collections::BTreeSet;

use crate::filter::Walked;
use crate::graph::{Crate, TargetKind};
use crate::path::{self, Root};
use crate::reach::Class;
use crate::tree::Kind;

/// Of one crate.
pub struct Places<'c> {
    krate: &'c Crate,
    root: &'c Root,
    /// Directories of tests, benches and examples.
    tests: BTreeSet<String>,
    /// Directories of binaries beside a library.
    bins: BTreeSet<String>,
    /// cargo-fuzz's directory, a package that no build of the workspace reaches.
    fuzz: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    Kept,
    Bin,
    Test(&'static str),
    Dropped(&'static str),
}

impl Default {
    pub fn class(self) -> Option<Class> {
        match self {
            Self::Kept => Some(Class::Library),
            Self::Bin => Some(Class::Bin),
            Self::Test(_) => Some(Class::Test),
            Self::Dropped(_) => None,
        }
    }

    pub fn reason(self) -> Option<String> {
        match self {
            Self::Kept => None,
            Self::Bin => Some("only binaries read src/bin".to_owned()),
            Self::Test(why) | Self::Dropped(why) => Some(why.to_owned()),
        }
    }
}

impl<'c> Places<'c> {
    pub fn new(krate: &'c Crate, walked: &Walked, root: &'c Root) -> Self {
        let is_test = |kind| kind == TargetKind::Test;
        let built: Vec<&str> = krate
            .targets
            .iter()
            .filter(|target| !is_test(target.kind))
            .map(|target| target.path.as_str())
            .collect();
        let is_link = |path: &String| matches!(walked.files.get(path), Some(Kind::Symlink(_)));
        let free = |directory: &String| {
            (walked.directories.contains(directory) || is_link(directory))
                && !built.iter().any(|path| path::is_within(path, directory))
        };
        let conventional =
            ["tests", "benches", "examples"].map(|name| path::child(&krate.path, name));
        let of_targets = krate.targets.iter().filter(|target| is_test(target.kind));
        let given = of_targets.map(|target| path::parent(&target.path).to_owned());
        let tests = conventional
            .into_iter()
            .chain(given)
            .filter(|d| *d != krate.path)
            .filter(free);
        let bin = path::child(&krate.path, "src/bin");
        let without_bins = krate
            .targets
            .iter()
            .filter(|t| !matches!(t.kind, TargetKind::Bin | TargetKind::Test));
        let has_bins = krate.lib().is_some()
            && !without_bins
                .into_iter()
                .any(|target| path::is_within(&target.path, &bin));
        let fuzz = path::child(&krate.path, "fuzz");
        let is_foreign = walked.files.contains_key(&path::child(&fuzz, "Cargo.toml"))
            && !built.iter().any(|path| path::is_within(path, &fuzz));
        Self {
            krate,
            root,
            tests: tests.collect(),
            bins: has_bins.then_some(bin).into_iter().collect(),
            fuzz: is_foreign.then_some(fuzz).into_iter().collect(),
        }
    }

    pub fn default(&self, file: &str) -> Default {
        let within = |places: &BTreeSet<String>| places.iter().any(|p| path::is_within(file, p));
        let own = self.root.between(&self.krate.path, file);
        let own = own.as_str();
        if within(&self.tests) {
            Default::Test("below a directory of tests, benches or examples")
        } else if own == "Cargo.toml" {
            Default::Kept
        } else if within(&self.fuzz) {
            Default::Dropped("part of the fuzzing package, which no build of the workspace reaches")
        } else if let Some(why) = dropped_directory(own) {
            Default::Dropped(why)
        } else if let Some(why) = dropped_name(path::name(own)).filter(|_| serves_people(own)) {
            Default::Dropped(why)
        } else if own.ends_with(".snap") {
            // insta reads these while a test runs.
            Default::Test("a snapshot of a test")
        } else if own
            .split('/')
            .any(|component| component == "proptest-regressions")
        {
            Default::Test("proptest keeps its failures here")
        } else if within(&self.bins) {
            Default::Bin
        } else {
            Default::Kept
        }
    }

    pub fn is_dropped_directory(&self, directory: &str) -> bool {
        let own = self.root.between(&self.krate.path, directory);
        let own = own.as_str();
        self.fuzz.contains(directory) || dropped_directory(own).is_some()
    }
}

/// Whether a file of such a name lies where people look for it: at the top of the crate, among
/// its documentation, or, as a readme does, beside the source. Anywhere else it may be data, of a
/// test that walks a directory above all: nothing in the source names each file of such a corpus.
fn serves_people(own: &str) -> bool {
    match own.split_once('/') {
        None => true,
        Some(("doc" | "docs", _)) => true,
        Some(("src", below)) => {
            let (stem, ending) = below.rsplit_once('.').unwrap_or((below, ""));
            !TEXTS.contains(&ending) || starts_as_document(path::name(stem))
        }
        Some(_) => false,
    }
}

/// Directories at the top of a crate that serve the repository, not the build.
fn dropped_directory(own: &str) -> Option<&'static str> {
    const SERVICES: &[&str] = &[
        ".circleci",
        ".forgejo",
        ".gitea",
        ".github",
        ".gitlab",
        ".husky",
    ];
    let top = own.split('/').next().unwrap_or(own);
    if SERVICES.contains(&top) {
        Some("configuration of a forge")
    } else if top == "LICENSES" && own.contains('/') {
        Some("documentation")
    } else if top == ".cargo" {
        Some("Cargo reads its configuration from the workspace root upwards")
    } else {
        None
    }
}

/// Configuration of tools that are no part of a build.
const TOOLS: &[&str] = &[
    ".clippy.toml",
    ".codecov.yml",
    ".dockerignore",
    ".editorconfig",
    ".envrc",
    ".gitattributes",
    ".gitignore",
    ".gitkeep",
    ".gitlab-ci.yml",
    ".gitmodules",
    ".keep",
    ".mailmap",
    ".pre-commit-config.yaml",
    ".rustfmt.toml",
    ".taplo.toml",
    ".travis.yml",
    ".typos.toml",
    "CODEOWNERS",
    "Cargo.lock",
    "_typos.toml",
    "bors.toml",
    "cliff.toml",
    "clippy.toml",
    "codecov.yml",
    "deny.toml",
    "flake.lock",
    "release-plz.toml",
    "release.toml",
    "rustfmt.toml",
    "taplo.toml",
    "typos.toml",
];

/// How the names of documents start, whatever the case.
const DOCUMENTS: &[&str] = &[
    "authors",
    "changelog",
    "changes",
    "code_of_conduct",
    "contributing",
    "contributors",
    "copying",
    "copyright",
    "history",
    "licence",
    "license",
    "notice",
    "patents",
    "readme",
    "releases",
    "security",
    "unlicense",
];

/// The endings of documents that carry no telling name.
const TEXTS: &[&str] = &["md", "markdown", "mdx"];

/// Files that no build reads unless something refers to them.
pub fn dropped_name(name: &str) -> Option<&'static str> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let has = |extensions: &[&str]| extensions.iter().any(|e| extension.eq_ignore_ascii_case(e));
    // `LICENSE-2.0`, `LICENSE.MIT`
    let is_text = extension.bytes().all(|byte| byte.is_ascii_digit())
        || has(&[
            "adoc", "asciidoc", "htm", "html", "org", "rst", "spdx", "txt",
        ])
        || has(&["apache", "apache2", "bsd", "mit", "mpl"]);
    if has(TEXTS) || is_text && starts_as_document(stem) {
        Some("documentation")
    } else if extension == "nix" || TOOLS.contains(&name) {
        Some("configuration of a tool that is no part of the build")
    } else if name.ends_with(".snap.new") || name.ends_with(".pending-snap") {
        Some("left by a tool")
    } else {
        None
    }
}

fn starts_as_document(stem: &str) -> bool {
    DOCUMENTS.iter().any(|document| {
        let (start, rest) = stem.split_at_checked(document.len()).unwrap_or((stem, "x"));
        start.eq_ignore_ascii_case(document)
            && (rest.is_empty() || rest.starts_with(['-', '_', '.']))
    })
}

/// What a Rust source text holds, whatever the case, wherever a string in it ends in the name of
/// such a file: for a quick look before the text is cut into tokens.
pub fn signs_of_dropped_names() -> impl Iterator<Item = String> {
    let documents = DOCUMENTS
        .iter()
        .flat_map(|name| [format!("\"{name}"), format!("/{name}")]);
    let tools = TOOLS.iter().map(|name| format!("{name}\""));
    let texts = TEXTS.iter().chain(&["nix", "snap.new", "pending-snap"]);
    let texts = texts.map(|ending| format!(".{ending}\""));
    documents.chain(tools).chain(texts)
}
