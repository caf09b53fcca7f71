//! Benchmark: how long `cratesieve gen` takes, as a ratio to a full `cargo metadata --offline` of the same
//! workspace in the same run.
//!
//! ```sh
//! cargo bench --bench gen                          # a generated workspace of 100 crates
//! cargo bench --bench gen -- ~/src/bevy ~/src/uv   # real ones, their packages fetched before
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cratesieve::manifest::Manifest;

const ROUNDS: usize = 15;

fn main() {
    // Cargo passes `--bench` on.
    let given: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .map(PathBuf::from)
        .collect();
    println!("median of {ROUNDS} rounds, in ms; the ratio is to `cargo metadata --offline`\n");
    println!(
        "{:<24} {:>6} {:>9} {:>6} {:>6} {:>7} {:>6}",
        "workspace", "crates", "metadata", "no-deps", "gen", "--check", "ratio"
    );
    if given.is_empty() {
        let scratch = tempfile::tempdir().unwrap();
        generate(scratch.path(), 100, 20);
        measure("(generated)", scratch.path());
    }
    for root in given {
        let name = root
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        measure(&name, &root);
    }
}

fn measure(name: &str, root: &Path) {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let cratesieve = env!("CARGO_BIN_EXE_cratesieve").to_owned();
    let metadata = ["metadata", "--offline", "--format-version", "1"];
    let manifest = root.join("Cargo.toml").display().to_string();
    let output = tempfile::tempdir().unwrap();
    let output = output.path().join("cratesieve.json").display().to_string();
    let commands: [(&str, Vec<&str>); 4] = [
        (&cargo, metadata.to_vec()),
        (&cargo, [&metadata[..], &["--no-deps"]].concat()),
        (
            &cratesieve,
            vec![
                "gen",
                "--quiet",
                "--manifest-path",
                &manifest,
                "--output",
                &output,
            ],
        ),
        (
            &cratesieve,
            vec![
                "gen",
                "--check",
                "--quiet",
                "--manifest-path",
                &manifest,
                "--output",
                &output,
            ],
        ),
    ];
    let mut times = [const { Vec::new() }; 4];
    for round in 0..=ROUNDS {
        for ((program, args), times) in commands.iter().zip(&mut times) {
            if args[0] == "gen" && args[1] == "--quiet" {
                // If the manifest existed already, `gen` would write nothing.
                let _ = fs::remove_file(&output);
            }
            let time = run(program, args, root);
            // The first round warms the caches.
            if round > 0 {
                times.push(time);
            }
        }
    }
    let [full, no_deps, gen_, check] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1e3
    });
    let text = fs::read_to_string(&output).unwrap();
    let crates = Manifest::from_text(&text).unwrap().crates.len();
    println!(
        "{name:<24} {crates:>6} {full:>9.0} {no_deps:>6.0} {gen_:>6.0} {check:>7.0} {:>6.2}",
        gen_ / full
    );
}

fn run(program: &str, args: &[&str], root: &Path) -> Duration {
    let start = Instant::now();
    let output = Command::new(program)
        .args(args)
        .current_dir(root)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let time = start.elapsed();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program} {args:?} in {}: {words}",
        root.display()
    );
    time
}

/// Writes a workspace of crates in layers. Each depends on up to three earlier crates and on a large
/// third-party package, so the lock has some hundred packages, as in real workspaces of this size.
fn generate(root: &Path, crates: usize, files: usize) {
    let write = |path: PathBuf, text: String| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let external = [
        "axum",
        "clap",
        "gix",
        "image",
        "reqwest",
        "serde_json",
        "tokio",
        "toml_edit",
        "tracing-subscriber",
        "wgpu",
    ];
    write(
        root.join("Cargo.toml"),
        "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n".to_owned(),
    );
    for index in 0..crates {
        let directory = root.join(format!("crates/crate-{index}"));
        let mut manifest = format!(
            "[package]\nname = \"crate-{index}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n"
        );
        for dependency in [index / 2, index / 3, index / 5] {
            let line = format!("crate-{dependency} = {{ path = \"../crate-{dependency}\" }}\n");
            if dependency < index && !manifest.contains(&line) {
                manifest += &line;
            }
        }
        manifest += &format!("{} = \"*\"\n", external[index % external.len()]);
        write(directory.join("Cargo.toml"), manifest);
        write(directory.join("README.md"), format!("# crate-{index}\n"));
        let modules: String = (0..files)
            .map(|file| format!("mod part_{file};\n"))
            .collect();
        write(
            directory.join("src/lib.rs"),
            format!("#![doc = include_str!(\"../README.md\")]\n{modules}"),
        );
        for file in 0..files {
            let function = format!(
                "/// Adds.\npub fn add(a: u64, b: u64) -> u64 {{\n    a + b + {file}\n}}\n\n"
            );
            let tests = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {}\n}\n";
            write(
                directory.join(format!("src/part_{file}.rs")),
                function.repeat(40) + tests,
            );
        }
        write(
            directory.join("tests/it.rs"),
            "#[test]\nfn works() {}\n".to_owned(),
        );
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    run(&cargo, &["generate-lockfile", "--quiet"], root);
    run(&cargo, &["fetch", "--quiet"], root);
}
