//! Packages from git repositories and from registries other than crates.io, which crane's functions
//! download.

use std::process::Command;

use camino::Utf8Path;
use tempfile::TempDir;

use crate::common::nix::{self, Workspace, nix, nix_path, nix_string};
use crate::common::{git, utf8, write};
use crate::farm::Farm;

// ---- Git ------------------------------------------------------------------------------------------

/// A git repository of two packages that inherit from their workspace, where one depends on the other. A
/// second branch has another version. Its `.git` is a directory.
fn repository() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let at = |path: &str, text: &str| write(utf8(&directory), path, text);
    let root = |version: &str| {
        format!(
            "[workspace]\nresolver = \"2\"\nmembers = [\"over\", \"under\"]\n[workspace.package]\nversion = \"{version}\"\n\
             edition = \"2021\"\n[workspace.dependencies]\nunder = {{ path = \"under\" }}\n"
        )
    };
    let member = |name: &str, rest: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion.workspace = true\nedition.workspace = true\n{rest}"
        )
    };
    at("Cargo.toml", &root("1.2.3"));
    at(
        "over/Cargo.toml",
        &member("over", "[dependencies]\nunder.workspace = true\n"),
    );
    at(
        "over/src/lib.rs",
        "pub fn line() -> String { format!(\"over {} on {}\", env!(\"CARGO_PKG_VERSION\"), under::NAME) }\n",
    );
    at("under/Cargo.toml", &member("under", ""));
    at(
        "under/src/lib.rs",
        "pub const NAME: &str = concat!(\"under \", env!(\"CARGO_PKG_VERSION\"));\n",
    );
    git(utf8(&directory), &["init", "--quiet"]);
    git(utf8(&directory), &["add", "."]);
    git(utf8(&directory), &["commit", "--quiet", "--message", "one"]);
    git(utf8(&directory), &["checkout", "--quiet", "-b", "a/b"]);
    at("Cargo.toml", &root("2.0.0"));
    git(
        utf8(&directory),
        &["commit", "--quiet", "--all", "--message", "two"],
    );
    git(utf8(&directory), &["checkout", "--quiet", "main"]);
    directory
}

/// A workspace of three crates: one needs the main branch of the repository, one another branch, one neither.
fn with_git_dependencies(repository: &Utf8Path) -> Workspace {
    let package = |name: &str, dependency: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\n{dependency}\n"
        )
    };
    let url = format!("git = \"file://{repository}\"");
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"by-branch\", \"by-default\", \"both\", \"neither\"]\n",
        ),
        (
            "by-default/Cargo.toml",
            &package("by-default", &format!("over = {{ {url} }}")),
        ),
        (
            "by-default/src/main.rs",
            "fn main() { println!(\"{}\", over::line()) }\n",
        ),
        (
            "by-branch/Cargo.toml",
            &package(
                "by-branch",
                &format!("renamed = {{ package = \"over\", {url}, branch = \"a/b\" }}"),
            ),
        ),
        (
            "by-branch/src/main.rs",
            "fn main() { println!(\"{}\", renamed::line()) }\n",
        ),
        (
            "both/Cargo.toml",
            &package(
                "both",
                &format!(
                    "over = {{ {url} }}\nunder = {{ {url}, branch = \"a/b\" }}\nneither = {{ path = \"../neither\" }}"
                ),
            ),
        ),
        (
            "both/src/main.rs",
            "fn main() { println!(\"{}, {}\", over::line(), under::NAME) }\n",
        ),
        ("neither/Cargo.toml", &package("neither", "")),
        ("neither/src/lib.rs", ""),
    ]);
    // With an empty Cargo home, so that no package is cached.
    let home = tempfile::tempdir().unwrap();
    let output = Command::new("cargo")
        .arg("generate-lockfile")
        .current_dir(workspace.root())
        .env("CARGO_HOME", home.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    workspace.generate();
    workspace
}

#[test]
fn packages_from_git_are_built() {
    let repository = repository();
    let workspace = with_git_dependencies(utf8(&repository));
    let crates = ["both", "by-branch", "by-default"];
    let built = Farm::of(&workspace, "")
        .with(&crates, &["package", "clippy", "test", "doc"])
        .build();
    for (name, expected) in [
        ("by-default", "over 1.2.3 on under 1.2.3\n"),
        ("by-branch", "over 2.0.0 on under 2.0.0\n"),
        ("both", "over 1.2.3 on under 1.2.3, under 2.0.0\n"),
    ] {
        let program = built.join(format!("{name}/package/bin/{name}"));
        let output = Command::new(program).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
    // A crate that does not need the repository does not download it.
    drop(repository);
    let farm = Farm::of(&workspace, "").with(&["neither"], &["package"]);
    farm.build();
}

/// `outputHashes` reaches crane, for evaluation without access to the repository, and so does
/// `overrideVendorGitCheckout`.
#[test]
fn settings_for_git_reach_crane() {
    let repository = repository();
    let workspace = with_git_dependencies(utf8(&repository));
    let commit = git(utf8(&repository), &["rev-parse", "main"]);
    let source = format!("git+file://{}#{commit}", utf8(&repository));
    let hash = nix().evaluate(&format!(
        "(builtins.fetchGit {{ url = {}; rev = {}; }}).narHash",
        nix_string(&format!("file://{}", utf8(&repository))),
        nix_string(&commit)
    ));
    let arguments = |hash: &str| {
        format!(
            "commonArgs.outputHashes = {{ {} = {}; }};",
            nix_string(&source),
            nix_string(hash)
        )
    };
    let farm =
        |arguments: &str| Farm::of(&workspace, arguments).with(&["by-default"], &["package"]);
    farm(&arguments(hash.as_str().unwrap())).build();

    // nixpkgs takes hashes by package, and refuses a package that the lock does not have.
    let hashes_of = |name: &str| {
        let hashes = format!("workspace.crates.{name}.forBuildRustPackage.cargoLock.outputHashes");
        let arguments = arguments(hash.as_str().unwrap());
        nix().evaluate(&workspace.expression(&arguments, &hashes))
    };
    assert_eq!(hashes_of("neither"), serde_json::json!({}));
    let expected = serde_json::json!({ "over-1.2.3": hash, "under-1.2.3": hash });
    assert_eq!(hashes_of("by-default"), expected);

    let wrong = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let package = "workspace.crates.by-default.package.drvPath";
    // The stand-in for nixpkgs reports this during evaluation, nixpkgs itself in the build.
    let said = match nix().run_evaluate(
        &workspace.expression(&arguments(wrong), package),
        &["--impure"],
    ) {
        output if output.status.success() => farm(&arguments(wrong)).failure(),
        output => String::from_utf8(output.stderr).unwrap(),
    };
    assert!(said.contains(wrong), "{said}");

    let replaced = "commonArgs.overrideVendorGitCheckout = packages: checkout: \
                    if lib.any (package: package.version == \"1.2.3\") packages then checkout.overrideAttrs (_: {
                      postInstall = \"sed -i 's/on/atop/' $out/over-1.2.3/src/lib.rs\";
                    }) else checkout;";
    let built = farm(replaced).build();
    let output = Command::new(built.join("by-default/package/bin/by-default"))
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"over 1.2.3 atop under 1.2.3\n");
}

// ---- Registries -----------------------------------------------------------------------------------

/// A workspace whose crate `user` needs a package of the registry `company`.
fn with_registry(index: &str, source: &str) -> Workspace {
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
    };
    let lock = format!(
        "version = 4\n\n[[package]]\nname = \"ours\"\nversion = \"1.2.3\"\nsource = \"{source}\"\n\
         checksum = \"{}\"\n\n\
         [[package]]\nname = \"plain\"\nversion = \"0.1.0\"\n\n\
         [[package]]\nname = \"user\"\nversion = \"0.1.0\"\ndependencies = [\n \"ours\",\n]\n",
        "0123456789abcdef".repeat(4)
    );
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"plain\", \"user\"]\n",
        ),
        ("Cargo.lock", &lock),
        (
            ".cargo/config.toml",
            &format!("[registries.company]\nindex = \"{index}\"\n"),
        ),
        (
            "user/Cargo.toml",
            &package(
                "user",
                "[dependencies]\nours = { version = \"1\", registry = \"company\" }\n",
            ),
        ),
        (
            "user/src/main.rs",
            "fn main() { println!(\"{}\", ours::NAME) }\n",
        ),
        ("plain/Cargo.toml", &package("plain", "")),
        ("plain/src/lib.rs", ""),
    ]);
    workspace.generate();
    workspace
}

/// A package in the form that `cargo publish` uploads.
fn published() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let package = utf8(&directory).join("ours-1.2.3");
    std::fs::create_dir_all(package.join("src")).unwrap();
    let manifest = "[package]\nname = \"ours\"\nversion = \"1.2.3\"\nedition = \"2021\"\n";
    std::fs::write(package.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(
        package.join("src/lib.rs"),
        "pub const NAME: &str = \"ours\";\n",
    )
    .unwrap();
    let tar = Command::new("tar")
        .args(["-czf", "ours.crate", "ours-1.2.3"])
        .current_dir(utf8(&directory))
        .status();
    assert!(tar.unwrap().success());
    directory
}

/// crane's configuration makes Cargo use the vendored packages of the registry. `appendCrateRegistries` tells
/// crane where to download them.
#[test]
fn packages_from_another_registry_are_built() {
    let published = published();
    for (index, source) in [
        (
            "https://crates.example.org/index",
            "registry+https://crates.example.org/index",
        ),
        (
            "sparse+https://crates.example.org/index/",
            "sparse+https://crates.example.org/index/",
        ),
    ] {
        let workspace = with_registry(index, source);
        // Tests download nothing: this address leads to a local file.
        let stand_in = nix_path(&nix::repository().join("tests/nix/stand-in"));
        let (protocol, url) = source.split_once('+').unwrap();
        let arguments = format!(
            "craneLib =
              let
                address = \"https://crates.example.org/download/ours/1.2.3\";
                file = builtins.path {{ name = \"ours.crate\"; path = {}; }};
                fetchurl = previous: args: if args.url or null == address then file else previous args;
                inherit (import {stand_in} {{
                  overlays = [ (_: previous: {{ fetchurl = fetchurl previous.fetchurl; }}) ];
                }}) craneLib;
              in
              craneLib.appendCrateRegistries [
                (craneLib.registryFromDownloadUrl {{
                  dl = \"https://crates.example.org/download/{{crate}}/{{version}}\";
                  indexUrl = {};
                  registryPrefix = \"{protocol}+\";
                }})
              ];",
            nix_path(&utf8(&published).join("ours.crate")),
            nix_string(url),
        );
        let vendor = |name: &str| {
            let expression = format!("workspace.crates.{name}.package.cargoVendorDir.buildCommand");
            let script = nix().evaluate(&workspace.expression(&arguments, &expression));
            script.as_str().unwrap().to_owned()
        };
        let replacement = format!(
            "[source.company]\nregistry = \"{}\"\nreplace-with = \"nix-sources-",
            { if protocol == "sparse" { source } else { url } }
        );
        assert!(vendor("user").contains(&replacement), "{}", vendor("user"));
        assert!(!vendor("plain").contains("company"), "{}", vendor("plain"));

        let attributes = ["package", "clippy", "test", "doc"];
        let built = Farm::of(&workspace, &arguments)
            .with(&["plain", "user"], &attributes)
            .build();
        let output = Command::new(built.join("user/package/bin/user"))
            .output()
            .unwrap();
        assert_eq!(output.stdout, b"ours\n");

        // Crane has to know the registry.
        let package = "workspace.crates.user.package.drvPath";
        let error = nix().error(&workspace.expression("", package));
        assert!(error.contains(source), "{error}");
        assert!(
            nix()
                .run_evaluate(
                    &workspace.expression("", "workspace.crates.plain.package.drvPath"),
                    &["--impure"]
                )
                .status
                .success()
        );
    }
}
