//! Packages install the right files; libraries, tests and documentation are really built.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use cratesieve::analysis::analyse;
use cratesieve::graph::TargetKind;
use walkdir::WalkDir;

use crate::calls::{Warm, counting, words};
use crate::common::nix::{Workspace, all_nix, nix_string};
use crate::common::{Fixture, succeed};
use crate::farm::Farm;
use crate::fixtures::{
    BUILT, Farms, contents, farm, has_documentation, locked_fixtures, manifest, members,
};
use crate::layers::fresh;

fn paths(paths: &[&str]) -> BTreeSet<Utf8PathBuf> {
    paths.iter().map(Utf8PathBuf::from).collect()
}

// ---- Every fixture --------------------------------------------------------------------------------

#[test]
fn packages_install_their_own_artifacts_and_nothing_else() {
    for fixture in locked_fixtures() {
        let manifest = manifest(&fixture);
        for (name, entry) in members(&manifest) {
            let package = BUILT.path(&fixture, &format!("{name}/package"));
            let bins = entry.bins.keys();
            let mut wanted: BTreeSet<_> = bins.map(|bin| Utf8Path::new("bin").join(bin)).collect();
            if name == "native-libs" {
                wanted.extend(paths(&["lib/libnative_libs.a", "lib/libnative_libs.so"]));
            }
            if name == "dy" {
                wanted.extend(paths(&["lib/libdy.so"]));
            }
            assert_eq!(contents(&package), wanted, "{}: {name}", fixture.name);
        }
    }
}

#[test]
fn programs_print_what_they_print() {
    let text: String = locked_fixtures()
        .map(|fixture| output_of_programs(&BUILT, &fixture))
        .collect();
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true
    }, {
        insta::assert_snapshot!("nix-programs", text);
    });
}

/// The output of every installed program of a fixture.
fn output_of_programs(built: &Farms, fixture: &Fixture) -> String {
    let mut text = String::new();
    for (name, entry) in members(&manifest(fixture)) {
        for bin in entry.bins.keys() {
            let program = built.path(fixture, &format!("{name}/package/bin/{bin}"));
            let output = Command::new(&program).current_dir("/").output().unwrap();
            assert!(output.status.success(), "{program}");
            writeln!(text, "{}: {name}: {bin}", fixture.name).unwrap();
            for line in String::from_utf8(output.stdout).unwrap().lines() {
                writeln!(text, "  {line}").unwrap();
            }
        }
    }
    text
}

#[test]
fn documentation_is_of_the_crate_alone() {
    for fixture in locked_fixtures() {
        let manifest = manifest(&fixture);
        let root = fixture.root();
        let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
        for (name, _) in members(&manifest).filter(|(_, entry)| has_documentation(entry)) {
            let targets = analysis.graph.crates[name].targets.iter();
            let wanted: BTreeSet<_> = targets
                .filter(|target| matches!(target.kind, TargetKind::Lib { .. } | TargetKind::Bin))
                .map(|target| Utf8PathBuf::from(target.name.replace('-', "_")).join("index.html"))
                .collect();
            let doc = BUILT.path(&fixture, &format!("{name}/doc/share/doc"));
            let mut found = contents(&doc);
            found.retain(|path| path.components().count() == 2 && path.ends_with("index.html"));
            assert_eq!(found, wanted, "{}: {name}", fixture.name);
        }
    }
}

// ---- Strategies and versions ----------------------------------------------------------------------

#[test]
fn one_layer_for_all_makes_the_same_programs() {
    let names = [
        "below-root",
        "dev-cycle",
        "features",
        "four-crates",
        "odd-names",
        "outside-root",
        "patched",
        "patched-no-member",
        "proc-macro",
        "targets",
        "tests-only",
    ];
    let fixtures: Vec<_> = locked_fixtures()
        .filter(|fixture| names.contains(&&*fixture.name))
        .collect();
    assert_eq!(fixtures.len(), names.len());
    let shared = Farms::build(&fixtures, |fixture, manifest| {
        let mut farm = farm(fixture, "strategy = \"shared\";");
        for (name, _) in members(manifest) {
            farm.link_crate(name, "package");
            // Other fixtures differ only in the layers that they start from.
            if matches!(&*fixture.name, "four-crates" | "tests-only") {
                farm.link_crate(name, "clippy");
                farm.link_crate(name, "test");
            }
        }
        farm
    });
    for fixture in &fixtures {
        assert_eq!(
            output_of_programs(&shared, fixture),
            output_of_programs(&BUILT, fixture)
        );
    }
}

#[test]
fn every_nix_builds() {
    for (index, nix) in all_nix().iter().enumerate() {
        // All versions of Nix evaluate to equal derivations. This variable keeps them from sharing outputs.
        let arguments = format!("commonArgs.env.BUILT_BY = \"Nix {index}\";");
        let workspace = Workspace::of("four-crates");
        let farm = Farm::of(&workspace, &arguments);
        let farm = farm.with(&["pkg-b"], &["package", "clippy", "test", "doc"]);
        let built = farm
            .try_build_with(nix)
            .unwrap_or_else(|log| panic!("{nix:?}: {log}"));
        let output = Command::new(built.join("pkg-b/package/bin/pkg-b"))
            .output()
            .unwrap();
        assert_eq!(output.stdout, b"pkg-b: hello from pkg-a\n", "{nix:?}");
    }
}

// ---- Libraries ------------------------------------------------------------------------------------

/// crane alone would install the C libraries of every member that the build compiles.
#[test]
fn libraries_of_dependencies_are_not_installed() {
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"engine\", \"plugin\", \"tool\"]\n",
        ),
        (
            "engine/Cargo.toml",
            "[package]\nname = \"engine\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
             [lib]\ncrate-type = [\"lib\", \"cdylib\", \"staticlib\"]\n",
        ),
        ("engine/src/lib.rs", "pub fn turns() -> u32 { 7 }\n"),
        (
            "plugin/Cargo.toml",
            "[package]\nname = \"plugin\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
             [lib]\ncrate-type = [\"cdylib\"]\n[dependencies]\nengine.path = \"../engine\"\n",
        ),
        (
            "plugin/src/lib.rs",
            "#[no_mangle]\npub extern \"C\" fn plugin_turns() -> u32 { engine::turns() }\n",
        ),
        // A C library of an example is not installed either.
        ("plugin/examples/show.rs", "fn main() {}\n"),
        (
            "tool/Cargo.toml",
            "[package]\nname = \"tool\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
             [dependencies]\nengine.path = \"../engine\"\n",
        ),
        (
            "tool/src/main.rs",
            "fn main() { println!(\"{} turns\", engine::turns()) }\n",
        ),
        ("tool/src/bin/tool-extra.rs", "fn main() {}\n"),
    ]);
    lock(&workspace);
    workspace.generate();
    let farm = Farm::of(&workspace, "");
    let built = farm
        .with(&["engine", "plugin", "tool"], &["package"])
        .build();
    let installed = |name: &str| contents(&built.join(name).join("package"));
    assert_eq!(
        installed("engine"),
        paths(&["lib/libengine.a", "lib/libengine.so"])
    );
    assert_eq!(installed("plugin"), paths(&["lib/libplugin.so"]));
    assert_eq!(installed("tool"), paths(&["bin/tool", "bin/tool-extra"]));
    let output = Command::new(built.join("tool/package/bin/tool"))
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"7 turns\n");
}

/// Writes Cargo.lock, with packages from the local cache.
pub fn lock(workspace: &Workspace) {
    let output = Command::new("cargo")
        .args(["generate-lockfile", "--offline"])
        .current_dir(workspace.root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn programs_in_c_link_to_the_libraries() {
    let package = BUILT.path(&Fixture::named("targets"), "native-libs/package/lib");
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("main.c");
    fs::write(
        &source,
        "#include <stdio.h>\nint native_libs_add(int, int);\n\
         int main(void) { printf(\"%d\\n\", native_libs_add(2, 3)); }\n",
    )
    .unwrap();
    for library in ["libnative_libs.a", "libnative_libs.so"] {
        let program = directory.path().join(library).with_extension("program");
        let output = Command::new("cc")
            .arg(&source)
            .arg(package.join(library))
            .args(["-pthread", "-ldl", "-lm", "-o"])
            .arg(&program)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let output = Command::new(&program)
            .env("LD_LIBRARY_PATH", &package)
            .output()
            .unwrap();
        assert_eq!(output.stdout, b"5\n", "{library}");
    }
}

/// A package that installs nothing can be built.
#[test]
fn a_library_that_does_not_compile_has_no_package() {
    let workspace = Workspace::of("four-crates");
    workspace.append(
        "crates/pkg-a/src/lib.rs",
        "pub fn broken() -> u32 { missing }\n",
    );
    let log = Farm::of(&workspace, "")
        .with(&["pkg-a"], &["package"])
        .failure();
    assert!(
        log.contains("error[E0425]: cannot find value `missing`"),
        "{log}"
    );
}

// ---- Tests ----------------------------------------------------------------------------------------

/// Each kind of test runs. Benches and examples are compiled.
#[test]
fn what_fails_in_tests_fails() {
    let workspace = Workspace::of("four-crates");
    workspace.append(
        "crates/pkg-a/src/lib.rs",
        "#[cfg(test)]\n#[test]\nfn unit_fails() { panic!() }\n",
    );
    workspace.write(
        "crates/pkg-b/tests/it.rs",
        "#[test]\nfn integration_fails() { panic!() }\n",
    );
    workspace.append(
        "crates/pkg-c/src/main.rs",
        "#[test]\nfn program_fails() { panic!() }\n",
    );
    workspace.write(
        "crates/pkg-d/examples/show.rs",
        "fn main() { example_missing }\n",
    );
    workspace.write(
        "crates/pkg-d/benches/speed.rs",
        "fn main() { bench_missing }\n",
    );
    workspace.append(
        "crates/pkg-d/Cargo.toml",
        "\n[lib]\npath = \"src/documented.rs\"\n",
    );
    workspace.write(
        "crates/pkg-d/src/documented.rs",
        "//! ```\n//! panic!(\"documentation fails\")\n//! ```\n",
    );
    workspace.generate();
    let crates = ["pkg-a", "pkg-b", "pkg-c", "pkg-d"];
    let log = Farm::of(&workspace, "")
        .with(&crates, &["test", "clippy", "package"])
        .failure();
    for expected in [
        "pkg-a-test> test unit_fails ... FAILED",
        "pkg-b-test> test integration_fails ... FAILED",
        "pkg-c-test> test program_fails ... FAILED",
        "pkg-d-test> error[E0425]: cannot find value `example_missing`",
        // The message is about the bench or the example, whichever is compiled first.
        "pkg-d-clippy> error[E0425]: cannot find value `",
    ] {
        assert!(log.contains(expected), "{expected}\n{log}");
    }
    workspace.remove("crates/pkg-d/examples/show.rs");
    workspace.generate();
    let log = Farm::of(&workspace, "")
        .with(&["pkg-d"], &["test"])
        .failure();
    let expected = "pkg-d-test> documentation fails";
    assert!(log.contains(expected), "{expected}\n{log}");
    // No package contains any of it.
    Farm::of(&workspace, "").with(&crates, &["package"]).build();
}

/// nextest runs the tests of members that have any, with the workspace's configuration.
#[test]
fn nextest_runs_the_tests() {
    let workspace = Workspace::of("tests-only");
    workspace.append(
        "crates/it/tests/it.rs",
        "#[test]\nfn fails() { panic!() }\n",
    );
    let attributes = ["nextest"];
    let crates = ["base", "demo", "it", "it-dev"];
    let log = Farm::of(&workspace, "")
        .with(&crates, &attributes)
        .failure();
    assert!(log.contains("it::it fails"), "{log}");
    assert_eq!(log.matches("Cannot build").count(), 2, "{log}");
    workspace.write(
        ".config/nextest.toml",
        "[profile.default]\ndefault-filter = \"not test(fails)\"\n",
    );
    workspace.generate();
    Farm::of(&workspace, "").with(&crates, &attributes).build();
}

#[test]
fn another_linker() {
    let arguments = "linker = \"lld\"; commonArgs.CARGO_PROFILE = \"dev\";";
    let built = Farm::of(&Workspace::of("four-crates"), arguments)
        .with(&["pkg-b"], &["package", "test"])
        .build();
    let program = built.join("pkg-b/package/bin/pkg-b");
    assert!(Command::new(program).status().unwrap().success());
}

/// Names that a shell would run as commands stay names: no derivation runs them.
#[test]
fn names_are_no_commands() {
    let odd = "a$(touch pwned)`touch pwned`;touch pwned;'\"|&<>*";
    let directory = format!("crates/{odd}");
    let data = format!("data/{odd}.txt");
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let manifest = "[package]\nname = \"odd\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            &format!(
                "[workspace]\nresolver = \"2\"\nmembers = [{}]\n",
                quoted(&directory)
            ),
        ),
        (
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"odd\"\nversion = \"0.1.0\"\n",
        ),
        (&format!("{directory}/Cargo.toml"), manifest),
        (
            &format!("{directory}/src/main.rs"),
            &format!(
                "#[rustfmt::skip]\nfn main() {{ print!(include_str!({})) }}\n",
                quoted(&format!("../../../{data}"))
            ),
        ),
        (&format!("{directory}/tests/{odd}.txt"), ""),
        (&format!("{directory}/tests/t.rs"), "#[test]\nfn t() {}\n"),
        (&data, "read\n"),
    ]);
    workspace.generate();
    let look = "if find \"$NIX_BUILD_TOP\" -name pwned | grep .; then exit 1; fi";
    for strategy in ["layered", "per-crate"] {
        let arguments = format!(
            "strategy = \"{strategy}\"; commonArgs.preBuild = {}; commonArgs.postBuild = {};",
            nix_string(look),
            nix_string(look)
        );
        let mut farm = Farm::of(&workspace, &arguments)
            .with(&["odd"], &["package", "test", "clippy", "doc", "src"]);
        farm.link("fmt", "workspace.checks.fmt");
        farm.link("wide", "workspace.wideChecks.doc");
        let built = farm.build();
        let output = Command::new(built.join("odd/package/bin/odd"))
            .output()
            .unwrap();
        assert_eq!(output.stdout, b"read\n");
        let made = WalkDir::new(built.join("odd/src"))
            .follow_links(true)
            .into_iter();
        let made = made.map(|entry| entry.unwrap().file_name().to_owned());
        assert!(made.into_iter().all(|name| name != "pwned"));
    }
}

/// Crates that are published depend on versions of each other. In some builds, above all those for build
/// scripts, the others are stubs.
#[test]
fn crates_that_ask_versions_of_each_other() {
    let package = |name: &str, version: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n{rest}")
    };
    let user = package(
        "user",
        "0.1.0",
        "[dependencies]\nbase = { version = \"0.4.1\", path = \"../base\" }\n\
         [target.'cfg(unix)'.dependencies]\nunix = { version = \"^2\", path = \"../unix\" }\n\
         [build-dependencies]\nhelper = { version = \"1.2\", path = \"../helper\" }\n\
         [dev-dependencies]\nchecks = { version = \"=3.0.0\", path = \"../checks\" }\n",
    );
    let unix = package(
        "unix",
        "2.3.4",
        "[dependencies]\nbase = { version = \"0.4\", path = \"../base\" }\n",
    );
    let helper = package(
        "helper",
        "1.2.3",
        "[dependencies]\nbase = { version = \"0.4\", path = \"../base\" }\n",
    );
    let checks = package(
        "checks",
        "3.0.0",
        "[dependencies]\nunix = { version = \"2\", path = \"../unix\" }\n",
    );
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"base\", \"checks\", \"helper\", \"unix\", \"user\"]\n",
        ),
        ("base/Cargo.toml", &package("base", "0.4.1", "")),
        ("base/src/lib.rs", "pub const BASE: &str = \"base\";\n"),
        ("base/build.rs", "fn main() {}\n"),
        ("unix/Cargo.toml", &unix),
        ("unix/src/lib.rs", "pub use base::BASE;\n"),
        ("unix/build.rs", "fn main() {}\n"),
        ("helper/Cargo.toml", &helper),
        ("helper/src/lib.rs", "pub use base::BASE;\n"),
        ("checks/Cargo.toml", &checks),
        ("checks/src/lib.rs", "pub use unix::BASE;\n"),
        ("user/Cargo.toml", &user),
        (
            "user/build.rs",
            "fn main() {\n    println!(\"cargo::rustc-env=HELPED={}\", helper::BASE);\n}\n",
        ),
        (
            "user/src/main.rs",
            "fn main() {\n    println!(\"{} {} {}\", base::BASE, unix::BASE, env!(\"HELPED\"));\n}\n",
        ),
        (
            "user/tests/t.rs",
            "#[test]\nfn t() {\n    assert_eq!(checks::BASE, \"base\");\n}\n",
        ),
    ]);
    let locked = Command::new("cargo")
        .args(["generate-lockfile", "--offline", "--quiet"])
        .current_dir(workspace.root())
        .status();
    assert!(locked.unwrap().success());
    workspace.generate();
    for (strategy, features) in [
        ("layered", "package"),
        ("layered", "workspace"),
        ("per-crate", "package"),
        ("shared", "package"),
    ] {
        let arguments = format!(
            "strategy = \"{strategy}\"; features = \"{features}\"; commonArgs.CARGO_PROFILE = \"dev\";"
        );
        let built = Farm::of(&workspace, &arguments)
            .with(&["user"], &["package", "test", "clippy", "doc"])
            .with(&["helper", "unix"], &["package", "test"])
            .build();
        let output = Command::new(built.join("user/package/bin/user")).output();
        assert_eq!(output.unwrap().stdout, b"base base base\n", "{strategy}");
    }
}

/// A dev-dependency depends on the crate itself, and enables other features below both.
#[test]
fn tests_that_lead_back_to_their_crate() {
    let edge = "\n[dependencies]\neither = { version = \"1\", default-features = false }\n";
    let lock = "name = \"b\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n";
    let wanted = |w: &Workspace| {
        w.append("b/Cargo.toml", edge);
        w.replace("Cargo.lock", lock, &format!("{lock} \"either\",\n"));
    };
    let features = |w: &Workspace| {
        wanted(w);
        let dev = "[dev-dependencies]\neither = { version = \"1\", features = [\"use_std\"] }\n";
        w.replace("b/Cargo.toml", "[dev-dependencies]\n", dev);
    };
    let macros = |w: &Workspace| {
        wanted(w);
        w.append("b/Cargo.toml", "\n[lib]\nproc-macro = true\n");
        let text = "#[proc_macro]\npub fn b(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    \
                    either::Either::<&str, &str>::Left(\"1\").into_inner().parse().unwrap()\n}\n";
        w.write("b/src/lib.rs", text);
        w.write(
            "b/tests/above.rs",
            "#[test]\nfn a_is_above_b() {\n    assert!(a::a() > b::b!());\n}\n",
        );
        w.replace("a/src/lib.rs", "b::b()", "b::b!()");
        w.replace("c/Cargo.toml", "b = { path = \"../b\" }\n", "");
        w.replace("Cargo.lock", " \"b\",\n \"me\",", " \"me\",");
        let main = w.read("c/src/main.rs");
        w.write("c/src/main.rs", &main.replace("b::b()", "1"));
    };
    for change in [&features as &dyn Fn(&Workspace), &macros] {
        let workspace = Workspace::of("dev-cycle");
        change(&workspace);
        workspace.generate();
        Farm::of(&workspace, "strategy = \"layered\";")
            .with(&["b"], &["package", "test", "clippy"])
            .build();
    }
}

/// One package of several crates has the programs that one call of Cargo makes. After an edit of one program,
/// only that one is compiled again.
#[test]
fn one_package_of_several_crates() {
    let workspace = Workspace::of("four-crates");
    let warm = Warm::of(&workspace);
    let one_call = || warm.run(&[words("build --release -p pkg-b -p pkg-c")]);
    let (counted, calls_in) = counting(&fresh());
    let farm = || {
        let mut farm = Farm::of(&workspace, &counted);
        farm.link(
            "tools",
            "workspace.joinPackages {
               pname = \"tools\";
               crates = [ \"pkg-b\" \"pkg-c\" ];
               postInstall = \"ln -s pkg-b $out/bin/other\";
             }",
        );
        farm
    };
    let clean = calls_in(&farm().log(), "");
    // The base is compiled once for both programs.
    assert_eq!(clean.own, one_call().own);

    let path = "crates/pkg-c/src/main.rs";
    let edited = workspace.read(path).replace("is {side}", "is still {side}");
    workspace.write(path, &edited);
    warm.write(path, &edited);
    assert_eq!(calls_in(&farm().log(), ""), one_call());

    let tools = farm().build().join("tools");
    assert_eq!(
        contents(&tools),
        paths(&["bin/other", "bin/pkg-b", "bin/pkg-c"])
    );
    for (program, words) in [
        ("other", "pkg-b: hello from pkg-a\n"),
        ("pkg-c", "pkg-c: 7 is still right\n"),
    ] {
        assert_eq!(
            succeed(&mut Command::new(tools.join("bin").join(program))),
            words
        );
    }
}
