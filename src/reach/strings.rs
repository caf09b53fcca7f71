//! Strings that may be paths: of build scripts and tests, which read at run time, and of macros
//! and attributes that are not known here.

use std::iter;

use rayon::prelude::*;

use super::macros::{Hole, Inherited};
use super::reads::Class;
use super::{Source, Walk};
use crate::conventions::TESTS;
use crate::graph::EdgeKind;
use crate::path;
use crate::scan::Literal;
use crate::tree::Resolved;

impl Walk<'_> {
    /// A string of a build script or a test: a path, if there is such a file. Both run in the
    /// package's directory. If some source leads upwards, the path may start further up.
    pub(super) fn run_time(
        &mut self,
        file: &str,
        class: Class,
        literal: &Literal,
        leads_up: bool,
        of_build: bool,
    ) -> anyhow::Result<()> {
        for part in parts(&literal.text) {
            self.run_time_path(file, class, literal, &part, (leads_up, of_build))?;
        }
        Ok(())
    }

    fn run_time_path(
        &mut self,
        file: &str,
        class: Class,
        literal: &Literal,
        part: &Part<'_>,
        (leads_up, of_build): (bool, bool),
    ) -> anyhow::Result<()> {
        let text = part.text;
        let krate = self.own.krate.path.clone();
        let Some(target) = self
            .tree
            .root()
            .join(&krate, text)
            .filter(|_| !text.is_empty())
        else {
            return Ok(());
        };
        if !of_build && !literal.from_package {
            self.test_string(file, literal, text)?;
        }
        // `..` and the like are the start of some longer path; the package itself can be watched.
        if path::is_within(&krate, &target) && (target != krate || !part.is_watched) {
            return Ok(());
        }
        let mut may_be_above = leads_up || of_build && self.runs_others() || part.is_for_compiler;
        if let Some(resolved) = self.lookup_from(&krate, text, &target)? {
            let by = self.by(file, literal.line, quoted(literal));
            self.read(resolved, class, by);
            // The package of a test may have a file of the same name as the directory around it.
            may_be_above &= class == Class::Test && literal.is_step;
        }
        if may_be_above && self.is_worth_climbing(class, literal, text) {
            let up = |inner: &String| {
                let is_top = inner == "." || inner.ends_with("..");
                (!is_top).then(|| path::parent(inner).to_owned())
            };
            let around = iter::successors(Some(krate), up).skip(1);
            self.read_nearest(file, class, literal, text, around)?;
        }
        Ok(())
    }

    /// Reads what a string means as a path from the first of the directories that has it. A word alone may as
    /// well be the name of some crate, so no package is meant.
    fn read_nearest(
        &mut self,
        file: &str,
        class: Class,
        literal: &Literal,
        text: &str,
        directories: impl Iterator<Item = String>,
    ) -> anyhow::Result<()> {
        for directory in directories {
            let target = self.tree.root().join(&directory, text).unwrap_or_default();
            if !path::is_within(&self.own.krate.path, &target)
                && let Some(resolved) = self.tree.resolve(&target)?
                && !self.is_package(&target)?
            {
                let by = self.by(file, literal.line, quoted(literal));
                self.read(resolved, class, by);
                break;
            }
        }
        Ok(())
    }

    /// A string of a test, as a path from where its source file lies, which is where some macros
    /// start, and from the workspace root, which helpers lead to.
    fn test_string(&mut self, file: &str, literal: &Literal, text: &str) -> anyhow::Result<()> {
        let krate = self.own.krate.path.clone();
        let of_package = self.tree.root().join(&krate, text);
        if !text.starts_with("..")
            && let Some(target) = of_package
            && self.lookup(&target)?.is_some()
        {
            return Ok(());
        }
        for base in [path::parent(file), "."] {
            let is_path = match base {
                "." => may_start_above(text),
                _ => text.contains('/'),
            };
            let target = self.tree.root().join(base, text).filter(|_| is_path);
            let Some(target) = target.filter(|target| !path::is_within(&krate, target)) else {
                continue;
            };
            if let Some(resolved) = self.lookup_from(base, text, &target)?
                && !self.is_package(&target)?
            {
                let by = self.by(file, literal.line, quoted(literal));
                self.read(resolved, Class::Test, by);
                return Ok(());
            }
        }
        Ok(())
    }

    fn is_package(&self, directory: &str) -> anyhow::Result<bool> {
        let manifest = path::child(directory, "Cargo.toml");
        Ok(self.tree.resolve(&manifest)?.is_some())
    }

    /// Whether code of other crates runs in the build script: it may know the workspace root.
    fn runs_others(&self) -> bool {
        let edges = &self.own.krate.edges;
        edges.iter().any(|edge| edge.kind == EdgeKind::Build)
    }

    /// Whether a string that is no path from the package can be one from further up. In a test, a
    /// name alone may be anything unless it is joined to something or has an ending. The usual names
    /// are in every package.
    fn is_worth_climbing(&self, class: Class, literal: &Literal, text: &str) -> bool {
        let is_path = || literal.is_step || is_rest(&literal.text) || is_file_name(text);
        let may_start_above = || may_start_above(text) || may_start_above(&literal.text);
        let may_be_path = class != Class::Test || may_start_above() || is_path();
        !text.starts_with("..") && !is_usual(text) && may_be_path
    }

    /// A string given to a macro or an attribute that is not known here, from the package's
    /// directory or from that of the file: of interest where the library would lack the file.
    pub(super) fn macro_argument(
        &mut self,
        file: &str,
        class: Class,
        literal: &Literal,
    ) -> anyhow::Result<()> {
        let krate = self.own.krate.path.clone();
        for base in [krate.as_str(), path::parent(file)] {
            let text = literal.text.trim_start_matches('/');
            let target = self.tree.root().join(base, text);
            let Some(target) = target.filter(|target| !path::is_within(&krate, target)) else {
                continue;
            };
            if let Some(resolved) = self.lookup_from(base, text, &target)? {
                let by = self.by(file, literal.line, quoted(literal));
                self.read(resolved, class, by);
            }
        }
        Ok(())
    }

    /// A string that names an own file which would be dropped for its name or its place: some macro
    /// may read it, from the package's directory or from that of the file.
    pub(super) fn document(&mut self, file: &str, class: Class, literal: &Literal) {
        for base in [self.own.krate.path.as_str(), path::parent(file)] {
            if let Some(target) = self.tree.root().join(base, &literal.text)
                && self.own.files.contains_key(&target)
                && (self.default)(&target).is_none()
            {
                let by = self.by(file, literal.line, quoted(literal));
                let resolved = Resolved {
                    needed: vec![target],
                    is_directory: false,
                };
                self.read(resolved, class, by);
            }
        }
    }

    /// Where a macro of the crate includes what its argument names, every string of the crate may
    /// be one; where another crate's does, those that tell.
    pub(super) fn computed(&mut self, inherited: &Inherited) -> anyhow::Result<()> {
        let own = std::mem::take(&mut self.holes);
        let is_wanted = !inherited.holes.is_empty() || inherited.opens_files;
        if own.is_empty() && !is_wanted {
            return Ok(());
        }
        let files: Vec<_> = self
            .reach
            .modules
            .iter()
            .map(|(f, c)| (f.clone(), *c))
            .collect();
        let of_others = inherited.opens_files || inherited.holes.iter().any(Hole::leads_up);
        let all = !own.is_empty() || of_others;
        if all {
            // A large crate must not keep the others waiting.
            files
                .par_iter()
                .for_each(|(file, _)| drop(self.tree.scan_all(file)));
        }
        for (file, class) in files {
            let scan = self.scan(&file, all);
            for literal in scan
                .literals
                .iter()
                .filter(|literal| may_name_a_file(&literal.text))
            {
                let class = if literal.test { Class::Test } else { class };
                for (needed_by, hole) in &own {
                    self.fill(hole, &file, class.max(*needed_by), literal)?;
                }
                let is_argument = literal.in_macro || literal.text.starts_with("..");
                if !own.is_empty() || !all || is_argument {
                    for hole in &inherited.holes {
                        self.fill(hole, &file, class, literal)?;
                    }
                }
                if inherited.opens_files && literal.in_macro {
                    self.opened_by_macro(&file, class, literal)?;
                }
            }
        }
        self.drain()
    }

    /// A string that is given to a macro which may be one that opens files: as a path from any
    /// directory above the package, of which the macro may know the topmost.
    fn opened_by_macro(
        &mut self,
        file: &str,
        class: Class,
        literal: &Literal,
    ) -> anyhow::Result<()> {
        let text = literal_part(&literal.text);
        if text.starts_with("..") || !text.contains(['/', '.']) || is_usual(text) {
            return Ok(());
        }
        let tree = self.tree;
        let around = tree.upwards(&self.own.krate.path).skip(1);
        self.read_nearest(file, class, literal, text, around)
    }

    fn fill(
        &mut self,
        hole: &Hole,
        file: &str,
        class: Class,
        literal: &Literal,
    ) -> anyhow::Result<()> {
        let krate = self.own.krate.path.clone();
        let base = if hole.in_package {
            krate.as_str()
        } else {
            path::parent(file)
        };
        let text = format!("{}{}{}", hole.before, literal.text, hole.after);
        let text = if hole.in_package {
            text.trim_start_matches('/')
        } else {
            &text
        };
        let target = self.tree.root().join(base, text);
        if let Some(target) = target.filter(|target| !path::is_within(&krate, target))
            && let Some(resolved) = self.lookup_from(base, text, &target)?
            // These macros read files.
            && !resolved.is_directory
        {
            let by = self.by(file, literal.line, quoted(literal));
            if target.ends_with(".rs") {
                self.enqueue(
                    target,
                    class,
                    Source {
                        owns_directory: true,
                        of_build: false,
                    },
                );
            }
            self.read(resolved, class, by);
        }
        Ok(())
    }
}

/// Whether a string of a test may be a path from above its package. A word alone may be anything,
/// and what is in every package is of this one.
fn may_start_above(text: &str) -> bool {
    text.split_once('/').is_some_and(|(top, _)| {
        let is_usual = matches!(top, "src" | "target") || TESTS.contains(&top);
        !is_usual && !top.starts_with('.')
    })
}

pub(super) fn quoted(literal: &Literal) -> String {
    format!("the string \"{}\"", literal.text.escape_debug())
}

/// What of a string is a path for sure: without a `{...}` at its start, and up to the directory in
/// which the next part of it varies.
pub(super) fn literal_part(text: &str) -> &str {
    let is_open = |c: char| matches!(c, '{' | '*' | '?' | '[');
    let text = match text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((_, rest)) => rest,
        None => text,
    };
    let text = match text.find(is_open) {
        Some(varies) => text[..varies].rfind('/').map_or("", |end| &text[..end]),
        None => text,
    };
    text.trim_start_matches('/')
}

/// A path that a string may hold.
struct Part<'t> {
    text: &'t str,
    /// A directive to Cargo names it, and may name the whole package.
    is_watched: bool,
    /// An argument of the compiler, which runs in the workspace root.
    is_for_compiler: bool,
}

/// The paths that a string may hold: itself, or those in a directive to Cargo or in an argument,
/// such as `cargo::rustc-link-search=native=../lib` and `-I../../include`.
fn parts(text: &str) -> Vec<Part<'_>> {
    let whole = |text, is_watched| Part {
        text: literal_part(text),
        is_watched,
        is_for_compiler: false,
    };
    let directive = text
        .strip_prefix("cargo:")
        .map(|rest| rest.strip_prefix(':').unwrap_or(rest))
        .and_then(|rest| rest.split_once('='));
    let arguments = match directive {
        Some(("rerun-if-changed", path)) => return vec![whole(path, true)],
        Some((key, value)) if key.starts_with("rustc-link-") || key == "rustc-env" => value,
        None if text.starts_with(['-', '@']) => text,
        _ => return vec![whole(text, false)],
    };
    let words = arguments.split([',', '=', ' ']).filter_map(|word| {
        let word = word.strip_prefix('@').unwrap_or(word);
        let is_joined = matches!(word.as_bytes(), [b'-', b'A'..=b'Z', _, ..]);
        let text = literal_part(if is_joined { &word[2..] } else { word });
        // Other words are names: of libraries, of kinds.
        (is_joined || text.contains(['/', '.'])).then_some(Part {
            text,
            is_watched: false,
            is_for_compiler: directive.is_some(),
        })
    });
    words.collect()
}

/// What is in every package.
pub(super) fn is_usual(text: &str) -> bool {
    matches!(
        text,
        "src" | "tests" | "target" | "Cargo.toml" | "Cargo.lock"
    )
}

/// Whether a string is what follows a directory: `{root}/testdata`, `/testdata`.
pub(super) fn is_rest(text: &str) -> bool {
    let rest = match text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((_, rest)) => rest,
        None => text,
    };
    rest.starts_with('/')
}

/// Whether a text may be the name of a file with an ending.
fn is_file_name(text: &str) -> bool {
    let is_in_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    text.chars().all(is_in_name)
        && text
            .rsplit_once('.')
            .is_some_and(|(stem, ending)| !stem.is_empty() && !ending.is_empty())
}

/// Whether a string is no prose and no markup: most strings of a large crate are.
fn may_name_a_file(text: &str) -> bool {
    let is_odd =
        |c: char| c.is_control() || matches!(c, '"' | '*' | '<' | '>' | '?' | '{' | '|' | '}');
    !text.contains(is_odd) && (!text.contains(' ') || text.contains(['.', '/']))
}
