//! The generator of workspaces is deterministic.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use camino::Utf8Path;

use crate::common::{copy_in_order, cratesieve, utf8};
use crate::workspace::for_all;

#[test]
fn what_is_generated_is_the_same_everywhere_and_written_once() {
    for_all(100, |case| {
        let workspace = case.write();
        let manifest = workspace.root().join("cratesieve.json");
        workspace.generate();
        let text = fs::read_to_string(&manifest).unwrap();
        let file = |path: &Utf8Path| {
            let metadata = fs::metadata(path).unwrap();
            (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
        };
        let written = file(&manifest);
        workspace.generate();
        assert_eq!(file(&manifest), written, "it is written once more");
        let checked = cratesieve(&workspace.root(), ["gen", "--check", "--quiet"]);
        assert_eq!((checked.code, &*checked.stderr), (0, ""));

        let copy = copy_in_order(workspace.repository(), |entries| entries.reverse());
        let root = utf8(&copy).join(case.plan.root);
        fs::remove_file(root.join("cratesieve.json")).unwrap();
        let elsewhere = cratesieve(&root, ["gen", "--output", "-"]);
        assert_eq!(elsewhere.stdout, text, "{}", elsewhere.stderr);
    });
}
