//! Settings of single derivations, and other commands of Cargo from the layers of a crate.

use std::collections::BTreeSet;
use std::process::Command;

use camino::Utf8PathBuf;

use crate::calls::counting;
use crate::common::nix::Workspace;
use crate::farm::Farm;
use crate::fixtures::contents;
use crate::layers::fresh;
use crate::packages::lock;

/// `crates.<name>.package` selects one of several programs, with another name, a revision and more files.
#[test]
fn the_package_alone() {
    let workspace = Workspace::of("targets");
    workspace.append(
        "crates/many-bins/src/bin/extra.rs",
        "#[allow(dead_code)]\npub const REVISION: Option<&str> = option_env!(\"REVISION\");\n",
    );
    let arguments = "
      commonArgs.env.RUSTC_WRAPPER = guard;
      crates.many-bins.package = {
        cargoExtraArgs = \"--bin extra\";
        pname = \"extra\";
        version = \"9\";
        REVISION = \"abcdef\";
        postInstall = ''
          mkdir -p $out/share
          echo $REVISION > $out/share/revision
        '';
      };";
    let built = Farm::of(&workspace, arguments)
        .with(&["many-bins"], &["package", "check"])
        .build();
    let package = built.join("many-bins/package");
    let found = contents(&package);
    let wanted: BTreeSet<_> = ["bin/extra", "share/revision"]
        .map(Utf8PathBuf::from)
        .into();
    assert_eq!(found, wanted);
    assert!(
        package
            .canonicalize_utf8()
            .unwrap()
            .as_str()
            .ends_with("-extra-9")
    );
}

/// A build script reads a variable without telling Cargo. The crate's own layer has another value of it than the
/// package, its tests and its benchmarks.
#[test]
fn a_variable_of_one_derivation_reaches_the_build_script() {
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        ),
        (
            "build.rs",
            "fn main() {\n    let revision = std::env::var(\"REVISION\").unwrap_or(\"unknown\".into());\n    \
             println!(\"cargo::rustc-env=SEEN={revision}\");\n}\n",
        ),
        ("src/lib.rs", "pub const SEEN: &str = env!(\"SEEN\");\n"),
        (
            "src/main.rs",
            "fn main() {\n    println!(\"{} {}\", app::SEEN, env!(\"SEEN\"));\n}\n",
        ),
        (
            "tests/seen.rs",
            "#[test]\nfn seen() {\n    assert_eq!(app::SEEN, \"of tests\");\n}\n",
        ),
    ]);
    lock(&workspace);
    workspace.generate();
    for features in ["package", "workspace"] {
        let arguments = format!(
            "strategy = \"layered\"; features = \"{features}\";
             crates.app = {{
               package.REVISION = \"of the package\";
               test.env.REVISION = \"of tests\";
             }};"
        );
        let mut farm = Farm::of(&workspace, &arguments).with(&["app"], &["package", "test"]);
        farm.link(
            "command",
            "workspace.crates.app.cargo {
               command = \"build\";
               env.REVISION = \"of the command\";
               installPhaseCommand = \"mkdir $out; cp target/debug/app $out\";
             }",
        );
        let built = farm.build();
        for (program, value) in [
            ("app/package/bin/app", "of the package"),
            ("command/app", "of the command"),
        ] {
            let output = Command::new(built.join(program)).output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert_eq!(said, format!("{value} {value}\n"), "{features}");
        }
    }
}

/// A library with such settings has a separate package, which installs files.
#[test]
fn a_library_that_installs_something() {
    let arguments = "
      commonArgs.env.RUSTC_WRAPPER = guard;
      crates.pkg-a.package.postInstall = \"mkdir -p $out; echo header > $out/pkg-a.h\";";
    let built = Farm::of(&Workspace::of("four-crates"), arguments)
        .with(&["pkg-a", "pkg-b"], &["package"])
        .build();
    let found = contents(&built.join("pkg-a/package"));
    assert_eq!(found, BTreeSet::from([Utf8PathBuf::from("pkg-a.h")]));
}

/// nextest does not run tests in documentation, so Cargo runs them.
#[test]
fn nextest_and_tests_in_documentation() {
    let workspace = Workspace::of("four-crates");
    workspace.append(
        "crates/pkg-a/src/lib.rs",
        "\n/// ```\n/// panic!(\"documentation fails\")\n/// ```\npub fn documented() {}\n",
    );
    for strategy in ["layered", "per-crate"] {
        let arguments = format!("strategy = \"{strategy}\";");
        let log = Farm::of(&workspace, &arguments)
            .with(&["pkg-a"], &["nextest"])
            .failure();
        assert!(log.contains("documentation fails"), "{log}");
        assert!(log.contains("failed: doctest"), "{log}");
        // A program has no tests in documentation, and a library may switch them off.
        let quiet = workspace.copied();
        quiet.append("crates/pkg-a/Cargo.toml", "\n[lib]\ndoctest = false\n");
        Farm::of(&quiet, &arguments)
            .with(&["pkg-a", "pkg-b"], &["nextest"])
            .build();
    }
}

/// Other commands of Cargo: a benchmark, an example that runs, and installed test programs.
#[test]
fn other_commands_of_cargo_compile_no_dependency() {
    let workspace = Workspace::of("four-crates");
    // With a lock, so that a program runs in a benchmark too.
    lock(&workspace);
    for strategy in ["layered", "per-crate"] {
        let (arguments, calls_in) = counting(&fresh());
        let mut farm = Farm::of(
            &workspace,
            &format!("strategy = \"{strategy}\"; {arguments}"),
        );
        farm.link(
            "bench",
            "workspace.crates.pkg-a.cargo {
               command = \"bench\";
               cargoExtraArgs = \"--no-run\";
             }",
        );
        farm.link(
            "example",
            "workspace.crates.pkg-a.cargo {
               command = \"build\";
               cargoExtraArgs = \"--example greet\";
               pname = \"pkg-a-greets\";
               postBuild = ''
                 mkdir -p $out
                 \"''${CARGO_TARGET_DIR:-target}/debug/examples/greet\" > $out/greeting
               '';
             }",
        );
        farm.link(
            "rustc",
            "workspace.crates.pkg-b.cargo {
               command = \"rustc\";
               from = \"package\";
               cargoExtraArgs = \"-- --emit=mir\";
             }",
        );
        farm.link(
            "tests",
            "workspace.crates.pkg-a.cargo {
               command = \"test\";
               cargoExtraArgs = \"--no-run --message-format json > tests.json\";
               pname = \"pkg-a-test-programs\";
               nativeBuildInputs = [ pkgs.jq ];
               installPhaseCommand = ''
                 mkdir -p $out/bin
                 jq --raw-output 'select(.profile.test and .executable and (.package_id | test(\"pkg-a\"))).executable' tests.json |
                   xargs cp -t $out/bin
               '';
             }",
        );
        let log = farm.log();
        for name in [
            "pkg-a-bench",
            "pkg-a-greets",
            "pkg-b-rustc",
            "pkg-a-test-programs",
        ] {
            let calls = calls_in(&log, &format!("{name}> "));
            assert_eq!(calls.third_party.len(), 0, "{strategy}: {name}: {calls:?}");
            let crates: Vec<_> = calls.own.keys().map(String::as_str).collect();
            let is_layered = strategy == "layered";
            // Without layers, the crates of the workspace are compiled wherever they are needed.
            let wanted: &[&str] = match (name, is_layered) {
                ("pkg-b-rustc", true) => &["pkg-b"],
                ("pkg-b-rustc", false) => &["pkg-a", "pkg-b"],
                _ => &["pkg-a"],
            };
            let stand_ins = ["cratesieve-workspace"];
            let crates: Vec<_> = crates
                .into_iter()
                .filter(|name| !stand_ins.contains(name))
                .collect();
            assert_eq!(crates, wanted, "{strategy}: {name}: {calls:?}");
        }
        let built = farm.build();
        assert_eq!(
            std::fs::read_to_string(built.join("example/greeting")).unwrap(),
            "hello from pkg-a\n"
        );
        let programs = contents(&built.join("tests"));
        assert!(!programs.is_empty());
        for program in programs {
            let output = Command::new(built.join("tests").join(&program))
                .output()
                .unwrap();
            assert!(output.status.success(), "{program}");
        }
    }
}

/// Layers have the features that the whole workspace asks for, and so do commands that start from them.
#[test]
fn other_commands_unify_features_as_checks_do() {
    let workspace = Workspace::of("features");
    let (arguments, calls_in) = counting(&fresh());
    let mut farm = Farm::of(&workspace, &arguments);
    farm.link(
        "tests",
        "workspace.crates.user-left.cargo { command = \"test\"; cargoExtraArgs = \"--no-run\"; }",
    );
    let calls = calls_in(&farm.log(), "user-left-test> ");
    let crates: Vec<_> = calls.own.keys().map(String::as_str).collect();
    assert_eq!(
        (calls.third_party.len(), crates),
        (0, vec!["user-left"]),
        "{calls:?}"
    );
}

/// Benchmarks need the layers of another profile to be meaningful.
#[test]
fn another_command_with_a_profile_of_its_own() {
    let workspace = Workspace::of("four-crates");
    // What has been built before has no log.
    let run = fresh();
    let arguments =
        format!("commonArgs.env = {{ RUSTC_WRAPPER = guard; COUNTED_BY = \"{run}\"; }};");
    let mut farm = Farm::of(&workspace, &arguments);
    farm.link(
        "bench",
        "workspace.crates.pkg-a.cargo { command = \"bench\"; profile = \"release\"; }",
    );
    let log = farm.log();
    assert!(log.contains("cargo bench --profile release"), "{log}");
    assert!(log.contains("Running benches/sides.rs"), "{log}");
}
