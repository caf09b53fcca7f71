//! The twin of nix/rewrite/emptyPackage.nix.

use super::stub_paths::StubPaths;
use super::value::{Table, Value};
use crate::tables::TABLES;

/// The Cargo.toml of a package without code and dependencies. It has an empty library.
pub fn empty_package(name: &str, paths: &StubPaths) -> Table {
    let mut package = Table::from([
        ("name".to_owned(), name.into()),
        // No real crate has this version. So a release changes no stub, and no compiled stub has
        // the file name of a compiled crate.
        ("version".to_owned(), TABLES.stub_version.as_str().into()),
        ("edition".to_owned(), "2021".into()),
    ]);
    for key in [
        "build",
        "autobins",
        "autotests",
        "autobenches",
        "autoexamples",
        // Clippy asks for a description and the like in packages that can be published.
        "publish",
    ] {
        package.insert(key.to_owned(), false.into());
    }
    // This name is not that of another crate or of a part of the standard library.
    let library = format!("cratesieve_stub_{}", name.replace('-', "_"));
    let library = Table::from([
        ("name".to_owned(), library.as_str().into()),
        ("path".to_owned(), paths.library.as_str().into()),
    ]);
    Table::from([
        ("package".to_owned(), Value::Table(package)),
        ("lib".to_owned(), Value::Table(library)),
    ])
}
