//! Compiling for another target than that of the machine: WebAssembly, and static programs with musl.
//!
//! If the toolchain does not have a target, the machine's own is used instead, by its name. Cargo then also
//! compiles for host and target separately.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::calls::counting;
use crate::common::nix::Workspace;
use crate::common::succeed;
use crate::farm::Farm;
use crate::fixtures::contents;
use crate::layers::{fresh, host};

const WASM: &str = "wasm32-unknown-unknown";
const MUSL: &str = "x86_64-unknown-linux-musl";

/// A target, or the machine's own if the toolchain does not have it.
fn target(wanted: &str) -> String {
    let toolchain = succeed(Command::new("rustc").args(["--print", "sysroot"]));
    let library = Utf8Path::new(toolchain.trim_end()).join("lib/rustlib");
    if library.join(wanted).join("lib").exists() {
        wanted.to_owned()
    } else {
        host()
    }
}

fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
}

const LOCK: &str = r#"version = 4

[[package]]
name = "client"
version = "0.1.0"
dependencies = ["macros", "shared"]

[[package]]
name = "macros"
version = "0.1.0"
dependencies = ["once_cell"]

[[package]]
name = "once_cell"
version = "1.21.4"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "9f7c3e4beb33f85d45ae3e3a1792185706c8e16d043238c593331cc7cd313b50"

[[package]]
name = "server"
version = "0.1.0"
dependencies = ["shared"]

[[package]]
name = "shared"
version = "0.1.0"
dependencies = ["macros", "once_cell"]
"#;

/// A client and a server, and a library for both with a build script and a macro. The macro and the library
/// use a third-party package. The server enables a feature that WebAssembly does not have.
fn workspace() -> Workspace {
    let shared = "[features]\nnative = []\n[dependencies]\nonce_cell = \"1\"\nmacros = { path = \"../macros\" }\n";
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"client\", \"macros\", \"server\", \"shared\"]\n",
        ),
        ("Cargo.lock", LOCK),
        (
            "macros/Cargo.toml",
            &manifest(
                "macros",
                "[lib]\nproc-macro = true\n[dependencies]\nonce_cell = \"1\"\n",
            ),
        ),
        (
            "macros/src/lib.rs",
            "#[proc_macro]
             pub fn host(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
                 static ARCH: once_cell::sync::Lazy<&str> = once_cell::sync::Lazy::new(|| std::env::consts::ARCH);
                 format!(\"{:?}\", *ARCH).parse().unwrap()
             }\n",
        ),
        ("shared/Cargo.toml", &manifest("shared", shared)),
        (
            "shared/build.rs",
            "fn main() {
                 println!(\"cargo::rerun-if-changed=build.rs\");
                 println!(\"cargo::rustc-env=BUILT_FOR={}\", std::env::var(\"TARGET\").unwrap());
             }\n",
        ),
        (
            "shared/src/lib.rs",
            "#[cfg(all(feature = \"native\", target_family = \"wasm\"))]
             compile_error!(\"native\");
             static WORDS: once_cell::sync::Lazy<String> = once_cell::sync::Lazy::new(|| {
                 format!(\"for {} on {}, native: {}\", env!(\"BUILT_FOR\"), macros::host!(), cfg!(feature = \"native\"))
             });
             pub fn words() -> &'static str {
                 &WORDS
             }\n",
        ),
        (
            "client/Cargo.toml",
            &manifest(
                "client",
                "[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n[dependencies]\nmacros = { path = \"../macros\" }\nshared = { path = \"../shared\" }\n",
            ),
        ),
        (
            "client/src/lib.rs",
            "#[no_mangle]\npub extern \"C\" fn length() -> usize {\n    shared::words().len() + macros::host!().len()\n}\n",
        ),
        (
            "client/src/main.rs",
            "fn main() {\n    println!(\"{} {}\", shared::words(), client::length());\n}\n",
        ),
        (
            "server/Cargo.toml",
            &manifest(
                "server",
                "[dependencies]\nshared = { path = \"../shared\", features = [\"native\"] }\n",
            ),
        ),
        (
            "server/src/main.rs",
            "fn main() {\n    println!(\"{}\", shared::words());\n}\n#[test]\nfn runs() {\n    assert!(shared::words().contains(\"native: true\"));\n}\n",
        ),
    ]);
    workspace.generate();
    workspace
}

/// The settings of the client, for the given target.
fn client(target: &str) -> String {
    format!("crates.client.CARGO_BUILD_TARGET = \"{target}\";")
}

/// One crate of the workspace has another target. It has its own layers, also of the crates below it. Macros and
/// build scripts are compiled for the machine.
#[test]
fn one_crate_for_another_target() {
    let workspace = workspace();
    let target = target(WASM);
    let extension = if target == WASM { ".wasm" } else { "" };
    let library = if target == WASM {
        "client.wasm"
    } else {
        "libclient.so"
    };
    for strategy in ["layered", "per-crate", "shared"] {
        let (counted, calls_in) = counting(&fresh());
        let arguments = format!("strategy = \"{strategy}\"; {counted} {}", client(&target));
        let mut farm = Farm::of(&workspace, &arguments)
            .with(&["client"], &["package", "clippy", "doc"])
            .with(&["server"], &["package", "check"]);
        // As trunk calls Cargo.
        farm.link(
            "by-hand",
            "craneLib.mkCargoDerivation (workspace.crates.client.forCrane // {
               pname = \"by-hand\";
               preBuild = \"cd client\";
               postBuild = \"cd ..\";
               buildPhaseCargoCommand = \"cargo build --release --target $CARGO_BUILD_TARGET\";
               installPhaseCommand = \"mkdir $out; cp \\\"\\${CARGO_TARGET_DIR:-target}\\\"/*/release/*client* $out\";
             })",
        );
        let log = farm.log();
        let built = farm.build();
        for (derivation, name) in [
            ("client", "client"),
            ("by-hand", "client"),
            ("client-clippy", "client"),
            ("server", "server"),
            ("server-check", "server"),
        ] {
            let calls = calls_in(&log, &format!("{derivation}> "));
            assert_eq!(
                calls.third_party.len(),
                0,
                "{strategy}: {derivation}: {calls:?}"
            );
            let crates: Vec<_> = calls.own.keys().collect();
            // Without layers, the crates below are compiled wherever they are needed.
            if strategy == "layered" {
                assert_eq!(crates, [name], "{derivation}: {calls:?}");
            }
            assert!(
                calls.own.contains_key(name),
                "{strategy}: {derivation}: {calls:?}"
            );
        }
        let package = contents(&built.join("client/package"));
        let program = format!("bin/client{extension}");
        let wanted = [program, format!("lib/{library}")].map(Utf8PathBuf::from);
        assert_eq!(package, wanted.into(), "{strategy}");
        assert!(
            built
                .join("client/doc/share/doc/client/index.html")
                .exists(),
            "{strategy}"
        );
        assert!(
            built.join(format!("by-hand/client{extension}")).exists(),
            "{strategy}"
        );
    }
}

/// All crates have another target. Their tests run if the machine can run them.
#[test]
fn all_crates_for_another_target() {
    let workspace = workspace();
    let target = target(MUSL);
    let (counted, calls_in) = counting(&fresh());
    let arguments = format!("{counted} commonArgs.CARGO_BUILD_TARGET = \"{target}\";");
    let farm = Farm::of(&workspace, &arguments).with(&["server"], &["package", "check"]);
    let log = farm.log();
    for derivation in ["server", "server-check"] {
        let calls = calls_in(&log, &format!("{derivation}> "));
        let crates: Vec<_> = calls.own.keys().collect();
        assert_eq!(
            (calls.third_party.len(), crates),
            (0, vec![&"server".to_owned()]),
            "{derivation}"
        );
    }
    let program = farm.build().join("server/package/bin/server");
    assert_eq!(
        succeed(&mut Command::new(program)),
        format!("for {target} on {}, native: true\n", std::env::consts::ARCH)
    );
}

/// What the toolchain, or the machine, cannot do for a target.
#[test]
fn a_target_that_is_not_there() {
    let workspace = workspace();
    let log = Farm::of(&workspace, &client("no-such-target"))
        .with(&["client"], &["package"])
        .failure();
    assert!(
        log.contains("error: the Rust toolchain cannot compile for no-such-target, the value of CARGO_BUILD_TARGET"),
        "{log}"
    );
    if target(WASM) == WASM {
        let log = Farm::of(&workspace, &client(WASM))
            .with(&["client"], &["test"])
            .failure();
        assert!(
            log.contains("hint: these tests are programs for wasm32-unknown-unknown."),
            "{log}"
        );
        assert!(
            log.contains("`crates.client.checks = [ \"clippy\" \"doc\" ]`"),
            "{log}"
        );
    }
}
