//! The examples in a Markdown text that a crate includes as documentation, which are its tests.

use super::reads::Class;
use super::{Source, Walk};
use crate::path;
use crate::scan::{Base, Reference, Text};

impl Walk<'_> {
    /// What the examples in `document`, which the source file `file` includes, read. Up to edition
    /// 2021 a path in them starts from the source file, and then from the document.
    pub(super) fn examples(&mut self, file: &str, document: &str) -> anyhow::Result<()> {
        let scan = self.tree.scan_examples(document);
        for literal in &scan.literals {
            self.run_time(document, Class::Test, literal, scan.tests_lead_up, false)?;
        }
        for reference in &scan.references {
            let bases = match reference.base {
                Base::File => vec![path::parent(file), path::parent(document)],
                _ => vec![path::parent(file)],
            };
            for base in bases {
                let seen = self.seen_from(base, reference);
                self.reference(document, Class::Test, EXAMPLE, &seen)?;
            }
        }
        Ok(())
    }

    /// A reference whose path starts from `base`, with the path from the workspace root.
    fn seen_from(&self, base: &str, reference: &Reference) -> Reference {
        let mut seen = reference.clone();
        if let (Base::File, Text::Known(text)) = (&reference.base, &reference.path)
            && let Some(path) = self.tree.root().join(base, text)
        {
            seen.base = Base::Workspace;
            seen.path = Text::Known(path);
        }
        seen
    }
}

const EXAMPLE: Source = Source {
    owns_directory: true,
    of_build: false,
};
