//! Files that are named indirectly: by a variable, by another file, by the settings of a tool, or by a macro
//! with its own starting directory.

use crate::common;

use common::{utf8, workspace_with_a, write};
use cratesieve::analysis::{Analysis, analyse};
use cratesieve::manifest::CrateEntry;
use tempfile::TempDir;

/// A workspace of `crates/a` and the given files.
fn workspace(files: &[(&str, &str)]) -> TempDir {
    workspace_with_a("crates/*", files)
}

const PACKAGE: &str = "[package]\nname = \"a\"\nedition = \"2024\"\n";

fn analysis(files: &[(&str, &str)]) -> Analysis {
    let directory = workspace(files);
    analyse(Some(&utf8(&directory).join("Cargo.toml"))).unwrap()
}

fn entry(files: &[(&str, &str)]) -> CrateEntry {
    analysis(files).manifest.crates.remove("a").unwrap()
}

macro_rules! assert_lists {
    ($entry:expr, $include:expr, $test_include:expr) => {
        let entry = $entry;
        let (include, test_include): (&[&str], &[&str]) = (&$include, &$test_include);
        assert_eq!(entry.include.iter().collect::<Vec<_>>(), include);
        assert_eq!(entry.test_include.iter().collect::<Vec<_>>(), test_include);
    };
}

/// The manifests of the fixtures for such files.
#[test]
fn the_fixtures() {
    let of = |fixture: &str, name: &str| {
        let root = common::Fixture::named(fixture).root();
        let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
        assert_eq!(analysis.rules[name].unresolved.len(), 0, "{fixture}");
        analysis.manifest.crates[name].clone()
    };
    let banners = ["shared/banner.txt", "shared/two.txt"];
    assert_lists!(of("workspace-dir-env", "a"), banners, []);
    let of_b = of("workspace-dir-env", "b");
    assert_lists!(of_b, ["shared/built.txt"], ["shared/test.txt"]);
    // No file imports `proto/deep/other.proto`.
    let protos = ["proto/common.proto", "proto/svc.proto"];
    assert_lists!(of("proto-import", "svc"), protos, []);
    let of_root = [
        "include/store.h",
        "proto/common.proto",
        "proto/svc.proto",
        "ui/app.slint",
        "ui/widgets.slint",
    ];
    assert_lists!(of("root-package-imports", "app"), of_root, []);
    assert_lists!(of("askama-toml-dirs", "web"), ["shared/templates"], []);
    assert_lists!(of("diesel-migrations-above", "db"), ["migrations"], []);
    let of_macros = ["assets", "static", "web"];
    assert_lists!(of("manifest-dir-in-string", "a"), of_macros, ["fixtures"]);
    let inputs = ["crates/shared-inputs", "inputs"];
    assert_lists!(of("test-macro-relative-to-file", "a"), [], inputs);
}

/// The rules of the Cargo book for `[env]`: `relative` starts from the directory around `.cargo`; a file
/// overrides the files that it includes; a nearer file overrides one further up.
#[test]
fn variables_of_the_configuration() {
    let of = |config: &[(&str, &str)], lib: &str| {
        let mut files = vec![
            ("crates/a/src/lib.rs", lib),
            ("one/x.txt", ""),
            ("two/x.txt", ""),
            (".cargo/one/x.txt", ""),
        ];
        files.extend(config);
        entry(&files)
    };
    let config = ".cargo/config.toml";
    let read = "const X: &str = include_str!(concat!(env!(\"DIR\"), \"/x.txt\"));";
    for text in [
        "[env]\nDIR = { value = \"one\", relative = true, force = true }\n",
        "[env.DIR]\nvalue = \"one\"\nrelative = true\n",
        // A plain value is a path relative to the source file.
        "[env]\nDIR = \"../../../one\"\n",
    ] {
        assert_lists!(of(&[(config, text)], read), ["one/x.txt"], []);
    }
    // The old file name, without an ending.
    let relative = "[env]\nDIR = { value = \"one\", relative = true }\n";
    assert_lists!(of(&[(".cargo/config", relative)], read), ["one/x.txt"], []);
    // Through two files, with each spelling of `include`.
    let more = (
        "more/deep.toml",
        "include = [{ path = \"last.toml\", optional = true }]\n",
    );
    let last = ("more/last.toml", relative);
    for include in [
        "include = [\"../more/deep.toml\"]\n",
        "[[include]]\npath = \"../more/deep.toml\"\n",
    ] {
        let files = [(config, include), more, last];
        assert_lists!(of(&files, read), ["one/x.txt"], []);
    }
    // In an included file, paths start from the directory around that file's own directory.
    let included = [
        (config, "include = [\"sub/x.toml\"]\n"),
        (".cargo/sub/x.toml", relative),
    ];
    assert_lists!(of(&included, read), [".cargo/one/x.txt"], []);
    // Settings of the file itself, and of a later include, win.
    let other = "[env]\nDIR = { value = \"two\", relative = true }\n";
    let own = format!("include = [\"../more/x.toml\"]\n{relative}");
    let own = [(config, own.as_str()), ("more/x.toml", other)];
    assert_lists!(of(&own, read), ["one/x.txt"], []);
    let both = "include = [\"../more/x.toml\", \"../more/y.toml\"]\n";
    let both = [
        (config, both),
        ("more/x.toml", other),
        ("more/y.toml", relative),
    ];
    assert_lists!(of(&both, read), ["one/x.txt"], []);
}

#[test]
fn a_variable_in_all_its_spellings() {
    let of = |lib: &str, build: &str, test: &str| {
        entry(&[
            (
                ".cargo/config.toml",
                "[env]\nWS = { value = \"\", relative = true }\nDATA = { value = \"data\", relative = true }\n",
            ),
            ("crates/a/src/lib.rs", lib),
            ("crates/a/build.rs", build),
            ("crates/a/tests/t.rs", test),
            ("crates/b/Cargo.toml", "[package]\nname = \"b\"\n"),
            ("crates/b/src/lib.rs", ""),
            ("shared/x.txt", ""),
            ("shared/y.txt", ""),
            ("data/z.txt", ""),
        ])
    };
    for lib in [
        "const X: &str = include_str!(concat!(env!(\"WS\"), \"shared/x.txt\"));",
        "load!(\"$WS/shared/x.txt\");",
        "#[load(\"${WS}/shared/x.txt\")] struct S;",
        "#[derive(Embed)] #[folder = \"$WS/shared/x.txt\"] struct S;",
        "const X: &str = include_str!(concat!(env!(\"DATA\"), \"/../shared/x.txt\"));",
    ] {
        assert_lists!(of(lib, "", ""), ["shared/x.txt"], []);
    }
    for lib in [
        "static D: Dir = include_dir!(\"$DATA\");",
        "load!(env!(\"DATA\"));",
        "const Z: &str = include_str!(concat!(env!(\"DATA\"), \"/\", $name));",
    ] {
        assert_lists!(of(lib, "", ""), ["data"], []);
    }
    for code in [
        "let x = Path::new(env!(\"WS\")).join(\"shared\").join(\"x.txt\");",
        "let x = PathBuf::from(std::env::var(\"WS\").unwrap()).join(\"shared/x.txt\");",
        "let x: PathBuf = [env!(\"WS\"), \"shared\", \"x.txt\"].iter().collect();",
        "let root = env::var_os(\"WS\").unwrap(); let x = Path::new(&root).join(\"shared\").join(\"x.txt\");",
        "let root = option_env!(\"WS\").unwrap(); f(format!(\"{root}/shared/x.txt\"));",
        "fn root() -> String { env::var(\"WS\").unwrap() } fn x() { root().join(\"shared/x.txt\") }",
    ] {
        assert_lists!(of("", code, ""), ["shared/x.txt"], []);
        assert_lists!(of("", "", code), [], ["shared/x.txt"]);
    }
    assert_lists!(
        of("", "for f in read_dir(env!(\"DATA\")) {}", ""),
        ["data"],
        []
    );
    assert_lists!(
        of("", "", "read_dir(env::var(\"DATA\").unwrap());"),
        [],
        ["data"]
    );
    let unasked = |config: &str| {
        let files = [
            (".cargo/config.toml", config),
            ("data/z.txt", ""),
            ("crates/a/build.rs", ""),
        ];
        analysis(&files).manifest.files
    };
    // A variable that no crate reads is read by some third-party package.
    let data = "[env]\nDATA = { value = \"data\", relative = true }\nWS = { value = \"\", relative = true }\n\
        CRATES = { value = \"crates\", relative = true }\nTEXT = \"data\"\n";
    assert_eq!(
        unasked(data).iter().collect::<Vec<_>>(),
        [".cargo/config.toml", "data"]
    );
    // The root contains everything, a crate is not data, and other variables have no meaning.
    assert_lists!(
        of(
            "",
            "read_dir(env!(\"WS\")); f(\"crates/b\"); env!(\"OTHER\"); f(\"shared/none\");",
            ""
        ),
        [],
        []
    );
    assert_lists!(
        of("", "f(env!(\"OTHER\")); f(\"shared/x.txt\");", ""),
        [],
        []
    );
}

/// If a library opens a file at run time through a variable, the crates that run it need the file.
#[test]
fn a_variable_in_code_that_runs_elsewhere() {
    let library = "pub fn x() { read(Path::new(env!(\"WS\")).join(\"shared/x.txt\")) }";
    let analysis = analysis(&[
        (
            ".cargo/config.toml",
            "[env]\nWS = { value = \"\", relative = true }\n",
        ),
        ("shared/x.txt", ""),
        ("crates/b/Cargo.toml", "[package]\nname = \"b\"\n"),
        ("crates/b/src/lib.rs", library),
        (
            "crates/a/Cargo.toml",
            "[package]\nname = \"a\"\n[build-dependencies]\nb.path = \"../b\"\n",
        ),
        ("crates/a/build.rs", "b::x()"),
        (
            "crates/c/Cargo.toml",
            "[package]\nname = \"c\"\n[dependencies]\nb.path = \"../b\"\n",
        ),
        ("crates/c/src/lib.rs", ""),
    ]);
    let crates = &analysis.manifest.crates;
    assert_lists!(&crates["a"], ["shared/x.txt"], []);
    assert_lists!(&crates["b"], [], ["shared/x.txt"]);
    assert_lists!(&crates["c"], [], ["shared/x.txt"]);
}

#[test]
fn files_that_name_files() {
    let of = |build: &str, files: &[(&str, &str)]| {
        let mut all = vec![("crates/a/build.rs", build)];
        all.extend(files);
        entry(&all)
    };
    // The import starts from a root above the file, and continues from there.
    let protos = [
        (
            "api/proto/v1/svc.proto",
            "import \"v1/types.proto\";\nimport public \"other/o.proto\";",
        ),
        (
            "api/proto/v1/types.proto",
            "import \"google/protobuf/any.proto\";",
        ),
        ("api/proto/other/o.proto", ""),
        ("api/proto/v1/unused.proto", ""),
    ];
    let expected = [
        "api/proto/other/o.proto",
        "api/proto/v1/svc.proto",
        "api/proto/v1/types.proto",
    ];
    assert_lists!(
        of("f(\"../../api/proto/v1/svc.proto\");", &protos),
        expected,
        []
    );
    // A file in a directory that is read as a whole has imports too.
    let walked = [
        ("proto/a.proto", "import \"common/c.proto\";"),
        ("common/c.proto", ""),
    ];
    assert_lists!(
        of("read_dir(\"../../proto\");", &walked),
        ["common/c.proto", "proto"],
        []
    );
    // So have the crate's own files, named or not.
    let own = [
        (
            "crates/a/src/shim.c",
            "#include \"../../../native/shim.h\"\n#include <stdio.h>",
        ),
        (
            "native/shim.h",
            "#include \"deep/types.h\"\n// #include \"unused.h\"",
        ),
        ("native/deep/types.h", ""),
        ("native/unused.h", ""),
    ];
    assert_lists!(of("", &own), ["native/deep/types.h", "native/shim.h"], []);
    for (named, text, other) in [
        ("ui/a.slint", "import { B } from \"b.slint\";", "ui/b.slint"),
        (
            "ui/a.slint",
            "Image { source: @image-url(\"../img/b.png\"); }",
            "img/b.png",
        ),
        ("idl/a.thrift", "include \"b.thrift\"", "idl/b.thrift"),
        (
            "idl/a.capnp",
            "using B = import \"b.capnp\";",
            "idl/b.capnp",
        ),
        (
            "idl/sub/a.capnp",
            "using B = import \"/b.capnp\";",
            "idl/b.capnp",
        ),
        ("idl/a.fbs", "include \"b.fbs\";", "idl/b.fbs"),
        ("wit/a.wit", "package x:y;", "wit/b.wit"),
        ("css/a.scss", "@use 'b';", "css/_b.scss"),
        ("sh/a.frag", "#include \"b.glsl\"", "sh/b.glsl"),
        ("mem/a.x", "INCLUDE b.x", "mem/b.x"),
    ] {
        let build = format!("f(\"../../{named}\");");
        let mut expected = [named, other];
        expected.sort_unstable();
        assert_lists!(of(&build, &[(named, text), (other, "")]), expected, []);
    }
    // Imports of a file for tests are for tests.
    let test = ("crates/a/tests/t.rs", "f(\"../../data/a.proto\");");
    let data = [
        test,
        ("data/a.proto", "import \"b.proto\";"),
        ("data/b.proto", ""),
    ];
    assert_lists!(entry(&data), [], ["data/a.proto", "data/b.proto"]);
    // A file below `tests` that a file of the library imports becomes an include.
    let entry = of(
        "",
        &[
            ("crates/a/a.proto", "import \"tests/b.proto\";"),
            ("crates/a/tests/b.proto", ""),
        ],
    );
    assert_lists!(entry, ["crates/a/tests/b.proto"], []);
    // A circle of imports ends.
    let circle = [
        ("p/a.proto", "import \"b.proto\";"),
        ("p/b.proto", "import \"a.proto\";"),
    ];
    assert_lists!(
        of("f(\"../../p/a.proto\");", &circle),
        ["p/a.proto", "p/b.proto"],
        []
    );
}

#[test]
fn why_tells_the_chain_from_file_to_file() {
    let analysis = analysis(&[
        ("crates/a/build.rs", "f(\"../../p/a.proto\");"),
        ("p/a.proto", "\nimport \"b.proto\";"),
        ("p/b.proto", "import \"c.proto\";"),
        ("p/c.proto", ""),
    ]);
    let why = &analysis.rules["a"].why["p/c.proto"];
    let expected = "read by `import \"c.proto\"` at p/b.proto:1; \
        p/b.proto is read by `import \"b.proto\"` at p/a.proto:2; \
        p/a.proto is read by the string \"../../p/a.proto\" at crates/a/build.rs:1";
    assert_eq!(why, expected);
}

#[test]
fn headers_that_a_bridge_includes() {
    let bridge = "#[cxx::bridge] mod ffi { unsafe extern \"C++\" {\n\
        include!(\"a/tests/store.h\"); include!(<vector>); include!(\"nowhere.h\"); include!(\"./beside.h\"); } }";
    let analysis = analysis(&[
        ("crates/a/src/lib.rs", bridge),
        (
            "crates/a/tests/store.h",
            "#include \"a/tests/deep.h\"\n#include \"../../../native/n.h\"",
        ),
        ("crates/a/tests/deep.h", ""),
        ("crates/a/tests/other.h", ""),
        ("native/n.h", ""),
    ]);
    assert_eq!(analysis.rules["a"].unresolved.len(), 0);
    let entry = &analysis.manifest.crates["a"];
    assert_eq!(
        entry.test_only.iter().collect::<Vec<_>>(),
        ["tests/other.h"]
    );
    assert_lists!(
        entry,
        [
            "crates/a/tests/deep.h",
            "crates/a/tests/store.h",
            "native/n.h"
        ],
        []
    );
}

#[test]
fn settings_of_tools() {
    let of = |files: &[(&str, &str)]| {
        let mut all = vec![
            ("data/x.txt", ""),
            ("data/deep/y.txt", ""),
            ("crates/b/Cargo.toml", "[package]\nname = \"b\"\n"),
            ("crates/b/src/lib.rs", ""),
        ];
        all.extend(files);
        entry(&all)
    };
    for (file, text) in [
        (
            "askama.toml",
            "[general]\n# \"../../none\"\ndirs = [\"templates\", '../../data']\n",
        ),
        ("i18n.toml", "[fluent]\nassets_dir = \"../../data\"\n"),
        ("sqlx.toml", "[migrate]\nmigrations-dir = \"../../data\"\n"),
        (
            "tauri.conf.json",
            "{ \"build\": { \"frontendDist\": \"../../data\", \"devUrl\": \"http://localhost\" } }",
        ),
        (
            "tauri.conf.json5",
            "{ // a comment\n build: { frontendDist: '../../data' } }",
        ),
        ("Dioxus.toml", "[application]\nasset_dir = \"../../data\"\n"),
        ("Trunk.toml", "[build]\ntarget = \"../../data/\"\n"),
        (
            "diesel.toml",
            "[migrations_directory]\ndir = \"../../data\"\n",
        ),
    ] {
        let path = format!("crates/a/{file}");
        assert_lists!(of(&[(&path, text)]), ["data"], []);
    }
    let glob =
        "[x]\ny = \"../../data/*.txt\"\nz = \"../b\"\nw = \"../..\"\nv = \"../../Cargo.toml\"\n";
    assert_lists!(of(&[("crates/a/uniffi.toml", glob)]), ["data"], []);
    // If a setting names a directory below the crate's `tests`, its files are not for tests only. Documents are
    // still dropped.
    let own = "[general]\ndirs = [\"src/pages\", \"tests/pages\"]\n";
    let found = of(&[
        ("crates/a/askama.toml", own),
        ("crates/a/src/pages/x.html", ""),
        ("crates/a/src/pages/README.md", ""),
        ("crates/a/tests/pages/x.html", ""),
        ("crates/a/tests/t.rs", ""),
    ]);
    assert_eq!(
        found.drop.iter().collect::<Vec<_>>(),
        ["src/pages/README.md"]
    );
    assert_eq!(found.test_only.iter().collect::<Vec<_>>(), ["tests/t.rs"]);
    // Without a settings file, and with a string that leads nowhere.
    assert_lists!(
        of(&[("crates/a/other.toml", "x = \"../../data\"\n")]),
        [],
        []
    );

    let with = |table: &str| format!("{PACKAGE}{table}");
    let manifest = with("[package.metadata.i18n]\nload-path = \"../../data\"\n");
    assert_lists!(of(&[("crates/a/Cargo.toml", &manifest)]), ["data"], []);
    // Settings for releases or for docs.rs matter to no build.
    let manifest = with(
        "[package.metadata.deb]\nassets = [[\"../../data/x.txt\", \"usr\", \"644\"]]\n[package.metadata.docs.rs]\nx = \"../../data\"\n",
    );
    assert_lists!(of(&[("crates/a/Cargo.toml", &manifest)]), [], []);
    // Settings of the workspace are for crates that depend on the tool, or whose build script uses it.
    let root = "[workspace]\nmembers = [\"crates/*\"]\n[[workspace.metadata.leptos]]\nstyle-file = \"data/x.txt\"\n[workspace.metadata.app]\nschema = \"data/deep\"\n";
    assert_lists!(of(&[("Cargo.toml", root)]), [], []);
    let depends = with("[dependencies]\nleptos_axum = \"1\"\n");
    assert_lists!(
        of(&[("Cargo.toml", root), ("crates/a/Cargo.toml", &depends)]),
        ["data/x.txt"],
        []
    );
    let build = "let t = toml[\"workspace\"][\"metadata\"][\"app\"];";
    assert_lists!(
        of(&[("Cargo.toml", root), ("crates/a/build.rs", build)]),
        ["Cargo.toml", "data/deep"],
        []
    );
    // The search goes upwards, for crates that depend on the tool.
    let above = ("crates/sailfish.toml", "template_dirs = [\"../data\"]\n");
    assert_lists!(of(&[above]), [], []);
    let depends = with("[dependencies]\nsailfish = \"1\"\n");
    assert_lists!(
        of(&[above, ("crates/a/Cargo.toml", &depends)]),
        ["crates/sailfish.toml", "data"],
        []
    );
    // An attribute names the settings file.
    let given = (
        "crates/a/src/lib.rs",
        "#[derive(Template)] #[template(path = \"x\", config = \"../../conf/t.toml\")] struct T;",
    );
    let config = ("conf/t.toml", "[general]\ndirs = [\"../../data\"]\n");
    assert_lists!(of(&[given, config]), ["conf/t.toml", "data"], []);
}

#[test]
fn a_root_package_has_what_its_settings_name() {
    let directory = tempfile::tempdir().unwrap();
    let root = utf8(&directory);
    for (path, text) in [
        (
            "Cargo.toml",
            "[package]\nname = \"a\"\n[workspace]\n[package.metadata.i18n]\nload-path = \"locales\"\n",
        ),
        (
            "src/lib.rs",
            "sqlx::query!(\"select 1\"); embed_migrations!();",
        ),
        ("askama.toml", "[general]\ndirs = [\"pages\"]\n"),
        ("pages/x.html", ""),
        ("locales/de.yml", ""),
        ("migrations/1/up.sql", ""),
        (".sqlx/query-1.json", ""),
        ("other/x", ""),
    ] {
        write(root, path, text);
    }
    let mut manifest = analyse(Some(&root.join("Cargo.toml"))).unwrap().manifest;
    let expected = [".sqlx", "askama.toml", "locales", "migrations", "pages"];
    assert_lists!(manifest.crates.remove("a").unwrap(), expected, []);
}

/// The macro with an argument does not search upwards: it takes the nearest directory.
#[test]
fn migrations_are_searched_upwards() {
    let of = |lib: &str, nearer: &str| {
        entry(&[
            ("crates/a/src/lib.rs", lib),
            ("migrations/1/up.sql", ""),
            ("sql/1/up.sql", ""),
            (nearer, ""),
            ("Cargo.toml", "[workspace]\nmembers = [\"crates/a\"]\n"),
        ])
    };
    assert_lists!(of("embed_migrations!();", "x"), ["migrations"], []);
    assert_lists!(
        of("embed_migrations!();", "crates/migrations/1/up.sql"),
        ["crates/migrations"],
        []
    );
    assert_lists!(
        of("embed_migrations!();", "crates/a/migrations/1/up.sql"),
        [],
        []
    );
    assert_lists!(of("embed_migrations!(\"../../sql\");", "x"), ["sql"], []);
    let offline = [
        (
            ".cargo/config.toml",
            "[env]\nSQLX_OFFLINE_DIR = { value = \"queries\", relative = true }\n",
        ),
        ("queries/query-1.json", ""),
        (".sqlx/query-1.json", ""),
        (
            "crates/a/src/lib.rs",
            "sqlx::query_file_as_unchecked!(Row, \"../../sql/x.sql\");",
        ),
        ("sql/x.sql", ""),
    ];
    assert_lists!(entry(&offline), [".sqlx", "queries", "sql/x.sql"], []);
}

#[test]
fn macros_of_tests_start_where_they_start() {
    let of = |test: &str| {
        entry(&[
            ("crates/a/tests/deep/t.rs", test),
            (
                "crates/a/Cargo.toml",
                "[package]\nname = \"a\"\n[[test]]\nname = \"t\"\npath = \"tests/deep/t.rs\"\n",
            ),
            ("data/x.txt", ""),
            ("crates/a/data/y.txt", ""),
        ])
    };
    for test in [
        "insta::glob!(\"../../../../data/*.txt\", |p| {});",
        "insta::glob!(\"../../../../data\", \"**/*.txt\", |p| {});",
        "#[rstest] fn f(#[files(\"../../data/*.txt\")] p: PathBuf) {}",
        "#[rstest] fn f(#[files(\"*.txt\")] #[base_dir = \"../../data\"] p: PathBuf) {}",
        "#[rstest] fn f(#[files(\"$CARGO_MANIFEST_DIR/../../data/*.txt\")] p: PathBuf) {}",
        "#[dir_test(dir: \"$CARGO_MANIFEST_DIR/../../data\", glob: \"*.txt\")] fn f(x: F) {}",
        "datatest_stable::harness! { { test = f, root = \"../../data\", pattern = r\".*\" } }",
        "test_each_file! { in \"./data\" => test }",
        "#[test_resources(\"data/*.txt\")] fn f(p: &str) {}",
        "let t = TestCases::new(); t.compile_fail(\"../../data/*.rs\");",
    ] {
        assert_lists!(of(test), [], ["data"]);
    }
    assert_lists!(
        of("expect_file![\"../../../../data/x.txt\"];"),
        [],
        ["data/x.txt"]
    );
}

/// Each with the files that it brings: `[file, text]` more files of the workspace.
#[track_caller]
fn assert_names(build: &str, more: &[(&str, &str)], include: &[&str]) {
    let mut files = vec![("crates/a/build.rs", build)];
    files.extend(more);
    let found = entry(&files);
    assert_eq!(found.include.iter().collect::<Vec<_>>(), include, "{build}");
    assert!(found.test_include.is_empty(), "{build}");
}

/// A directive to Cargo and an argument of a compiler hold a path.
#[test]
fn directives_and_arguments_of_build_scripts() {
    let files = [
        ("include/a.h", ""),
        ("lib/b.a", ""),
        ("link.x", ""),
        ("lib.rs", ""),
    ];
    for build in [
        "println!(\"cargo:rustc-link-search=native={}/../../lib\", dir);",
        "println!(\"cargo::rustc-link-search={dir}/../../lib\");",
        // The compiler runs in the workspace root.
        "println!(\"cargo:rustc-link-search=native=./lib\");",
        "command.arg(\"-L../../lib\");",
        "command.arg(format!(\"-L{}/../../lib\", dir));",
        "command.arg(\"--path=../../lib\");",
    ] {
        assert_names(build, &files, &["lib"]);
    }
    for build in [
        "bindgen().clang_arg(\"-I../../include\");",
        "bindgen().clang_arg(format!(\"-I{}/../../include\", dir));",
        "println!(\"cargo:rustc-env=HEADERS={}/../../include\", dir);",
    ] {
        assert_names(build, &files, &["include"]);
    }
    for build in [
        "println!(\"cargo::rustc-link-arg=-Wl,-T,{}/../../link.x\", dir);",
        "println!(\"cargo:rustc-link-arg-bins=-T{dir}/../../link.x\");",
        "command.arg(\"@../../link.x\");",
    ] {
        assert_names(build, &files, &["link.x"]);
    }
    // These are no paths.
    let names = "println!(\"cargo:rustc-link-lib=static=lib\"); up(\"..\"); \
                 println!(\"cargo:rustc-cfg=include\"); f(\"-Wl,--lib\");";
    assert_names(names, &files, &[]);
}

/// A script that a build script runs, and the input of another build tool, bring what they name.
#[test]
fn programs_bring_what_they_name() {
    let shell = "#!/bin/sh\n. \"$(dirname \"$0\")/lib.sh\"\n";
    let python =
        "#!/usr/bin/env python3\nimport os, json\nfrom helper import x\nopen('table.csv')\n";
    let cmake = "include(../cmake/x.cmake)\nadd_subdirectory(../third third)\nadd_library(a a.c)\n";
    let make = "include ../common.mk\n";
    let files = [
        ("tools/gen.sh", shell),
        ("tools/lib.sh", "cat data.json"),
        ("tools/data.json", ""),
        ("tools/gen", python),
        ("tools/helper.py", ""),
        ("tools/table.csv", ""),
        ("tools/other.sh", ""),
        ("cpp/CMakeLists.txt", cmake),
        ("cmake/x.cmake", ""),
        ("third/t.c", "#include \"../shared/t.h\"\n"),
        ("shared/t.h", ""),
        ("native/Makefile", make),
        ("common.mk", ""),
        // No build runs this one.
        ("crates/a/release.sh", "cp ../../common.mk ."),
        ("crates/a/Makefile", make),
    ];
    let run = "Command::new(\"sh\").arg(\"../../tools/gen.sh\");";
    let expected = ["tools/data.json", "tools/gen.sh", "tools/lib.sh"];
    assert_names(run, &files, &expected);
    let expected = ["tools/gen", "tools/helper.py", "tools/table.csv"];
    assert_names("Command::new(\"../../tools/gen\");", &files, &expected);
    let expected = ["cmake/x.cmake", "cpp", "shared/t.h", "third"];
    assert_names("cmake::build(\"../../cpp\");", &files, &expected);
    let expected = ["common.mk", "native"];
    assert_names("command.current_dir(\"../../native\");", &files, &expected);
    assert_names("", &files, &[]);
}

#[test]
fn assembly_names_files() {
    let gnu = ".include \"macros.s\"\n.incbin \"font.bin\"\n#include \"offsets.h\"\n";
    let nasm = "%include \"macros.asm\"\nincbin \"font.bin\"\n";
    let files = [
        ("asm/boot.S", gnu),
        ("asm/boot.asm", nasm),
        ("asm/macros.s", ""),
        ("asm/macros.asm", ""),
        ("asm/offsets.h", ""),
        ("asm/font.bin", ""),
    ];
    let of = |name| format!("cc::Build::new().file(\"../../asm/{name}\");");
    let expected = [
        "asm/boot.S",
        "asm/font.bin",
        "asm/macros.s",
        "asm/offsets.h",
    ];
    assert_names(&of("boot.S"), &files, &expected);
    let expected = ["asm/boot.asm", "asm/font.bin", "asm/macros.asm"];
    assert_names(&of("boot.asm"), &files, &expected);
}

/// What macros and tools read without being told of a path.
#[test]
fn what_tools_read_by_default() {
    let of = |lib: &str, table: &str| {
        let directory = tempfile::tempdir().unwrap();
        let root = utf8(&directory);
        let manifest = format!("[package]\nname = \"a\"\n[workspace]\n{table}");
        for (path, text) in [
            ("Cargo.toml", manifest.as_str()),
            ("src/lib.rs", lib),
            ("migrations/1.sql", ""),
            ("locales/en.yml", ""),
            ("de/x.yml", ""),
            (".config/insta.yaml", ""),
        ] {
            write(root, path, text);
        }
        let mut manifest = analyse(Some(&root.join("Cargo.toml"))).unwrap().manifest;
        manifest.crates.remove("a").unwrap()
    };
    let test = "#[cfg(test)] mod tests { #[sqlx::test] async fn f(pool: PgPool) {} }";
    assert_lists!(of(test, ""), [], ["migrations"]);
    assert_lists!(of("i18n!(fallback = \"en\");", ""), ["locales"], []);
    assert_lists!(of("i18n!(\"de\", fallback = \"en\");", ""), ["de"], []);
    let insta = "[dev-dependencies]\ninsta = \"1\"\n";
    assert_lists!(of("", insta), [], [".config/insta.yaml"]);
}

/// A macro makes documentation of a text, whose examples are tests; a line of a comment names a diagram.
#[test]
fn documents_and_diagrams() {
    let guide = "```rust\nstd::fs::read(\"../../data/x.txt\");\n```\n";
    let of = |lib: &str| {
        entry(&[
            ("crates/a/src/lib.rs", lib),
            ("GUIDE.md", guide),
            ("data/x.txt", ""),
            ("docs/x.mmd", ""),
        ])
    };
    for lib in [
        "#[cfg(doctest)] doc_comment::doctest!(\"../../../GUIDE.md\");",
        "#[cfg(doctest)] doc_comment!(include_str!(\"../../../GUIDE.md\"));",
    ] {
        assert_lists!(of(lib), [], ["GUIDE.md", "data/x.txt"]);
    }
    let lib = "#[aquamarine]\n/// Does.\n/// include_mmd!(\"../../docs/x.mmd\")\npub fn f() {}\n";
    assert_lists!(of(lib), ["docs/x.mmd"], []);
}
