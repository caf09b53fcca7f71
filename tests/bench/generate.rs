//! Generated workspaces of any size, for the benchmarks of Nix and of scale.

use std::fmt::{self, Display, Write as _};
use std::fs;
use std::path::Path;

/// The size of a workspace. Its crates are in lines, in which each depends on the crate before it.
pub struct Shape {
    pub crates: usize,
    /// Files in each crate.
    pub files: usize,
    /// Packages in Cargo.lock.
    pub packages: usize,
    /// Crates in one line: a closure has half as many on average.
    pub line: usize,
}

impl Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            crates,
            files,
            packages,
            ..
        } = self;
        write!(
            f,
            "{crates} crates of {files} files, {packages} locked packages"
        )
    }
}

/// The size of a generated workspace's graph.
pub struct Graph {
    /// Path dependencies.
    pub edges: usize,
    /// Crates in all closures together.
    pub closures: usize,
    /// Bytes of `cratesieve.json`.
    pub manifest: usize,
}

impl Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            edges,
            closures,
            manifest,
        } = self;
        write!(
            f,
            "{edges} edges, {closures} in all closures, a manifest of {} kB",
            manifest / 1000
        )
    }
}

/// Writes such a workspace with its `cratesieve.json`, and a Cargo.lock whose packages do not exist,
/// because nothing is built.
pub fn generate(root: &Path, shape: &Shape) -> Graph {
    let Shape {
        crates,
        files,
        packages,
        line,
    } = *shape;
    let write = |path: String, text: String| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let third_party = |index: usize, crates: usize| -> Vec<usize> {
        (0..3)
            .map(|step| (index * 7 + step * 53) % crates)
            .collect()
    };
    write(
        "Cargo.toml".to_owned(),
        "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n".to_owned(),
    );
    let mut lock = String::from("version = 4\n");
    let mut edges = 0;
    for index in 0..crates {
        let mut manifest = format!(
            "[package]\nname = \"crate-{index}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n"
        );
        let mut dependencies = Vec::new();
        // Some crates also depend on an earlier crate.
        for step in [1, 20] {
            if index % line >= step {
                edges += 1;
                let to = index - step;
                let _ = writeln!(manifest, "crate-{to} = {{ path = \"../crate-{to}\" }}");
                dependencies.push(format!(" \"crate-{to}\",\n"));
            }
        }
        for package in third_party(index, packages) {
            let _ = writeln!(manifest, "package-{package} = \"1\"");
            dependencies.push(format!(" \"package-{package}\",\n"));
        }
        write(format!("crates/crate-{index}/Cargo.toml"), manifest);
        let modules: String = (1..files).map(|file| format!("mod m{file};\n")).collect();
        write(format!("crates/crate-{index}/src/lib.rs"), modules);
        for file in 1..files {
            let text = format!("pub fn f{file}() -> usize {{ {index} }}\n").repeat(20);
            write(format!("crates/crate-{index}/src/m{file}.rs"), text);
        }
        let _ = write!(
            lock,
            "\n[[package]]\nname = \"crate-{index}\"\nversion = \"0.1.0\"\ndependencies = [\n{}]\n",
            dependencies.concat()
        );
    }
    for index in 0..packages {
        let edges: String = [2 * index + 1, 2 * index + 2, index + 11]
            .into_iter()
            .filter(|to| *to < packages)
            .map(|to| format!(" \"package-{to}\",\n"))
            .collect();
        let _ = write!(
            lock,
            "\n[[package]]\nname = \"package-{index}\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"{index:064x}\"\ndependencies = [\n{edges}]\n"
        );
    }
    write("Cargo.lock".to_owned(), lock);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cratesieve"))
        .args(["gen", "--quiet", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = fs::read_to_string(root.join("cratesieve.json")).unwrap();
    let manifest = cratesieve::manifest::Manifest::from_text(&text).unwrap();
    let closures = manifest.crates.values().map(|entry| entry.closure.len());
    Graph {
        edges,
        closures: closures.sum(),
        manifest: text.len(),
    }
}
