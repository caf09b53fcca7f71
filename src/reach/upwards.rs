//! Strings that are joined to a directory further up, which another source of the same program finds.

use std::collections::BTreeSet;

use super::reads::RunTime;
use super::strings::{is_rest, is_usual, literal_part, quoted};
use super::{Class, Inherited, Walk};
use crate::scan::Literal;

impl Walk<'_> {
    /// Tries the strings of a build script, or of all tests, from further up, if any of its sources
    /// leads upwards. Notes those that the library joins to a directory, if any source of the library
    /// leads upwards from its package.
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
            // Most sources that climb include a file, which says nothing of other strings.
            let in_tests = |literal: &Literal| {
                literal.test && (literal.from_package || literal.text.starts_with(".."))
            };
            script |= scan.climbs && *of_build;
            if scan.climbs && !of_build {
                let is_of_package = scan.names_package && !is_test(*class);
                library |= is_of_package;
                tests |= is_test(*class) || is_of_package || scan.literals.iter().any(in_tests);
            }
        }
        for (file, of_build, class) in &seen {
            let is_of_tests = |literal: &&Literal| is_test(*class) || literal.test;
            if *of_build && script || !of_build && tests {
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
