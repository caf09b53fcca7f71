//! Benchmark: how long Nix takes to evaluate the derivations of a workspace, as a ratio to one plain crane
//! package of the same workspace in the same run.
//!
//! ```sh
//! cargo bench --bench nix_evaluation                # a generated workspace of 200 crates
//! cargo bench --bench nix_evaluation -- ~/src/helix # real ones, with a cratesieve.json
//! ```
//!
//! It needs what the Nix tests need (tests/common/nix.rs).

#[path = "../common/mod.rs"]
mod common;
mod generate;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use common::nix::{Nix, all_nix, nix_path, with_prelude};
use generate::{Shape, generate};

const ROUNDS: usize = 5;

fn main() {
    // Cargo passes `--bench` on.
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
            let shape = Shape {
                crates: 200,
                files: 50,
                packages: 300,
                line: 47,
            };
            println!("  {shape}: {}", generate(&root, &shape));
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
            // The first round copies the sources to the store.
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
