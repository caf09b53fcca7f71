//! The format of `cratesieve.json`: its types, canonical bytes out, strict reading in.
//!
//! `manifest.schema.json` in this directory describes it for other programs; a test checks every
//! manifest against it. A change of the bytes for an unchanged workspace means a new [`FORMAT`],
//! except for a fixed bug.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::path;

/// The format that this version writes, and the only one that it reads.
pub const FORMAT: u64 = 2;

/// The name of the file, in the directory of the root Cargo.toml.
pub const FILE_NAME: &str = "cratesieve.json";

const GENERATED: &str = "by `cratesieve gen`; do not edit";

/// The shape of a workspace. Every path is relative to the workspace root, `/` between its
/// components; every list is sorted and holds nothing twice; what is empty is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    pub generated: String,
    pub format: u64,
    /// `..` or further, where a crate or a file of one lies outside the workspace root: the
    /// directory that holds everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_root: Option<String>,
    /// The files that every build reads, in addition to the root Cargo.toml and Cargo.lock.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub files: BTreeSet<String>,
    /// The crates that `[patch]` uses instead of a registry or git package. Third-party crates
    /// may lead back to them, which only Cargo.lock tells.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub patched: BTreeSet<String>,
    /// By package name.
    pub crates: BTreeMap<String, CrateEntry>,
}

/// One crate. The lists of own paths (`nested`, `bin_only`, `test_only`, `drop`) and the targets
/// are relative to the crate's own directory where they lie in it, which is what makes a crate
/// that moves a change of one line; `workspace`, `include` and `test_include` are
/// relative to the workspace root.
///
/// No `Default`: a `member` that is left out is `true`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CrateEntry {
    /// The crate's directory; `.` for a root package, which owns its targets' directories and its
    /// build script, not the whole repository.
    pub path: String,
    /// Whether the crate is a member of this workspace, which is Cargo's to say: `false` for a
    /// path dependency that is excluded, outside the root, or reached by `[patch]` only. Written
    /// where it is `false`; read, a `true` is not canonical, as an empty list is not.
    #[serde(default = "member_by_default", skip_serializing_if = "is_true")]
    pub member: bool,
    /// The directory of the other workspace that the crate belongs to, which it inherits fields
    /// from; written where there is one, and it is not the crate's own directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lib: Option<String>,
    #[serde(default)]
    pub proc_macro: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_script: Option<String>,
    /// Name of the binary to its root source file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bins: BTreeMap<String, String>,
    /// Direct path dependencies, normal and build, of every target platform, optional ones too.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dependencies: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dev_dependencies: BTreeSet<String>,
    /// `dependencies`, transitively, and the crate itself.
    pub closure: BTreeSet<String>,
    /// What tests add to `closure`: the crate's own `dev_dependencies` and their closures.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub test_extra: BTreeSet<String>,
    /// Other crates' directories inside this one's.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub nested: BTreeSet<String>,
    /// Own paths that only the crate's binaries read, where it has a library.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub bin_only: BTreeSet<String>,
    /// Own paths that only tests, benches and examples read.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub test_only: BTreeSet<String>,
    /// Own paths that no build reads.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub drop: BTreeSet<String>,
    /// Files and directories outside the own directory that this crate reads.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub include: BTreeSet<String>,
    /// Files outside the crate's directory that only its tests, benches and examples read.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub test_include: BTreeSet<String>,
}

/// Why a text is no manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Written by a later version of cratesieve.
    NewerFormat(u64),
    /// Written by an earlier version of cratesieve.
    OlderFormat(u64),
    /// Line (counted from one) and what is wrong.
    Invalid(Option<usize>, String),
}

impl Manifest {
    pub fn new(
        files: BTreeSet<String>,
        patched: BTreeSet<String>,
        crates: BTreeMap<String, CrateEntry>,
    ) -> Self {
        let places = crates.values().flat_map(|entry| {
            [&entry.path]
                .into_iter()
                .chain(&entry.include)
                .chain(&entry.test_include)
        });
        let source_root = path::common_ancestor(places.chain(&files).map(String::as_str));
        Self {
            generated: GENERATED.to_owned(),
            format: FORMAT,
            source_root: (source_root != ".").then_some(source_root),
            files,
            patched,
            crates,
        }
    }

    /// The canonical text: the same bytes for the same workspace, whatever the platform.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("strings and maps of strings");
        text.push('\n');
        text
    }

    /// Reads strictly: an unknown key, an unknown format, a path that leaves the source root, a
    /// name that no crate has are errors.
    pub fn from_text(text: &str) -> Result<Self, Unreadable> {
        /// Only what tells another format from a broken file.
        #[derive(Deserialize)]
        struct Header {
            format: u64,
        }
        if let Ok(Header { format }) = serde_json::from_str(text) {
            match format.cmp(&FORMAT) {
                Ordering::Greater => return Err(Unreadable::NewerFormat(format)),
                Ordering::Less => return Err(Unreadable::OlderFormat(format)),
                Ordering::Equal => {}
            }
        }
        let manifest: Self = serde_json::from_str(text)
            .map_err(|error| Unreadable::Invalid(Some(error.line()), words(&error)))?;
        match manifest.defect() {
            None => Ok(manifest),
            Some(defect) => Err(Unreadable::Invalid(None, defect)),
        }
    }

    /// The first thing that no `cratesieve gen` would have written.
    fn defect(&self) -> Option<String> {
        let source_root = self.source_root.as_deref().unwrap_or(".");
        if source_root.split('/').any(|c| c != "..") && source_root != "." {
            return Some(format!(
                "sourceRoot `{source_root}` is not an ancestor of the workspace root"
            ));
        }
        let inside = |path: &String| normal(path) && path::is_within(path, source_root);
        if let Some(path) = self.files.iter().find(|path| !inside(path)) {
            return Some(format!("files: the path `{path}` leaves the source root"));
        }
        if let Some(name) = self
            .patched
            .iter()
            .find(|name| !self.crates.contains_key(*name))
        {
            return Some(format!("patched: there is no crate `{name}`"));
        }
        self.crates.iter().find_map(|(name, entry)| {
            let rooted = [("path", &entry.path)]
                .into_iter()
                .chain(entry.workspace.iter().map(|path| ("workspace", path)))
                .chain(entry.include.iter().map(|path| ("include", path)))
                .chain(entry.test_include.iter().map(|path| ("testInclude", path)));
            let own = entry
                .targets()
                .chain(entry.nested.iter().map(|path| ("nested", path)))
                .chain(entry.bin_only.iter().map(|path| ("binOnly", path)))
                .chain(entry.test_only.iter().map(|path| ("testOnly", path)))
                .chain(entry.drop.iter().map(|path| ("drop", path)));
            let names = [
                ("dependencies", &entry.dependencies),
                ("devDependencies", &entry.dev_dependencies),
                ("closure", &entry.closure),
                ("testExtra", &entry.test_extra),
            ];
            rooted
                .filter(|(_, path)| !inside(path))
                .chain(own.filter(|(_, path)| {
                    !normal(path)
                        || path::climbs(&entry.path, path) > path::climbs(source_root, ".")
                }))
                .map(|(key, path)| {
                    format!("{name}.{key}: the path `{path}` leaves the source root")
                })
                .next()
                .or_else(|| {
                    let unknown = |to: &&String| !self.crates.contains_key(*to);
                    let (key, to) = names
                        .iter()
                        .find_map(|(key, names)| Some((key, names.iter().find(unknown)?)))?;
                    Some(format!("{name}.{key}: there is no crate `{to}`"))
                })
        })
    }
}

impl CrateEntry {
    /// The crates that building its tests, benches and examples needs.
    pub fn test_closure(&self) -> BTreeSet<String> {
        self.closure.union(&self.test_extra).cloned().collect()
    }

    /// What Cargo compiles without tests: key and path, relative to the own directory.
    pub fn targets(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let lib = self.lib.iter().map(|path| ("lib", path));
        let build_script = self.build_script.iter().map(|path| ("buildScript", path));
        lib.chain(build_script)
            .chain(self.bins.values().map(|path| ("bins", path)))
    }
}

fn member_by_default() -> bool {
    true
}

fn is_true(value: &bool) -> bool {
    *value
}

/// Relative, without `.`, empty or taken-back components.
fn normal(path: &String) -> bool {
    let climbs = path.split('/').take_while(|c| *c == "..").count();
    path == "."
        || !path.contains(['\\', '\0'])
            && path
                .split('/')
                .skip(climbs)
                .all(|c| !matches!(c, "" | "." | ".."))
}

/// Without the place, which is said elsewhere.
fn words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    match words.rfind(" at line ") {
        Some(end) => words[..end].to_owned(),
        None => words,
    }
}
