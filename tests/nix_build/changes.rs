//! `patches` and `postPatch` of a crate: every derivation that has the crate sees the changed files.

use std::fs;
use std::process::Command;

use crate::common::nix::{Workspace, nix_string};
use crate::common::succeed;
use crate::farm::Farm;

/// A patch in the form of `git diff`, of the library, of a test and of a file for tests only.
const PATCH: &str = "\
diff --git a/crates/pkg-a/src/words.rs b/crates/pkg-a/src/words.rs
index 0000001..0000002 100644
--- a/crates/pkg-a/src/words.rs
+++ b/crates/pkg-a/src/words.rs
@@ -1 +1 @@
-pub const HELLO: &str = \"hello\";
+pub const HELLO: &str = \"good morning\";
diff --git a/crates/pkg-a/tests/sides.rs b/crates/pkg-a/tests/sides.rs
--- a/crates/pkg-a/tests/sides.rs
+++ b/crates/pkg-a/tests/sides.rs
@@ -1,5 +1,6 @@
 #[test]
 fn even_is_left() {
     assert!(pkg_a::side(2).is_left());
     assert!(pkg_a::side(3).is_right());
+    assert_eq!(pkg_a::greeting(), \"good morning from pkg-a, early\");
 }
diff --git a/crates/pkg-a/src/added.rs b/crates/pkg-a/src/added.rs
new file mode 100644
--- /dev/null
+++ b/crates/pkg-a/src/added.rs
@@ -0,0 +1 @@
+pub const TIME: &str = \"early\";
";

fn patched(patch: &str) -> String {
    format!(
        "crates.pkg-a = {{
           patches = [ (pkgs.writeText \"fix.patch\" {}) ];
           postPatch = ''
             substituteInPlace crates/pkg-a/src/lib.rs \
               --replace-fail 'mod words;' 'mod words; mod added;' \
               --replace-fail '{{}} from pkg-a\", words::HELLO' '{{}} from pkg-a, {{}}\", words::HELLO, added::TIME' \
               --replace-fail 'hello from pkg-a' 'good morning from pkg-a, early'
           '';
         }};
         crates.pkg-b.postPatch = ''
           sed --in-place 's/hello from pkg-a/good morning from pkg-a, early/' crates/pkg-b/src/main.rs
         '';",
        nix_string(patch)
    )
}

#[test]
fn all_derivations_see_a_patched_crate_alike() {
    let workspace = Workspace::of("four-crates");
    for strategy in ["layered", "per-crate", "shared"] {
        let guarded = if strategy == "shared" {
            ""
        } else {
            "commonArgs.RUSTC_WRAPPER = guard;"
        };
        let arguments = format!("strategy = \"{strategy}\"; {} {guarded}", patched(PATCH));
        let built = Farm::of(&workspace, &arguments)
            .with(&["pkg-a", "pkg-b"], &["package", "check", "nextest"])
            .with(&["pkg-c"], &["test"])
            .with(&["pkg-a"], &["src", "testSrc", "librarySrc"])
            .build();
        let said = succeed(&mut Command::new(built.join("pkg-b/package/bin/pkg-b")));
        assert_eq!(
            said, "pkg-b: good morning from pkg-a, early\n",
            "{strategy}"
        );
        for (source, has_tests) in [("src", false), ("testSrc", true), ("librarySrc", false)] {
            let directory = built.join("pkg-a").join(source).join("crates/pkg-a");
            let words = fs::read_to_string(directory.join("src/words.rs")).unwrap();
            assert!(words.contains("good morning"), "{strategy} {source}");
            assert_eq!(directory.join("tests").exists(), has_tests, "{source}");
        }
    }
}

/// Patches that are refused, and the messages.
#[test]
fn a_patch_changes_the_files_of_its_crate() {
    let of = |path: &str| format!("--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-old\n+new\n");
    let cases = [
        (
            of("crates/pkg-b/src/main.rs"),
            "to crate `pkg-a`: crates/pkg-b/src/main.rs is no file of the crate",
        ),
        (
            of("crates/pkg-a/Cargo.toml"),
            "to crate `pkg-a`: Cargo.toml is rewritten while Nix evaluates, from the one in the workspace",
        ),
        (
            of("crates/pkg-a/README.md"),
            "to crate `pkg-a`: crates/pkg-a/README.md is no file that a build of the crate sees",
        ),
        (
            "diff --git a/crates/pkg-a/src/words.rs b/crates/pkg-a/src/other.rs\n\
             rename from crates/pkg-a/src/words.rs\nrename to crates/pkg-a/src/other.rs\n"
                .to_owned(),
            "to crate `pkg-a`: a part of it changes no text: diff --git a/crates/pkg-a/src/words.rs",
        ),
        (of("crates/pkg-a/src/words.rs"), "Hunk #1 FAILED"),
    ];
    let workspace = Workspace::of("four-crates");
    for (patch, message) in cases {
        let log = Farm::of(&workspace, &patched(&patch))
            .with(&["pkg-a"], &["testSrc"])
            .failure();
        assert!(log.contains(message), "{message}\n{log}");
    }
}
