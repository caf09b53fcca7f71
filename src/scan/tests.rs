//! What is read in a text, subject by subject.

mod gate;
mod modules;
mod texts;

use super::*;

fn all(text: &str) -> Scan {
    scan(text, Literals::All)
}

/// `by path`, with `*` for a part that varies and `(test)` for what only tests read.
fn references(text: &str) -> Vec<String> {
    let shown = |reference: Reference| {
        let base = match reference.base {
            Base::File => String::new(),
            Base::Package => "package:".to_owned(),
            Base::Workspace => "workspace:".to_owned(),
            Base::Above => "above:".to_owned(),
            Base::Headers => "headers:".to_owned(),
            Base::Variable(name) => format!("${name}:"),
            Base::OutDir => unreachable!("left out"),
        };
        let path = match reference.path {
            Text::Known(path) => path,
            Text::Hole { before, after } => {
                format!("{before}*{}", after.unwrap_or_else(|| "?".to_owned()))
            }
            Text::Readme(prefix) => format!("{prefix}<readme>"),
        };
        let test = if reference.test { " (test)" } else { "" };
        format!("{} {base}{path}{test}", reference.by)
    };
    all(text).references.into_iter().map(shown).collect()
}

fn modules(text: &str) -> Vec<String> {
    let shown = |module: Module| {
        let inside = module.inside.iter().map(|inline| match &*inline.paths {
            [] => format!("{}::", inline.name),
            paths => format!("<{}>::", paths.join("|")),
        });
        let inside: String = inside.collect();
        let paths = module
            .paths
            .iter()
            .map(|path| format!(" = {path}"))
            .collect::<String>();
        let test = if module.test { " (test)" } else { "" };
        format!("{inside}{}{paths}{test}", module.name)
    };
    all(text).modules.into_iter().map(shown).collect()
}

#[test]
fn include_macros() {
    let text = r####"
        const A: &str = include_str!("a.txt");
        const B: &[u8] = std::include_bytes!(r#"b "quoted".bin"#,);
        include! { "c.rs" }
        const D: &str = include_str!["d\u{e9}\x41.txt"];
    "####;
    let expected = [
        "include_str! a.txt",
        "include_bytes! b \"quoted\".bin",
        "include! c.rs",
        "include_str! déA.txt",
    ];
    assert_eq!(references(text), expected);
}

/// The scan looks ahead over a chain of calls, and still reads strings in it.
#[test]
fn within_a_chain_of_calls() {
    let text = r#"
        store.add([from(&include_bytes!("a.der")[..])]).unwrap().push(include_str!("b"));
        dir.map(|d| d.join("..").join("c")).unwrap_or_else(|| include_str!("d").into()).join("e");
    "#;
    assert_eq!(
        references(text),
        ["include_bytes! a.der", "include_str! b", "include_str! d"]
    );
    assert!(
        all(text)
            .literals
            .iter()
            .any(|literal| literal.text == "../c")
    );
}

#[test]
fn concatenations() {
    let text = r#"
        include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", "x.rs"));
        include!(concat!(env!("OUT_DIR"), "/generated.rs"));
        include_str!(concat!("../locales/", $name, ".txt"));
        include_str!(concat!(concat!("a/", "b"), "/c"));
        include_str!(concat!("../", env!("CARGO_PKG_README")));
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/x/", stringify!(y)));
        const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures");
        const NO_PATH: &str = concat!("a", "b");
    "#;
    let expected = [
        "include! package:/../x.rs",
        "include_str! ../locales/*.txt",
        "include_str! a/b/c",
        "include_str! ../<readme>",
        "include_str! package:/x/*",
        "concat! package:/../fixtures",
    ];
    assert_eq!(references(text), expected);
}

#[test]
fn what_is_no_code() {
    let text = r##"
        // include_str!("a")
        /* include_str!("b") /* nested */ include_str!("c") */
        /// include_str!("d")
        const S: &str = "include_str!(\"e\")";
        const R: &str = r#"include_str!("f")"#;
        const C: char = '"'; const L: &'static str = "\"";
        fn include_str() {} fn f() { include_str("g"); let include = 1; }
    "##;
    assert_eq!(references(text), Vec::<String>::new());
    assert_eq!(
        modules("// mod a;\n/* mod b; */ \"mod c;\" r#\"mod d;\"# mod e { } model;"),
        [""; 0]
    );
}

#[test]
fn documentation_and_other_attributes() {
    let text = r#"
        #![doc = include_str!("../README.md")]
        #![cfg_attr(doc, doc = include_str!("../DOC.md"))]
        #[derive(Template)] #[template(path = "hello.html", escape = "none")] struct A;
        #[derive(RustEmbed)] #[folder = "../web/dist"] struct B;
        #[derive(Parser)] #[grammar = "g.pest"] struct C;
        #[graphql(schema_path = "schema.json", query_path = "q.graphql")] struct D;
        #[serde(rename = "folder/x")] struct E;
    "#;
    let expected = [
        "include_str! ../README.md",
        "include_str! ../DOC.md",
        "#[template] package:templates",
        "#[folder] package:../web/dist",
        "#[grammar] package:src/g.pest",
        "#[grammar] package:g.pest",
        "#[graphql] package:schema.json",
        "#[graphql] package:q.graphql",
    ];
    assert_eq!(references(text), expected);
}

#[test]
fn macros_of_known_crates() {
    let text = r##"
        sqlx::migrate!(); sqlx::migrate!("../migrations");
        static DIR: Dir = include_dir!("$CARGO_MANIFEST_DIR/../assets"); include_dir!("web");
        sqlx::query!("select 1");
        embed_migrations!(); embed_migrations!("../sql");
        wit_bindgen::generate!({ world: "host", path: ["../wit", "../more"] });
        wasmtime::component::bindgen!({ world: "host" });
        bindgen!("host" in "../wit");
        insta::glob!("../../data", "*.txt", |p| { include_str!("x"); });
        insta::glob!("../inputs/*.txt", |p| ());
        datatest_stable::harness! { { test = f, root = "../fixtures", pattern = r".*" } }
        static_loader! { static L = { locales: "../locales", fallback_language: "en-US" }; }
        #[sqlx::test(migrations = "../migrations")] fn t() {}
        #[template(path = "a.html", config = "../askama.toml")] struct A;
        slint! { import { A } from "../ui/a.slint"; }
        file!(); snapbox::file!["a.txt"];
    "##;
    let expected = [
        "migrate! package:migrations",
        "migrate! package:../migrations",
        "include_dir! package:/../assets",
        "include_dir! workspace:web",
        "include_dir! package:web",
        "query! package:.sqlx",
        "query! package:sqlx-data.json",
        "query! workspace:.sqlx",
        "query! workspace:sqlx-data.json",
        "query! $SQLX_OFFLINE_DIR:",
        "embed_migrations! above:migrations",
        "embed_migrations! package:migrations",
        "embed_migrations! package:../sql",
        "embed_migrations! package:../sql",
        "generate! package:../wit",
        "generate! package:../more",
        "bindgen! package:wit",
        "bindgen! package:../wit",
        "glob! ../../data/*?",
        "include_str! x",
        "glob! ../inputs/*?",
        "harness! package:../fixtures",
        "static_loader! package:../locales",
        "#[sqlx] package:../migrations",
        "#[sqlx] package:migrations",
        "#[template] package:templates",
        "#[template] package:../askama.toml",
        "slint! ../ui/a.slint",
        "slint! package:../ui/a.slint",
        "file! a.txt",
    ];
    let mut found = references(text);
    // Of an item with `#[sqlx::test]`, all is a test's.
    for reference in &mut found {
        *reference = reference.replace(" (test)", "");
    }
    found.sort();
    let mut expected = expected.map(str::to_owned);
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn paths_that_start_with_a_variable() {
    let text = r#"
        include_str!(concat!(env!("WS"), "/a.txt"));
        const B: &str = concat!(env!("WS"), "b.txt");
        load!("$WS/c.txt", "${WS}/d/*.txt", "${WS:-x}/e.txt", "$CARGO_MANIFEST_DIR/../f.txt");
        load!("$CARGO_MANIFEST_DIR", "$HOME/g", "$", "$5");
        include_bytes!(env!("LOGO"));
    "#;
    let expected = [
        "include_str! $WS:/a.txt",
        "concat! $WS:b.txt",
        "the string \"$WS/c.txt\" $WS:/c.txt",
        "the string \"${WS}/d/*.txt\" $WS:/d/*?",
        "the string \"${WS:-x}/e.txt\" $WS:/e.txt",
        "the string \"$CARGO_MANIFEST_DIR/../f.txt\" package:/../f.txt",
        "include_bytes! $LOGO:",
    ];
    let found: Vec<String> = references(text)
        .into_iter()
        .filter(|reference| !reference.contains("$5"))
        .collect();
    assert_eq!(found, expected);
    let mentions = |text| -> Vec<String> {
        let shown = |mention: Mention| {
            let rest = mention.rest.unwrap_or_else(|| "?".to_owned());
            let test = if mention.test { " (test)" } else { "" };
            format!("{}{rest}{test}", mention.name)
        };
        scan(text, Literals::Telling)
            .mentions
            .into_iter()
            .map(shown)
            .collect()
    };
    let text = r#"
        let a = Path::new(env!("A")).join("x").join("y");
        let b = std::env::var("B").unwrap();
        let c = PathBuf::from(env::var_os("C")?).parent().unwrap().join("z");
        let d: PathBuf = [env!("D"), "x", "y"].iter().collect();
        let e = option_env!("E").unwrap_or_default();
        let f = Path::new(env!("F")).join("x").join(name);
        let g = f(env!("G"), "x");
        var("HOME"); env!("CARGO_PKG_NAME"); set_var("H", "x"); foo("I"); env!("CARGO_MANIFEST_DIR");
        #[cfg(test)] fn t() { env!("J"); }
    "#;
    let expected = [
        "A/x/y",
        "B?",
        "C/../z",
        "D/x/y",
        "E?",
        "F/x",
        "G?",
        "J? (test)",
    ];
    assert_eq!(mentions(text), expected);
}

#[test]
fn what_a_bridge_includes_is_no_rust() {
    let text = r#"
        #[cxx::bridge] mod ffi {
            unsafe extern "C++" { include!("app/include/store.h"); include!(<vector>); include!("x"); }
        }
        include!("table.rs"); include!("store.hpp"); include!("<string>");
    "#;
    let expected = [
        "include! headers:app/include/store.h",
        "include! headers:*",
        "include! headers:x",
        "include! table.rs",
        "include! headers:store.hpp",
        "include! headers:<string>",
    ];
    assert_eq!(references(text), expected);
    let sources = all(text)
        .references
        .into_iter()
        .filter(|reference| reference.is_source);
    assert_eq!(sources.count(), 1);
}

#[test]
fn globs_that_become_tests() {
    let text = r#"
        #[test_resources("inputs/**/*.ncl")]
        fn each(path: &str) {}
        #[cfg(test)]
        mod tests {
            #[test_resources("one.txt")]
            fn one(path: &str) {}
        }
        #[test_resources(COMPUTED)]
        fn none(path: &str) {}
    "#;
    let expected = [
        "#[test_resources] workspace:inputs/*?",
        "#[test_resources] workspace:one.txt (test)",
    ];
    assert_eq!(references(text), expected);
}

#[test]
fn literals_and_join_chains() {
    let literals = |text| -> Vec<String> {
        scan(text, Literals::All)
            .literals
            .into_iter()
            .map(|literal| literal.text)
            .collect()
    };
    let text = r#"
        let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("proto/api.proto");
        let up = dir.parent().unwrap().parent().expect("two").join("VERSION");
        read("plain.txt"); a.join(b).join("c");
        let mut schema: PathBuf = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        schema.pop();
        schema.push("schema");
        schema.push("all.sql");
        let mut other = PathBuf::from("../other");
        list.push("no part of it");
    "#;
    let expected = [
        "CARGO_MANIFEST_DIR",
        "../proto/api.proto",
        "../../VERSION",
        "plain.txt",
        "c",
        "../schema/all.sql",
        "../other",
        "no part of it",
    ];
    for text_of in expected {
        assert!(
            literals(text).contains(&text_of.to_owned()),
            "{text_of} in {:?}",
            literals(text)
        );
    }
    let telling = |text| -> Vec<String> {
        scan(text, Literals::Telling)
            .literals
            .into_iter()
            .map(|literal| literal.text)
            .collect()
    };
    let text = r#"f("a/../b"); f("plain"); f("NOTES.md"); #[cfg(test)] fn t() { f("in test") }"#;
    assert_eq!(telling(text), ["a/../b", "NOTES.md"]);
}

#[test]
fn more_constants() {
    let text = r#"
        include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/../o.txt"));
        include_str!(concat!("../v", 1, '.', 2.5, true, 3_000u32, ".txt"));
        include_str!(concat!("../a/", $x, "/b"));
        include_str!(concat!("../a/", $x, "/b", $y));
        include_str!($path);
    "#;
    let expected = [
        "include_str! package:/../o.txt",
        "include_str! ../v1.2.5true3000.txt",
        "include_str! ../a/*/b",
        "include_str! ../a/*?",
        "include_str! *",
    ];
    assert_eq!(references(text), expected);
}

#[test]
fn lines_are_counted_from_one() {
    let scan = all("#!/usr/bin/env rust\n\nmod a;\n\ninclude_str!(\n  \"b\"\n);\n");
    assert_eq!((scan.modules[0].line, scan.references[0].line), (3, 5));
    assert_eq!(all("\u{FEFF}mod a;").modules[0].line, 1);
}
