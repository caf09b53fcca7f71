//! Fingerprints of what changes a crate's package, its third-party packages and its tests: the
//! sources that the Nix library would make, hashed.
//!
//! A part is one or two sources (see [`Inputs`]). Its fingerprint is BLAKE3 in its mode for key
//! derivation, with the context `cratesieve fingerprint 1 src` (or `deps`, or `tests`), over
//!
//! ```text
//! text          the workspace root below its source root: `.`, unless something lies above it
//! and for each source
//!   u64         the number of its files
//!   and for each file, in the order of the bytes of the paths
//!     text      its path, relative to the workspace root
//!     u8        0 for a file, 1 for an executable one, 2 for a symbolic link
//!     [u8; 32]  BLAKE3 of what it holds; of a link, of where it leads, as written
//! ```
//!
//! where a text is its length in bytes, a u64, and its UTF-8; a u64 is little-endian. Rewritten
//! files are hashed as the Nix library writes them, where empty targets lie in
//! `cratesieve-stub/`. The same bytes on every machine; another number in the context when they
//! mean another thing.

use camino::Utf8Path;

use crate::manifest::Manifest;
use crate::rewrite::{Content, Source, Sources, StubPaths, tool_files};
use crate::source::Role;
use crate::tree::Tree;
use crate::tree::{Form, Identity};

/// Files that tools for tests and lints read in addition to the source of the tests.
const TOOL_FILES: [&str; 2] = ["clippy.toml", ".clippy.toml"];
const NEXTEST: &str = ".config/nextest.toml";

/// What a build of a crate has a share in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The crate's package.
    Src,
    /// The third-party packages that are compiled for it.
    Deps,
    /// Its tests, benches and examples, with the third-party packages that are compiled for
    /// these, and its lints.
    Tests,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Src, Self::Deps, Self::Tests];

    /// As the command line and JSON have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Src => "src",
            Self::Deps => "deps",
            Self::Tests => "tests",
        }
    }

    fn context(self) -> &'static str {
        match self {
            Self::Src => "cratesieve fingerprint 1 src",
            Self::Deps => "cratesieve fingerprint 1 deps",
            Self::Tests => "cratesieve fingerprint 1 tests",
        }
    }
}

/// All sources that Nix builds a crate from, with the strategy `per-crate`.
pub struct Inputs {
    /// The sources of the package, and of the stubs for its third-party packages.
    pub own: [Source; 2],
    /// The sources of the tests, and of the stubs for their third-party packages.
    pub test: [Source; 2],
}

impl Inputs {
    pub fn of(
        sources: &Sources<'_>,
        shape: &Manifest,
        files: &Tree,
        name: &str,
    ) -> anyhow::Result<Self> {
        Self::without(&|_, _| false, sources, shape, files, name)
    }

    /// The sources without the files of some crates, see [`Sources::source_without`].
    pub fn without(
        is_left_out: &dyn Fn(&str, Role) -> bool,
        sources: &Sources<'_>,
        shape: &Manifest,
        files: &Tree,
        name: &str,
    ) -> anyhow::Result<Self> {
        let source = |role| sources.source_without(is_left_out, name, role);
        let mut test = source(Role::Test)?;
        // Clippy's manifests say what those of the tests do, and more.
        test.extend(sources.linted(name)?);
        let source_root = shape.source_root.as_deref().unwrap_or(".");
        let entry = &shape.crates[name];
        let mut tools = tool_files(files.root(), source_root, &TOOL_FILES, entry);
        tools.push(NEXTEST.to_owned());
        for path in tools {
            if files.exists(&path)? {
                test.entry(path).or_insert(Content::File);
            }
        }
        Ok(Self {
            own: [source(Role::Own)?, sources.stubs(name, Role::Own)?],
            test: [test, sources.stubs(name, Role::Test)?],
        })
    }

    pub fn part(&self, part: Part) -> &[Source] {
        match part {
            Part::Src => &self.own,
            Part::Deps => &self.own[1..],
            Part::Tests => &self.test,
        }
    }
}

/// The workspace root, seen from the source root.
pub fn place(root: &Utf8Path, shape: &Manifest) -> String {
    let climbs = shape
        .source_root
        .as_deref()
        .map_or(0, |up| up.split('/').count());
    let names: Vec<&str> = root.components().map(|name| name.as_str()).collect();
    match &names[names.len().saturating_sub(climbs)..] {
        [] => ".".to_owned(),
        names => names.join("/"),
    }
}

/// Where empty targets lie in what is hashed, and compared.
pub fn stub_paths() -> StubPaths {
    StubPaths::in_directory("cratesieve-stub")
}

/// The fingerprint of a part: 64 hexadecimal digits. `place` is the workspace root, seen from the
/// source root; `identify` says what the workspace's own files hold.
pub fn fingerprint(
    part: Part,
    sources: &[Source],
    place: &str,
    identify: &dyn Fn(&str) -> anyhow::Result<Identity>,
) -> anyhow::Result<String> {
    let mut hasher = blake3::Hasher::new_derive_key(part.context());
    push_text(&mut hasher, place);
    for source in sources {
        push_number(&mut hasher, source.len());
        for (path, content) in source {
            let identity = match content {
                Content::File => identify(path)?,
                Content::Text(text) => Identity::new(Form::File, text.as_bytes()),
            };
            push_text(&mut hasher, path);
            hasher.update(&[identity.form as u8]);
            hasher.update(&identity.hash);
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn push_text(hasher: &mut blake3::Hasher, text: &str) {
    push_number(hasher, text.len());
    hasher.update(text.as_bytes());
}

fn push_number(hasher: &mut blake3::Hasher, number: usize) {
    hasher.update(&(number as u64).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(part: Part, sources: &[Source], place: &str) -> String {
        let identify = |path: &str| {
            let form = match path {
                "run.sh" => Form::Executable,
                "link" => Form::Link,
                _ => Form::File,
            };
            Ok(Identity::new(form, path.as_bytes()))
        };
        fingerprint(part, sources, place, &identify).unwrap()
    }

    fn source(files: &[(&str, Option<&str>)]) -> Source {
        let entries = files.iter().map(|(path, text)| {
            let content = text.map_or(Content::File, |text| Content::Text(text.into()));
            ((*path).to_owned(), content)
        });
        entries.collect()
    }

    /// Computed by a program of its own, from the words above.
    #[test]
    fn the_framing_is_as_documented() {
        let files = [
            ("Cargo.toml", Some("[workspace]\n")),
            ("link", None),
            ("run.sh", None),
            ("src/ü.rs", None),
        ];
        let found = of(Part::Src, &[source(&files), Source::new()], ".");
        assert_eq!(
            found,
            "05fd37cfeb807faf528b6c43f0c105ee1b8f6ff182b3fbd10539aca3ba2de3d3"
        );
    }

    #[test]
    fn everything_counts() {
        let one = source(&[("a", None), ("b", None)]);
        let alone = std::slice::from_ref(&one);
        let found = [
            of(Part::Src, alone, "."),
            of(Part::Tests, alone, "."),
            of(Part::Src, alone, "ws"),
            of(Part::Src, &[one.clone(), Source::new()], "."),
            of(Part::Src, &[Source::new(), one.clone()], "."),
            of(Part::Src, &[source(&[("a", None)])], "."),
            of(
                Part::Src,
                &[source(&[("a", None)]), source(&[("b", None)])],
                ".",
            ),
            of(Part::Src, &[source(&[("a", None), ("b", Some("x"))])], "."),
            of(
                Part::Src,
                &[source(&[("a", None), ("link", Some("link"))])],
                ".",
            ),
            of(Part::Src, &[source(&[("a", None), ("link", None)])], "."),
            of(
                Part::Src,
                &[source(&[("a", None), ("run.sh", Some("run.sh"))])],
                ".",
            ),
            of(Part::Src, &[source(&[("a", None), ("run.sh", None)])], "."),
        ];
        let different: std::collections::BTreeSet<&String> = found.iter().collect();
        assert_eq!(different.len(), found.len());
    }
}
