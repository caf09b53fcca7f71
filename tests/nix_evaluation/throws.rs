//! The error messages of the Nix library, word for word.

use std::fs;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::flake_module::NOT_SET_UP;
use crate::common::nix::{Nix, Workspace, all_nix, repository};

struct Case {
    fixture: &'static str,
    /// The change of the fixture's copy.
    change: fn(&Workspace),
    /// Arguments of `mkWorkspace`.
    arguments: &'static str,
    /// The expression that is evaluated.
    expression: &'static str,
    /// The expected message. `SRC` is the directory of the copy, `STORE` a
    /// store path.
    message: &'static str,
}

/// An expression for a crate that depends on `pkg-a`.
const PKG_B: &str = "workspace.crates.pkg-b.package.drvPath";

const CASES: &[Case] = &[
    // ---- Arguments ----
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "src = \"${directory}\";",
        expression: PKG_B,
        message: "cratesieve: `src` of mkWorkspace is a string with context (`STORE`), of which \
                  every file would be an input of every crate\ngive a path: src = ./.;",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "src = { outPath = directory; };",
        expression: PKG_B,
        message: "cratesieve: `src` of mkWorkspace is a set, of which every file would be an input \
                  of every crate\ngive a path: src = ./.;",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "strategy = \"layers\";",
        expression: PKG_B,
        message: "cratesieve: `strategy` of mkWorkspace is \"layers\"\n\
                  give one of: \"layered\", \"per-crate\", \"shared\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "features = \"all\";",
        expression: PKG_B,
        message: "cratesieve: `features` of mkWorkspace is \"all\"\n\
                  give one of: \"package\", \"workspace\"",
    },
    Case {
        fixture: "outside-root",
        change: |_| {},
        arguments: "",
        expression: "workspace.crates.app.forNaersk",
        message: "cratesieve: `crates.app.forNaersk`: the workspace depends on paths above it, and \
                  naersk builds what lies below Cargo.lock\nuse `crates.app.package` or \
                  `crates.app.forBuildRustPackage`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-a.buildInput = [ ];",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-a.buildInput` of mkWorkspace: did you mean `buildInputs`?\n\
                  write `env.buildInput` if it is a variable of this name",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "commonArgs.package.post-install = \"\";",
        expression: PKG_B,
        message: "cratesieve: `commonArgs.package.post-install` of mkWorkspace: did you mean `postInstall`?\n\
                  write `env.post-install` if it is a variable of this name",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.package = [ ];",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.package` of mkWorkspace is a list\n\
                  give a set of arguments for crane",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.package.CARGO_PROFILE = \"dist\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.package.CARGO_PROFILE` of mkWorkspace: it compiles the closure of the \
                  crate again in this one derivation\nmove it to `crates.pkg-b`, whose derivations all get it",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.test.env.CARGO_PROFILE_DEV_LTO = \"fat\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.test.env.CARGO_PROFILE_DEV_LTO` of mkWorkspace: it compiles the closure \
                  of the crate again in this one derivation\nmove it to `crates.pkg-b`, whose derivations \
                  all get it, or use `checks.profile`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.package.cargoExtraArgs = \"--bin pkg-b --features x\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.package.cargoExtraArgs` of mkWorkspace has --features: it compiles the \
                  closure of the crate again in this one derivation\nmove it to \
                  `crates.pkg-b.cargoExtraArgs`, which all derivations of the crate get",
    },
    // ---- Targets ----
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "commonArgs.cargoExtraArgs = \"--target x\";",
        expression: PKG_B,
        message: "cratesieve: `commonArgs.cargoExtraArgs` of mkWorkspace has --target: the target is an argument of its own, which \
                  all derivations get\nwrite `commonArgs.CARGO_BUILD_TARGET`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.clippy.cargoClippyExtraArgs = \"--target=x\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.clippy.cargoClippyExtraArgs` of mkWorkspace has --target=x: the target is an argument \
                  of its own, which all derivations get\nwrite `crates.pkg-b.CARGO_BUILD_TARGET`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.env.CARGO_BUILD_TARGET = \"x\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.env.CARGO_BUILD_TARGET` of mkWorkspace: dependents of the crate get its `env` too, and \
                  need not be for this target\nwrite `crates.pkg-b.CARGO_BUILD_TARGET`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.cargoExtraArgs = \"-Z build-std\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.cargoExtraArgs` of mkWorkspace has build-std: the packages of the standard library are \
                  not in Cargo.lock, so no build has them\nuse a target for which the toolchain has the standard \
                  library",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.CARGO_BUILD_TARGET = \"x\";",
        expression: "workspace.crates.pkg-b.forBuildRustPackage.pname",
        message: "cratesieve: `crates.pkg-b.forBuildRustPackage`: CARGO_BUILD_TARGET is x, and buildRustPackage compiles for the \
                  platform of its nixpkgs\nuse `crates.pkg-b.package`, or the buildRustPackage of `pkgsCross` and \
                  a workspace without CARGO_BUILD_TARGET",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "pkgs = pkgs.pkgsCross.mingwW64;",
        expression: "workspace.checks.manifest.drvPath",
        message: "cratesieve: `apps.gen` and `checks.manifest` run cratesieve, but `pkgs` compiles for \
                  x86_64-w64-mingw32, which this machine cannot run\ngive mkWorkspace a cratesieve for this machine: cratesieve = \
                  inputs.cratesieve.packages.<system>.default",
    },
    Case {
        fixture: "patched-no-member",
        change: |_| {},
        arguments: "crates.cfg-if.RUSTFLAGS = \"x\";",
        expression: "workspace.crates.user.package.drvPath",
        message: "cratesieve: `crates.cfg-if.RUSTFLAGS` of mkWorkspace: crate `cfg-if` is not a member of the workspace, and \
                  is compiled only as a dependency of other crates\nmove it to commonArgs, or to the crates that use `cfg-if`",
    },
    // ---- Flags ----
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.cargoExtraArgs = \"--bin pkg-b\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.cargoExtraArgs` of mkWorkspace has --bin: the layers of its dependencies \
                  get these flags too, and have no such target\nwrite `crates.pkg-b.package.cargoExtraArgs` for \
                  the package; `cargoClippyExtraArgs` and `cargoTestExtraArgs` for checks",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.check.postInstall = \"\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.check.postInstall` of mkWorkspace: it only reaches the package\n\
                  move it to `crates.pkg-b.package`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.shellHook = \"\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.shellHook` of mkWorkspace: `devShell` is one for all crates\n\
                  move it to commonArgs",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "commonArgs.doCheck = false;",
        expression: PKG_B,
        message: "cratesieve: `commonArgs.doCheck` of mkWorkspace: packages run no tests, and checks always do\n\
                  leave it out; `checks.run`, and `crates.<name>.checks` for one crate, say what checks run",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "strategy = \"layered\"; commonArgs.cargoCheckExtraArgs = \"--tests\";",
        expression: PKG_B,
        message: "cratesieve: `commonArgs.cargoCheckExtraArgs` of mkWorkspace: the strategy \"layered\" has layers \
                  instead of crane's artifacts\nleave it out, or write `strategy = \"per-crate\"`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "linker = \"gold\";",
        expression: PKG_B,
        message: "cratesieve: `linker` of mkWorkspace is \"gold\"\n\
                  give one of: \"lld\", \"mold\", or a function from a stdenv to another stdenv",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "strategy = \"shared\"; features = \"workspace\";",
        expression: PKG_B,
        message: "cratesieve: `features = \"workspace\"` of mkWorkspace needs \
                  `strategy = \"layered\"`, and the strategy is \"shared\"\n\
                  write `strategy = \"layered\"`, or leave `features` out",
    },
    Case {
        fixture: "outside-root",
        change: |_| {},
        arguments: "src = directory + \"/ws\";",
        expression: "workspace.crates.app.package.drvPath",
        message: "cratesieve: the path dependency `base` (../other-ws/base) lies outside `src`, \
                  SRC/ws\ngive mkWorkspace a `src` that holds it, SRC, and the path of \
                  cratesieve.json as `manifest`",
    },
    Case {
        fixture: "below-root",
        change: |_| {},
        arguments: "src = directory + \"/rust\";",
        expression: "workspace.crates.plain.package.drvPath",
        message: "cratesieve: ../proto/x.txt, which crate `reader` reads, lies outside `src`, \
                  SRC/rust\ngive mkWorkspace a `src` that holds it, SRC, and the path of \
                  cratesieve.json as `manifest`",
    },
    Case {
        fixture: "below-root",
        change: |w| {
            w.write(".cargo/config.toml", "");
            w.replace(
                "rust/crates/reader/src/lib.rs",
                "include_str!(\"../../../../proto/x.txt\")",
                "\"\"",
            );
            w.generate();
        },
        arguments: "src = directory + \"/rust\";",
        expression: "workspace.crates.plain.package.drvPath",
        message: "cratesieve: something that the workspace reads lies outside `src`, SRC/rust\ngive \
                  mkWorkspace a `src` that holds it, SRC, and the path of cratesieve.json as \
                  `manifest`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "checks = [ \"clippy\" ];",
        expression: PKG_B,
        message: "cratesieve: `checks` of mkWorkspace is a list\n\
                  give a set with some of: \"profile\", \"run\", \"apart\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "checks = { run = [ \"test\" ]; dev = true; };",
        expression: PKG_B,
        message: "cratesieve: `checks.dev` of mkWorkspace: there is no such option\n\
                  give some of: \"profile\", \"run\", \"apart\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "checks.run = [ \"test\" \"clipy\" ];",
        expression: PKG_B,
        message: "cratesieve: `checks.run` of mkWorkspace has \"clipy\"\n\
                  give some of: \"clippy\", \"test\", \"nextest\", \"doc\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "checks.run = \"test\";",
        expression: PKG_B,
        message: "cratesieve: `checks.run` of mkWorkspace is a string\n\
                  give a list with some of: \"clippy\", \"test\", \"nextest\", \"doc\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "checks.profile = null;",
        expression: PKG_B,
        message: "cratesieve: `checks.profile` of mkWorkspace is a null\n\
                  give the name of one of Cargo's profiles, such as \"dev\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "checks.apart = \"yes\";",
        expression: PKG_B,
        message: "cratesieve: `checks.apart` of mkWorkspace is a string\ngive true or false",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.checks = [ \"fmt\" ];",
        expression: "workspace.crates.pkg-b.check.drvPath",
        message: "cratesieve: `crates.pkg-b.checks` of mkWorkspace has \"fmt\"\n\
                  give some of: \"clippy\", \"test\", \"nextest\", \"doc\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.checks = { clippy = true; };",
        expression: "workspace.checks.pkg-d-check.drvPath",
        message: "cratesieve: `crates.pkg-b.checks` of mkWorkspace is a set\n\
                  give a list with some of: \"clippy\", \"test\", \"nextest\", \"doc\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "checks.apart = true; crates.pkg-b.checks = [ \"fmt\" ];",
        expression: "workspace.checks.pkg-b-fmt.drvPath",
        message: "cratesieve: `crates.pkg-b.checks` of mkWorkspace has \"fmt\"\n\
                  give some of: \"clippy\", \"test\", \"nextest\", \"doc\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-x.buildInputs = [ ];",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-x` of mkWorkspace: there is no crate `pkg-x` in the \
                  workspace\nits crates are: pkg-a, pkg-b, pkg-c, pkg-d",
    },
    Case {
        fixture: "targets",
        change: |_| {},
        arguments: "crates.nativ-libs.buildInputs = [ ];",
        expression: "workspace.crates.many-bins.package.drvPath",
        message: "cratesieve: `crates.nativ-libs` of mkWorkspace: there is no crate `nativ-libs` in the \
                  workspace\ndid you mean `native-libs`?",
    },
    Case {
        fixture: "targets",
        change: |_| {},
        arguments: "crates.extra.buildInputs = [ ];",
        expression: "workspace.crates.many-bins.package.drvPath",
        message: "cratesieve: `crates.extra` of mkWorkspace: there is no crate `extra` in the workspace\n\
                  `extra` is a program of the crate `many-bins`: write `crates.many-bins`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg_a.buildInputs = [ ];",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg_a` of mkWorkspace: there is no crate `pkg_a` in the workspace\n\
                  `pkg_a` is the library of the crate `pkg-a`: write `crates.pkg-a`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.\"crates/pkg-a\".buildInputs = [ ];",
        expression: PKG_B,
        message: "cratesieve: `crates.crates/pkg-a` of mkWorkspace: there is no crate `crates/pkg-a` in the \
                  workspace\n`crates/pkg-a` is the directory of the crate `pkg-a`: write `crates.pkg-a`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-d.pname = \"x\";",
        expression: "workspace.crates.pkg-d.package.drvPath",
        message: "cratesieve: `crates.pkg-d.pname` of mkWorkspace: all derivations of a crate have it from \
                  Cargo.toml\nwrite `crates.pkg-d.package.pname`, which only the package gets",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "commonArgs.src = directory;",
        expression: PKG_B,
        message: "cratesieve: `commonArgs.src` of mkWorkspace: cratesieve decides it\nleave it out",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "commonArgs.patches = [ ];",
        expression: PKG_B,
        message: "cratesieve: `commonArgs.patches` of mkWorkspace: all derivations see the same files of a crate, and \
                  use each other's artifacts\nmove it to `crates.<name>`, the crate whose files it changes",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.outputHashes = { };",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.outputHashes` of mkWorkspace: vendored packages are the \
                  same for all crates\nmove it to commonArgs",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-b.cargoExtraArgs = \"--locked\";",
        expression: PKG_B,
        message: "cratesieve: `crates.pkg-b.cargoExtraArgs` of mkWorkspace has --locked: the Cargo.lock of each crate \
                  is pruned\nleave it out: the build has the locked versions only, and fails if Cargo.lock would \
                  change",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "",
        expression: "(workspace.crates.pkg-b.cargo { command = \"bench\"; from = \"deps\"; }).drvPath",
        message: "cratesieve: `from` of `crates.pkg-b.cargo` is \"deps\"\ngive one of: \"check\", \"package\"",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "",
        expression: "(workspace.crates.pkg-b.cargo { command = \"run\"; }).drvPath",
        message: "cratesieve: `crates.pkg-b.cargo` with `cargo run`: this command takes one package, but `from = \"check\"` selects two, so \
                  that Cargo unifies features\nwrite `from = \"package\"`, or build the target with \
                  `command = \"build\"`, and run it in `postBuild`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "",
        expression: "(workspace.crates.pkg-b.cargo { command = \"test\"; RUSTFLAGS = \"x\"; }).drvPath",
        message: "cratesieve: `crates.pkg-b.cargo.RUSTFLAGS` of mkWorkspace: it compiles the closure of the crate again \
                  in this one derivation\nmove it to `crates.pkg-b`, whose derivations all get it, or use `profile`",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "crates.pkg-a.env.X = 1; crates.pkg-d.env.X = 1; crates.pkg-c.env.X = 2;
                    commonArgs.env.Y = 1;",
        expression: "workspace.devShell.drvPath",
        message: "cratesieve: the workspace inherits two values of `env.X`: 1 from crate `pkg-a`, 2 \
                  from crate `pkg-c`\nset commonArgs.env.X",
    },
    Case {
        fixture: "dev-cycle",
        change: |_| {},
        arguments: "crates.b.env.X = \"1\"; crates.me.env.X = \"2\";",
        expression: "workspace.crates.c.test.drvPath",
        message: "cratesieve: crate `c` inherits two values of `env.X`: \"1\" from crate `b`, \"2\" from \
                  crate `me`\nset crates.c.env.X",
    },
    // ---- The manifest ----
    Case {
        fixture: "four-crates",
        change: |w| w.remove("cratesieve.json"),
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: there is no manifest at SRC/cratesieve.json\nrun: nix run .#gen\n(In a \
                  git repository, then `git add` it: a flake sees only files that git tracks. If \
                  gen says\nthat it is up to date, this is a member: let `src` be the root of the \
                  workspace.)",
    },
    Case {
        fixture: "four-crates",
        change: |_| (),
        arguments: "src = directory + \"/rust\"; manifest = directory + \"/rust/cratesieve.json\";",
        expression: PKG_B,
        message: "cratesieve: there is no manifest at SRC/rust/cratesieve.json, nor a Cargo.toml \
                  next to it\nlet `src` be the root of the workspace, or let `manifest` name \
                  cratesieve.json there\n(In a git repository, `git add` the workspace: a flake \
                  sees only files that git tracks.)",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            let sides = "<<<<<<< HEAD\n=======\n>>>>>>> x\n  \"crates\"";
            w.replace("cratesieve.json", "  \"crates\"", sides);
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json holds a merge conflict\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            let text = w.read("cratesieve.json");
            w.write(
                "cratesieve.json",
                &format!("<<<<<<< HEAD\n{text}=======\n>>>>>>> x\n"),
            );
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json is cut short, or was edited\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| w.write("cratesieve.json", "[ ]"),
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json is cut short, or was edited\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| w.write("cratesieve.json", "{\n  \"crates\": {}\n}\n"),
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json is not a manifest: it has no format\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.replace(
                "cratesieve.json",
                "\"format\": 2",
                "\"format\": 3, \"x\": 1",
            )
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json has format 3, and this version reads format 2\n\
                  update the flake input: nix flake update cratesieve",
    },
    Case {
        fixture: "four-crates",
        change: |w| w.replace("cratesieve.json", "\"format\": 2", "\"format\": 1"),
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json has format 1, and this version reads format 2\n\
                  run: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.replace(
                "cratesieve.json",
                "\"crates\": {",
                "\"x\": 1, \"crates\": {",
            )
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json has the unknown key `x`\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.replace(
                "cratesieve.json",
                "\"lib\": \"src/lib.rs\"",
                "\"x\": 1, \"y\": 2",
            )
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json: crate `pkg-a` has the unknown key `x`, `y`\n\
                  run: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.replace(
                "cratesieve.json",
                "\"lib\": \"src/lib.rs\"",
                "\"lib\": \"src/lib.rs\", \"include\": [\"LICENSE\", \"../../etc/passwd\"]",
            )
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json: crate `pkg-a` has the path `../../etc/passwd`, which \
                  leaves the source root\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.replace(
                "cratesieve.json",
                "\"lib\": \"src/lib.rs\"",
                "\"lib\": \"src/../../../../lib.rs\"",
            )
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json: crate `pkg-a` has the path \
                  `src/../../../../lib.rs`, which leaves the source root\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.replace(
                "cratesieve.json",
                "\"crates\": {",
                "\"files\": [\"../x.toml\"], \"crates\": {",
            )
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json: `files` has the path `../x.toml`, which leaves the \
                  source root\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| w.replace("cratesieve.json", "\"path\": \"crates/pkg-a\",", ""),
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: SRC/cratesieve.json: crate `pkg-a` lacks the key `path`\n\
                  run: nix run .#gen",
    },
    // ---- Freshness ----
    Case {
        fixture: "four-crates",
        change: |w| {
            let dependency = "[dependencies]\npkg-d = { path = \"../pkg-d\" }\n";
            w.replace("crates/pkg-a/Cargo.toml", "[dependencies]\n", dependency);
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: cratesieve.json is stale: crate `pkg-a` depends on `pkg-d` by path \
                  (crates/pkg-a/Cargo.toml), which the manifest does not know\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            let dependency = "\n[target.'cfg(windows)'.build-dependencies]\n\
                              x = { package = \"pkg-d\", path = \"../pkg-d\", optional = true }\n";
            w.append("crates/pkg-b/Cargo.toml", dependency);
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: cratesieve.json is stale: crate `pkg-b` depends on `pkg-d` by path \
                  (crates/pkg-b/Cargo.toml), which the manifest does not know\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            let dependency = "\n[dev-dependencies]\npkg-d = { path = \"../pkg-d\" }\n";
            w.append("crates/pkg-b/Cargo.toml", dependency);
        },
        arguments: "",
        expression: "workspace.crates.pkg-b.test.drvPath",
        message: "cratesieve: cratesieve.json is stale: crate `pkg-b` dev-depends on `pkg-d` by path \
                  (crates/pkg-b/Cargo.toml), which the manifest does not know\nrun: nix run .#gen",
    },
    Case {
        fixture: "virtual",
        change: |w| {
            let path = "once_cell = { path = \"crates/plain\", package = \"plain\" }";
            w.replace("Cargo.toml", "once_cell = \"1\"", path);
        },
        arguments: "",
        expression: "workspace.crates.app.package.drvPath",
        message: "cratesieve: cratesieve.json is stale: crate `app` depends on `plain` by path \
                  (crates/app/Cargo.toml), which the manifest does not know\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.replace(
                "crates/pkg-b/Cargo.toml",
                "{ path = \"../pkg-a\" }",
                "\"1\"",
            );
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: cratesieve.json is stale: crate `pkg-b` no longer depends on `pkg-a` by \
                  path (crates/pkg-b/Cargo.toml), but the manifest lists it\nrun: nix run .#gen",
    },
    Case {
        fixture: "root-package",
        change: |w| w.replace("Cargo.toml", "x = { path = \"crates/x\" }\n", ""),
        arguments: "",
        expression: "workspace.crates.root.package.drvPath",
        message: "cratesieve: cratesieve.json is stale: crate `root` no longer depends on `x` by path \
                  (Cargo.toml), but the manifest lists it\nrun: nix run .#gen",
    },
    Case {
        fixture: "dev-cycle",
        change: |w| w.replace("b/Cargo.toml", "a = { path = \"../a\" }\n", ""),
        arguments: "",
        expression: "workspace.crates.c.package.drvPath",
        message: "cratesieve: cratesieve.json is stale: crate `b` no longer dev-depends on `a` by \
                  path (b/Cargo.toml), but the manifest lists it\nrun: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.write("crates/copy/Cargo.toml", &w.read("crates/pkg-a/Cargo.toml"));
            w.replace("crates/pkg-b/Cargo.toml", "../pkg-a", "../copy");
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: cratesieve.json is stale: crate `pkg-b` depends on `pkg-a` in \
                  crates/copy (crates/pkg-b/Cargo.toml), but the manifest has another path for it\n\
                  run: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| w.rename("crates/pkg-d", "crates/moved"),
        arguments: "",
        expression: "workspace.crates.pkg-d.package.drvPath",
        message: "cratesieve: cratesieve.json is stale: crate `pkg-d` is not in crates/pkg-d: there \
                  is no Cargo.toml\nrun: nix run .#gen\n(In a git repository, first `git add` the \
                  crate: a flake sees only files that git tracks.)",
    },
    Case {
        fixture: "four-crates",
        change: |w| w.replace("crates/pkg-d/Cargo.toml", "\"pkg-d\"", "\"pkg-x\""),
        arguments: "",
        expression: "workspace.crates.pkg-d.package.drvPath",
        message: "cratesieve: cratesieve.json is stale: the crate in crates/pkg-d is not `pkg-d`\n\
                  run: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            let patch = "\n[patch.crates-io]\nx = { path = \"x\", package = \"either\" }\n";
            w.append("Cargo.toml", patch);
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: cratesieve.json is stale: [patch] in Cargo.toml replaces a package \
                  with the crate `either`, which the manifest does not know\nrun: nix run .#gen",
    },
    Case {
        fixture: "shared-proto",
        change: |w| w.rename("proto/api.proto", "proto/moved.proto"),
        arguments: "",
        expression: "workspace.crates.client.package.drvPath",
        message: "cratesieve: cratesieve.json is stale: proto/api.proto, which crate `client` reads, \
                  is not there\nrun: nix run .#gen\n(In a git repository, first `git add` the file: a \
                  flake sees only files that git tracks.)",
    },
    Case {
        fixture: "cargo-config",
        change: |w| w.remove("rust-toolchain.toml"),
        arguments: "",
        expression: "workspace.crates.lib.package.drvPath",
        message: "cratesieve: cratesieve.json is stale: rust-toolchain.toml, which every build reads, \
                  is not there\nrun: nix run .#gen\n(In a git repository, first `git add` the file: a \
                  flake sees only files that git tracks.)",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.rename("crates/pkg-d", "elsewhere/pkg-d");
            w.link("../elsewhere/pkg-d", "crates/pkg-d");
        },
        arguments: "",
        expression: "workspace.crates.pkg-d.package.drvPath",
        message: "cratesieve: crate `pkg-d` lies behind the symbolic link crates/pkg-d, and Nix does \
                  not look behind it\nname the directory that the link leads to in Cargo.toml, and \
                  run: nix run .#gen",
    },
    // ---- Cargo's files ----
    Case {
        fixture: "four-crates",
        change: |w| w.remove("Cargo.toml"),
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: there is no Cargo.toml at SRC\ngive mkWorkspace the directory of the \
                  workspace as `workspaceRoot`, if the manifest is elsewhere",
    },
    Case {
        fixture: "no-lock",
        change: |_| {},
        arguments: "",
        expression: "workspace.crates.one.package.drvPath",
        message: "cratesieve: there is no Cargo.lock at SRC\nrun: cargo generate-lockfile\n(In a git \
                  repository, then `git add` it: a flake sees only files that git tracks.)",
    },
    Case {
        fixture: "four-crates",
        change: |w| w.replace("Cargo.lock", "name = \"pkg-a\"", "name = \"pkg-x\""),
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: Cargo.lock is stale: it has no entry for crate `pkg-a`\n\
                  run: cargo update --workspace",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            let dependencies = "[dependencies]\nitoa = { version = \"1\", optional = true }\n";
            w.replace("crates/pkg-b/Cargo.toml", "[dependencies]\n", dependencies);
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: Cargo.lock is stale: the entry of crate `pkg-b` lacks its dependency \
                  `itoa`\nrun: cargo update --workspace",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            let table = "\n[replace]\n\"either:1.19.0\" = { path = \"crates/either\" }\n";
            w.append("Cargo.toml", table);
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: [replace] in Cargo.toml replaces `either:1.19.0` with a directory, \
                  which cratesieve does not support\nuse [patch] instead, and run: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            let dependencies = "[dependencies]\nitoa = { version = \"1\", artifact = \"bin\" }\n";
            w.replace("crates/pkg-b/Cargo.toml", "[dependencies]\n", dependencies);
        },
        arguments: "",
        expression: PKG_B,
        message: "cratesieve: crate `pkg-b` depends on `itoa` with `artifact` (crates/pkg-b/Cargo.toml), \
                  which cratesieve does not build\nbuild `itoa` separately, leave `artifact` out, and \
                  pass the path of the program in a variable: crates.pkg-b.env of mkWorkspace",
    },
    Case {
        fixture: "four-crates",
        change: |_| {},
        arguments: "",
        expression: "(workspace.joinPackages { crates = [ \"pkg-x\" ]; }).drvPath",
        message: "cratesieve: `joinPackages` of the workspace: there is no crate `pkg-x` in the workspace\n\
                  its members are: pkg-a, pkg-b, pkg-c, pkg-d",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            w.write("crates/pkg-b/src/bin/pkg-c.rs", "fn main() {}\n");
            w.generate();
        },
        arguments: "",
        expression: "(workspace.joinPackages { crates = [ \"pkg-b\" \"pkg-c\" ]; }).drvPath",
        message: "cratesieve: `joinPackages` of the workspace: the crates `pkg-b` and `pkg-c` both have a program \
                  `pkg-c`\nleave one of them out",
    },
    // ---- Cargo's configuration ----
    Case {
        fixture: "rustc-wrapper",
        change: |w| w.write(".cargo/own.toml", ""),
        arguments: "",
        expression: "workspace.crates.app.package.drvPath",
        message: "cratesieve: cratesieve.json is stale: .cargo/config.toml includes .cargo/own.toml, \
                  which the manifest does not know\nrun: nix run .#gen",
    },
    Case {
        fixture: "config-target-dir",
        change: |w| {
            w.write(
                ".cargo/config.toml",
                "[resolver]\nlockfile-path = \"x/Cargo.lock\"\n",
            )
        },
        arguments: "",
        expression: "workspace.crates.app.package.drvPath",
        message: "cratesieve: .cargo/config.toml has `resolver.lockfile-path`: cratesieve reads the \
                  Cargo.lock next to the root Cargo.toml\nleave it out",
    },
    Case {
        fixture: "paths-override",
        change: |w| w.remove("vendor"),
        arguments: "",
        expression: "workspace.crates.a.package.drvPath",
        message: "cratesieve: `paths` in .cargo/config.toml names vendor/cfg-if, which is not there\n(In a \
                  git repository, first `git add` the directory: a flake sees only files that git tracks.)",
    },
    Case {
        fixture: "paths-override",
        change: |w| {
            w.append(
                "vendor/cfg-if/Cargo.toml",
                "[dependencies]\nx.path = \"../x\"\n",
            )
        },
        arguments: "",
        expression: "workspace.crates.a.package.drvPath",
        message: "cratesieve: `paths` in Cargo's configuration names vendor/cfg-if, which cannot stand in \
                  a vendor directory: it has a dependency by path\nuse [patch] in Cargo.toml instead, \
                  and run: nix run .#gen",
    },
    // ---- What is not there to be had ----
    Case {
        fixture: "glob-members",
        change: |_| {},
        arguments: "",
        expression: "workspace.crates.old.package.drvPath",
        message: "cratesieve: `crates.old.package`: crate `old` (tools/old) is not a member of the \
                  workspace, and Cargo builds it only as a dependency of other crates\nlist it in `members` of Cargo.toml, \
                  and run: nix run .#gen",
    },
    Case {
        fixture: "four-crates",
        change: |w| {
            for name in ["Cargo.toml", "Cargo.lock", "crates"] {
                w.rename(name, &format!("ws/{name}"));
            }
        },
        arguments: "workspaceRoot = directory + \"/ws\"; cratesieve = pkgs.jq;",
        expression: "workspace.checks.manifest.drvPath",
        message: "cratesieve: `manifest` of mkWorkspace, SRC/cratesieve.json, lies outside the \
                  workspace, where `checks.manifest` cannot compare it\nput it next to the root \
                  Cargo.toml: nix run .#gen",
    },
];

fn said(case: &Case, nix: &Nix) -> String {
    let workspace = Workspace::of(case.fixture);
    (case.change)(&workspace);
    let message = nix.error(&workspace.expression(case.arguments, case.expression));
    let message = message.replace(workspace.repository().as_str(), "SRC");
    let mut parts = message.split("/nix/store/");
    let head = parts.next().unwrap().to_owned();
    let is_of_name = |c: char| c.is_alphanumeric() || "+-._?=".contains(c);
    parts.fold(head, |text, part| {
        text + "STORE" + part.trim_start_matches(is_of_name)
    })
}

#[test]
fn word_for_word() {
    for nix in all_nix() {
        let wrong: Vec<String> = CASES
            .par_iter()
            .filter_map(|case| {
                let said = said(case, &nix);
                let report = format!("expected: {}\nfound:    {said}\n\n", case.message);
                (said != case.message).then_some(report)
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.concat());
    }
}

/// A message in nix/ with places that are filled in: the texts between these places.
type Template = Vec<String>;

/// The first lines of all messages in nix/, and the texts after `is stale:`.
fn templates() -> Vec<Template> {
    let files = WalkDir::new(repository().join("nix"))
        .into_iter()
        .map(Result::unwrap);
    let mut templates = Vec::new();
    for file in files.filter(|file| file.path().extension() == Some("nix".as_ref())) {
        let text = fs::read_to_string(file.path()).unwrap();
        let code: String = text
            .split_inclusive('\n')
            .filter(|line| !line.trim_start().starts_with('#'))
            .collect();
        for (start, _) in code.match_indices("cratesieve: ") {
            templates.push(template(&code[start..]));
        }
        for opening in ["stale \"", "stale manifest \""] {
            for (start, _) in code.match_indices(opening) {
                templates.push(template(&code[start + opening.len()..]));
            }
        }
        for (start, word) in code.match_indices("throw ") {
            let rest = code[start + word.len()..].trim_start_matches(['(', ' ', '\n']);
            let is_known = ["head problems", "decided ", "mistaken ", "stale "]
                .iter()
                .any(|known| rest.starts_with(known))
                || rest
                    .trim_start_matches(['\'', ' ', '\n'])
                    .starts_with("cratesieve: ");
            assert!(
                is_known,
                "{}: this throw is not looked at: {rest:.80}",
                file.path().display()
            );
        }
    }
    templates
}

/// Reads a template to the end of the line or of the string.
fn template(text: &str) -> Template {
    let mut pieces = vec![String::new()];
    let mut depth = 0;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if depth == 0 && (next == '\n' || next == '"' || rest.starts_with("''")) {
            break;
        }
        if depth == 0 && rest.starts_with("${") {
            pieces.push(String::new());
        }
        match next {
            '{' => depth += 1,
            '}' => depth -= 1,
            '$' if rest.starts_with("${") => {}
            _ if depth == 0 => pieces.last_mut().unwrap().push(next),
            _ => {}
        }
        rest = &rest[next.len_utf8()..];
    }
    pieces
}

fn fits(template: &Template, message: &str) -> bool {
    let mut rest = message;
    template
        .iter()
        .all(|piece| match rest.find(piece.as_str()) {
            Some(start) => {
                rest = &rest[start + piece.len()..];
                true
            }
            None => false,
        })
}

#[test]
fn every_message_is_tried() {
    let templates = templates();
    assert!(templates.len() >= 25, "only {} messages", templates.len());
    let untried: Vec<_> = templates
        .iter()
        .filter(|template| {
            let messages = CASES.iter().map(|case| case.message);
            !messages
                .chain([NOT_SET_UP])
                .any(|message| fits(template, message))
        })
        .collect();
    assert!(untried.is_empty(), "no case says {untried:#?}");
}
