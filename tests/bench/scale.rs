//! Benchmark: how cost grows with the workspace. It measures `gen`, `gen --check` and Nix's evaluation of one
//! crate and of all crates, for workspaces that double in size.
//!
//! ```sh
//! cargo bench --bench scale                # 125, 250, 500 and 1,000 crates of 100 files
//! cargo bench --bench scale -- 64 128      # other numbers of crates
//! ```
//!
//! It needs what the Nix tests need (tests/common/nix.rs), and GNU time as `/usr/bin/time`.

#[path = "../common/mod.rs"]
mod common;
mod generate;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::nix::{Nix, nix, nix_path, with_prelude};
use generate::{Graph, Shape, generate};

const ROUNDS: usize = 3;

fn main() {
    // Cargo passes `--bench` on.
    let mut sizes: Vec<usize> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .map(|arg| arg.parse().expect("a number of crates"))
        .collect();
    if sizes.is_empty() {
        sizes = vec![125, 250, 500, 1000];
    }
    println!("processor time (the least of {ROUNDS}) and memory; in brackets the growth from the");
    println!("line above as a ratio to that of crates, edges and files: 1 is linear\n");
    for (what, line) in [
        ("closures of 23 crates on average", Some(47)),
        ("closures of half the workspace", None),
    ] {
        println!("{what}");
        let mut last: Option<(f64, BTreeMap<String, Cost>)> = None;
        for &crates in &sizes {
            let scratch = tempfile::tempdir().unwrap();
            let root = fs::canonicalize(scratch.path()).unwrap();
            let shape = Shape {
                crates,
                files: 100,
                packages: 300,
                line: line.unwrap_or(crates),
            };
            let graph = generate(&root, &shape);
            let size = (crates * (1 + shape.files) + graph.edges) as f64;
            println!("  {shape}: {graph}");
            let costs = measure(&root, &shape, &graph);
            for (what, cost) in &costs {
                let growth = last.as_ref().map_or(String::new(), |(before, costs)| {
                    let ratio = cost.seconds / costs[what].seconds / (size / before);
                    format!("({ratio:.2})")
                });
                println!(
                    "    {what:<30} {:>8.2} s {growth:>7} {:>7} MB",
                    cost.seconds, cost.megabytes
                );
            }
            last = Some((size, costs.into_iter().collect()));
        }
    }
}

#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    megabytes: u64,
}

fn measure(root: &Path, shape: &Shape, graph: &Graph) -> Vec<(String, Cost)> {
    let manifest = root.join("Cargo.toml").display().to_string();
    let cratesieve = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cratesieve"));
        command
            .args(args)
            .args(["--quiet", "--manifest-path", &manifest]);
        command
    };
    let mut costs = vec![
        ("gen".to_owned(), least(|| cratesieve(&["gen"]))),
        (
            "gen --check".to_owned(),
            least(|| cratesieve(&["gen", "--check"])),
        ),
    ];
    let nix = nix();
    let top = format!("crate-{}", shape.crates - 1);
    for strategy in ["layered", "per-crate"] {
        let workspace = |wanted: &str| {
            with_prelude(&format!(
                "let workspace = mkWorkspace {{ inherit craneLib pkgs; src = {}; strategy = \"{strategy}\"; }};
                 in builtins.hashString \"sha256\" (toString ({wanted}))",
                nix_path(root.try_into().unwrap())
            ))
        };
        let one = workspace(&format!("workspace.crates.{top}.package.drvPath"));
        costs.push((format!("one crate, {strategy}"), evaluate(&nix, &one)));
        // Nix's memory for a derivation grows with the number of sources that it names.
        if graph.closures < 50_000 {
            let all = workspace(
                "map (crate: crate.package.drvPath) (builtins.attrValues workspace.crates)",
            );
            costs.push((format!("all crates, {strategy}"), evaluate(&nix, &all)));
        }
    }
    costs
}

fn evaluate(nix: &Nix, expression: &str) -> Cost {
    least(|| {
        let mut command = nix.command("eval");
        command.args(["--impure", "--read-only", "--expr", expression]);
        command
    })
}

/// The lowest cost of several runs, because other processes can only add to it.
fn least(command: impl Fn() -> Command) -> Cost {
    let costs = (0..ROUNDS).map(|_| run(&command()));
    costs
        .min_by(|a, b| a.seconds.total_cmp(&b.seconds))
        .unwrap()
}

/// Runs a command with GNU time, which prints processor seconds and the maximum of kilobytes.
fn run(command: &Command) -> Cost {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%U %S %M"])
        .arg(command.get_program())
        .args(command.get_args())
        .output()
        .expect("GNU time at /usr/bin/time");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {words}");
    let figures: Vec<f64> = words
        .lines()
        .last()
        .unwrap_or_default()
        .split(' ')
        .map(|figure| figure.parse().unwrap())
        .collect();
    Cost {
        seconds: figures[0] + figures[1],
        megabytes: (figures[2] / 1000.0) as u64,
    }
}
