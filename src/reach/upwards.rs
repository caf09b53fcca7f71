//! Strings that are joined to a directory further up, which another source of the same program finds.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::reads::RunTime;
use super::strings::{is_rest, is_usual, literal_part, quoted};
use super::{Class, Inherited, Walk};
use crate::scan::Literal;

impl Walk<'_> {
    /// Tries the strings of a build script from further up, if any of its sources climbs; and those of
    /// all tests, if any source that they see leads to a directory above the package. Notes the strings
    /// that the library joins to a directory, if any source of the library leads there.
    pub(super) fn upwards(&mut self, inherited: &Inherited) -> anyhow::Result<()> {
        let seen: BTreeSet<(String, bool, Class)> = self
            .seen
            .iter()
            .map(|((file, source), class)| (file.clone(), source.of_build, *class))
            .collect();
        let is_test = |class| class == Class::Test;
        let (mut script, mut tests, mut library) = (false, inherited.leads_up, false);
        for (file, of_build, class) in &seen {
            let scan = match is_test(*class) && !of_build {
                true => self.tree.scan_tests(file),
                false => self.scan(file, *of_build),
            };
            script |= scan.climbs && *of_build;
            if !of_build {
                let of_package = scan.leads_up && scan.names_package && !is_test(*class);
                library |= of_package;
                tests |= of_package || scan.tests_lead_up || is_test(*class) && scan.leads_up;
            }
        }
        // The scans are the slow part, so they are made in parallel.
        let is_tried = |of_build: bool| of_build && script || !of_build && tests;
        seen.par_iter()
            .filter(|(_, of_build, _)| is_tried(*of_build))
            .for_each(|(file, ..)| drop(self.tree.scan_all(file)));
        for (file, of_build, class) in &seen {
            let is_of_tests = |literal: &&Literal| is_test(*class) || literal.test;
            if is_tried(*of_build) {
                let scan = self.tree.scan_all(file);
                let wanted = scan
                    .literals
                    .iter()
                    .filter(|literal| *of_build || is_of_tests(literal));
                for literal in wanted {
                    let class = if *of_build { *class } else { Class::Test };
                    self.run_time(file, class, literal, true, *of_build)?;
                }
            }
            if !of_build && library && !is_test(*class) {
                self.note_steps(file, *class);
            }
        }
        Ok(())
    }

    /// The strings of a source of the library or of a binary that are joined to a directory.
    fn note_steps(&mut self, file: &str, class: Class) {
        let scan = self.tree.scan_all(file);
        let is_step = |literal: &&Literal| literal.is_step || is_rest(&literal.text);
        for literal in scan.literals.iter().filter(is_step) {
            let text = literal_part(&literal.text);
            if !literal.test && !literal.in_macro && !text.is_empty() && !is_usual(text) {
                let by = self.by(file, literal.line, quoted(literal));
                self.reach
                    .run_time
                    .push(RunTime::further_up(class, by, text));
            }
        }
    }
}
