//! The files of a generated workspace except its Cargo.toml files.

use std::collections::BTreeMap;

use super::manifests::{at, top, way};
use super::plan::{Crate, Library, Plan};
use super::random::Shape;

pub enum File {
    Text(String),
    Link(String),
}

/// The files by path, relative to the repository.
pub type Files = BTreeMap<String, File>;

pub fn sources(plan: &Plan) -> Files {
    let mut files = Files::new();
    for krate in &plan.crates {
        of_crate(plan, krate, &mut files);
    }
    let mut add = |path: &str, text: &str| {
        files.insert(path.to_owned(), File::Text(text.to_owned()));
    };
    add("READ ME.md", "Of all.\n");
    add("data/shared text.txt", "shared\n");
    add("data/deep/one.txt", "one\n");
    add("data/deep/two.txt", "two\n");
    add("proto/api.proto", "message Ping {}\n");
    add("notes.txt", "Nobody reads this.\n");
    add(".gitignore", "/target\nignored*\n*.ignored\n");
    add(".github/workflows/ci.yml", "on: push\n");
    let has = |shape| {
        plan.crates
            .iter()
            .any(|krate| krate.shapes.contains(&shape))
    };
    if has(Shape::Configuration) {
        add(&at(top(plan), ".cargo/config.toml"), "[env]\nX = \"1\"\n");
        add(&at(top(plan), "clippy.toml"), "msrv = \"1.80\"\n");
    }
    if has(Shape::Ignored) {
        add("target/debug/x.rs", "");
        add("ignored.txt", "");
    }
    files
}

fn of_crate(plan: &Plan, krate: &Crate, files: &mut Files) {
    let has = |shape| krate.shapes.contains(&shape);
    let mut add = |path: &str, text: &str| {
        files.insert(at(&krate.directory, path), File::Text(text.to_owned()));
    };
    let up = |path: &str| way(&krate.directory, path);
    let sources = match krate.has_own_places {
        true => "sources",
        false => "src",
    };

    let mut library = "mod part;\n#[cfg(test)]\nmod checks;\n".to_owned();
    let mut tests = "#[test]\nfn works() {}\n".to_owned();
    if has(Shape::Included) {
        library += "const A: &str = include_str!(\"inner text.txt\");\n";
        library += "#[doc = include_str!(\"../README.md\")]\nfn documented() {}\n";
        tests += "const B: &[u8] = include_bytes!(\"data/golden.bin\");\n";
        add(&format!("{sources}/inner text.txt"), "inner\n");
        add("tests/data/golden.bin", "golden\n");
        add("checks/data/golden.bin", "golden\n");
    }
    if has(Shape::IncludedOutside) {
        let shared = up("data/shared text.txt");
        library += &format!("const C: &str = include_str!(\"../{shared}\");\n");
        let deep = up("data/deep/");
        library += &format!(
            "macro_rules! deep {{ ($name:literal) => {{ include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{deep}/\", $name, \".txt\")) }} }}\n"
        );
        let one = up("data/deep/one.txt");
        tests += &format!("const D: &str = include_str!(\"../{one}\");\n");
    }
    if krate.library.is_some() {
        let file = if krate.has_own_places {
            "the lib.rs"
        } else {
            "lib.rs"
        };
        add(&format!("{sources}/{file}"), &library);
        add(&format!("{sources}/part.rs"), "pub mod deeper;\n");
        add(&format!("{sources}/part/deeper.rs"), "pub fn deeper() {}\n");
        add(&format!("{sources}/checks.rs"), "#[test]\nfn inner() {}\n");
    }
    if krate.has_program {
        add(
            &format!("{sources}/main.rs"),
            "mod of_program;\nfn main() {}\n",
        );
        add(&format!("{sources}/of_program.rs"), "");
    }
    for (number, name) in krate.programs.iter().enumerate() {
        match number {
            0 => add(&format!("src/bin/{name}.rs"), "fn main() {}\n"),
            _ => {
                add(
                    &format!("src/bin/{name}/main.rs"),
                    "mod own;\nfn main() {}\n",
                );
                add(&format!("src/bin/{name}/own.rs"), "");
            }
        }
    }
    if krate.has_tests {
        let path = if krate.has_own_places {
            "checks/placed.rs"
        } else {
            "tests/all.rs"
        };
        add(path, &tests);
        add("tests/common/mod.rs", "");
        add("benches/fast.rs", "fn main() {}\n");
        add("examples/how.rs", "fn main() {}\n");
        add("examples/many/main.rs", "fn main() {}\n");
    }
    let reads = has(Shape::SharedByBuilds);
    if krate.has_build_script {
        let path = if krate.has_own_places {
            "build/script.rs"
        } else {
            "build.rs"
        };
        let proto = up("proto/api.proto");
        let text = match reads {
            true => {
                format!("fn main() {{\n    println!(\"cargo::rerun-if-changed={proto}\");\n}}\n")
            }
            false => "fn main() {}\n".to_owned(),
        };
        add(path, &text);
    }
    if has(Shape::Included) || has(Shape::Unneeded) {
        add("README.md", "Of one.\n");
    }
    if has(Shape::Unneeded) {
        for path in [
            "CHANGELOG.md",
            "LICENSE-MIT",
            "docs/guide.md",
            "flake.nix",
            "fuzz/x.txt",
        ] {
            add(path, "Nobody reads this.\n");
        }
        add("benches/results.md", "Slow.\n");
        add("assets/kept.bin", "kept\n");
    }
    if has(Shape::OddFile) {
        add(&format!("{sources}/a file + ünï@x.y.txt"), "odd\n");
        add("assets/it's (1) $HOME.txt", "odd\n");
        add("tests/wörld.txt", "odd\n");
    }
    if has(Shape::Ignored) {
        add("ignored-by-git/x.rs", "");
        add(&format!("{sources}/y.ignored"), "");
        add("tests/ignored.txt", "");
    }
    if has(Shape::Settings) {
        for path in [
            "one.in",
            "deep/two.in",
            "unwanted.in",
            "of tests/x.txt",
            "other.md",
        ] {
            add(&format!("extra/{path}"), "extra\n");
        }
    }
    if has(Shape::Links) {
        let mut link = |path: &str, target: &str| {
            let target = File::Link(target.to_owned());
            files.insert(at(&krate.directory, path), target);
        };
        link("LICENSE", &up("READ ME.md"));
        link(
            &format!("{sources}/linked.txt"),
            &format!("../{}", up("data/shared text.txt")),
        );
        link("assets-of-all", &up("data/deep"));
        link("tests/dangling", "nowhere");
        if krate.library == Some(Library::Rust) {
            link(&format!("{sources}/inner-link.rs"), "part.rs");
        }
    }
    let _ = plan;
}
