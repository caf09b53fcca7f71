//! References that are looked for in more than one place.

use super::Walk;
use super::reads::Class;
use crate::path;
use crate::scan::{Reference, Text};

impl Walk<'_> {
    /// What lies in the nearest of `src`, the package's directory and those above it.
    pub(super) fn above(
        &mut self,
        file: &str,
        class: Class,
        reference: &Reference,
    ) -> anyhow::Result<()> {
        let Text::Known(text) = &reference.path else {
            return Ok(());
        };
        let krate = self.own.krate.path.clone();
        let tree = self.tree;
        for directory in tree.upwards(&path::child(&krate, "src")) {
            if let Some(target) = self.tree.root().join(&directory, text)
                && !path::is_within(&krate, &target)
                && let Some(resolved) = self.lookup(&target)?
            {
                let by = self.by(file, reference.line, reference.by.clone());
                self.read(resolved, class, by);
                return Ok(());
            }
        }
        Ok(())
    }

    /// The header that the `include!` of a bridge names: `<package>/include/store.h` means
    /// `include/store.h` of the package, and a prefix may replace its name. A path that starts with
    /// a `.` is relative to the file.
    pub(super) fn header(
        &mut self,
        file: &str,
        class: Class,
        reference: &Reference,
    ) -> anyhow::Result<()> {
        let Text::Known(text) = &reference.path else {
            return Ok(());
        };
        let krate = self.own.krate.path.clone();
        let mut rest = Some(text.as_str());
        while let Some(text) = rest {
            let base = if text.starts_with('.') {
                path::parent(file)
            } else {
                &krate
            };
            if let Some(target) = self.tree.root().join(base, text)
                && let Some(resolved) = self.lookup_from(base, text, &target)?
                && !resolved.is_directory
            {
                let by = self.by(file, reference.line, reference.by.clone());
                self.read(resolved, class, by);
                return Ok(());
            }
            rest = text.split_once('/').map(|(_, rest)| rest);
        }
        Ok(())
    }
}
