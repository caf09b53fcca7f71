//! A remedy is proposed if it works: each setting is tried on a copy of the manifests before a
//! message proposes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::Utf8PathBuf;

use crate::analysis::{Analysis, analyse_edited};
use crate::path;
use crate::problem::{Problem, split_failure};
use crate::scratch;
use crate::source::Role;
use crate::verify::setting::{add_setting, literal_glob};
use crate::verify::{Remedy, Verdicts};

/// A Cargo.toml, a key of its settings, and the globs to add.
pub type Settings = BTreeMap<(String, &'static str), BTreeSet<String>>;

/// The settings that add the missing files.
pub fn settings(analysis: &Analysis, verdicts: &Verdicts) -> Settings {
    let mut settings = Settings::new();
    for missing in verdicts.values().flat_map(|verdict| &verdict.missing) {
        if let Remedy::Setting(key) = missing.remedy {
            let krate = &analysis.graph.crates[&missing.name];
            let path = analysis.tree.root().between(&krate.path, &missing.path);
            settings
                .entry((krate.manifest(), key))
                .or_default()
                .insert(literal_glob(&path));
        }
    }
    settings
}

/// Replaces each setting that would not add its file with the reason.
pub fn try_out(analysis: &Analysis, verdicts: &mut Verdicts) -> anyhow::Result<()> {
    let wanted = settings(analysis, verdicts);
    if wanted.is_empty() {
        return Ok(());
    }
    let (_made, directory) = scratch::directory("cratesieve-verify-settings-")?;
    let mut texts: BTreeMap<&String, String> = BTreeMap::new();
    for ((manifest, key), globs) in &wanted {
        let text = match texts.remove(manifest) {
            Some(text) => text,
            None => fs::read_to_string(analysis.root.join(manifest))?,
        };
        // Where there is no room for it, it is said when it is written.
        let added = add_setting(&text, key, globs).unwrap_or(text);
        texts.insert(manifest, added);
    }
    let mut edited: BTreeMap<String, Utf8PathBuf> = BTreeMap::new();
    for (count, (manifest, text)) in texts.into_iter().enumerate() {
        let place = directory.join(format!("{count}.toml"));
        fs::write(&place, text)?;
        edited.insert(manifest.clone(), place);
    }
    let tried = split_failure(analyse_edited(
        &analysis.root,
        edited,
        analysis.tree.scans(),
    ))?;
    let mut held: BTreeMap<(String, &str), BTreeSet<String>> = BTreeMap::new();
    for missing in verdicts.values_mut().map(|verdict| &mut verdict.missing) {
        let mut checked = BTreeSet::new();
        for mut missing in std::mem::take(missing) {
            if let Remedy::Setting(key) = missing.remedy {
                let why = match &tried {
                    Err(problems) => problems.iter().next().map(words),
                    Ok(analysis) => {
                        let of = (missing.name.clone(), key);
                        if !held.contains_key(&of) {
                            let role = match key {
                                "include" => Role::Library,
                                _ => Role::Test,
                            };
                            held.insert(of.clone(), analysis.source_files(&missing.name, role)?);
                        }
                        let mut files = held[&of].iter();
                        let is_held = files.any(|file| path::is_within(file, &missing.path));
                        let why = "it stays out of the source even if a setting names it";
                        (!is_held).then(|| why.to_owned())
                    }
                };
                if let Some(why) = why {
                    missing.remedy = Remedy::Unknown(why);
                }
            }
            checked.insert(missing);
        }
        *missing = checked;
    }
    Ok(())
}

fn words(problem: &Problem) -> String {
    problem.message.clone()
}
