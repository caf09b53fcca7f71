//! Code that runs elsewhere: a file that a library opens at run time is an input of the crates that
//! run it.
//!
//! Compiling a library does not open such a file, so it is no input of the libraries that depend on
//! it. Two sorts of crates run it:
//!
//! - A crate that has it among what its **build script** is built of, or that is compiled with a
//!   procedural macro which is built of it: every build of that crate needs the file.
//! - A crate whose **tests** are built of it, as are the library's own: those need the file.
//!
//! A path that starts with `CARGO_MANIFEST_DIR` is one from the library's own directory, wherever it
//! runs. Any other is one from the current directory: of build scripts and of tests, that is the
//! directory of the package that they belong to; of macros, the workspace root.

use std::collections::BTreeSet;

use super::strings::{literal_part, quoted};
use super::{By, Class, Walk};
use crate::graph::{Crate, EdgeKind, Graph};
use crate::path;
use crate::scan::{Literal, Scan};
use crate::tree::{Resolved, Tree};

/// A path that a library or a binary may open while it runs.
#[derive(Clone, Debug)]
pub struct RunTime {
    /// The class of the code: of the library, or of binaries only.
    pub class: Class,
    pub by: By,
    text: String,
    starts: Starts,
    /// The rest of a path that climbs may start further up.
    climbs: bool,
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Starts {
    /// In the directory of the package that says it.
    Package,
    /// There, or where the code runs.
    Either,
    /// Where the code runs.
    Anywhere,
}

/// What runs the code of a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    BuildScript,
    /// The compiler, as part of a procedural macro.
    Compiler,
    Tests,
}

impl Runner {
    /// Who needs what the code opens.
    pub fn class(self) -> Class {
        match self {
            Self::BuildScript | Self::Compiler => Class::Library,
            Self::Tests => Class::Test,
        }
    }

    /// As a noun, of a crate.
    pub fn words(self) -> &'static str {
        match self {
            Self::BuildScript => "the build script",
            Self::Compiler => "the compiler",
            Self::Tests => "a test",
        }
    }
}

impl RunTime {
    pub(super) fn from_package(class: Class, by: By, text: &str) -> Self {
        Self {
            class,
            by,
            text: text.to_owned(),
            starts: Starts::Package,
            climbs: false,
        }
    }
}

impl RunTime {
    /// A path that starts where some function of the same crate leads to.
    pub(super) fn further_up(class: Class, by: By, text: &str) -> Self {
        Self {
            class,
            by,
            text: text.to_owned(),
            starts: Starts::Either,
            climbs: true,
        }
    }
}

impl Walk<'_> {
    /// The strings of a source of the library or of a binary that may be paths.
    pub(super) fn note_run_time(&mut self, file: &str, class: Class, scan: &Scan) {
        let all;
        let scan = match scan.names_package && scan.climbs {
            // Any string may be the rest of the path.
            true => {
                all = self.tree.scan_all(file);
                &*all
            }
            false => scan,
        };
        let is_one = |literal: &&Literal| !literal.test && !literal.in_macro;
        for literal in scan.literals.iter().filter(is_one) {
            let text = literal_part(&literal.text);
            let starts = match (literal.from_package, scan.names_package) {
                (true, _) => Starts::Package,
                (false, true) => Starts::Either,
                (false, false) => Starts::Anywhere,
            };
            if !text.is_empty() && (starts == Starts::Package || text.contains('/')) {
                let by = self.by(file, literal.line, quoted(literal));
                let text = text.to_owned();
                let climbs = scan.climbs && starts == Starts::Either;
                self.reach.run_time.push(RunTime {
                    class,
                    by,
                    text,
                    starts,
                    climbs,
                });
            }
        }
    }
}

/// The crates whose code runs on behalf of `name`.
pub fn runs(graph: &Graph, name: &str) -> Vec<(Runner, String)> {
    // What a program is built of. A macro is no part of it: the compiler runs it.
    let parts = |starts: BTreeSet<&str>| {
        let mut wanted: Vec<&str> = starts.iter().copied().collect();
        let mut reached = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            if let Some(krate) = graph.crates.get(name)
                && (starts.contains(name) || !krate.is_proc_macro())
                && reached.insert(name.to_owned())
            {
                wanted.extend(krate.dependencies(&[EdgeKind::Normal]));
            }
        }
        reached
    };
    let krate = &graph.crates[name];
    let of_script = parts(krate.dependencies(&[EdgeKind::Build]));
    let of_library = parts(BTreeSet::from([name]));
    let used = of_library
        .iter()
        .flat_map(|part| graph.crates[part].dependencies(&[EdgeKind::Normal]));
    let is_macro = |name: &&str| graph.crates.get(*name).is_some_and(Crate::is_proc_macro);
    let macros = used.filter(is_macro);
    let macros = macros.chain(krate.is_proc_macro().then_some(name));
    let of_macros = parts(macros.collect());
    let mut tests = krate.dependencies(&[EdgeKind::Dev]);
    tests.retain(|name| !is_macro(name));
    tests.insert(name);
    let by = |runner| move |name| (runner, name);
    let scripts = of_script.into_iter().map(by(Runner::BuildScript));
    let macros = of_macros.into_iter().map(by(Runner::Compiler));
    let tests = parts(tests).into_iter().map(by(Runner::Tests));
    scripts.chain(macros).chain(tests).collect()
}

/// What `read`, which is of the crate `of`, opens where it runs on behalf of the crate `name`.
pub fn opened(
    read: &RunTime,
    (runner, of): (Runner, &str),
    name: &str,
    graph: &Graph,
    tree: &Tree,
) -> anyhow::Result<Vec<Resolved>> {
    let is_own = of == name;
    let (of, krate) = (&graph.crates[of], &graph.crates[name]);
    let climbs = read.text.starts_with("..");
    let mut bases: Vec<&str> = Vec::new();
    // What a macro opens in its own package is in the source of the macro, which is the compiler's.
    let is_given = runner == Runner::Compiler && !krate.is_proc_macro();
    if read.starts != Starts::Anywhere && !is_given {
        bases.push(&of.path);
        let mut above = of.path.as_str();
        while read.climbs && !climbs && above != "." && !above.ends_with("..") {
            above = path::parent(above);
            bases.push(above);
        }
    }
    // Of tests, a path that does not climb leads to what the package has in any case.
    if read.starts != Starts::Package && (climbs || runner != Runner::Tests) {
        bases.extend((!is_own || climbs).then_some(krate.path.as_str()));
        bases.extend((runner == Runner::Compiler && !climbs).then_some("."));
    }
    let mut found = Vec::new();
    for base in bases {
        let Some(target) = tree.root().join(base, &read.text) else {
            continue;
        };
        // `..` and the like are the start of some longer path.
        let is_around = path::is_within(&of.path, &target) || path::is_within(&krate.path, &target);
        let is_package = || tree.resolve(&path::child(&target, "Cargo.toml"));
        if !is_around
            && let Some(resolved) = tree.resolve(&format!("{base}/{}", read.text))?
            && (read.starts == Starts::Package || is_package()?.is_none())
        {
            found.push(resolved);
        }
    }
    Ok(found)
}
