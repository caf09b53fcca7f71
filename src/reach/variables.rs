//! Paths that start with a variable to which Cargo's configuration gives a value.

use super::Walk;
use super::reads::{Class, RunTime};
use super::strings::{literal_part, quoted};
use crate::path;
use crate::scan::{Base, Literal, Mention, Reference, Text};
use crate::tree::Resolved;

impl Walk<'_> {
    /// A reference that starts with the value of a variable, as one that starts from the workspace
    /// root. Where nothing says what the value is, the path varies from its first letter on.
    pub(super) fn of_variable(&self, file: &str, name: &str, reference: &Reference) -> Reference {
        let mut reference = reference.clone();
        let Some(variable) = self.own.environment.get(name) else {
            reference.base = Base::File;
            reference.path = match reference.path {
                Text::Known(text) => Text::Hole {
                    before: String::new(),
                    after: Some(text),
                },
                _ => Text::Hole {
                    before: String::new(),
                    after: None,
                },
            };
            return reference;
        };
        // A plain value is a path from where the file lies that the compiler reads.
        let seen = |text: &str| {
            let (base, text) = variable.path(path::parent(file), text);
            self.tree.root().join(base, &text)
        };
        let path = match &reference.path {
            Text::Known(text) => seen(text).map(Text::Known),
            Text::Hole { before, .. } => {
                let end = before.rfind('/').unwrap_or_default();
                let before = seen(&before[..end]).map(|before| format!("{before}/"));
                before.map(|before| Text::Hole {
                    before,
                    after: None,
                })
            }
            Text::Readme(_) => None,
        };
        reference.base = Base::Workspace;
        // An absolute path leads out of the repository.
        reference.path = path.unwrap_or_else(|| Text::Known("/".to_owned()));
        reference
    }

    /// A variable that code asks for. A file that a library opens through it at run time is an
    /// input of the crates that run the library.
    pub(super) fn mention(
        &mut self,
        file: &str,
        class: Class,
        of_build: bool,
        mention: &Mention,
    ) -> anyhow::Result<()> {
        let Some(variable) = self.own.environment.get(&mention.name) else {
            return Ok(());
        };
        let krate = self.own.krate.path.clone();
        let rest = mention.rest.as_deref().unwrap_or_default();
        let (base, text) = variable.path(&krate, rest);
        let Some(target) = self.tree.root().join(base, &text) else {
            return Ok(());
        };
        let class = if mention.test { Class::Test } else { class };
        let is_at_run_time = !of_build && !mention.in_macro && class != Class::Test;
        if mention.rest.is_none() {
            self.values.insert((target.clone(), of_build));
        }
        let name = &mention.name;
        if let Some(resolved) = self.within_reason(&target)? {
            let by = self.by(file, mention.line, format!("the variable {name}"));
            if is_at_run_time {
                let text = self.tree.root().between(&krate, &target);
                let opened = RunTime::from_package(class, by, &text);
                self.reach.run_time.push(opened);
            } else {
                self.read(resolved, class, by);
            }
        }
        Ok(())
    }

    /// The strings of a crate that has asked for a directory, as paths below it: those of the build
    /// script where that has asked, else those of tests.
    pub(super) fn below_values(&mut self) -> anyhow::Result<()> {
        let values = std::mem::take(&mut self.values);
        if values.is_empty() {
            return Ok(());
        }
        let sources: Vec<(String, bool, Class)> = self
            .seen
            .iter()
            .map(|((file, source), class)| (file.clone(), source.of_build, *class))
            .collect();
        for (file, of_build, class) in sources {
            let scan = self.tree.scan_all(&file);
            let literals: Vec<&Literal> = scan
                .literals
                .iter()
                .filter(|literal| of_build || literal.test || class == Class::Test)
                .collect();
            for (directory, _) in values.iter().filter(|(_, asked)| *asked == of_build) {
                self.strings_below(directory, &file, of_build, &literals)?;
            }
        }
        Ok(())
    }

    fn strings_below(
        &mut self,
        directory: &str,
        file: &str,
        of_build: bool,
        literals: &[&Literal],
    ) -> anyhow::Result<()> {
        let mut found: Vec<(String, &Literal, Resolved)> = Vec::new();
        for literal in literals {
            let text = literal_part(&literal.text);
            // A word alone may be anything in a test.
            let is_path = text.contains(['/', '.']) || of_build;
            let target = self.tree.root().join(directory, text);
            let Some(target) = target.filter(|_| is_path && !text.is_empty()) else {
                continue;
            };
            if let Some(resolved) = self.within_reason(&target)? {
                found.push((target, literal, resolved));
            }
        }
        // Of `.join("a").join("b")`, the first step is no path of its own.
        let targets: Vec<String> = found.iter().map(|(target, ..)| target.clone()).collect();
        let is_step = |target: &String, literal: &Literal| {
            let is_longer = |other: &String| other != target && path::is_within(other, target);
            !literal.text.contains('/') && targets.iter().any(is_longer)
        };
        for (target, literal, resolved) in found {
            if !is_step(&target, literal) {
                let class = if of_build {
                    Class::Library
                } else {
                    Class::Test
                };
                let by = self.by(file, literal.line, quoted(literal));
                self.read(resolved, class, by);
            }
        }
        Ok(())
    }

    /// Where a path leads that is not known to be one: nothing around the crate, and no crate.
    fn within_reason(&self, target: &str) -> anyhow::Result<Option<Resolved>> {
        let is_usual = matches!(target, "Cargo.toml" | "Cargo.lock" | "src" | "target");
        if is_usual || path::is_within(&self.own.krate.path, target) {
            return Ok(None);
        }
        let Some(resolved) = self.lookup(target)? else {
            return Ok(None);
        };
        let is_crate = resolved.is_directory
            && self
                .tree
                .resolve(&path::child(target, "Cargo.toml"))?
                .is_some();
        Ok((!is_crate).then_some(resolved))
    }
}
