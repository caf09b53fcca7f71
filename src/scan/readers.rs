//! Who else reads files at compile time, by convention: macros and attributes of known crates.

use super::Base;

/// Macros that read the file that an argument names: where the path starts, and what is read when
/// no argument says.
pub const MACROS: &[(&str, Base, Option<&str>)] = &[
    ("include", Base::File, None),
    ("include_bytes", Base::File, None),
    ("include_str", Base::File, None),
    // wgpu, expect-test
    ("include_wgsl", Base::File, None),
    ("expect_file", Base::File, None),
    // include_dir, include-flate
    ("include_dir", Base::Package, None),
    ("flate", Base::Package, None),
    // sqlx, diesel_migrations, refinery
    ("migrate", Base::Package, Some("migrations")),
    ("embed_migrations", Base::Package, Some("migrations")),
    ("query_file", Base::Package, None),
    ("query_file_as", Base::Package, None),
    ("query_file_as_unchecked", Base::Package, None),
    ("query_file_scalar", Base::Package, None),
    ("query_file_scalar_unchecked", Base::Package, None),
    ("query_file_unchecked", Base::Package, None),
    // rust-i18n, fluent-templates
    ("i18n", Base::Package, Some("locales")),
    ("static_loader", Base::Package, None),
    // wit-bindgen, wasmtime
    ("bindgen", Base::Package, Some("wit")),
    ("generate", Base::Package, Some("wit")),
];

/// sqlx checks these queries against `.sqlx`, beside the package or the workspace.
pub const QUERIES: &[&str] =
    &["query", "query_as", "query_as_unchecked", "query_scalar", "query_unchecked"];

/// `key = "path"` in attributes of derive macros, and the directories that the path starts from.
pub const ATTRIBUTES: &[(&str, &[&str])] = &[
    // rust-embed
    ("folder", &[""]),
    // pest: from src; some grammars from the package
    ("grammar", &["src/", ""]),
    // askama, rinja: the folder is their convention
    ("template", &["templates/"]),
    // graphql_client, cynic
    ("query_path", &[""]),
    ("schema_path", &[""]),
];
