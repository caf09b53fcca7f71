//! The globs of the settings, expanded to paths. The only glob dialect of the project: `globset`,
//! where `*` stays within a directory and `**` does not.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobSet};

use crate::path;
use crate::problem::{Checked, Code, Problem, split_failure};
use crate::reach::Class;
use crate::settings::{Pattern, Settings};
use crate::tree::Tree;
use crate::walk::Walked;

/// One pattern and the paths that it matches, relative to the workspace root.
#[derive(Clone, Debug)]
pub struct Expanded {
    pattern: Pattern,
    paths: BTreeSet<String>,
}

/// What the patterns say of one crate.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    /// Who needs an own file (`None`: no build), and by which setting.
    own: BTreeMap<String, (Option<Class>, String)>,
    outside: BTreeMap<String, (Class, String)>,
    excluded: BTreeSet<String>,
}

/// Every pattern of one manifest in `directory`; or a problem for each that is none or that
/// matches nothing.
pub fn expand(
    settings: &Settings,
    directory: &str,
    tree: &Tree,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Vec<Expanded>> {
    let mut expanded = Vec::new();
    let patterns = settings
        .include
        .iter()
        .chain(&settings.test_include)
        .chain(&settings.exclude);
    for pattern in patterns {
        match split_failure(expand_one(pattern, directory, tree))? {
            Ok(paths) => expanded.push(Expanded {
                pattern: pattern.clone(),
                paths,
            }),
            Err(found) => problems.extend(found.iter().cloned()),
        }
    }
    Ok(expanded)
}

fn expand_one(pattern: &Pattern, directory: &str, tree: &Tree) -> Checked<BTreeSet<String>> {
    let problem = |code, message: String, hint: &str| {
        Err(Problem {
            code,
            path: pattern.path.clone(),
            line: Some(pattern.line),
            message,
            hint: hint.to_owned(),
        }
        .into())
    };
    // The part without wildcards may climb; a glob cannot.
    let is_wild = |component: &&str| component.contains(['*', '?', '[', ']', '{', '}', '\\']);
    let components: Vec<&str> = pattern.glob.split('/').collect();
    let literal = components
        .iter()
        .take_while(|component| !is_wild(component))
        .count();
    let (literal, wild) = components.split_at(literal);
    let start = tree.root().join(directory, &literal.join("/"));
    let Some(start) = start.filter(|_| !pattern.glob.is_empty() && !wild.contains(&"..")) else {
        return problem(
            Code::BadGlob,
            format!("`{}` is no relative path with wildcards", pattern.glob),
            "write it relative to the directory of this Cargo.toml, with `..` before any wildcard",
        );
    };
    if wild.is_empty()
        && pattern.key != "exclude"
        && start != directory
        && path::is_within(directory, &start)
        || wild.is_empty() && pattern.key != "exclude" && start == "."
    {
        let message = format!("`{}` is a directory around the crate", pattern.glob);
        return problem(
            Code::BadGlob,
            message,
            "name the files or directories in it that are needed",
        );
    }
    let mut paths = BTreeSet::new();
    if wild.is_empty() {
        paths.extend(
            tree.resolve(&start)?
                .into_iter()
                .flat_map(|resolved| resolved.needed),
        );
    } else {
        let glob = wild.join("/");
        let glob = GlobBuilder::new(&glob).literal_separator(true).build();
        // One alone would be compiled by a function that panics where the glob is too large.
        let matcher = match glob.and_then(|glob| GlobSet::new([glob])) {
            Ok(matcher) => matcher,
            Err(error) => {
                let message = format!("`{}` is not a valid glob: {}", pattern.glob, error.kind());
                return problem(
                    Code::BadGlob,
                    message,
                    "the syntax is that of the crate globset",
                );
            }
        };
        if tree
            .resolve(&start)?
            .is_some_and(|resolved| resolved.is_directory)
        {
            let files = tree.files_below(&start, &BTreeSet::new())?;
            let matches = |file: &String| matcher.is_match(tree.root().between(&start, file));
            paths.extend(files.into_keys().filter(matches));
        }
    }
    if paths.is_empty() {
        return problem(
            Code::EmptyGlob,
            format!("`{}` matches no file", pattern.glob),
            "correct or remove the pattern; it is relative to the directory of this Cargo.toml, \
             `*` stops at a `/`, and files that git ignores do not count",
        );
    }
    Ok(paths)
}

/// What the patterns of a crate's own manifest and of the workspace's say of the crate.
pub fn matches(walked: &Walked, package: &[Expanded], workspace: &[Expanded]) -> Matches {
    let mut matches = Matches::default();
    for (expanded, is_workspace) in package
        .iter()
        .map(|e| (e, false))
        .chain(workspace.iter().map(|e| (e, true)))
    {
        let class = expanded.pattern.class();
        let why = expanded.pattern.why();
        for place in &expanded.paths {
            let files: Vec<&String> = if walked.directories.contains(place) {
                walked
                    .files
                    .keys()
                    .filter(|file| path::is_within(file, place))
                    .collect()
            } else {
                walked
                    .files
                    .get_key_value(place)
                    .map(|(file, _)| file)
                    .into_iter()
                    .collect()
            };
            match class {
                Some(class) if files.is_empty() && !is_workspace => {
                    matches.outside.insert(place.clone(), (class, why.clone()));
                }
                None if files.is_empty() => {
                    matches.excluded.insert(place.clone());
                }
                _ => {}
            }
            for file in files {
                matches.own.insert(file.clone(), (class, why.clone()));
            }
        }
    }
    matches
}

/// What the workspace's patterns match that is no crate's own: included everywhere.
pub fn shared(
    workspace: &[Expanded],
    is_own: impl Fn(&str) -> bool,
) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let of = |wanted: Class| {
        let expanded = workspace
            .iter()
            .filter(move |e| e.pattern.class() == Some(wanted));
        expanded
            .flat_map(|e| e.paths.iter().map(|path| (path.clone(), e.pattern.why())))
            .filter(|(path, _)| !is_own(path))
            .collect()
    };
    (of(Class::Library), of(Class::Test))
}

impl Pattern {
    fn class(&self) -> Option<Class> {
        match self.key {
            "include" => Some(Class::Library),
            "test-include" => Some(Class::Test),
            _ => None,
        }
    }

    fn why(&self) -> String {
        format!("`{}` at {}:{} matches it", self.key, self.path, self.line)
    }
}

impl Matches {
    pub fn own(&self, file: &str) -> Option<(Option<Class>, String)> {
        self.own.get(file).cloned()
    }

    pub fn outside(&self) -> impl Iterator<Item = (&String, Class, String)> {
        self.outside
            .iter()
            .map(|(path, (class, why))| (path, *class, why.clone()))
    }

    /// Whether a part of the directory `path`, but not all of it, is excluded or for tests only.
    pub fn speaks_of_parts(&self, path: &str) -> bool {
        let is_part = |part: &String| part != path && path::is_within(part, path);
        let is_test = |(part, (class, _)): (&String, &(Class, String))| {
            *class == Class::Test && is_part(part)
        };
        self.excluded.iter().any(is_part) || self.outside.iter().any(is_test)
    }

    pub fn is_for_tests(&self, path: &str) -> bool {
        self.outside
            .iter()
            .any(|(part, (class, _))| *class == Class::Test && path::is_within(path, part))
    }

    pub fn excludes(&self, path: &str) -> bool {
        self.excluded
            .iter()
            .any(|excluded| path::is_within(path, excluded))
    }
}
