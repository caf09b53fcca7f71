//! Files that a crate's code opens when it runs in other crates, and files in examples of documentation:
//! which crates need them.

use crate::common;

use std::collections::BTreeMap;
use std::fs;

use common::utf8;
use cratesieve::analysis::analyse;
use cratesieve::manifest::CrateEntry;

const LIB: &str = "src/lib.rs";

/// A crate: its name, further lines of its Cargo.toml, and its files.
type Written<'w> = (&'w str, &'w str, &'w [(&'w str, &'w str)]);

/// A workspace of these crates, with further files at the root.
fn crates(crates: &[Written<'_>], root_files: &[&str]) -> BTreeMap<String, CrateEntry> {
    let directory = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| common::write(utf8(&directory), path, text);
    write(
        "Cargo.toml",
        "[workspace]\nresolver = '3'\nmembers = ['crates/*']\n",
    );
    fs::create_dir(utf8(&directory).join(".git")).unwrap();
    for (name, rest, files) in crates {
        let package = name.rsplit('/').next().unwrap();
        let manifest = format!("[package]\nname = '{package}'\nedition = '2024'\n{rest}");
        write(&format!("crates/{name}/Cargo.toml"), &manifest);
        write(&format!("crates/{name}/{LIB}"), "");
        for (path, text) in *files {
            write(&format!("crates/{name}/{path}"), text);
        }
    }
    for path in root_files {
        write(path, "");
    }
    let analysis = analyse(Some(&utf8(&directory).join("Cargo.toml")));
    analysis.unwrap().manifest.crates
}

#[track_caller]
fn lists(entry: &CrateEntry, include: &[&str], test_include: &[&str]) {
    let found = |list: &std::collections::BTreeSet<String>| -> Vec<String> {
        list.iter().cloned().collect()
    };
    assert_eq!(
        (found(&entry.include), found(&entry.test_include)),
        (
            include.iter().map(|path| (*path).to_owned()).collect(),
            test_include.iter().map(|path| (*path).to_owned()).collect(),
        )
    );
}

/// `gen` runs in the build script of `api` and uses `core`. `app` uses `core` as a library.
#[test]
fn a_helper_of_build_scripts() {
    let core = "pub fn a() { std::fs::read(\"../../schema/a.json\"); }\n\
        pub fn b() { std::fs::read(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../../schema/b.json\")); }\n\
        pub const C: &str = include_str!(\"../../../schema/c.json\");\n";
    let found = crates(
        &[
            (
                "api",
                "[build-dependencies]\ngen.path = '../gen'\n",
                &[("build.rs", "fn main() { gen::run() }")],
            ),
            ("app", "[dependencies]\ncore.path = '../core'\n", &[]),
            ("core", "", &[(LIB, core)]),
            ("gen", "[dependencies]\ncore.path = '../core'\n", &[]),
            ("user", "[dependencies]\napi.path = '../api'\n", &[]),
        ],
        &["schema/a.json", "schema/b.json", "schema/c.json"],
    );
    let (a, b, c) = ("schema/a.json", "schema/b.json", "schema/c.json");
    // A macro of `core` reads `c`, so all dependents need it.
    lists(&found["core"], &[c], &[a, b]);
    // The build script of `api` runs the code, so every build of `api` needs the files, also for dependents.
    lists(&found["api"], &[a, b], &[]);
    lists(&found["user"], &[], &[]);
    // The library of `app` does not run the code, but its tests do.
    lists(&found["app"], &[], &[a, b]);
    lists(&found["gen"], &[], &[a, b]);
}

#[test]
fn data_of_a_library_for_tests() {
    let own = [
        (
            "a",
            "Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"tests/a\")",
        ),
        (
            "b",
            "Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"tests\").join(\"b\").join(name)",
        ),
        (
            "c",
            "[env!(\"CARGO_MANIFEST_DIR\"), \"tests\", \"c\"].iter().collect::<PathBuf>()",
        ),
        (
            "d",
            "format!(\"{}/tests/d/{name}\", env!(\"CARGO_MANIFEST_DIR\"))",
        ),
        (
            "e",
            "PathBuf::from(std::env::var(\"CARGO_MANIFEST_DIR\").unwrap()).join(\"tests/e\")",
        ),
        ("f", "Path::new(DIR).join(\"tests/f\")"),
        ("g", "concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/tests/g/\")"),
    ];
    for (name, code) in own {
        let lib = format!(
            "const DIR: &str = env!(\"CARGO_MANIFEST_DIR\");\npub fn f(name: &str) {{ {code}; }}\n"
        );
        let data = format!("tests/{name}/x.json");
        let found = crates(
            &[
                ("a", "[dev-dependencies]\nutils.path = '../utils'\n", &[]),
                ("b", "[dependencies]\na.path = '../a'\n", &[]),
                (
                    "utils",
                    "",
                    &[(LIB, &lib), (&data, ""), ("tests/t.rs", ""), ("data/y", "")],
                ),
            ],
            &[],
        );
        let place = format!("crates/utils/tests/{name}");
        lists(&found["a"], &[], &[&place]);
        // Dev-dependencies of another crate run nothing in `b`.
        lists(&found["b"], &[], &[]);
        // Compiling the library does not read the file.
        lists(&found["utils"], &[], &[]);
        assert!(found["utils"].test_only.contains("tests"), "{code}");
    }
}

/// A macro runs in the compiler, for the crates that call it.
#[test]
fn a_procedural_macro_that_opens_files() {
    let lib = "fn a() { std::fs::read(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../../shared/own\")); }\n\
        fn b() { Path::new(&std::env::var(\"CARGO_MANIFEST_DIR\").unwrap()).join(\"../../shared/callers\"); }\n";
    let found = crates(
        &[
            ("app", "[dependencies]\nfacade.path = '../facade'\n", &[]),
            ("bystander", "", &[]),
            ("facade", "[dependencies]\nmacros.path = '../macros'\n", &[]),
            ("macros", "[lib]\nproc-macro = true\n", &[(LIB, lib)]),
        ],
        &["shared/own", "shared/callers"],
    );
    lists(&found["macros"], &["shared/callers", "shared/own"], &[]);
    lists(&found["bystander"], &[], &[]);
}

/// `env!` gives the directory of the library. A variable that is read at run time gives that of the runner.
#[test]
fn whose_directory_a_variable_names() {
    let lib = "fn a() { Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"../../fixed/x\"); }\n\
        fn b() { PathBuf::from(std::env::var_os(\"CARGO_MANIFEST_DIR\").unwrap()).join(\"../../read/x\"); }\n";
    let found = crates(
        &[
            (
                "api",
                "[build-dependencies]\ngen.path = '../../more/deep/gen'\n",
                &[("build.rs", "")],
            ),
            ("../more/deep/gen", "", &[(LIB, lib)]),
        ],
        &["fixed/x", "read/x", "more/fixed/x", "more/read/x"],
    );
    lists(
        &found["api"],
        &["more/fixed/x", "more/read/x", "read/x"],
        &[],
    );
}

/// Binaries of a crate run only in the crate's own tests.
#[test]
fn a_binary_runs_in_its_own_tests() {
    let main = "fn main() { std::fs::read(\"../../shared/x\"); }";
    let found = crates(
        &[
            ("app", "[dependencies]\ntool.path = '../tool'\n", &[]),
            ("tool", "", &[("src/main.rs", main)]),
        ],
        &["shared/x"],
    );
    lists(&found["tool"], &[], &["shared/x"]);
    lists(&found["app"], &[], &[]);
}

#[test]
fn examples_in_documentation() {
    let block = |words: &str, code: &str| format!("```{words}\n{code}\n```\n");
    let read = |name: &str| format!("std::fs::read(\"../../data/{name}\").unwrap();");
    let of_markdown = [
        block("", &read("plain")),
        block("rust,no_run", &format!("# {}", read("hidden"))),
        block("text", &read("text")),
        block("ignore", &read("ignored")),
        block("{.rust}", &read("braces")),
    ];
    let comment = |text: &str| {
        let lines = text.lines().map(|line| format!("/// {line}\n"));
        lines.collect::<String>()
    };
    let lib = format!(
        "#![cfg_attr(all(), doc = include_str!(\"../GUIDE.md\"))]\n{}pub fn f() {{}}\n\
         /** Does.\n *\n * ~~~\n * {}\n * ~~~\n */\npub fn g() {{}}\n/// Indented:\n///\n///     {}\npub fn h() {{}}\n",
        comment(&block(
            "should_panic",
            "include_str!(\"../../../data/outer\");"
        )),
        read("block"),
        read("indented"),
    );
    let files = [
        "plain", "hidden", "text", "ignored", "braces", "outer", "block", "indented",
    ];
    let files = files.map(|name| format!("data/{name}"));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let found = crates(
        &[("a", "", &[(LIB, &lib), ("GUIDE.md", &of_markdown.concat())])],
        &files,
    );
    lists(
        &found["a"],
        &[],
        &[
            "data/block",
            "data/braces",
            "data/hidden",
            "data/indented",
            "data/outer",
            "data/plain",
        ],
    );
    // The document is included in the library, so it is compiled with it.
    assert!(!found["a"].drop.contains("GUIDE.md"));
}

/// A path in a test may be relative to the package, to its source file, or to the workspace root.
#[test]
fn where_paths_of_tests_start() {
    let test = "load!(\"../../../shared/by-file\");\n\
        f(\"../../shared/by-package\");\n\
        f(\"shared/by-root\");\n\
        root().join(\"shared\").join(\"chain\");\n\
        f(\"src/lib.rs\"); f(\"crates/b\"); f(\"name\"); f(\"tests/own.txt\");\n";
    let unit = "#[cfg(test)]\nmod tests { fn t() { f(\"shared/of-unit\"); } }\n\
        fn g() { f(\"shared/not-of-a-test\"); }\n";
    let found = crates(
        &[
            (
                "a",
                "",
                &[("tests/t.rs", test), ("tests/own.txt", ""), (LIB, unit)],
            ),
            ("b", "", &[]),
        ],
        &[
            "shared/by-file",
            "shared/by-package",
            "shared/by-root",
            "shared/chain",
            "shared/of-unit",
            "shared/not-of-a-test",
            "src/lib.rs",
            "name",
            "tests/own.txt",
        ],
    );
    lists(
        &found["a"],
        &[],
        &[
            "shared/by-file",
            "shared/by-package",
            "shared/by-root",
            "shared/chain",
            "shared/of-unit",
        ],
    );
}

/// A test joins names to a directory further up, to which some function leads: here, in another source of
/// the tests, or in another crate.
#[test]
fn names_that_tests_join() {
    let up =
        "pub fn root() -> PathBuf { Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"../..\") }\n";
    let dev = "[dev-dependencies]\nutils.path = '../utils'\n";
    let of = |a: &str, test: &str, common: &str| {
        let found = crates(
            &[
                (
                    "a",
                    a,
                    &[
                        ("tests/t.rs", test),
                        ("tests/common/mod.rs", common),
                        ("README.md", ""),
                    ],
                ),
                ("utils", "", &[(LIB, up)]),
            ],
            &["README.md", "testdata", "docs", "src"],
        );
        found["a"].clone()
    };
    for step in [
        "root().join(\"testdata\").join(name)",
        "let mut p = root(); p.push(\"testdata\");",
        "format!(\"{root}/testdata/{name}\")",
        "format!(\"{ROOT}/testdata\")",
        "root() + \"/testdata\"",
    ] {
        lists(&of("", &format!("{up}{step}"), ""), &[], &["testdata"]);
        lists(
            &of("", &format!("mod common; {step}"), up),
            &[],
            &["testdata"],
        );
        lists(&of(dev, step, ""), &[], &["testdata"]);
        // No source leads upwards.
        lists(&of("", step, ""), &[], &[]);
    }
    for up in [
        "let root = MetadataCommand::new().exec().unwrap().workspace_root;",
        "Command::new(\"cargo\").args([\"locate-project\", \"--workspace\"]);",
        "let mut p = PathBuf::from(env!(\"CARGO_MANIFEST_DIR\")); assert!(p.pop()); assert!(p.pop());",
        "std::env::set_current_dir(\"../..\");",
        "let root = Path::new(env!(\"CARGO_MANIFEST_DIR\")).ancestors().nth(2).unwrap();",
        "let root = Path::new(env!(\"CARGO_MANIFEST_DIR\")).ancestors().find(|p| g(p)).unwrap().join(\"a\");",
    ] {
        let test = format!("{up} root.join(\"testdata\");");
        lists(&of("", &test, ""), &[], &["testdata"]);
    }
    // Paths that lead upwards from somewhere else, or to one place.
    for elsewhere in [
        "f(\"..\", \"a\"); g(\"../file\"); assert_eq!(normalized(\"../..\"), x);",
        "let git = repository.path().parent().unwrap();",
        "out.push(\"..\"); list.pop();",
        "f(Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"../fuzz/artifacts\"));",
        "const X: &str = include_str!(\"../../../README.md\");",
    ] {
        let test = format!("{elsewhere} root.join(\"testdata\");");
        let entry = of("", &test, "");
        assert!(!entry.test_include.contains("testdata"), "{elsewhere}");
    }
    // A word that is joined to nothing. What is in every package.
    let other = format!("{up} f(\"docs\"); root().join(\"src\"); root().join(\"Cargo.toml\");");
    lists(&of("", &other, ""), &[], &[]);
    // The package has a file of this name as well.
    let readme = format!("{up} root().join(\"README.md\");");
    lists(&of("", &readme, ""), &[], &["README.md"]);
    for path in [
        "[\"..\", \"..\", \"testdata\"].iter().collect::<PathBuf>()",
        "p.extend([\"..\", \"..\", \"testdata\"])",
        "Path::new(env!(\"CARGO_MANIFEST_PATH\")).parent().unwrap().join(\"../../testdata\")",
        "Path::new(env!(\"CARGO_MANIFEST_DIR\")).parent().unwrap().with_file_name(\"testdata\")",
    ] {
        lists(&of("", path, ""), &[], &["testdata"]);
    }
}

/// A build script, or a library that tests and build scripts run, joins names to a directory that a function returns.
#[test]
fn names_that_others_join() {
    let up = "pub fn root() -> PathBuf { Path::new(env!(\"CARGO_MANIFEST_DIR\")).parent().unwrap().into() }\n";
    let join = "pub fn f(name: &str) { read(crate::up::root().join(\"schema\").join(name)); }\n";
    let lib = format!("pub mod up;\n{join}");
    let found = crates(
        &[
            (
                "a",
                "build = 'build/main.rs'\n",
                &[
                    (
                        "build/main.rs",
                        "mod up; fn main() { read(up::root().join(\"proto\")) }",
                    ),
                    ("build/up.rs", up),
                ],
            ),
            (
                "b",
                "[build-dependencies]\nutils.path = '../utils'\n",
                &[("build.rs", "")],
            ),
            ("c", "[dev-dependencies]\nutils.path = '../utils'\n", &[]),
            ("utils", "", &[(LIB, &lib), ("src/up.rs", up)]),
        ],
        &["proto", "schema"],
    );
    lists(&found["a"], &["proto"], &[]);
    lists(&found["b"], &["schema"], &[]);
    lists(&found["c"], &[], &["schema"]);
    lists(&found["utils"], &[], &["schema"]);
}

/// A macro of the workspace opens, or has the compiler include, a file that starts from the workspace root.
#[test]
fn arguments_of_macros_of_the_workspace() {
    let opens = "#[proc_macro] pub fn load(t: TokenStream) -> TokenStream { read_to_string(root().join(path)) }";
    let writes = "#[proc_macro] pub fn load(t: TokenStream) -> TokenStream {\n\
        quote! { include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../../\", #path)) } }";
    let exports = "#[macro_export] macro_rules! load { ($path:literal) => {\n\
        include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../../\", $path)) } }";
    let silent = "#[proc_macro] pub fn load(t: TokenStream) -> TokenStream { t }";
    let proc_macro = "[lib]\nproc-macro = true\n";
    for (macros, table, include) in [
        (opens, proc_macro, &["schema/x.json"][..]),
        (writes, proc_macro, &["schema/x.json"]),
        (exports, "", &["schema/x.json"]),
        (silent, proc_macro, &[]),
    ] {
        let lib = "macros::load!(\"schema/x.json\"); fn f() { g(\"schema/y.json\"); }";
        let found = crates(
            &[
                (
                    "a",
                    "[dependencies]\nmacros.path = '../macros'\n",
                    &[(LIB, lib)],
                ),
                ("macros", table, &[(LIB, macros)]),
            ],
            &["schema/x.json", "schema/y.json"],
        );
        lists(&found["a"], include, &[]);
        lists(&found["macros"], &[], &[]);
    }
}
