//! Where the file of a `mod name;` lies: the rules of the Rust reference, "Module source filenames".

use super::reads::Class;
use super::{Source, Walk};
use crate::path;
use crate::scan::{Inline, Module};

impl Walk<'_> {
    /// If a macro declares modules, any file in the directory may be one, here or in any file that
    /// calls the macro.
    pub(super) fn computed_modules(&mut self, class: Class, of_build: bool) {
        if self
            .computed
            .iter()
            .any(|(known, build)| *known <= class && *build == of_build)
        {
            return;
        }
        self.computed.push((class, of_build));
        let krate = self.own.krate;
        let source_directory = path::child(&krate.path, "src");
        let bins = path::child(&source_directory, "bin");
        let may_be = |file: &&String| {
            let is_beside =
                path::is_within(file, &source_directory) && !path::is_within(file, &bins);
            file.ends_with(".rs")
                && (is_beside || (self.default)(file) == Some(Class::Library))
                && !krate.targets.iter().any(|target| target.path == **file)
        };
        let files: Vec<String> = self.own.files.keys().filter(may_be).cloned().collect();
        for file in files {
            self.enqueue_either_way(&file, class, of_build);
        }
    }

    /// `mod name;`: the rules of the Rust reference, "Module source filenames".
    pub(super) fn module(
        &mut self,
        file: &str,
        class: Class,
        source: Source,
        module: &Module,
    ) -> anyhow::Result<()> {
        let class = if module.test { Class::Test } else { class };
        let by = self.by(file, module.line, format!("mod {}", module.name));
        let directory = path::parent(file);
        let stem = path::name(file)
            .strip_suffix(".rs")
            .unwrap_or(path::name(file));
        let own_directory = match source.owns_directory {
            true => directory.to_owned(),
            false => path::child(directory, stem),
        };
        let inner = self.inline_directories(directory, own_directory, &module.inside);
        let beside_file = vec![directory.to_owned()];
        let path_bases = if module.inside.is_empty() {
            &beside_file
        } else {
            &inner
        };
        for base in path_bases {
            for given in &module.paths {
                if let Some(target) = self.tree.root().join(base, given) {
                    let source = Source {
                        owns_directory: true,
                        ..source
                    };
                    self.open(&target, class, by.clone(), source)?;
                }
            }
        }
        if module.is_elsewhere {
            return Ok(());
        }
        let beside = Source {
            owns_directory: false,
            ..source
        };
        let within = Source {
            owns_directory: true,
            ..source
        };
        let name = &module.name;
        for base in &inner {
            for (file, source) in [
                (format!("{name}.rs"), beside),
                (format!("{name}/mod.rs"), within),
            ] {
                self.open(&path::child(base, &file), class, by.clone(), source)?;
            }
        }
        Ok(())
    }

    /// Every directory that the inline modules around a declaration can mean.
    fn inline_directories(&self, directory: &str, own: String, inside: &[Inline]) -> Vec<String> {
        let mut places = vec![own];
        for (depth, inline) in inside.iter().enumerate() {
            let mut next = Vec::new();
            for place in &places {
                // A path starts from the directory of the file, whatever the file's own is.
                let base = if depth == 0 { directory } else { place };
                next.extend(
                    inline
                        .paths
                        .iter()
                        .filter_map(|path| self.tree.root().join(base, path)),
                );
                if !inline.is_elsewhere {
                    next.push(path::child(place, &inline.name));
                }
            }
            // Each `cfg_attr` doubles them. Real sources have fewer.
            next.truncate(16);
            places = next;
        }
        places
    }
}
