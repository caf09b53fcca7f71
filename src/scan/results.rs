//! What a scan finds in a source text.

/// What one file says of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    pub modules: Vec<Module>,
    pub references: Vec<Reference>,
    pub literals: Vec<Literal>,
    /// A `mod $name;` or a `#[path = $path]`: some macro declares modules whose names or places
    /// are not here to read.
    pub computed_modules: bool,
    /// A macro of this file is for other crates as well.
    pub exports_macros: bool,
    /// A string or a call leads upwards: other strings may be the rest of the path.
    pub climbs: bool,
    /// Leads to a directory above the package, to which other sources may join the rest of a path.
    pub leads_up: bool,
    /// What stands under `cfg(test)` leads to such a directory.
    pub tests_lead_up: bool,
    /// The variables that it asks for.
    pub mentions: Vec<Mention>,
    /// The text has `CARGO_MANIFEST_DIR` outside tests: other strings may be the rest of the path.
    pub names_package: bool,
}

impl Scan {
    /// The variables that it asks for, in whatever way.
    pub fn variables(&self) -> impl Iterator<Item = &String> {
        let of_paths = self
            .references
            .iter()
            .filter_map(|found| match &found.base {
                Base::Variable(name) => Some(name),
                _ => None,
            });
        let asked = self.mentions.iter().map(|mention| &mention.name);
        asked.chain(of_paths)
    }

    /// Whether two texts read the same paths, wherever in them.
    pub fn reads_as(&self, other: &Self) -> bool {
        let unplaced = |scan: &Self| {
            let mut scan = scan.clone();
            scan.modules.iter_mut().for_each(|module| module.line = 0);
            scan.references.iter_mut().for_each(|found| found.line = 0);
            scan.literals.iter_mut().for_each(|found| found.line = 0);
            scan.mentions.iter_mut().for_each(|found| found.line = 0);
            scan
        };
        self == other || unplaced(self) == unplaced(other)
    }
}

/// `mod name;`, whose content is another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    pub line: usize,
    pub name: String,
    /// The paths of `#[path = "..."]`, also within `cfg_attr`: each of them may be the one.
    pub paths: Vec<String>,
    /// Whether a `#[path]` outside `cfg_attr` rules out the file that is named after the module.
    pub is_elsewhere: bool,
    /// The inline modules around it, outermost first.
    pub inside: Vec<Inline>,
    /// Compiled under `cfg(test)` only.
    pub test: bool,
}

/// `mod name { ... }` around a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    pub name: String,
    /// As for [`Module`]; here the path is a directory.
    pub paths: Vec<String>,
    pub is_elsewhere: bool,
}

/// A path given to a macro or an attribute that reads the file at compile time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub line: usize,
    /// The macro or attribute, as written: `include_str!`.
    pub by: String,
    pub base: Base,
    pub path: Text,
    /// Read under `cfg(test)` only.
    pub test: bool,
    /// The file is Rust source, pasted in.
    pub is_source: bool,
    /// The macro may well mean something else: a path that leads nowhere is not worth a word.
    pub is_guess: bool,
    /// No macro gets the path: the code reads the file when it runs.
    pub is_at_run_time: bool,
    /// The file becomes documentation: the examples in it are tests.
    pub is_document: bool,
}

/// What a relative path starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// The directory of the file that says it.
    File,
    /// The package's directory: `CARGO_MANIFEST_DIR`, and the current directory of build scripts
    /// and tests.
    Package,
    /// The workspace root.
    Workspace,
    /// The nearest of the package's `src`, its directory and those above it that has such a path.
    Above,
    /// The value of a variable that the compiler sees.
    Variable(String),
    /// Where a C++ compiler looks for the header of a bridge: below the package's directory, which
    /// goes by the name of the package.
    Headers,
    /// Cargo's own output directory: no source file.
    OutDir,
}

/// A string as far as it is literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    Known(String),
    /// A part varies: what stands before and after it. Nothing is known of what comes after where
    /// more than one part does.
    Hole {
        before: String,
        after: Option<String>,
    },
    /// The package's readme: `env!("CARGO_PKG_README")` below the given prefix.
    Readme(String),
}

/// A string that may be the path of a file that code opens at run time. Build scripts and tests open
/// it from the package's directory; for a library, that depends on the crate that runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    pub line: usize,
    pub text: String,
    pub test: bool,
    /// An argument of a macro or an attribute, which may read the file at compile time.
    pub in_macro: bool,
    /// The path starts from the package: from `CARGO_MANIFEST_DIR`.
    pub from_package: bool,
    /// Joined to a path that is not known here: `root().join("testdata")`.
    pub is_step: bool,
}

/// A variable that is asked for: `env!("NAME")`, `env::var("NAME")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub line: usize,
    pub name: String,
    /// What is joined to its value on the spot, `Path::new(env!("NAME")).join("a").join("b")`;
    /// `None` where the value goes elsewhere.
    pub rest: Option<String>,
    /// Read under `cfg(test)` only.
    pub test: bool,
    /// An argument of a macro or an attribute, which may read the file at compile time.
    pub in_macro: bool,
}

/// Which string literals are worth keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Literals {
    /// All that could name a file: for build scripts, and for root packages, which do not own all
    /// that lies around them.
    All,
    /// Literals with `..`, or that name a file which is dropped or only for tests unless something
    /// refers to it. Any other literal leads to a file that the crate has in any case. For tests,
    /// also literals that could name a file from the workspace root.
    Telling,
    /// As [`Literals::Telling`] has it, of a file that is all tests.
    Tests,
    /// Literals of the examples in a Markdown text, which is read instead of Rust.
    Examples,
}

impl Literals {
    pub const ALL: [Self; 4] = [Self::All, Self::Telling, Self::Tests, Self::Examples];
}
