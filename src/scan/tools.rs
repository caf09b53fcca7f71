//! The crates whose macros and attributes read files: what they read, and from where they search.
//! One entry for each crate, with the place in its source or its documentation that says so.
//!
//! A macro that is not here is no loss where its argument is a path that climbs, or that names a
//! file which is dropped: such strings count whatever macro they are given to.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::results::Base;

/// One crate.
pub struct Tool {
    #[allow(dead_code, reason = "for those who read the table")]
    pub name: &'static str,
    /// Where its source or documentation tells from where it searches.
    #[allow(dead_code, reason = "for those who read the table")]
    pub source: &'static str,
    pub readers: &'static [Reader],
}

/// One macro or attribute of a crate.
pub struct Reader {
    pub form: Form,
    /// Where its paths start: a file may be in any of these places.
    pub from: &'static [Start],
    /// What it reads where it is given no path.
    pub default: &'static [&'static str],
}

/// What it looks like, and which strings in it are paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `name!("path")`: every string in it.
    Macro(&'static str),
    /// `name! { key: "path" }`: the strings that follow one of these words.
    Keyed(&'static str, &'static [&'static str]),
    /// `name!("directory", "glob", ...)`: the strings that it starts with are one path.
    Glob(&'static str),
    /// `name!("path.md")`: every string in it is a text that becomes documentation.
    Document(&'static str),
    /// `name!("path", key = "text")`: the string that it starts with.
    First(&'static str),
    /// `name!()`, and nothing where it is given a string.
    Empty(&'static str),
    /// `name!("select 1")`, of any of these names: no string, but what it always reads.
    Fixed(&'static [&'static str]),
    /// `#[... (key = "path")]`, in whatever attribute.
    Key(&'static str),
    /// `#[name(key = "path")]`.
    KeyOf(&'static str, &'static str),
    /// `#[name("glob")]`.
    GlobAttribute(&'static str),
    /// `#[name(...)]`: no string, but what it always reads.
    Attribute(&'static str),
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The directory of the file that says it.
    File,
    /// The package's directory.
    Package,
    /// The directory `src` of the package.
    Source,
    /// The directory in which Cargo runs rustc: the workspace root.
    Workspace,
    /// The nearest of `src`, the package's directory and those above it.
    Above,
    /// The directory that a variable of Cargo's configuration names.
    Value(&'static str),
}

impl Start {
    pub fn base(self) -> Base {
        match self {
            Self::File => Base::File,
            Self::Package | Self::Source => Base::Package,
            Self::Workspace => Base::Workspace,
            Self::Above => Base::Above,
            Self::Value(name) => Base::Variable(name.to_owned()),
        }
    }

    pub fn prefix(self) -> &'static str {
        match self {
            Self::Source => "src/",
            _ => "",
        }
    }
}

use Form::{
    Attribute, Document, Empty, First, Fixed, Glob, GlobAttribute, Key, KeyOf, Keyed, Macro,
};
use Start::{Above, File, Package, Source, Value, Workspace};

const fn reader(form: Form, from: &'static [Start]) -> Reader {
    Reader {
        form,
        from,
        default: &[],
    }
}

const fn or(form: Form, from: &'static [Start], default: &'static [&'static str]) -> Reader {
    Reader {
        form,
        from,
        default,
    }
}

pub const TOOLS: &[Tool] = &[
    Tool {
        name: "the standard library",
        source: "std::include_str: \"located relative to the current file\"",
        readers: &[
            reader(Macro("include"), &[File]),
            reader(Macro("include_bytes"), &[File]),
            reader(Macro("include_str"), &[File]),
        ],
    },
    // Databases
    Tool {
        name: "sqlx",
        source: "sqlx-macros-core: `resolve_path` in common.rs (migrations and query files), \
                 `expand_advanced` in test_attr.rs (migrations, with or without an argument), \
                 `dirs` in query/mod.rs (.sqlx); sqlx 0.6: sqlx-data.json. It looks for `.env` as \
                 well, which is left out: with the address of a database in it, sqlx would not use \
                 .sqlx",
        readers: &[
            or(Macro("migrate"), &[Package], &["migrations"]),
            reader(Key("migrations"), &[Package]),
            or(Attribute("sqlx"), &[Package], &["migrations"]),
            reader(Macro("query_file"), &[Package]),
            reader(Macro("query_file_as"), &[Package]),
            reader(Macro("query_file_as_unchecked"), &[Package]),
            reader(Macro("query_file_scalar"), &[Package]),
            reader(Macro("query_file_scalar_unchecked"), &[Package]),
            reader(Macro("query_file_unchecked"), &[Package]),
            or(
                Fixed(QUERY_MACROS),
                &[Package, Workspace],
                &[".sqlx", "sqlx-data.json"],
            ),
            or(Fixed(QUERY_MACROS), &[Value("SQLX_OFFLINE_DIR")], &[""]),
        ],
    },
    Tool {
        name: "diesel_migrations",
        source: "migrations_macros: `resolve_migrations_directory` in migrations.rs: an argument \
                 from the package; without one, `search_for_migrations_directory` from src upwards",
        readers: &[
            reader(Macro("embed_migrations"), &[Package]),
            or(Empty("embed_migrations"), &[Above], &["migrations"]),
        ],
    },
    Tool {
        name: "refinery",
        source: "refinery_macros: `embed_migrations` in lib.rs: from the package, `migrations` \
                 without an argument",
        readers: &[or(Macro("embed_migrations"), &[Package], &["migrations"])],
    },
    Tool {
        name: "sea-orm",
        source: "sea-orm-macros, sea-orm-migration: no macro of theirs reads a file",
        readers: &[],
    },
    // Embedded files and templates
    Tool {
        name: "rust-embed",
        source: "rust-embed-impl: `impl_rust_embed` in lib.rs: from the package",
        readers: &[reader(Key("folder"), &[Package])],
    },
    Tool {
        name: "include_dir",
        source: "include_dir_macros: `resolve_path` in lib.rs: from where rustc runs; up to 0.6 \
                 from the package",
        readers: &[reader(Macro("include_dir"), &[Workspace, Package])],
    },
    Tool {
        name: "include-flate",
        source: "include-flate-codegen: `flate` in lib.rs: from the package",
        readers: &[reader(Macro("flate"), &[Package])],
    },
    Tool {
        name: "askama, rinja, sailfish",
        source: "askama_derive: `Config::new_uncached` and `read_config_file` in config.rs; \
                 sailfish: \"Configuration\": the directory `templates` of the package, or what \
                 askama.toml and sailfish.toml say, which `settings_files` knows",
        readers: &[
            or(Attribute("template"), &[Package], &["templates"]),
            reader(KeyOf("template", "config"), &[Package]),
        ],
    },
    Tool {
        name: "minijinja-embed",
        source: "minijinja-embed: `embed_templates` in lib.rs, a macro for build scripts: from the \
                 package",
        readers: &[reader(Macro("embed_templates"), &[Package])],
    },
    Tool {
        name: "dotenvy_macro",
        source: "dotenvy: `Finder::find` in find.rs: `.env`, from where rustc runs",
        readers: &[or(Fixed(&["dotenv"]), &[Workspace], &[".env"])],
    },
    // Grammars, schemas and interfaces
    Tool {
        name: "pest",
        source: "pest_generator: `derive_parser` in lib.rs: from src; some versions from the \
                 package",
        readers: &[reader(Key("grammar"), &[Source, Package])],
    },
    Tool {
        name: "graphql_client, cynic",
        source: "graphql_query_derive: `build_query_and_schema_path` in lib.rs; cynic-codegen: \
                 `SchemaInput` in schema/input.rs: from the package",
        readers: &[
            reader(Key("query_path"), &[Package]),
            reader(Key("schema_path"), &[Package]),
        ],
    },
    Tool {
        name: "wit-bindgen, wasmtime",
        source: "wit-bindgen's guest macro: `parse_source` in lib.rs; wasmtime's component macro: \
                 bindgen.rs: from the package, `wit` without a path",
        readers: &[
            or(Keyed("generate", &["path", "in"]), &[Package], &["wit"]),
            or(Keyed("bindgen", &["path", "in"]), &[Package], &["wit"]),
        ],
    },
    Tool {
        name: "uniffi",
        source: "uniffi_macros: test.rs (scripts, from the package), `generate_and_include_scaffolding` \
                 in lib.rs (from where rustc runs)",
        readers: &[
            reader(Macro("build_foreign_language_testcases"), &[Package]),
            reader(
                Macro("generate_and_include_scaffolding"),
                &[Workspace, Package],
            ),
        ],
    },
    Tool {
        name: "cxx",
        source: "cxx-build, \"CFG.include_prefix\": the `include!` of a bridge is C++'s, and starts \
                 with the name of the package. The scan knows it by its `extern \"C++\"`",
        readers: &[],
    },
    Tool {
        name: "tonic, prost",
        source: "tonic-build, prost-build: build scripts name the files, from the package; \
                 `include_proto!` reads what these generate",
        readers: &[],
    },
    Tool {
        name: "slint",
        source: "slint-macros: lib.rs: an `import` in `slint!` starts from the file; slint-build: \
                 `compile_with_config`: from the package",
        readers: &[reader(
            Keyed("slint", &["from", "import", "url"]),
            &[File, Package],
        )],
    },
    // Languages that people speak
    Tool {
        name: "rust-i18n",
        source: "rust-i18n-macro: `i18n` in lib.rs: from the package, `locales` without an argument",
        readers: &[or(First("i18n"), &[Package], &["locales"])],
    },
    Tool {
        name: "fluent-templates",
        source: "fluent-template-macros: `StaticLoader` in lib.rs: from the package",
        readers: &[reader(
            Keyed("static_loader", &["locales", "core_locales"]),
            &[Package],
        )],
    },
    Tool {
        name: "i18n-embed",
        source: "i18n-config: `locate_crate_paths` in lib.rs: what i18n.toml in the package says",
        readers: &[],
    },
    // Documentation
    Tool {
        name: "doc-comment",
        source: "doc_comment: `doctest` in lib.rs: an `include_str`",
        readers: &[reader(Document("doctest"), &[File])],
    },
    Tool {
        name: "aquamarine",
        source: "aquamarine, \"Loading from a file\": from the package, in a line of a doc comment",
        readers: &[reader(Macro("include_mmd"), &[Package])],
    },
    // Graphics
    Tool {
        name: "wgpu",
        source: "wgpu: `include_wgsl` in macros.rs: an `include_str`",
        readers: &[reader(Macro("include_wgsl"), &[File])],
    },
    // Tests
    Tool {
        name: "rstest",
        source: "rstest_macros: parse/rstest/files.rs: from the package, or from `base_dir`",
        readers: &[
            reader(GlobAttribute("files"), &[Package]),
            reader(Key("base_dir"), &[Package]),
        ],
    },
    Tool {
        name: "insta",
        source: "insta: `glob` in macros.rs: from the file, whatever directory the test runs in",
        readers: &[reader(Glob("glob"), &[File])],
    },
    Tool {
        name: "datatest-stable",
        source: "datatest-stable, \"Usage\": `root` starts from the package",
        readers: &[reader(Keyed("harness", &["root"]), &[Package])],
    },
    Tool {
        name: "test-generator",
        source: "test-generator: lib.rs: from where rustc runs",
        readers: &[
            reader(GlobAttribute("test_resources"), &[Workspace]),
            reader(GlobAttribute("bench_resources"), &[Workspace]),
        ],
    },
    Tool {
        name: "test_each_file",
        source: "test-each-file: lib.rs: from where rustc runs",
        readers: &[
            reader(Macro("test_each_file"), &[Workspace, Package]),
            reader(Macro("test_each_path"), &[Workspace, Package]),
        ],
    },
    Tool {
        name: "expect-test, snapbox",
        source: "expect-test: `ExpectFile` in lib.rs; snapbox: `file` in macros.rs: from the file",
        readers: &[
            reader(Macro("expect_file"), &[File]),
            reader(Macro("file"), &[File]),
        ],
    },
    Tool {
        name: "trybuild, test-case, dir-test",
        source: "trybuild: `TestCases::pass` opens what a test names, from the package; dir-test: \
                 \"$CARGO_MANIFEST_DIR/...\"; test-case reads no file",
        readers: &[],
    },
    Tool {
        name: "leptos, vergen",
        source: "leptos_config and cargo-leptos read `[package.metadata.leptos]`, which \
                 `settings_files` knows; vergen asks git and Cargo",
        readers: &[],
    },
];

const QUERY_MACROS: &[&str] = &[
    "query",
    "query_as",
    "query_as_unchecked",
    "query_file",
    "query_file_as",
    "query_file_as_unchecked",
    "query_file_scalar",
    "query_file_scalar_unchecked",
    "query_file_unchecked",
    "query_scalar",
    "query_scalar_unchecked",
    "query_unchecked",
];

/// The readers by what stands in a source text.
pub struct Index {
    pub macros: HashMap<&'static str, Vec<&'static Reader>>,
    pub keys: HashMap<&'static str, Vec<&'static Reader>>,
    pub attributes: HashMap<&'static str, Vec<&'static Reader>>,
}

pub fn index() -> &'static Index {
    static INDEX: LazyLock<Index> = LazyLock::new(|| {
        let mut index = Index {
            macros: HashMap::new(),
            keys: HashMap::new(),
            attributes: HashMap::new(),
        };
        for reader in TOOLS.iter().flat_map(|tool| tool.readers) {
            let (map, names) = match &reader.form {
                Macro(name)
                | Document(name)
                | First(name)
                | Keyed(name, _)
                | Glob(name)
                | Empty(name) => (&mut index.macros, &[*name][..]),
                Fixed(names) => (&mut index.macros, *names),
                Key(name) => (&mut index.keys, &[*name][..]),
                GlobAttribute(name) | Attribute(name) | KeyOf(name, _) => {
                    (&mut index.attributes, &[*name][..])
                }
            };
            for name in names {
                map.entry(*name).or_default().push(reader);
            }
        }
        index
    });
    &INDEX
}
