//! Promises of the README about versions: the required Rust version, and equal manifests from all patch
//! releases.

use crate::common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::iter::Peekable;
use std::str::SplitWhitespace;

use camino::Utf8Path;
use cargo_metadata::MetadataCommand;
use common::fixtures;
use toml_edit::DocumentMut;

type Words<'w> = Peekable<SplitWhitespace<'w>>;

/// No dependency requires a newer Rust than Cargo.toml does, and all come from crates.io. Clippy checks the
/// use of the standard library.
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

/// The licenses of all packages are allowed in deny.toml. `cargo deny` checks that too, but need not be
/// installed.
#[test]
fn licences_are_allowed() {
    let directory = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let deny: DocumentMut = fs::read_to_string(directory.join("deny.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let allowed = deny["licenses"]["allow"].as_array().unwrap();
    let allowed: Vec<&str> = allowed.iter().filter_map(|name| name.as_str()).collect();
    let mut command = MetadataCommand::new();
    let metadata = command.other_options(["--locked".to_owned()]).exec();
    let mut wanted = BTreeSet::new();
    for package in metadata.unwrap().packages {
        let license = package.license.unwrap_or_default();
        let is_allowed = may_be_had(&license, &|name| allowed.contains(&name));
        assert!(
            is_allowed,
            "{} {}: {license}",
            package.name, package.version
        );
        // No license in the list is unused.
        let others = |name: &str, other: &str| name != other && allowed.contains(&name);
        let needed = allowed
            .iter()
            .filter(|name| !may_be_had(&license, &|other| others(other, name)));
        wanted.extend(needed.copied());
    }
    let needless: Vec<_> = allowed
        .iter()
        .filter(|name| !wanted.contains(*name))
        .collect();
    assert_eq!(
        needless,
        Vec::<&&str>::new(),
        "deny.toml allows more than is needed"
    );
}

/// Whether an SPDX expression is satisfied by `allowed` licenses. An exception is part of the license
/// before it.
fn may_be_had(license: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    // Older packages write a slash for `OR`.
    let spaced = license
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace(" WITH ", "-with-");
    let mut words = spaced.split_whitespace().peekable();
    let is_fulfilled = any(&mut words, allowed);
    assert_eq!(words.next(), None, "{license} is no SPDX expression");
    is_fulfilled
}

fn any(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut is_fulfilled = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        is_fulfilled |= all(words, allowed);
    }
    is_fulfilled
}

fn all(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut is_fulfilled = true;
    loop {
        is_fulfilled &= match words.next() {
            Some("(") => {
                let is_fulfilled = any(words, allowed);
                assert_eq!(words.next(), Some(")"));
                is_fulfilled
            }
            name => name.is_some_and(allowed),
        };
        if words.next_if_eq(&"AND").is_none() {
            return is_fulfilled;
        }
    }
}

#[test]
fn expressions_of_licences() {
    let fulfilled = |license: &str| may_be_had(license, &|name| name == "MIT" || name == "Zlib");
    for license in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/Apache-2.0",
        "MIT AND Zlib",
        "(MIT OR Apache-2.0) AND Zlib",
        "GPL-3.0 AND BSD-3-Clause OR MIT",
    ] {
        assert!(fulfilled(license), "{license}");
    }
    for license in [
        "",
        "GPL-3.0",
        "MIT AND Apache-2.0",
        "MIT WITH LLVM-exception",
        "GPL-3.0 AND (MIT OR Zlib)",
        "mit",
    ] {
        assert!(!fulfilled(license), "{license}");
    }
}

/// The manifests that this minor version writes. A patch release that writes others would make all users'
/// manifests stale. If they have to change, raise the minor version and rename the file.
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
         test --test rust promises. A manifest that is written in another way: a new minor version."
    );
}
