//! What the README promises of versions: the Rust that it wants, and the same bytes from all releases
//! of a kind.

mod common;

use std::fmt::Write as _;
use std::fs;

use camino::Utf8Path;
use cargo_metadata::MetadataCommand;
use common::fixtures;

/// No package wants a newer Rust than Cargo.toml says that this one does; clippy knows it of the
/// standard library. All come from crates.io.
#[test]
fn packages_fit_what_cargo_toml_says() {
    let mut command = MetadataCommand::new();
    let metadata = command
        .other_options(["--locked".to_owned()])
        .exec()
        .unwrap();
    let own = metadata.root_package().unwrap();
    let wanted = own.rust_version.as_ref().unwrap();
    let said = env!("CARGO_PKG_RUST_VERSION");
    assert!(wanted.to_string().starts_with(said), "{wanted} {said}");
    let readme = fs::read_to_string(Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    assert!(
        readme
            .unwrap()
            .contains(&format!("Rust toolchain, {said} or later"))
    );
    assert!(metadata.packages.len() > 50);
    for package in metadata
        .packages
        .iter()
        .filter(|package| package.id != own.id)
    {
        let name = format!("{} {}", package.name, package.version);
        if let Some(version) = &package.rust_version {
            assert!(version <= wanted, "{name} wants Rust {version}");
        }
        let source = package.source.as_ref().map(|source| source.repr.as_str());
        let crates_io = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(source, Some(crates_io), "{name}");
    }
}

/// The manifests that this minor version writes, once and for all: a patch release that writes others
/// makes everybody's stale. Where they have to change, the minor version does, and with it the file.
#[test]
fn manifests_are_those_of_the_minor_version() {
    let version = concat!(
        env!("CARGO_PKG_VERSION_MAJOR"),
        ".",
        env!("CARGO_PKG_VERSION_MINOR")
    );
    let path = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{version}"));
    let mut found = String::new();
    for fixture in fixtures() {
        let text = fs::read(fixture.root().join("cratesieve.json")).unwrap();
        writeln!(found, "{}  {}", blake3::hash(&text).to_hex(), fixture.name).unwrap();
    }
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<&str> = found
        .lines()
        .filter(|line| !golden.contains(line))
        .collect();
    assert!(
        changed.is_empty(),
        "tests/golden/{version} has not: {changed:#?}\nA fixture that was changed, or is new: RENEW_GOLDEN=1 cargo \
         test --test promises. A manifest that is written in another way: a new minor version."
    );
}
