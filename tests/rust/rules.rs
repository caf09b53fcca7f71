//! The rules for the manifest's lists of files, each tested with one crate.

use crate::common;

use std::fs;

use common::{git, utf8, workspace_with_a, write};
use cratesieve::analysis::analyse;
use cratesieve::conventions::{Sign, TABLE};
use cratesieve::manifest::CrateEntry;
use cratesieve::source::Role;
use tempfile::TempDir;

/// The manifest's entry of crate `a`, in a workspace of `crates/a` and the given files.
fn entry(files: &[(&str, &str)]) -> CrateEntry {
    let directory = workspace(files);
    let mut manifest = analyse(Some(&utf8(&directory).join("Cargo.toml")))
        .unwrap()
        .manifest;
    manifest.crates.remove("a").unwrap()
}

fn workspace(files: &[(&str, &str)]) -> TempDir {
    workspace_with_a("crates/a", files)
}

macro_rules! assert_list {
    ($entry:expr, $list:ident, $expected:expr) => {
        let expected: [&str; _] = $expected;
        assert_eq!(
            $entry.$list.iter().map(String::as_str).collect::<Vec<_>>(),
            expected
        );
    };
}

#[test]
fn documents_are_dropped_unless_something_refers_to_them() {
    let entry = entry(&[
        ("crates/a/README.md", ""),
        ("crates/a/CHANGELOG.txt", ""),
        ("crates/a/LICENSE-MIT", ""),
        ("crates/a/license.rs", ""),
        ("crates/a/src/license.json", ""),
        ("crates/a/flake.nix", ""),
        ("crates/a/.github/x.yml", ""),
        ("crates/a/GUIDE.md", ""),
        ("crates/a/docs/TESTS.md", ""),
        ("crates/a/docs/BIN.md", ""),
        (
            "crates/a/src/lib.rs",
            "#![doc = include_str!(\"../GUIDE.md\")]\nconst X: &str = \"docs/X.md\";",
        ),
        ("crates/a/docs/X.md", ""),
        ("crates/a/tests/t.rs", "include_str!(\"../docs/TESTS.md\");"),
        ("crates/a/src/main.rs", "include_str!(\"../docs/BIN.md\");"),
    ]);
    assert_list!(
        entry,
        drop,
        [
            ".github",
            "CHANGELOG.txt",
            "LICENSE-MIT",
            "README.md",
            "flake.nix"
        ]
    );
    assert_list!(entry, test_only, ["docs/TESTS.md", "tests"]);
    assert_list!(entry, bin_only, ["docs/BIN.md", "src/main.rs"]);
}

#[test]
fn documents_among_data_are_data() {
    let entry = entry(&[
        ("crates/a/docs/guide.md", ""),
        ("crates/a/src/README.md", ""),
        ("crates/a/src/cases/one.md", ""),
        ("crates/a/resources/cases/one.md", ""),
        ("crates/a/resources/cases/two.md", ""),
        ("crates/a/resources/.gitignore", ""),
        ("crates/a/resources/other.json", ""),
    ]);
    assert_list!(entry, drop, ["docs/guide.md", "src/README.md"]);
    assert_list!(entry, test_only, []);
}

#[test]
fn a_given_readme_is_kept_and_a_found_one_is_not() {
    let readme = ("crates/a/README.md", "");
    let manifest = |line: &str| format!("[package]\nname = \"a\"\nedition = \"2024\"\n{line}\n");
    let found = entry(&[readme]);
    assert_list!(found, drop, ["README.md"]);
    let given = manifest("readme = \"README.md\"");
    assert_list!(entry(&[readme, ("crates/a/Cargo.toml", &given)]), drop, []);
    let outer = manifest("readme = \"../../README.md\"\nlicense-file = \"../../COPYING\"");
    let outer = entry(&[
        ("README.md", ""),
        ("COPYING", ""),
        ("crates/a/Cargo.toml", &outer),
    ]);
    assert_list!(outer, include, ["COPYING", "README.md"]);
}

#[test]
fn what_tests_leave_behind_is_theirs() {
    let entry = entry(&[
        ("crates/a/src/snapshots/a__x.snap", ""),
        ("crates/a/src/snapshots/a__y.snap.new", ""),
        ("crates/a/src/data/x.snap", ""),
        ("crates/a/src/data/x.json", ""),
        ("crates/a/proptest-regressions/x.txt", ""),
    ]);
    assert_list!(
        entry,
        test_only,
        [
            "proptest-regressions",
            "src/data/x.snap",
            "src/snapshots/a__x.snap"
        ]
    );
    assert_list!(entry, drop, ["src/snapshots/a__y.snap.new"]);
}

#[test]
fn packages_that_no_build_reaches_are_dropped_whole() {
    let fuzz = "[package]\nname = \"fuzz\"\n[workspace]\n";
    let entry = entry(&[
        ("crates/a/fuzz/Cargo.toml", fuzz),
        ("crates/a/fuzz/fuzz_targets/x.rs", ""),
        ("crates/a/imp/Cargo.toml", fuzz),
        ("crates/a/imp/src/lib.rs", ""),
        ("crates/a/src/template/Cargo.toml", fuzz),
        (
            "crates/a/build.rs",
            "fn main() { Command::new(\"cargo\").current_dir(\"imp\"); }",
        ),
    ]);
    assert_list!(entry, drop, ["fuzz"]);
}

#[test]
fn a_build_script_may_read_anything_it_names() {
    let entry = entry(&[
        ("crates/a/tests/data/x.txt", ""),
        ("crates/a/tests/t.rs", ""),
        ("crates/a/docs/README.md", ""),
        ("proto/a.proto", ""),
        ("proto/b.proto", ""),
        ("other/c.txt", ""),
        ("VERSION", ""),
        (
            "crates/a/build/helper.rs",
            "const C: &str = \"../../other/c.txt\";",
        ),
        (
            "crates/a/build.rs",
            "#[path = \"build/helper.rs\"] mod helper;\nfn main() {\n\
             println!(\"cargo:rerun-if-changed=tests/data\");\n\
             println!(\"cargo::rerun-if-changed={}/../../proto/a.proto\", env!(\"CARGO_MANIFEST_DIR\"));\n\
             let root = Path::new(&dir).parent().unwrap().parent().unwrap().join(\"VERSION\");\n\
             fs::read_to_string(\"docs/README.md\"); }",
        ),
    ]);
    assert_list!(
        entry,
        include,
        [
            "VERSION",
            "crates/a/tests/data/x.txt",
            "other/c.txt",
            "proto/a.proto"
        ]
    );
    assert_list!(entry, test_only, ["tests/t.rs"]);
    assert_list!(entry, drop, []);
}

#[test]
fn a_watched_package_is_kept_whole() {
    let watch = "fn main() { println!(\"cargo:rerun-if-changed=.\"); }";
    let entry = entry(&[("crates/a/README.md", ""), ("crates/a/build.rs", watch)]);
    assert_list!(entry, drop, []);
}

#[test]
fn computed_paths_need_their_directory_or_every_string_that_climbs() {
    let entry = entry(&[
        ("locales/de.txt", ""),
        ("data/x.txt", ""),
        ("data/y.txt", ""),
        (
            "crates/a/src/lib.rs",
            "macro_rules! l { ($n:literal) => { include_str!(concat!(\"../../../locales/\", $n)) } }\n\
             macro_rules! f { ($p:expr) => { include_str!($p) } }\n\
             const X: &str = f!(\"../../../data/x.txt\");",
        ),
    ]);
    assert_list!(entry, include, ["data/x.txt", "locales"]);
}

#[test]
fn computed_paths_are_filled_with_the_strings_of_the_crate() {
    let entry_of = |lib: &str, test: &str| {
        entry(&[
            ("crates/a/GUIDE.md", ""),
            ("crates/a/src/lib.rs", lib),
            ("crates/a/tests/t.rs", test),
        ])
    };
    let computed = "macro_rules! d { ($p:literal) => { concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/\", $p, \".md\") } }";
    let call = "const X: &str = include_str!(d!(\"GUIDE\"));";
    assert_list!(entry_of(&format!("{computed} {call}"), ""), drop, []);
    let of_tests = entry_of("", &format!("{computed} {call}"));
    assert_list!(of_tests, test_only, ["GUIDE.md", "tests"]);
    // A macro of the tests needs the file that a string in the library names. The library does not need it.
    let of_both = entry_of("const N: &str = \"GUIDE\";", computed);
    assert_list!(of_both, test_only, ["GUIDE.md", "tests"]);
    assert_list!(entry_of("", computed), drop, ["GUIDE.md"]);
}

#[test]
fn a_path_around_the_crate_is_no_input() {
    let files = [
        ("data/x.txt", ""),
        (
            "crates/a/src/lib.rs",
            "const ROOT: &str = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../..\");",
        ),
        (
            "crates/a/tests/t.rs",
            "const UP: &str = \"..\"; const X: &str = include_str!(concat!(\"../../../\", $x));",
        ),
    ];
    let entry = entry(&files);
    assert_list!(entry, include, []);
    assert_list!(entry, test_include, []);
    let directory = workspace(&files);
    let analysis = analyse(Some(&utf8(&directory).join("Cargo.toml"))).unwrap();
    let unresolved: Vec<_> = analysis.rules["a"].unresolved.iter().collect();
    assert_eq!(unresolved.len(), 1);
    assert_eq!(unresolved[0].by.path, "crates/a/tests/t.rs");
}

#[test]
fn modules_of_binaries_and_tests_are_theirs() {
    let entry = entry(&[
        (
            "crates/a/src/lib.rs",
            "mod shared; #[cfg(test)] mod tests; mod user;",
        ),
        ("crates/a/src/shared.rs", ""),
        ("crates/a/src/tests.rs", "mod deep; mod both;"),
        ("crates/a/src/tests/deep.rs", ""),
        ("crates/a/src/tests/both.rs", ""),
        (
            "crates/a/src/user.rs",
            "#[path = \"tests/both.rs\"] mod both;",
        ),
        ("crates/a/src/main.rs", "mod cli; mod shared;"),
        (
            "crates/a/src/cli.rs",
            "mod args; #[cfg(test)] mod cli_tests;",
        ),
        ("crates/a/src/cli/args.rs", ""),
        ("crates/a/src/cli/cli_tests.rs", ""),
        ("crates/a/src/orphan.rs", ""),
    ]);
    assert_list!(
        entry,
        bin_only,
        ["src/cli.rs", "src/cli/args.rs", "src/main.rs"]
    );
    assert_list!(
        entry,
        test_only,
        ["src/cli/cli_tests.rs", "src/tests.rs", "src/tests/deep.rs"]
    );
}

#[test]
fn where_a_macro_declares_modules_any_file_may_be_one() {
    let main = ("crates/a/src/main.rs", "mod cli;");
    let cli = ("crates/a/src/cli.rs", "");
    let modules = "macro_rules! m { ($($n:ident)*) => { $(mod $n;)* } } m! { cli }";
    assert_list!(entry(&[main, cli]), bin_only, ["src/cli.rs", "src/main.rs"]);
    let declared = entry(&[main, cli, ("crates/a/src/lib.rs", modules)]);
    assert_list!(declared, bin_only, ["src/main.rs"]);
}

#[test]
fn a_module_by_any_path_brings_what_it_reads() {
    let entry = entry(&[
        (
            "shared/util.rs",
            "mod inner; const X: &str = include_str!(\"x.txt\");",
        ),
        (
            "shared/inner.rs",
            "const Y: &str = include_str!(\"../y.txt\");",
        ),
        ("shared/x.txt", ""),
        ("y.txt", ""),
        ("table.rs", "include_str!(\"z.txt\")"),
        ("z.txt", ""),
        (
            "crates/a/src/lib.rs",
            "mod b; #[path = \"../../../shared/util.rs\"] mod util; const T: X = include!(\"../../../table.rs\");",
        ),
        // The module file is in a directory of its parent's name.
        ("crates/a/src/b.rs", "mod c; mod inline { mod d; }"),
        ("crates/a/src/b/c.rs", "include_str!(\"../../../../y.txt\")"),
        ("crates/a/src/b/inline/d.rs", ""),
    ]);
    assert_list!(
        entry,
        include,
        [
            "shared/inner.rs",
            "shared/util.rs",
            "shared/x.txt",
            "table.rs",
            "y.txt",
            "z.txt"
        ]
    );
}

/// The rules of the Rust reference for the path attribute, with modules for tests only.
#[test]
fn modules_lie_where_rustc_looks_for_them() {
    let declarations = "#[cfg(test)] #[path = \"given\"] mod inline { mod a; mod deep { mod b; } }\n\
         #[cfg(test)] mod plain { #[path = \"c.rs\"] mod c; }\n#[cfg(test)] #[path = \"d.rs\"] mod d;";
    let entry = entry(&[
        ("crates/a/src/lib.rs", "mod other; mod dir;"),
        ("crates/a/src/other.rs", declarations),
        ("crates/a/src/given/a.rs", ""),
        ("crates/a/src/given/deep/b.rs", ""),
        ("crates/a/src/other/plain/c.rs", ""),
        ("crates/a/src/d.rs", "mod e;"),
        ("crates/a/src/e.rs", ""),
        ("crates/a/src/dir/mod.rs", "#[cfg(test)] mod f;"),
        ("crates/a/src/dir/f.rs", ""),
        // A file where a wrong rule would look.
        ("crates/a/src/other/given/a.rs", ""),
        ("crates/a/src/other/d.rs", ""),
        ("crates/a/src/plain/c.rs", ""),
        ("crates/a/src/d/e.rs", ""),
    ]);
    assert_list!(
        entry,
        test_only,
        [
            "src/d.rs",
            "src/dir/f.rs",
            "src/e.rs",
            "src/given",
            "src/other/plain"
        ]
    );
}

#[cfg(unix)]
#[test]
fn symbolic_links_bring_what_they_lead_to() {
    let directory = workspace(&[
        ("common/real.rs", "include_str!(\"beside.txt\")"),
        ("common/data/x.txt", ""),
        ("crates/a/src/lib.rs", "mod linked;"),
        ("crates/a/src/beside.txt", ""),
        ("LICENSE", ""),
    ]);
    let root = utf8(&directory);
    let link =
        |target: &str, link: &str| common::symlink(target.as_ref(), root.join(link).as_ref());
    link("real.rs", "common/hop.rs");
    link("../../../common/hop.rs", "crates/a/src/linked.rs");
    link("../../common/data", "crates/a/data");
    link("../../LICENSE", "crates/a/LICENSE");
    link("loop", "crates/a/loop");
    link("no/such/file", "crates/a/dangling");
    let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
    let entry = &analysis.manifest.crates["a"];
    assert_list!(
        entry,
        include,
        ["common/data", "common/hop.rs", "common/real.rs"]
    );
    assert_list!(entry, drop, ["LICENSE"]);
    assert_eq!(analysis.rules["a"].unresolved.len(), 0);
}

/// A root package owns only the directories of its targets. Its library may read files among its
/// tests.
#[test]
fn what_a_root_package_reads_among_its_tests() {
    let directory = tempfile::tempdir().unwrap();
    let root = utf8(&directory);
    write(
        root,
        "Cargo.toml",
        "[package]\nname = \"a\"\nedition = \"2024\"\n[workspace]\n",
    );
    write(
        root,
        "src/lib.rs",
        "const X: &str = include_str!(\"../tests/data/x.txt\");",
    );
    write(
        root,
        "tests/it.rs",
        "const Y: &str = include_str!(\"data/y.txt\");",
    );
    for file in [
        "tests/data/x.txt",
        "tests/data/y.txt",
        "tests/data/z.txt",
        "notes/x.txt",
    ] {
        write(root, file, "");
    }
    let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
    let entry = &analysis.manifest.crates["a"];
    assert_list!(entry, include, ["tests/data/x.txt"]);
    assert_list!(
        entry,
        test_only,
        ["tests/data/y.txt", "tests/data/z.txt", "tests/it.rs"]
    );
    let files = |role| -> Vec<String> {
        let files = analysis.source_files("a", role).unwrap();
        files
            .into_iter()
            .filter(|file| file != "Cargo.toml")
            .collect()
    };
    assert_eq!(files(Role::Library), ["src/lib.rs", "tests/data/x.txt"]);
    assert_eq!(files(Role::Test).len(), 5);
}

/// Cargo looks for its configuration in the workspace root and above. A source can contain files up to the
/// top of the repository.
#[test]
fn configuration_up_to_the_repository() {
    let directory = tempfile::tempdir().unwrap();
    let root = utf8(&directory);
    let member = "[package]\nname = \"a\"\nedition = \"2024\"\n[workspace]\n";
    let config = "include = [\"more.toml\"]\n[build]\nrustflags = [\"-Clink-arg=-Tlink/memory.x\"]\n\
        [target.x86_64-unknown-linux-gnu]\nlinker = \"cc\"\nrunner = [\"tools/run.sh\", \"src\"]\n\
        [target.thumbv7m-none-eabi]\nrustflags = \"-Clink-arg=-Wl,-T,link/b.ld -Clink-arg=-Lfoo\"\n";
    write(root, "repository/ws/Cargo.toml", member);
    write(root, "repository/ws/src/lib.rs", "");
    write(root, "repository/ws/.cargo/config.toml", config);
    for file in [
        ".cargo/more.toml",
        "link/memory.x",
        "link/b.ld",
        "tools/run.sh",
        "tools/other.sh",
        "rust-toolchain",
    ] {
        write(root, &format!("repository/ws/{file}"), "");
    }
    write(root, ".cargo/config.toml", "");
    fs::create_dir(root.join("repository/.git")).unwrap();
    let manifest = || {
        analyse(Some(&root.join("repository/ws/Cargo.toml")))
            .unwrap()
            .manifest
    };
    let inner = [
        ".cargo/config.toml",
        ".cargo/more.toml",
        "link/b.ld",
        "link/memory.x",
        "rust-toolchain",
        "tools/run.sh",
    ];
    assert_list!(manifest(), files, inner);
    assert_eq!(manifest().source_root, None);

    write(root, "repository/.cargo/config.toml", "");
    let all: Vec<_> = ["../.cargo/config.toml"].into_iter().chain(inner).collect();
    assert_eq!(manifest().files.iter().collect::<Vec<_>>(), all);
    assert_eq!(manifest().source_root.as_deref(), Some(".."));

    // The other way to write an array of tables.
    let (_, rest) = config.split_once('\n').unwrap();
    let included = format!("{rest}[[include]]\npath = \"more.toml\"\n");
    write(root, "repository/ws/.cargo/config.toml", &included);
    assert_eq!(manifest().files.iter().collect::<Vec<_>>(), all);
}

/// What the configuration names may name further files. Flags name directories as well.
#[test]
fn what_files_of_the_configuration_name() {
    let directory = workspace(&[
        (
            ".cargo/config.toml",
            "[build]\nrustc-wrapper = \"tools/wrap.sh\"\nrustflags = [\"-L\", \"native=libs\", \"-Lmore/libs\"]\n\
             [target.thumbv7m-none-eabi]\nrustflags = [\"-Clink-arg=-Tlink.x\", \"-Clink-arg=@link.args\"]\n",
        ),
        ("link.x", "INCLUDE memory.x\n"),
        ("memory.x", ""),
        ("link.args", ""),
        (
            "tools/wrap.sh",
            "#!/bin/sh\n. \"$(dirname \"$0\")/lib.sh\"\nexec \"$@\"\n",
        ),
        ("tools/lib.sh", ""),
        ("tools/other.sh", ""),
        ("libs/libx.a", ""),
        ("more/libs/liby.a", ""),
        ("native/x", ""),
    ]);
    let analysis = analyse(Some(&utf8(&directory).join("Cargo.toml"))).unwrap();
    assert_list!(
        analysis.manifest,
        files,
        [
            ".cargo/config.toml",
            "libs",
            "link.args",
            "link.x",
            "memory.x",
            "more/libs",
            "tools/lib.sh",
            "tools/wrap.sh"
        ]
    );
}

/// A glob that leaves the workspace and enters it again. Each file has one spelling.
#[test]
fn a_glob_from_above_the_workspace() {
    let directory = tempfile::tempdir().unwrap();
    let root = utf8(&directory);
    fs::create_dir(root.join(".git")).unwrap();
    let manifest = "[package]\nname = \"a\"\nedition = \"2024\"\n[workspace]\n\
        [package.metadata.cratesieve]\ninclude = [\"../**/*.proto\"]\n";
    write(root, "ws/Cargo.toml", manifest);
    for file in [
        "ws/src/lib.rs",
        "ws/proto/a.proto",
        "proto/b.proto",
        "proto/c.txt",
    ] {
        write(root, file, "");
    }
    let manifest = analyse(Some(&root.join("ws/Cargo.toml"))).unwrap().manifest;
    assert_list!(
        manifest.crates["a"],
        include,
        ["../proto/b.proto", "proto/a.proto"]
    );
}

#[test]
fn parts_of_a_directory_that_is_read() {
    let manifest = "[package]\nname = \"a\"\nedition = \"2024\"\n[package.metadata.cratesieve]\n\
        include = [\"../../book\"]\nexclude = [\"../../book/b.txt\", \"../../assets/big/**\"]\n\
        test-include = [\"../../book/c.txt\"]\n";
    let entry = entry(&[
        ("crates/a/Cargo.toml", manifest),
        ("crates/a/build.rs", "read_dir(\"../../assets\");"),
        ("assets/x.png", ""),
        ("assets/big/y.png", ""),
        ("book/a.txt", ""),
        ("book/b.txt", ""),
        ("book/c.txt", ""),
    ]);
    assert_list!(entry, include, ["assets/x.png", "book/a.txt"]);
    assert_list!(entry, test_include, ["book/c.txt"]);
}

/// Regressions: these crates once compiled in the workspace but not from the listed files.
#[test]
fn what_a_hostile_review_found() {
    let entry_of = |build: &str, lib: &str| {
        entry(&[
            ("proto/a.proto", ""),
            ("x/y/o.txt", ""),
            ("real/src/o.txt", ""),
            ("crates/a/tests/data/x.json", ""),
            ("crates/a/tests/t.rs", ""),
            ("crates/a/build.rs", build),
            ("crates/a/src/lib.rs", lib),
        ])
    };
    for build in [
        "read(format!(\"../../proto/{n}.proto\"));",
        "println!(\"cargo:rerun-if-changed={root}/../../proto/{n}.proto\");",
        "glob(\"../../proto/*.proto\");",
    ] {
        assert_list!(entry_of(build, ""), include, ["proto"]);
    }
    for build in [
        "read(Path::new(\"../..\").join(\"proto/a.proto\"));",
        "let root = d.join(\"../..\"); read(root.join(\"proto/a.proto\"));",
        "let root = d.ancestors().nth(2).unwrap(); read(root.join(\"proto/a.proto\"));",
        "read(d.parent().ok_or(\"no parent\")?.parent().context(\"none\")?.join(\"proto/a.proto\"));",
        "print!(\"cargo:rerun-if-changed=../../proto/a.proto\\n\");",
        "read(concat!(\"../../pro\", \"to/a.proto\"));",
    ] {
        assert_list!(entry_of(build, ""), include, ["proto/a.proto"]);
    }
    for lib in [
        "macro_rules! m { ($p:literal) => { include_str!(concat!(\"../../../\", $p)) } } m!(\"x/y/o.txt\")",
        "macro_rules! m { ($p:literal) => { include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), $p)) } } m!(\"/../../x/y/o.txt\")",
        "macro_rules! m { ($n:literal) => { include_str!(concat!(\"../../../x/y/\", $n, \".txt\")) } } m!(\"o\")",
        "pm::embed!(\"../../x/y/o.txt\");",
        "#[pm::embed(\"../../x/y/o.txt\")] struct S;",
    ] {
        let found = entry_of("", lib);
        assert!(
            found.include.contains("x/y/o.txt") || found.include.contains("x/y"),
            "{lib}"
        );
    }
    assert_list!(
        entry_of("", "pm::embed!(\"tests/data/x.json\");"),
        test_only,
        ["tests/t.rs"]
    );
    assert_list!(
        entry_of("", "println!(\"tests/data/x.json\");"),
        test_only,
        ["tests"]
    );
}

#[cfg(unix)]
#[test]
fn links_where_a_source_meets_them() {
    let directory = workspace(&[
        ("real/x.txt", ""),
        (
            "real/src/lib.rs",
            "const X: &str = include_str!(\"../o.txt\");",
        ),
        ("real/o.txt", ""),
        ("o.txt", ""),
        ("common/data/y.txt", ""),
        ("crates/a/build.rs", "read_dir(\"../../common/data\");"),
        (
            "linked/lib1/Cargo.toml",
            "[package]\nname = \"lib1\"\nedition = \"2024\"\n",
        ),
        ("linked/lib1/src/lib.rs", ""),
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        ),
    ]);
    let root = utf8(&directory);
    let link =
        |target: &str, link: &str| common::symlink(target.as_ref(), root.join(link).as_ref());
    link("../../real/x.txt", "common/data/x.txt");
    fs::remove_dir_all(root.join("crates/a/src")).unwrap();
    link("../../real/src", "crates/a/src");
    link("../linked/lib1", "crates/lib1");
    let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
    // `..` after a link starts from the target of the link.
    assert_list!(
        analysis.manifest.crates["a"],
        include,
        ["common/data", "real/o.txt", "real/src", "real/x.txt"]
    );
    let files: Vec<_> = analysis
        .source_files("lib1", Role::Own)
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(
        files,
        [
            "Cargo.toml",
            "crates/lib1/Cargo.toml",
            "crates/lib1/src/lib.rs"
        ]
    );
}

/// Cargo finds targets through a link. Files behind it are for tests only.
#[test]
fn a_directory_of_tests_that_is_a_link() {
    let directory = workspace(&[
        ("crates/a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("common/tests/t.rs", "#[test]\nfn t() {}\n"),
    ]);
    let root = utf8(&directory);
    common::symlink(
        "../../common/tests".as_ref(),
        root.join("crates/a/tests").as_ref(),
    );
    let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
    let entry = &analysis.manifest.crates["a"];
    assert_list!(entry, test_only, ["tests"]);
    assert_list!(entry, test_include, ["common/tests"]);
    assert_list!(entry, include, []);
    let files = analysis.source_files("a", Role::Test).unwrap();
    assert!(files.contains("crates/a/tests") && !files.contains("crates/a/tests/t.rs"));
}

/// Globs of test-generator are relative to the workspace root, where rustc runs.
#[test]
fn globs_that_start_from_the_workspace() {
    let entry = entry(&[
        ("crates/a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("examples/deep/x.ncl", ""),
        (
            "crates/a/tests/t.rs",
            "#[test_resources(\"examples/**/*.ncl\")]\nfn t(_: &str) {}\n",
        ),
    ]);
    assert_list!(entry, test_include, ["examples"]);
    assert_list!(entry, include, []);
}

/// Tracked files count even if they are ignored. A submodule has its own index.
#[test]
fn tracked_files_are_not_ignored() {
    let directory = workspace(&[
        (".gitignore", "*_gen.rs\n/gen\n"),
        ("gen/x.txt", ""),
        ("gen/y.txt", ""),
        ("api/gen/z.txt", ""),
        (
            "crates/a/src/lib.rs",
            "mod t; const X: &str = include_str!(\"../../../gen/x.txt\"); const Y: &str = include_str!(\"../../../gen/y.txt\");",
        ),
        ("crates/a/src/t.rs", "mod x_gen; #[cfg(test)] mod tests;"),
        ("crates/a/src/t/x_gen.rs", ""),
        ("crates/a/src/t/tests.rs", ""),
    ]);
    let root = utf8(&directory);
    fs::remove_dir(root.join(".git")).unwrap();
    git(root, &["init", "--quiet"]);
    let tracked = ["gen/x.txt", "crates/a/src/t/x_gen.rs"];
    git(root, &[&["add", "--force"], &tracked[..]].concat());
    let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
    assert_list!(analysis.manifest.crates["a"], include, ["gen/x.txt"]);
    assert_list!(analysis.manifest.crates["a"], test_only, ["src/t/tests.rs"]);
}

#[test]
fn settings_have_the_last_word() {
    let manifest = "[package]\nname = \"a\"\nedition = \"2024\"\n[package.metadata.cratesieve]\n\
        include = [\"README.md\", \"../../shared/*.txt\"]\nexclude = [\"big/**\", \"../../found.txt\"]\n\
        test-include = [\"golden\", \"../../golden/**\"]\n";
    let entry = entry(&[
        ("crates/a/Cargo.toml", manifest),
        (
            "crates/a/src/lib.rs",
            "const F: &str = include_str!(\"../../../found.txt\");",
        ),
        ("found.txt", ""),
        ("crates/a/README.md", ""),
        ("crates/a/big/one.bin", ""),
        ("crates/a/big/two/three.bin", ""),
        ("crates/a/golden/x", ""),
        ("golden/deep/y", ""),
        ("shared/a.txt", ""),
        ("shared/deep/b.txt", ""),
    ]);
    assert_list!(entry, include, ["shared/a.txt"]);
    assert_list!(entry, test_include, ["golden/deep/y"]);
    assert_list!(entry, test_only, ["golden"]);
    assert_list!(entry, drop, ["big/one.bin", "big/two/three.bin"]);
}

/// A file name that matches a line of the table of conventions.
fn called(sign: Sign) -> String {
    match sign {
        Sign::Place(place) => format!("{place}/x.dat"),
        Sign::Directory(name) => format!("{name}/x.dat"),
        Sign::Name(name) => name.to_owned(),
        Sign::Document(start) => format!("{}.txt", start.to_uppercase()),
        Sign::Ending(ending) => format!("x{ending}"),
        Sign::Start(start) => format!("{start}x"),
    }
}

/// A file that the table of conventions leaves out is included if code names it: every line of the table,
/// with every way to name a file. Each is a crate of one workspace.
#[test]
fn every_convention_gives_way_to_a_reference() {
    let mut files = vec![(
        "Cargo.toml".to_owned(),
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n".to_owned(),
    )];
    let mut cases = Vec::new();
    for sign in TABLE.iter().flat_map(|convention| convention.signs) {
        let own = called(*sign);
        let by_package = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{own}\")");
        let from_package = format!("Path::new(env!(\"CARGO_MANIFEST_DIR\")).join({own:?})");
        for (source, role, is_kept) in [
            (String::new(), Role::Library, false),
            (format!("load!({own:?});"), Role::Library, true),
            (format!("load!(\"../{own}\");"), Role::Library, true),
            (format!("load!(\"/{own}\");"), Role::Library, true),
            (
                format!("#[load(file = {own:?})] struct X;"),
                Role::Library,
                true,
            ),
            (
                format!("include_bytes!(\"../{own}\");"),
                Role::Library,
                true,
            ),
            (
                format!("include_bytes!({by_package});"),
                Role::Library,
                true,
            ),
            (format!("load!({by_package});"), Role::Library, true),
            // A file that is opened at run time.
            (format!("const X: &str = {by_package};"), Role::Test, true),
            (format!("fn f() {{ {from_package}; }}"), Role::Test, true),
        ] {
            let name = format!("c{}", cases.len());
            let own_text = [
                (
                    "Cargo.toml",
                    format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n"),
                ),
                (
                    "fuzz/Cargo.toml",
                    "[package]\nname = \"fuzz\"\n[workspace]\n".to_owned(),
                ),
                ("src/main.rs", "fn main() {}\n".to_owned()),
                ("src/lib.rs", source.clone()),
                (&own, String::new()),
            ];
            let own_text = own_text.into_iter();
            files.extend(own_text.map(|(path, text)| (format!("crates/{name}/{path}"), text)));
            cases.push((name, own.clone(), source, role, is_kept));
        }
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let directory = workspace(&files);
    fs::remove_dir_all(utf8(&directory).join("crates/a")).unwrap();
    let manifest = utf8(&directory).join("Cargo.toml");
    let analysis = analyse(Some(&manifest)).unwrap();
    for (name, own, source, role, is_kept) in cases {
        let files = analysis.source_files(&name, role).unwrap();
        assert_eq!(
            files.contains(&format!("crates/{name}/{own}")),
            is_kept,
            "{own} in the {} source, by {source:?}",
            role.name()
        );
    }
}
