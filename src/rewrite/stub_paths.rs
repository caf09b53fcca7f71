//! The twin of nix/rewrite/stubPaths.nix.

/// Where the empty targets lie, as a manifest says it: the text of a rewritten Cargo.toml depends
/// on that, and the Nix library has them in its store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StubPaths {
    pub library: String,
    pub proc_macro: String,
    pub c_library: String,
    pub binary: String,
    pub test: String,
    pub build_script: String,
}

impl StubPaths {
    /// The files of the Nix library, below `directory`.
    pub fn in_directory(directory: &str) -> Self {
        let file = |name: &str| format!("{directory}/{name}.rs");
        Self {
            library: file("lib"),
            proc_macro: file("proc_macro"),
            c_library: file("c_library"),
            binary: file("main"),
            test: file("test"),
            build_script: file("build"),
        }
    }
}
