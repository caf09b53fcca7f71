//! The strategy `layered`: after a change, Nix calls the compiler as often as Cargo does, and no derivation
//! starts from a stale layer.

use std::fs;
use std::path::Path;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::calls::{Calls, Warm, calls_of_nix, words};
use crate::common::nix::{Workspace, nix, nix_string};
use crate::common::succeed;
use crate::farm::Farm;
use crate::thirty::thirty;

// ---- As often as Cargo ----------------------------------------------------------------------------

/// A row of the table: one change of one crate.
struct Row {
    what: &'static str,
    /// The crate that is edited. All of its targets are compiled again: its tests have no layers.
    edited: &'static str,
    path: &'static str,
    edit: fn(&str) -> String,
    /// Whether features or the lock may change. Then every check is built again.
    is_wide: bool,
    /// Whether the manifest is left stale.
    is_stale: bool,
}

fn row(
    what: &'static str,
    edited: &'static str,
    path: &'static str,
    edit: fn(&str) -> String,
) -> Row {
    Row {
        what,
        edited,
        path,
        edit,
        is_wide: path.ends_with("Cargo.lock") || path.ends_with("Cargo.toml"),
        is_stale: false,
    }
}

fn add_a_line(text: &str) -> String {
    format!("{text}\n// One more line.\n")
}

fn describe(text: &str) -> String {
    text.replacen(
        "[package]\n",
        "[package]\ndescription = \"Another one\"\n",
        1,
    )
}

/// An identifier of a new run, whose outputs are not in the store yet.
pub fn fresh() -> String {
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    now.as_nanos().to_string()
}

/// Builds all packages and checks, makes one change after the other, and compares the numbers of calls. Prints
/// a table (`cargo test --test nix_build -- --nocapture layers::`).
fn compare(name: &str, workspace: &Workspace, rows: &[Row]) {
    let run = fresh();
    let layered =
        |attribute| calls_of_nix(&run, workspace, "strategy = \"layered\";", &[attribute]);
    // Two target directories, because packages and checks have different layers.
    let (for_packages, for_checks) = (Warm::of(workspace), Warm::of(workspace));
    let clean = row("clean", "", "", add_a_line);
    let mut problems = String::new();
    let mut clean_checks = None;
    for row in std::iter::once(&clean).chain(rows) {
        if !row.path.is_empty() {
            let path = workspace.path(row.path);
            let before = fs::read_to_string(&path).unwrap_or_default();
            let after = (row.edit)(&before);
            for copy in [&for_packages, &for_checks] {
                copy.write(row.path, &after);
            }
            workspace.write(row.path, &after);
            if !row.is_stale {
                workspace.generate();
            }
        }
        let packages = [for_packages.packages(workspace), layered("package")];
        let checks = [for_checks.checks(), layered("check")];
        println!(
            "{name}: {:<26} packages: cargo {:?} layered {:?}; checks: cargo {:?} layered {:?}",
            row.what,
            packages[0].counts(),
            packages[1].counts(),
            checks[0].counts(),
            checks[1].counts(),
        );
        let whole = clean_checks.get_or_insert_with(|| checks[1].clone());
        for (what, [cargo, layered]) in [("packages", &packages), ("checks", &checks)] {
            let (third_party, own) = layered.counts();
            let (cargo_third_party, cargo_own) = cargo.counts();
            // Nix may compile targets of the edited crate that Cargo knows to be unused.
            let surplus = match what {
                "packages" if row.is_wide => 1,
                "checks" => whole.own.get(row.edited).copied().unwrap_or(0),
                _ => 0,
            };
            let is_excused = what == "checks" && row.is_wide;
            // Crates that do not depend on each other share no third-party package, and the step of a crate compiles
            // everything that needs other features.
            let (more_third_party, more_own) = match what {
                "packages" => (cargo_third_party * 2 / 5, cargo_own * 2 / 5),
                // A package for both host and target is compiled for each, see pruneRoot.
                _ => (cargo_third_party / 5, 0),
            };
            let is_wrong = third_party > cargo_third_party + more_third_party
                || own > cargo_own + more_own + surplus
                || layered.stubs > 0;
            if is_wrong && !is_excused {
                problems += &format!(
                    "{}, {what}:\n  cargo   {cargo:?}\n  layered {layered:?}\n",
                    row.what
                );
            }
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn four_crates_are_compiled_as_often_as_by_cargo() {
    compare(
        "four",
        &Workspace::of("four-crates"),
        &[
            row(
                "edit a leaf",
                "pkg-c",
                "crates/pkg-c/src/main.rs",
                add_a_line,
            ),
            row(
                "edit the base",
                "pkg-a",
                "crates/pkg-a/src/lib.rs",
                add_a_line,
            ),
            row(
                "add a test to the base",
                "pkg-a",
                "crates/pkg-a/tests/added.rs",
                |_| "#[test]\nfn added() {}\n".to_owned(),
            ),
            // The directory is new, and the manifest does not have it yet.
            row(
                "a first test",
                "pkg-b",
                "crates/pkg-b/tests/first.rs",
                |_| "#[test]\nfn first() {}\n".to_owned(),
            ),
            row("bump what one crate uses", "pkg-c", "Cargo.lock", |lock| {
                lock.replace("1.0.18", "1.0.17").replace(
                    "8f42a60cbdf9a97f5d2305f08a87dc4e09308d1276d28c869c684d7777685682",
                    "92ecc6618181def0457392ccd0ee51198e065e016d1d527a7ac1b6dc7c1f09d2",
                )
            }),
            // `env!` could read this field. Cargo knows that no code does.
            row(
                "describe a leaf",
                "pkg-c",
                "crates/pkg-c/Cargo.toml",
                describe,
            ),
            row("a readme", "", "README.md", add_a_line),
        ],
    );
}

#[test]
fn thirty_crates_are_compiled_as_often_as_by_cargo() {
    compare(
        "thirty",
        &thirty(),
        &[
            row(
                "edit a leaf",
                "server",
                "crates/server/src/main.rs",
                add_a_line,
            ),
            row(
                "edit the base",
                "base",
                "crates/base/src/lib.rs",
                add_a_line,
            ),
            row(
                "edit one in the middle",
                "model",
                "crates/model/src/lib.rs",
                add_a_line,
            ),
            row(
                "edit the macro",
                "derive",
                "crates/derive/src/lib.rs",
                add_a_line,
            ),
            row(
                "edit a C library",
                "plugin",
                "crates/plugin/src/lib.rs",
                add_a_line,
            ),
            row(
                "edit a test",
                "query",
                "crates/query/tests/first.rs",
                add_a_line,
            ),
            row("bump what one crate uses", "", "Cargo.lock", |lock| {
                lock.replace("0.11.1", "0.11.0").replace(
                    "7da8b5736845d9f2fcb837ea5d9e2628564b3b043a70948a3f0b778838c5fb4f",
                    "5ee073c9e4cd00e28217186dbe12796d692868f432bf2e97ee73bed0c56dfa01",
                )
            }),
        ],
    );
}

#[test]
fn a_workspace_can_share_one_build_of_each_third_party_crate() {
    let workspace = thirty();
    let run = fresh();
    let arguments = "strategy = \"layered\"; features = \"workspace\";";
    let build = || calls_of_nix(&run, &workspace, arguments, &["package"]);
    let warm = Warm::of(&workspace);
    let cargo = || warm.run(&[words("build --workspace --release")]);
    let (expected, clean) = (cargo(), build());
    println!(
        "thirty: --workspace: cargo {:?} layered {:?}",
        expected.counts(),
        clean.counts()
    );
    // Except the macro, which Cargo also compiles by itself.
    let mut expected_own = expected.own.clone();
    *expected_own.get_mut("derive").unwrap() -= 1;
    assert_eq!((&clean.own, clean.stubs), (&expected_own, 0));
    assert_eq!(clean.third_party, expected.third_party);

    let text = add_a_line(&workspace.read("crates/numbers/src/lib.rs"));
    workspace.write("crates/numbers/src/lib.rs", &text);
    warm.write("crates/numbers/src/lib.rs", &text);
    assert_eq!(build(), cargo());
}

/// The arguments of clippy change what it reports, but not the layers that it starts from.
#[test]
fn arguments_of_clippy_compile_no_crate_again() {
    let workspace = Workspace::of("four-crates");
    let run = fresh();
    let lint = |arguments: &str| {
        let arguments = format!("strategy = \"layered\"; {arguments}");
        calls_of_nix(&run, &workspace, &arguments, &["clippy"])
    };
    let first = lint("");
    // Only the crate's own targets are compiled, and no crate below it.
    let again = lint(
        "crates = lib.genAttrs [ \"pkg-a\" \"pkg-b\" \"pkg-c\" \"pkg-d\" ] (_: { cargoClippyExtraArgs = \"--all-targets -- --deny warnings\"; });",
    );
    assert_eq!(again.counts().0, 0, "{again:?}");
    let targets = |calls: &Calls, name: &str| calls.own.get(name).copied().unwrap_or(0);
    for name in ["pkg-a", "pkg-b", "pkg-c", "pkg-d"] {
        assert!(
            targets(&again, name) <= targets(&first, name),
            "{again:?}\n{first:?}"
        );
    }
    // The library of pkg-a is compiled in its link, and linted with its tests.
    assert_eq!(
        targets(&again, "pkg-a"),
        targets(&first, "pkg-a") - 2,
        "{again:?}\n{first:?}"
    );
}

/// Problem: if a build script names no file, Cargo runs it again when another file of its package is the
/// newest, and compiles the package again.
#[test]
fn nothing_is_compiled_twice_for_one_program() {
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        ),
        (
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n",
        ),
        ("build.rs", "fn main() {}\n"),
        ("benches/b.rs", "fn main() {}\n"),
        ("src/lib.rs", "pub fn one() -> u32 { 1 }\n"),
        ("src/bin/b.rs", "fn main() { a::one(); }\n"),
        ("src/main.rs", "fn main() { a::one(); }\n"),
        ("tests/t.rs", "#[test]\nfn t() { a::one(); }\n"),
    ]);
    workspace.generate();
    let run = fresh();
    let calls = |attribute| {
        calls_of_nix(&run, &workspace, "strategy = \"layered\";", &[attribute])
            .counts()
            .1
    };
    // The build script, the library, and two programs.
    assert_eq!(calls("package"), 4);
    // The build script, the library as built and as checked, and again to be linted. Each program, the test, and
    // the own tests of the library and the programs: once to run and once to lint.
    let warm = Warm::of(&workspace);
    let cargo = warm.checks().counts().1;
    let layered = calls("check");
    assert!(layered <= cargo, "layered {layered}, cargo {cargo}");
}

/// Layers work with Cargo's new layout of the target directory too.
#[test]
fn the_layout_of_the_target_directory_does_not_matter() {
    let workspace = Workspace::of("proc-macro");
    let run = fresh();
    let calls = |layout: &str| {
        let arguments = format!("strategy = \"layered\"; {layout}");
        ["package", "check"]
            .map(|attribute| calls_of_nix(&run, &workspace, &arguments, &[attribute]))
    };
    let old = calls("");
    assert!(old[0].counts() > (0, 0), "{old:?}");
    // RUSTC_BOOTSTRAP makes Cargo accept an unstable option.
    let new = "commonArgs.env = { RUSTC_BOOTSTRAP = \"1\"; CARGO_UNSTABLE_BUILD_DIR_NEW_LAYOUT = \"true\"; };";
    assert_eq!(calls(new), old);
    // Makes sure that Cargo knows the option: otherwise both builds would be equal.
    let expression = workspace.expression(
        &format!("strategy = \"layered\"; {new}"),
        "(builtins.head (builtins.attrValues workspace.crates)).testDeps",
    );
    let layer = nix().build(&expression).remove(0);
    assert!(
        !layer.join("build/debug/deps").exists(),
        "{layer:?} has the old layout"
    );
}

/// The search path of pkg-config depends on the inputs of a crate, and build scripts ask to be run again when
/// it changes.
#[test]
fn a_search_path_of_one_crate_compiles_no_other_again() {
    let workspace = Workspace::of("four-crates");
    workspace.write(
        "crates/pkg-a/build.rs",
        "fn main() {
    println!(\"cargo::rerun-if-env-changed=PKG_CONFIG_PATH\");
    let path = std::env::var(\"PKG_CONFIG_PATH\").unwrap();
    let first = path.split(':').next().unwrap();
    println!(\"cargo::rustc-env=FIRST={}\", std::fs::read_link(first).unwrap().display());
}
",
    );
    workspace.append(
        "crates/pkg-a/src/lib.rs",
        "\nconst _: () = assert!(matches!(env!(\"FIRST\").as_bytes(), b\"/of-a\"));\n",
    );
    workspace.generate();
    let arguments = "strategy = \"layered\";
        crates.pkg-a.PKG_CONFIG_PATH = \"/of-a\";
        crates.pkg-b.PKG_CONFIG_PATH = \"/of-b:/of-a\";";
    let calls = calls_of_nix(&fresh(), &workspace, arguments, &["package"]);
    // The build script and the library of pkg-a.
    assert_eq!(calls.own["pkg-a"], 2, "{calls:?}");
}

/// Every check runs, even if one fails, and the end of the log lists the failed ones.
#[test]
fn a_check_names_what_failed() {
    let workspace = Workspace::of("four-crates");
    workspace.append(
        "crates/pkg-a/src/lib.rs",
        "#[test]\nfn fails() { panic!() }\n\npub fn returns() -> u32 {\n    return 1;\n}\n",
    );
    for strategy in ["layered", "per-crate"] {
        let arguments = format!(
            "strategy = \"{strategy}\"; commonArgs.cargoClippyExtraArgs = \"--all-targets -- --deny warnings\";"
        );
        let log = Farm::of(&workspace, &arguments)
            .with(&["pkg-a"], &["check"])
            .failure();
        for line in [
            "pkg-a-check> error: unneeded `return` statement",
            "pkg-a-check> test fails ... FAILED",
            "pkg-a-check>  Documenting pkg-a",
            "pkg-a-check> passed: doc",
            "pkg-a-check> failed: clippy test; the messages are above",
        ] {
            assert!(log.contains(line), "{strategy}: {line}\n{log}");
        }
    }
}

/// Clippy lints a build script although it is compiled in the link of its crate.
#[test]
fn clippy_sees_build_scripts() {
    let workspace = Workspace::of("four-crates");
    workspace.write(
        "crates/pkg-d/build.rs",
        "fn main() {\n    println!(\"{}\", text());\n}\n\nfn text() -> &'static str {\n    return \"\";\n}\n",
    );
    workspace.write("crates/pkg-d/src/lib.rs", "");
    workspace.generate();
    let arguments = "commonArgs.cargoClippyExtraArgs = \"--all-targets -- --deny warnings\";";
    let log = Farm::of(&workspace, arguments)
        .with(&["pkg-d"], &["clippy"])
        .failure();
    let line = "pkg-d-clippy> error: unneeded `return` statement";
    assert!(log.contains(line), "{log}");
    assert!(log.contains("crates/pkg-d/build.rs:6:5"), "{log}");
}

/// A build script that reads `out` is refused, because it runs in a layer, not in the package.
#[test]
fn a_build_script_that_reads_out_is_refused() {
    let workspace = Workspace::of("four-crates");
    workspace.write(
        "crates/pkg-a/build.rs",
        "fn main() {\n    println!(\"cargo:rustc-env=PREFIX={}\", std::env::var(\"out\").unwrap());\n}\n",
    );
    workspace.generate();
    let log = Farm::of(&workspace, "strategy = \"layered\";")
        .with(&["pkg-b"], &["package"])
        .failure();
    let said = "error: crate pkg-a reads the variable `out`, in its build script or its code: the path of this layer, /nix/store/";
    assert!(log.contains(said), "{log}");
    let of_crane = "strategy = \"per-crate\";";
    Farm::of(&workspace, of_crane)
        .with(&["pkg-b"], &["package"])
        .build();
}

/// A long chain of crates: each layer starts from all layers below it.
#[test]
fn forty_crates_in_a_line() {
    const LENGTH: usize = 40;
    let last = format!("c{:03}", LENGTH - 1);
    let mut files = vec![
        (
            "Cargo.toml".to_owned(),
            "[workspace]\nresolver = \"2\"\nmembers = [\"c*\"]\n".to_owned(),
        ),
        (
            "c000/src/lib.rs".to_owned(),
            "pub fn f() -> u32 { 0 }\n".to_owned(),
        ),
    ];
    let mut lock = "version = 4\n".to_owned();
    for index in 0..LENGTH {
        let mut manifest =
            format!("[package]\nname = \"c{index:03}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        lock += &format!("\n[[package]]\nname = \"c{index:03}\"\nversion = \"0.1.0\"\n");
        if index > 0 {
            let below = index - 1;
            manifest +=
                &format!("\n[dependencies]\nc{below:03} = {{ path = \"../c{below:03}\" }}\n");
            lock += &format!("dependencies = [\n \"c{below:03}\",\n]\n");
            let source = if index == LENGTH - 1 {
                (
                    format!("{last}/src/main.rs"),
                    format!("fn main() {{ println!(\"{{}}\", c{below:03}::f()) }}\n"),
                )
            } else {
                (
                    format!("c{index:03}/src/lib.rs"),
                    format!("pub fn f() -> u32 {{ c{below:03}::f() + 1 }}\n"),
                )
            };
            files.push(source);
        }
        files.push((format!("c{index:03}/Cargo.toml"), manifest));
    }
    files.push(("Cargo.lock".to_owned(), lock));
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let workspace = Workspace::from_files(&files);
    workspace.generate();
    let built = Farm::of(&workspace, "strategy = \"layered\";")
        .with(&[&last], &["package"])
        .build();
    let said = succeed(&mut Command::new(
        built.join(format!("{last}/package/bin/{last}")),
    ));
    assert_eq!(said, format!("{}\n", LENGTH - 2));
}

// ---- What is made ---------------------------------------------------------------------------------

/// Layers contain the same bytes as Cargo's build, except the paths of third-party crates.
#[test]
fn every_strategy_makes_the_same_programs() {
    let workspace = Workspace::of("four-crates");
    let program = |arguments: &str| {
        let wrapper = nix_string(
            "exec \"$@\" --remap-path-prefix=\"$cargoVendorDir\"=/vendor \
             --remap-path-prefix=/build/cratesieve-vendor=/vendor",
        );
        let arguments = format!(
            "{arguments} commonArgs.RUSTC_WRAPPER = pkgs.writeShellScript \"remap\" {wrapper};"
        );
        let built = Farm::of(&workspace, &arguments)
            .with(&["pkg-b", "pkg-c", "pkg-d"], &["package"])
            .build();
        ["pkg-b", "pkg-c", "pkg-d"]
            .map(|name| fs::read(built.join(name).join("package/bin").join(name)).unwrap())
    };
    let layered = program("strategy = \"layered\";");
    for other in [
        "strategy = \"per-crate\";",
        "strategy = \"shared\";",
        "strategy = \"layered\"; features = \"workspace\";",
    ] {
        assert!(layered == program(other), "{other}");
    }
}

#[test]
fn a_program_needs_no_layer_to_run() {
    let workspace = thirty();
    let built = Farm::of(&workspace, "strategy = \"layered\";")
        .with(&["server", "plugin"], &["package"])
        .build();
    for path in ["server/package", "plugin/package"] {
        let package = fs::canonicalize(built.join(path)).unwrap();
        let closure = succeed(nix().command("path-info").arg("--recursive").arg(&package));
        let paths: Vec<_> = closure.lines().map(Path::new).collect();
        assert!(paths.contains(&package.as_path()), "{closure}");
        assert!(
            !paths.iter().any(|path| path.join("stamp").exists()),
            "{closure}"
        );
    }
}

#[test]
fn profiles_and_targets_are_as_ever() {
    let workspace = Workspace::of("proc-macro");
    let target = host();
    for setting in [
        "CARGO_PROFILE = \"dev\";".to_owned(),
        format!("CARGO_BUILD_TARGET = \"{target}\";"),
        "CARGO_PROFILE_RELEASE_LTO = \"true\";".to_owned(),
        "CARGO_PROFILE_RELEASE_PANIC = \"abort\";".to_owned(),
    ] {
        let arguments =
            format!("strategy = \"layered\"; commonArgs = {{ {setting} RUSTC_WRAPPER = guard; }};");
        let mut farm = Farm::of(&workspace, &arguments);
        for name in crate::calls::crate_names(&workspace) {
            farm.link_crate(&name, "package");
        }
        if let Err(log) = farm.try_build() {
            panic!("{setting}\n{log}");
        }
    }
}

/// Cargo always unwinds in tests, so their dependencies are compiled with `panic = "unwind"`.
#[test]
fn tests_of_a_profile_that_aborts_start_from_layers() {
    let workspace = Workspace::of("four-crates");
    workspace.append(
        "Cargo.toml",
        "\n[profile.release]\npanic = \"abort\"\n\n[profile.dev]\npanic = \"abort\"\n",
    );
    Farm::of(
        &workspace,
        "strategy = \"layered\"; commonArgs.RUSTC_WRAPPER = guard;",
    )
    .with(&["pkg-a", "pkg-b", "pkg-c"], &["package", "check"])
    .build();
}

pub fn host() -> String {
    let text = succeed(Command::new("rustc").arg("-vV"));
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.unwrap().to_owned()
}

// ---- Guards ---------------------------------------------------------------------------------------

/// Builds `pkg-b` of four-crates from layers that the Nix expression `plant` makes of the original `layers`.
/// Returns the output of the failing build.
fn plant(workspace: &Workspace, plant: &str) -> String {
    let mut farm = Farm::of(workspace, "strategy = \"layered\";");
    farm.link(
        "planted",
        &format!(
            "(workspace.crates.pkg-b.package.overrideAttrs (old: {{
               cratesieveLayers = let layers = old.cratesieveLayers; in {plant};
             }}))"
        ),
    );
    farm.failure()
}

/// A layer has another source of `pkg-a` than the build. Cargo would use it silently.
#[test]
fn a_stale_layer_is_found() {
    let old = Workspace::of("four-crates");
    let new = Workspace::of("four-crates");
    new.replace("crates/pkg-a/src/lib.rs", "once_cell", "once_cell ");
    let layer = library_of_pkg_a(&old);
    let log = plant(
        &new,
        &format!(
            "map (layer: if lib.hasSuffix \"pkg-a-0.1.0-layer\" (toString layer) then {} else layer) layers",
            stored(&layer)
        ),
    );
    assert!(
        log.contains(&format!(
            "error: the layer {layer} holds crate `pkg-a` as built from /nix/store/"
        )),
        "{log}"
    );
    assert!(log.contains(", and this build has /nix/store/"), "{log}");
    assert!(
        log.contains("hint: all derivations that see a crate must see the same source of it"),
        "{log}"
    );
}

/// A layer without a stamp could contain an empty library instead of a crate.
#[test]
fn an_empty_stub_is_found() {
    let workspace = Workspace::of("four-crates");
    let layer = library_of_pkg_a(&workspace);
    let log = plant(
        &workspace,
        &format!(
            "layers ++ [ (pkgs.runCommandLocal \"stub\" {{ }} ''
               cp --recursive ${{{}}} $out
               chmod --recursive u+w $out
               : >$out/stamp
             '') ]",
            stored(&layer)
        ),
    );
    assert!(
        log.contains(
            "holds crate `pkg-a` and does not say from which source: it may be an empty stub"
        ),
        "{log}"
    );
}

#[test]
fn an_unreadable_layer_is_named() {
    let workspace = Workspace::of("four-crates");
    let log = plant(
        &workspace,
        "layers ++ [ (pkgs.runCommandLocal \"broken\" { } \"mkdir $out\") ]",
    );
    let said = "error: cratesieve cannot read the layer /nix/store/";
    assert!(log.contains(said), "{log}");
    assert!(log.contains("-broken\n"), "{log}");
    assert!(
        log.contains("hint: it is damaged, or no layer: `nix-store --verify-path /nix/store/"),
        "{log}"
    );
}

#[test]
fn a_layer_of_another_place_is_named() {
    let workspace = Workspace::of("four-crates");
    let log = plant(
        &workspace,
        "layers ++ [ (pkgs.runCommandLocal \"elsewhere\" { } ''
           mkdir -p $out/build
           touch $out/stamp $out/compiled
           echo /tmp/nix-build-1 >$out/place
         '') ]",
    );
    assert!(
        log.contains("-elsewhere was built in /tmp/nix-build-1, and this build is in /build: Cargo would compile everything again"),
        "{log}"
    );
    assert!(
        log.contains("hint: let Nix build in a sandbox (`sandbox = true` in nix.conf)"),
        "{log}"
    );
}

/// Builds the layer of `pkg-a`'s library.
fn library_of_pkg_a(workspace: &Workspace) -> Utf8PathBuf {
    build_layer(
        workspace,
        "workspace.crates.pkg-b.package.cratesieveLayers",
        "pkg-a-0.1.0-layer",
    )
}

/// Builds the layer of this name, from a list of layers.
fn build_layer(workspace: &Workspace, layers: &str, name: &str) -> Utf8PathBuf {
    let expression = workspace.expression(
        "strategy = \"layered\";",
        &format!(
            "lib.findFirst (layer: lib.hasSuffix \"{name}\" (toString layer)) null ({layers})"
        ),
    );
    let path = nix().build(&expression).remove(0);
    Utf8PathBuf::from_path_buf(path).unwrap()
}

/// A Nix expression for an existing store path.
fn stored(path: &Utf8Path) -> String {
    format!("(builtins.storePath {})", nix_string(path.as_str()))
}
