//! Builds with each strategy of fixtures with unusual Cargo configuration and manifests. `fixtures::BUILT`
//! builds them with the default strategy.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::calls::calls_of_nix;
use crate::common::nix::Workspace;
use crate::common::succeed;
use crate::farm::Farm;

/// Arguments for all strategies except the default.
const OTHERS: [&str; 3] = [
    "strategy = \"per-crate\";",
    "strategy = \"shared\";",
    "features = \"workspace\";",
];

/// Builds attributes of a fixture with each strategy, and checks what its programs print.
#[track_caller]
fn assert_builds(fixture: &str, crates: &[&str], attributes: &[&str], programs: &[(&str, &str)]) {
    let workspace = Workspace::of(fixture);
    for arguments in OTHERS {
        let built = Farm::of(&workspace, arguments)
            .with(crates, attributes)
            .build();
        for (name, said) in programs {
            let program = built.join(format!("{name}/package/bin/{name}"));
            assert_eq!(&succeed(&mut Command::new(program)), said, "{arguments}");
        }
    }
}

#[test]
fn packages_of_a_vendor_directory() {
    let programs = [("a", "vendor\n")];
    assert_builds(
        "config-source-replacement",
        &["a"],
        &["package", "test"],
        &programs,
    );
}

/// A source that git ignores is allowed, because Cargo.lock has the checksums of its packages.
#[test]
fn packages_of_a_vendor_directory_that_is_not_there() {
    let workspace = Workspace::of("config-source-replacement");
    workspace.remove("vendor");
    workspace.write(
        "crates/a/src/main.rs",
        "fn main() {\n    cfg_if::cfg_if! { if #[cfg(all())] { println!(\"crates.io\") } }\n}\n",
    );
    workspace.generate();
    let built = Farm::of(&workspace, "").with(&["a"], &["package"]).build();
    let said = succeed(&mut Command::new(built.join("a/package/bin/a")));
    assert_eq!(said, "crates.io\n");
}

#[test]
fn packages_of_paths() {
    let programs = [("a", "true\n"), ("b", "b\n")];
    assert_builds(
        "paths-override",
        &["a", "b"],
        &["package", "test"],
        &programs,
    );
}

#[test]
fn a_wrapper_of_the_configuration() {
    assert_builds(
        "rustc-wrapper",
        &["app"],
        &["package", "test", "clippy"],
        &[("app", "true true\n")],
    );
}

/// `rustc-workspace-wrapper` runs in builds and tests. Clippy replaces it, as it does without Nix.
#[test]
fn a_wrapper_for_the_packages_of_the_workspace() {
    let workspace = Workspace::of("four-crates");
    workspace.write(
        ".cargo/config.toml",
        "[build]\nrustc-workspace-wrapper = \"tools/wrap\"\n",
    );
    workspace.write("tools/wrap", "#!/bin/sh\nexec \"$@\" --cfg wrapped\n");
    let mode = Permissions::from_mode(0o755);
    fs::set_permissions(workspace.path("tools/wrap"), mode).unwrap();
    workspace.append(
        "crates/pkg-a/src/lib.rs",
        "#[test]\nfn is_wrapped() {\n    assert!(cfg!(wrapped));\n}\n",
    );
    workspace.generate();
    Farm::of(&workspace, "")
        .with(&["pkg-a"], &["package", "check"])
        .build();
}

/// The keys that docs/configuration.md says are kept, in one configuration.
#[test]
fn keys_that_are_kept() {
    let config = "\
[alias]
fmt = \"no-such-command\"
[build]
dep-info-basedir = \".\"
incremental = true
jobs = 1
pipelining = false
rustdocflags = [\"--cfg\", \"documented\"]
target-dir = \"elsewhere\"
[cache]
auto-clean-frequency = \"never\"
[cargo-new]
vcs = \"none\"
[credential-alias]
mine = [\"/no/such/program\"]
[doc]
browser = \"no-such-browser\"
[env]
GREETING = { value = \"hello\", force = true }
[future-incompat-report]
frequency = \"always\"
[http]
cainfo = \"no-such-file.pem\"
check-revoke = true
debug = true
low-speed-limit = 1
multiplexing = false
proxy = \"localhost:1\"
proxy-cainfo = \"no-such-file.pem\"
ssl-version = \"tlsv1.2\"
timeout = 1
user-agent = \"none\"
[install]
root = \"no-such-directory\"
[net]
git-fetch-with-cli = true
offline = false
retry = 1
ssh.known-hosts = []
[profile.release]
codegen-units = 3
debug = 1
debug-assertions = true
incremental = false
lto = \"off\"
opt-level = 1
overflow-checks = true
panic = \"unwind\"
rpath = false
split-debuginfo = \"off\"
strip = \"none\"
[profile.release.build-override]
opt-level = 0
[profile.release.package.a]
debug = 0
[profile.release.package.no-such-package]
debug = 0
[registries.mine]
index = \"sparse+https://index.invalid/\"
token = \"none\"
credential-provider = \"cargo:token\"
[registries.crates-io]
protocol = \"sparse\"
[registry]
default = \"mine\"
global-credential-providers = [\"cargo:token\"]
[resolver]
incompatible-rust-versions = \"fallback\"
[target.'cfg(all())']
linker = \"tools/linker.sh\"
runner = \"tools/run.sh\"
rustflags = [\"--cfg\", \"flagged\", \"--check-cfg\", \"cfg(flagged)\"]
[target.TRIPLE.foo]
rustc-env = { FROM = \"the configuration\" }
[term]
color = \"always\"
hyperlinks = true
quiet = true
unicode = false
progress = { when = \"always\", width = 40, term-integration = false }
\
    ";
    let config = config.replace("TRIPLE", &host());
    let manifest = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
    };
    let b = "fn main() { println!(\"{} {} {} {}\", a::FROM, env!(\"GREETING\"), \
             cfg!(debug_assertions), cfg!(flagged)) }\n\
             #[test] fn runs() { assert_eq!(std::env::var(\"RUNNER\").unwrap(), \"the script\") }\n";
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"b\"]\n",
        ),
        (
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n\n\
             [[package]]\nname = \"b\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n",
        ),
        (".cargo/config.toml", &config),
        (
            "tools/linker.sh",
            "#!/bin/sh\n. \"$(dirname \"$0\")/with.sh\"\n",
        ),
        ("tools/with.sh", "exec cc \"$@\"\n"),
        (
            "tools/run.sh",
            "#!/bin/sh\nRUNNER='the script' exec \"$@\"\n",
        ),
        ("a/Cargo.toml", &manifest("a", "links = \"foo\"\n")),
        (
            "a/build.rs",
            "fn main() { panic!(\"the configuration replaces it\") }",
        ),
        ("a/src/lib.rs", "pub const FROM: &str = env!(\"FROM\");"),
        (
            "b/Cargo.toml",
            &manifest("b", "[dependencies]\na.path = \"../a\"\n"),
        ),
        ("b/src/main.rs", b),
    ]);
    for script in ["tools/linker.sh", "tools/run.sh"] {
        fs::set_permissions(workspace.path(script), Permissions::from_mode(0o755)).unwrap();
    }
    workspace.generate();
    let built = Farm::of(&workspace, "")
        .with(&["b"], &["package", "check"])
        .build();
    let said = succeed(&mut Command::new(built.join("b/package/bin/b")));
    assert_eq!(said, "the configuration hello true true\n");
}

/// The target triple of this machine's compiler.
fn host() -> String {
    let said = succeed(Command::new("rustc").arg("-vV"));
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

/// A patched crate with its own `[workspace]`: Cargo would take a path dependency for a member.
#[test]
fn a_patch_with_a_workspace_of_its_own() {
    let workspace = Workspace::of("patched-no-member");
    workspace.append("vendor/cfg-if/Cargo.toml", "\n[workspace]\n");
    workspace.generate();
    for arguments in ["", "features = \"workspace\";"] {
        Farm::of(&workspace, arguments)
            .with(&["user", "bystander"], &["package", "check"])
            .build();
    }
}

/// The rustc wrapper of the environment comes first. An empty one means none.
#[test]
fn a_wrapper_of_the_environment() {
    let workspace = Workspace::of("rustc-wrapper");
    let built = Farm::of(&workspace, "commonArgs.env.RUSTC_WRAPPER = \"\";")
        .with(&["app"], &["package"])
        .build();
    let said = succeed(&mut Command::new(built.join("app/package/bin/app")));
    assert_eq!(said, "false false\n");
}

/// No unit is compiled twice, with any strategy.
#[test]
fn a_target_directory_of_the_configuration() {
    let moved = Workspace::of("config-target-dir");
    let plain = Workspace::of("config-target-dir");
    plain.remove(".cargo");
    plain.generate();
    for strategy in ["layered", "per-crate", "shared"] {
        let arguments = format!("strategy = \"{strategy}\";");
        let calls = |workspace: &Workspace| {
            let run = format!("{strategy} {}", workspace.repository());
            calls_of_nix(&run, workspace, &arguments, &["package", "test"])
        };
        assert_eq!(calls(&moved), calls(&plain), "{strategy}");
    }
}

#[test]
fn a_build_script_that_writes_beside_the_sources() {
    assert_builds(
        "build-script-writes-src",
        &["api", "app"],
        &["package", "test", "clippy"],
        &[("app", "42\n")],
    );
}

#[test]
fn a_dylib_and_its_dependents() {
    assert_builds(
        "dylib-crate",
        &["dy", "dapp", "top"],
        &["package", "test"],
        &[],
    );
}

#[test]
fn clippy_sees_what_it_asks_for() {
    let crates = ["a", "b", "c", "d"];
    assert_builds("clippy-cargo-lints", &crates, &["clippy"], &[]);
    // A field that the Cargo.toml lacks is also missing in the build.
    let workspace = Workspace::of("clippy-cargo-lints");
    workspace.replace("crates/a/Cargo.toml", "keywords = [\"k\"]\n", "");
    workspace.remove("crates/c/README.md");
    let log = Farm::of(&workspace, "")
        .with(&crates, &["clippy"])
        .failure();
    for complaint in [
        "a-clippy> error: package `a` is missing `package.keywords` metadata",
        "c-clippy> error: package `c` is missing `package.readme` metadata",
    ] {
        assert!(log.contains(complaint), "{complaint}\n{log}");
    }
    assert!(!log.contains("d-clippy> error"), "{log}");
}

#[test]
fn a_build_script_that_reads_the_root_manifest() {
    assert_builds(
        "workspace-metadata-read",
        &["a"],
        &["package", "test"],
        &[("a", "Widget\n")],
    );
}
