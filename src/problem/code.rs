//! The code of each problem, and the paragraph that explains it. docs/problems.md is made from it.

use std::cmp::Ordering;
use std::fmt;

/// What a reader should know of a code.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    pub what: &'static str,
    pub why: &'static str,
    pub remedy: &'static str,
}

/// The codes of one sort, as the documentation has them.
pub struct Group {
    pub title: &'static str,
    pub codes: &'static [Code],
}

/// Writes the enum, its names, its explanations and its groups from one table.
macro_rules! codes {
    ($($title:literal { $($variant:ident $name:literal $what:literal $why:literal $remedy:literal)* })*) => {
        /// Which kind of problem it is. Codes are stable, for people to search for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($($variant,)*)*
        }

        /// In the order of the documentation.
        pub const GROUPS: &[Group] = &[
            $(Group { title: $title, codes: &[$(Code::$variant,)*] },)*
        ];

        impl Code {
            /// Kebab case, as messages show it.
            pub fn name(self) -> &'static str {
                match self {
                    $($(Self::$variant => $name,)*)*
                }
            }

            pub fn explanation(self) -> Explanation {
                match self {
                    $($(Self::$variant => Explanation { what: $what, why: $why, remedy: $remedy },)*)*
                }
            }
        }
    };
}

codes! {
    "The workspace" {
        NoWorkspace "no-workspace"
            "There is no Cargo.toml in this directory or above, or none where `--manifest-path` points."
            "cratesieve asks Cargo for the workspace of the current directory."
            "Go to the workspace, or name its Cargo.toml or its directory with `--manifest-path`."
        CargoRefuses "cargo-refuses"
            "Cargo cannot read the workspace or one of its path dependencies. Its own message follows."
            "cratesieve takes the crates and their dependencies from Cargo."
            "Make `cargo metadata --no-deps` pass in the directory that the message names."
        NoMembers "no-members"
            "The workspace has no members, so there is nothing to build."
            "Only members get packages and checks. Path dependencies that are not members are built with them."
            "List the directories of crates in `members` of `[workspace]`."
        SameName "same-name"
            "Two path packages have one name."
            "The manifest identifies a crate by the name of its package, as `cargo build -p` does."
            "Rename one of them."
        OddPath "odd-path"
            "The path of a crate has a backslash."
            "The manifest separates names with `/` on all systems, so it cannot write such a path."
            "Rename the directory."
        OutsideRepository "outside-repository"
            "A path dependency, a target or a symbolic link leads out of the repository."
            "The source of a flake holds the files of its repository and nothing else."
            "Move it into the repository, or depend on it by `git` or from a registry."
        Unreadable "unreadable"
            "A source file cannot be read."
            "cratesieve cannot tell which files it names, so the manifest might lack some."
            "Make the file readable, or let git ignore it."
        NotAFile "not-a-file"
            "A pipe, a device or a directory is where a file should be."
            "Reading a pipe may never end, and a device cannot be replaced by a manifest."
            "Put a regular file there or remove it. For the manifest, you can name another file with `--output`."
        BadToml "bad-toml"
            "A Cargo.toml, Cargo.lock or configuration of Cargo is not valid TOML, or is TOML that Nix cannot read."
            "The Nix library reads these files itself, with the TOML reader that Nix has."
            "Correct the line as the message says."
        ArtifactDependency "artifact-dependency"
            "A dependency has the key `artifact`, which cratesieve does not build."
            "Cargo would build a program while it compiles the crate. cratesieve compiles each crate in derivations of its own, which cannot do that."
            "Build the program separately, leave `artifact` out, and pass its path in `crates.<name>.env` of `mkWorkspace`."
        ReplaceByPath "replace-by-path"
            "`[replace]` puts a directory of the workspace in the place of a package."
            "Cargo deprecates `[replace]`, and cratesieve follows `[patch]` only."
            "Use `[patch]`."
        RefusedConfiguration "refused-configuration"
            "The configuration of Cargo has a key that Nix builds cannot follow."
            "The build would silently differ from a build without Nix."
            "Leave the key out. [Configuration of Cargo](configuration.md) lists what works."
    }
    "Cargo.lock" {
        MissingLock "missing-lock"
            "There is no Cargo.lock."
            "It says which versions a build uses. The Nix library makes the Cargo.lock of each crate from it."
            "Run `cargo generate-lockfile`, and commit the file."
        StaleLock "stale-lock"
            "Cargo.lock does not fit the Cargo.toml files."
            "Cargo would change Cargo.lock, and it cannot do that in a Nix build."
            "Run `cargo update --workspace`, and commit Cargo.lock."
        NotFetched "not-fetched"
            "Packages of Cargo.lock are not on this machine."
            "`verify` compiles offline, with the packages in the cache of Cargo."
            "Run `cargo fetch`."
    }
    "The manifest" {
        MissingManifest "missing-manifest"
            "There is no cratesieve.json."
            "The Nix library reads crates and files from it."
            "Run `cratesieve gen`, and commit the file."
        StaleManifest "stale-manifest"
            "The manifest does not fit the workspace."
            "A crate, a path dependency or a file that it lists came or went after the last `gen`."
            "Run `cratesieve gen`, and commit the file."
        NotCanonical "not-canonical"
            "The manifest is correct but not formatted as `gen` writes it."
            "A merge or a formatter changed the order or the indentation. One form keeps merges simple."
            "Run `cratesieve gen`."
        InvalidManifest "invalid-manifest"
            "The manifest cannot be read: it has a conflict marker, an unknown key or a wrong value."
            "Reading is strict, so that a mistake does not become a build with missing files."
            "Run `cratesieve gen`, which writes it again."
        OlderFormat "older-format"
            "An older version of cratesieve wrote the manifest, in a format that this version does not read."
            "Each version reads its own format."
            "Run `cratesieve gen`, and commit the file."
        NewerFormat "newer-format"
            "A newer version of cratesieve wrote the manifest."
            "It may hold what this version does not know, so it is not overwritten."
            "Update cratesieve. In a flake: `nix flake update cratesieve`."
        NotAManifest "not-a-manifest"
            "There is a file at the path of the manifest, and it is not a manifest."
            "`gen` overwrites only what it may have written itself."
            "Remove the file, or choose another one with `--output`."
        MergeConflict "merge-conflict"
            "The two sides of a merge changed a crate in ways that contradict each other."
            "The merged workspace decides what is right, and it does not exist yet during the merge."
            "Merge everything else, then run `cratesieve gen` and `git add cratesieve.json`."
    }
    "Settings in Cargo.toml" {
        UnknownSetting "unknown-setting"
            "`[*.metadata.cratesieve]` has an unknown key."
            "Cargo accepts any key there, so a typing error would go unnoticed."
            "The keys are `include`, `exclude` and `test-include`."
        BadSetting "bad-setting"
            "A setting has a value of a wrong type."
            "Each setting is a list of globs."
            "Write a list of strings."
        BadGlob "bad-glob"
            "A glob cannot be parsed, leaves the repository, or means a directory around the crate."
            "It would match nothing, or everything."
            "Correct it. A `..` may only stand before the first wildcard."
        EmptyGlob "empty-glob"
            "A glob or path matches no file."
            "It has a typing error, or the files are gone. Files that git ignores do not count."
            "Correct or remove it."
    }
    "verify" {
        MissingFile "missing-file"
            "A build or a test reads a file that is not in the source of the crate."
            "cratesieve reads the sources. It cannot see a path that a macro or a build script computes."
            "Add the setting that the hint shows, or use `cratesieve verify --fix`."
        FailsInSource "fails-in-source"
            "A crate compiles in the workspace but not from its filtered source."
            "It may need a file that the source lacks."
            "Add the file to `include`, or for tests to `test-include`. `cratesieve files CRATE` lists the source."
        TestFailsInSource "test-fails-in-source"
            "A test passes in the workspace and fails in the source, whatever files are added."
            "It may need `.git`, a file that git ignores, or the path of the workspace. A Nix build has none of these."
            "Change the test, or skip it in Nix: `crates.<name>.cargoTestExtraArgs = \"-- --skip TEST\"`."
        NoMember "no-member"
            "The named crate is not a member of the workspace."
            "Cargo does not build it by itself."
            "Name a member that depends on it."
    }
    "Names, paths and revisions" {
        UnknownCrate "unknown-crate"
            "No crate of the workspace has this name."
            "Crates go by the names of their packages."
            "Use the package name, as in `cargo build -p`."
        UnknownPath "unknown-path"
            "There is no such file, directory or package, or no source can hold it."
            "Files outside of the repository, and files that git ignores, are in no source."
            "Use a path from the current directory or from the workspace root."
        UnknownVersion "unknown-version"
            "Cargo.lock does not have this version of the package."
            "A version may be shortened: `1` means all versions that start with it."
            "Choose one of the versions that the hint lists."
        NoRepository "no-repository"
            "The workspace is not in a git repository."
            "Past versions of files come from git."
            "Name the files that changed, instead of a revision."
        UnknownRevision "unknown-revision"
            "git does not know the revision."
            "The name may be wrong, or the clone has only a part of the history, as in CI."
            "Check the name, or fetch the history."
        RevisionRefused "revision-refused"
            "Cargo cannot read the workspace as it was at that revision."
            "Without the old workspace there is nothing to compare."
            "Use another revision, or name the files that changed."
        EmptyRange "empty-range"
            "No commit is in the range, or there is nothing before it to compare."
            "`replay` compares each commit with the one before."
            "Choose an earlier start, or fetch the history."
        NothingToReplay "nothing-to-replay"
            "No commit of the range can be compared."
            "At each of them, Cargo cannot read the workspace, or the workspace was in another directory."
            "Choose a range in which the workspace is in this directory and Cargo can read it."
    }
}

impl Code {
    pub fn all() -> impl Iterator<Item = Self> {
        GROUPS.iter().flat_map(|group| group.codes).copied()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}\n\n{}", self.what, self.why, self.remedy)
    }
}
