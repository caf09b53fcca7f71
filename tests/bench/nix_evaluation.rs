//! How long Nix takes to evaluate the derivations of a workspace, as a ratio to one plain crane
//! package of the same workspace in the same run.
//!
//! ```sh
//! cargo bench --bench nix_evaluation                # a generated workspace of 200 crates
//! cargo bench --bench nix_evaluation -- ~/src/helix # real ones, with a cratesieve.json
//! ```
//!
//! Wants what the Nix tests want (tests/common/nix.rs).

#[path = "../common/mod.rs"]
mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use common::nix::{Nix, all_nix, nix_path, with_prelude};

const ROUNDS: usize = 5;

fn main() {
    // Cargo hands `--bench` on.
    let given: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .map(|path| fs::canonicalize(path).unwrap())
        .collect();
    println!(
        "median of {ROUNDS} rounds, in ms; in brackets the ratio to the plain crane package\n"
    );
    for nix in all_nix() {
        println!("{nix:?}");
        if given.is_empty() {
            let scratch = tempfile::tempdir().unwrap();
            let root = fs::canonicalize(scratch.path()).unwrap();
            generate(&root, 200, 50, 300);
            measure(&nix, "(generated)", &root);
        }
        for root in &given {
            let name = root.file_name().unwrap_or_default().to_string_lossy();
            measure(&nix, &name, root);
        }
    }
}

fn measure(nix: &Nix, name: &str, root: &Path) {
    let root = nix_path(root.try_into().unwrap());
    let workspace = |strategy: &str, wanted: &str| {
        with_prelude(&format!(
            "let workspace = mkWorkspace {{ inherit craneLib pkgs; src = {root}; strategy = \"{strategy}\"; }};
             all = builtins.attrValues workspace.crates;
             in builtins.hashString \"sha256\" (builtins.concatStringsSep \"\" ({wanted}))"
        ))
    };
    let members = "(builtins.filter (c: (builtins.tryEval c.package.drvPath).success) all)";
    let each = |attributes: &str| {
        format!("builtins.concatMap (c: map (a: c.${{a}}.drvPath) [ {attributes} ]) {members}")
    };
    let expressions = [
        (
            "one plain crane package",
            with_prelude(&format!(
                "let
                   manifest = builtins.fromJSON (builtins.readFile ({root} + \"/cratesieve.json\"));
                   withBinary = builtins.filter (n: manifest.crates.${{n}} ? bins) (builtins.attrNames manifest.crates);
                   pname = builtins.head (withBinary ++ builtins.attrNames manifest.crates);
                 in (craneLib.buildPackage {{
                   inherit pname; version = \"0\";
                   src = craneLib.cleanCargoSource {root};
                   cargoExtraArgs = \"-p ${{pname}}\";
                 }}).drvPath"
            )),
        ),
        ("all sources", workspace("per-crate", &each("\"src\""))),
    ];
    let mut expressions = Vec::from(expressions);
    for strategy in ["layered", "per-crate", "shared"] {
        for (what, wanted) in [
            (
                "one package",
                "[ (builtins.head all).package.drvPath ]".to_owned(),
            ),
            ("all deps and package", each("\"deps\" \"package\"")),
            (
                "and test, clippy, doc",
                each("\"deps\" \"package\" \"test\" \"clippy\" \"doc\""),
            ),
        ] {
            expressions.push((what, workspace(strategy, &wanted)));
        }
    }
    let mut times = vec![Vec::new(); expressions.len()];
    for round in 0..=ROUNDS {
        for ((_, expression), times) in expressions.iter().zip(&mut times) {
            let start = Instant::now();
            nix.evaluate(expression);
            // The first round puts the sources into the store.
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    let medians: Vec<f64> = times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect();
    println!("  {name}");
    println!("    layered, per-crate and shared, after what does not depend on it:");
    for ((what, _), time) in expressions.iter().zip(&medians) {
        println!("    {what:<26} {time:>7.0}  ({:.2})", time / medians[0]);
    }
}

/// Crates that depend on each other so that a closure holds about 23 of them on average, and a lock
/// of packages that nobody needs to download, since nothing is built.
fn generate(root: &Path, crates: usize, files: usize, packages: usize) {
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
    for index in 0..crates {
        let mut manifest = format!(
            "[package]\nname = \"crate-{index}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n"
        );
        let mut dependencies = Vec::new();
        // Lines of 47 crates, in which some depend on one further up as well.
        for step in [1, 20] {
            if index % 47 >= step {
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
    let total: usize = manifest
        .crates
        .values()
        .map(|entry| entry.closure.len())
        .sum();
    println!(
        "  {crates} crates of {files} files, {packages} locked packages, mean closure {:.1}",
        total as f64 / crates as f64
    );
}
