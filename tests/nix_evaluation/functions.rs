//! Functions of nix/internal.nix on tables of values.

use cratesieve::path::{self, Root};
use serde_json::{Map, Value, json};
use toml_edit::{DocumentMut, Item, TableLike};

use crate::common::nix::{all_nix, nix_string, with_prelude};

/// Asserts that the two Nix expressions of each pair are equal.
#[track_caller]
pub fn assert_equal(pairs: &[(&str, &str)]) {
    let list: String = pairs
        .iter()
        .map(|(found, expected)| format!("{{ found = {found}; expected = {expected}; }}\n"))
        .collect();
    let scope =
        "inherit (internal) packageText paths pruneLock pruneMember pruneRoot readLock toToml;
      read = text: internal.readLock (builtins.fromTOML text);";
    for nix in all_nix() {
        let values = nix.evaluate(&with_prelude(&format!("let {scope} in [\n{list}]")));
        for (value, (expression, _)) in values.as_array().unwrap().iter().zip(pairs) {
            assert_eq!(value["found"], value["expected"], "{expression}");
        }
    }
}

// ---- toToml -------------------------------------------------------------------------------------

/// Documents as Nix values, with texts and keys that are hard to write as TOML.
const DOCUMENTS: &[&str] = &[
    "{ }",
    "{ a = 1; }",
    "{ package = { }; }",
    "{ package = { name = \"a\"; version.workspace = true; }; lib = { }; }",
    "{ bench = [ { name = \"a\"; harness = false; } { name = \"b\"; } ]; package.name = \"a\"; }",
    "{ target.\"cfg(all(unix, not(target_os = \\\"macos\\\")))\".dependencies.x = \"1\"; }",
    "{ profile.release.package.\"*\" = { opt-level = 3; debug = false; lto = \"thin\"; }; }",
    "{ a.b.c.d.e.f = [ [ [ ] [ { } ] ] [ [ 1 ] ] ]; }",
    "{ a = [ 1 \"x\" true { b = [ ]; } [ 2.5 ] ]; }",
    "{ numbers = [ 0 (-1) 9223372036854775807 (-9223372036854775807) ]; }",
    "{ floats = [ 1.0 (-0.25) 1.0e100 1.0e-7 123456789.125 ]; }",
    "{ \"\" = \"\"; \"a.b\" = 1; \"a b\".\"c d\" = 2; \"ü\" = 3; \"-\" = 4; \"1\" = 5; }",
    "{ \"q\\\"uote\" = 1; \"new\\nline\".\"back\\\\slash\" = 2; \"[x]\" = { \"#\" = 3; }; }",
    "{ t = \"tab\\tnew\\nline\\rreturn\"; q = \"\\\"\\\"\\\"\"; s = \"'''\"; b = \"\\\\u0041\"; }",
    "{ d = \"\\${not} $x\"; h = \"# no remark\"; u = \"größe – 日本 🦀\"; e = \"\"; }",
    "{ c = builtins.fromJSON ''\"\\u0001\\u001f\\u2028\\ufeff\\u00a0\"''; }",
];

#[test]
fn toml_is_read_back_as_it_was() {
    let pairs: Vec<(String, &str)> = DOCUMENTS
        .iter()
        .map(|document| {
            (
                format!("builtins.fromTOML (toToml ({document}))"),
                *document,
            )
        })
        .collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    assert_equal(&pairs);
}

/// TOML escapes all control characters. JSON leaves one unescaped.
#[test]
fn the_one_character_that_json_does_not_escape() {
    let document = "{ a = builtins.fromJSON ''\"\\u007f\"''; }";
    let read_back = format!("builtins.fromTOML (toToml ({document}))");
    assert_equal(&[(&read_back, document)]);
}

/// Nix's parser of TOML accepts texts that Cargo's refuses.
#[test]
fn cargos_reader_takes_the_toml_too() {
    let list: String = DOCUMENTS
        .iter()
        .map(|document| format!("{{ text = toToml ({document}); value = {document}; }}\n"))
        .collect();
    let expression = with_prelude(&format!("let inherit (internal) toToml; in [\n{list}]"));
    for nix in all_nix() {
        for pair in nix.evaluate(&expression).as_array().unwrap() {
            let text = pair["text"].as_str().unwrap();
            let document = text.parse::<DocumentMut>();
            let document = document.unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert_eq!(table(document.as_table()), pair["value"], "{text}");
        }
    }
}

fn table(table: &dyn TableLike) -> Value {
    let entries = table
        .iter()
        .map(|(key, item)| (key.to_owned(), value(item)));
    Value::Object(entries.collect::<Map<_, _>>())
}

fn value(item: &Item) -> Value {
    if let Some(inner) = item.as_table_like() {
        table(inner)
    } else if let Some(array) = item.as_array() {
        let values = array.iter().map(|inner| value(&Item::Value(inner.clone())));
        values.collect()
    } else if let Some(text) = item.as_str() {
        json!(text)
    } else if let Some(number) = item.as_integer() {
        json!(number)
    } else if let Some(number) = item.as_float() {
        json!(number)
    } else {
        json!(item.as_bool().unwrap())
    }
}

#[test]
fn toml_text_is_the_same_for_the_same_value_and_keeps_its_context() {
    assert_equal(&[
        (
            "toToml { b = 1; a.y = 2; a.x = 3; }",
            "\"b = 1\\n\\n[a]\\nx = 3\\ny = 2\\n\"",
        ),
        (
            "builtins.hasContext (toToml { lib.path = \"${builtins.toFile \"x\" \"\"}\"; })",
            "true",
        ),
    ]);
}

// ---- paths --------------------------------------------------------------------------------------

#[test]
fn paths_are_those_of_the_program() {
    let root = "/home/me/ws";
    let given = [
        ".",
        "..",
        "../..",
        "a",
        "./a/./b//c",
        "a/../b",
        "a/..",
        "../ws",
        "../ws/a",
        "../../me/ws/a",
        "../other/a",
        "../../me/other",
        "a/b/../../../ws/c",
        "../wsx/a",
        "...",
        "a/.../b",
        "ws/a",
        "a b/ü",
        "../../../x",
        "./..",
        "a/",
    ];
    let mut expected = Vec::new();
    let mut calls = String::new();
    let mut within = String::new();
    let mut is_within = Vec::new();
    for base in given {
        for path in given {
            let (base, path) = (nix_string(base), nix_string(path));
            calls += &format!("(join {{ root = \"{root}\"; base = {base}; }} {path})\n");
        }
    }
    let program = Root::new(root.into());
    let mut normal = Vec::new();
    for base in given {
        let base = program.join(".", base).unwrap();
        for path in given {
            expected.push(program.join(&base, path));
        }
        normal.push(base);
    }
    for directory in &normal {
        for path in &normal {
            within += &format!(
                "(isWithin {} {})\n",
                nix_string(directory),
                nix_string(path)
            );
            is_within.push((path::is_within(path, directory), path, directory));
        }
    }
    let expression = with_prelude(&format!(
        "let inherit (internal.paths) join isWithin; in {{ joined = [ {calls} ]; within = [ {within} ]; }}"
    ));
    for nix in all_nix() {
        let values = nix.evaluate(&expression);
        let joined = values["joined"].as_array().unwrap().iter().zip(&expected);
        for (index, (found, expected)) in joined.enumerate() {
            let (base, path) = (given[index / given.len()], given[index % given.len()]);
            // There is nothing above the root of the file system.
            if let Some(expected) = expected {
                assert_eq!(found, expected, "{path} from {base}");
            }
        }
        let within = values["within"].as_array().unwrap().iter().zip(&is_within);
        for (found, (expected, path, directory)) in within {
            assert_eq!(found, expected, "{path} within {directory}");
        }
    }
}

#[test]
fn what_is_below_a_directory() {
    assert_equal(&[
        ("paths.below \"/a/b\" \"/a/b\"", "\".\""),
        ("paths.below \"/a/b\" \"/a/b/c/d\"", "\"c/d\""),
        ("paths.below \"/a/b\" \"/a/bc\"", "null"),
        ("paths.below \"/a/b\" \"/a\"", "null"),
        ("paths.components \"./a//b/.\"", "[ \"a\" \"b\" ]"),
        ("paths.fromComponents [ ]", "\".\""),
        ("paths.fromComponents [ \"a\" \"b\" ]", "\"a/b\""),
    ]);
}

// ---- Cargo.lock ---------------------------------------------------------------------------------

const LOCK: &str = r#"
version = 4

[[package]]
name = "alone"
version = "1.0.0"
source = "registry+https://example.org/index"
checksum = "00"

[[package]]
name = "either"
version = "1.0.0"

[[package]]
name = "either"
version = "1.0.0"
source = "git+https://example.org/either?branch=main#0123"

[[package]]
name = "either"
version = "1.0.0"
source = "registry+https://example.org/index"
checksum = "01"

[[package]]
name = "either"
version = "2.0.0"
source = "registry+https://example.org/index"
checksum = "02"

[[package]]
name = "user"
version = "0.1.0"
dependencies = [
 "alone",
 "either 1.0.0",
]

[[package]]
name = "user-of-git"
version = "0.1.0"
dependencies = [
 "either 1.0.0 (git+https://example.org/either?branch=main)",
 "either 2.0.0",
]

[[package]]
name = "user-of-registry"
version = "0.1.0"
dependencies = [
 "either 1.0.0 (registry+https://example.org/index)",
]
"#;

/// References in a lock are resolved as by Cargo: they omit what is unique, and path packages have no source.
#[test]
fn references_of_a_lock() {
    let lock = nix_string(LOCK);
    let keys = |name: &str| {
        format!("map (package: package.key) (lib.head (read {lock}).byName.{name}).edges")
    };
    let user = keys("user");
    let of_git = keys("user-of-git");
    let of_registry = keys("user-of-registry");
    let registry = "registry+https://example.org/index";
    let git = "git+https://example.org/either?branch=main";
    assert_equal(&[
        (
            &user,
            &format!("[ \"alone 1.0.0 {registry}\" \"either 1.0.0 \" ]"),
        ),
        (
            &of_git,
            &format!("[ \"either 1.0.0 {git}#0123\" \"either 2.0.0 {registry}\" ]"),
        ),
        (&of_registry, &format!("[ \"either 1.0.0 {registry}\" ]")),
        (
            &format!("map (package: package.reference) (read {lock}).byName.either"),
            &format!(
                "[ \"either 1.0.0\" \"either 1.0.0 ({git})\" \"either 1.0.0 ({registry})\"
                   \"either 2.0.0 ({registry})\" ]"
            ),
        ),
        (
            &format!("(read {lock}).byKey.\"either 2.0.0 {registry}\".checksum"),
            "\"02\"",
        ),
        (
            &format!("(read {lock}).byKey.\"either 1.0.0 \".checksum"),
            "null",
        ),
    ]);
}

#[test]
fn a_lock_of_version_1() {
    let lock = nix_string(
        r#"
[[package]]
name = "a"
version = "0.1.0"
dependencies = [
 "b 1.0.0 (registry+https://example.org/index)",
]

[[package]]
name = "b"
version = "1.0.0"
source = "registry+https://example.org/index"

[metadata]
"checksum b 1.0.0 (registry+https://example.org/index)" = "00"
"#,
    );
    assert_equal(&[
        (&format!("(read {lock}).version"), "1"),
        (
            &format!("map (package: package.checksum) (read {lock}).packages"),
            "[ null \"00\" ]",
        ),
        (
            &format!("map (package: map (edge: edge.name) package.edges) (read {lock}).packages"),
            "[ [ \"b\" ] [ ] ]",
        ),
    ]);
}

#[test]
fn the_text_of_a_lock() {
    let lock = nix_string(LOCK);
    let keys =
        "[ \"either 2.0.0 registry+https://example.org/index\" \"user-of-registry 0.1.0 \" ]";
    let call = format!(
        "let lock = read {lock}; in pruneLock {{
          inherit lock;
          texts = map (key: packageText {{
            package = lock.byKey.${{key}};
            inherit (lock.byKey.${{key}}) version;
            edges = map (edge: edge.reference) lock.byKey.${{key}}.edges;
          }}) {keys};
        }}"
    );
    let expected = nix_string(
        r#"version = 4

[[package]]
name = "either"
version = "2.0.0"
source = "registry+https://example.org/index"
checksum = "02"

[[package]]
name = "user-of-registry"
version = "0.1.0"
dependencies = [
 "either 1.0.0 (registry+https://example.org/index)",
]
"#,
    );
    assert_equal(&[(&call, &expected)]);
}
