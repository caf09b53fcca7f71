//! flake.nix: `init` writes it if it is missing. Otherwise it prints what to add.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use rnix::SyntaxNode;
use similar::TextDiff;

use super::place::Place;
use super::steps::{Steps, below, read, shown};
use crate::cli::printer::Printer;
use crate::problem::shell_word;
use crate::rewrite::read_lock::Lock;
use crate::setup::addition::{Addition, Request, addition};
use crate::setup::edits::{applied, line};
use crate::setup::flake::{self, Flake};
use crate::setup::native::{self, Wanted};
use crate::setup::presence::{Presence, crates_text, paths};

/// The largest number of Nix files that are read. Real flakes have fewer.
const MOST_FILES: usize = 400;

pub fn add(place: &Place<'_>, steps: &mut Steps<'_, '_>) -> anyhow::Result<()> {
    let path = place.flake.join("flake.nix");
    let wanted = wanted(place)?;
    match read(&path)? {
        None => {
            steps.write(&path, &place.layout.flake(&wanted), false)?;
            steps.left.push(first_build(place));
        }
        Some(text) => {
            let shown = shown(&path);
            match flake::read(&text) {
                Err(words) => {
                    steps.say(&format!("{shown} is there and stays as it is"))?;
                    steps.say(&format!("{shown} cannot be read: {words}"))?;
                    steps.left.push(format!(
                        "Add to {shown}:\n\n{}",
                        below(&place.layout.general_addition(&wanted))
                    ));
                }
                Ok(flake) => {
                    let lacking = Lacking::new(place, &text, &flake, &wanted)?;
                    match lacking.words(place, &text, &wanted, &shown) {
                        None => steps.say(&format!("{shown} has cratesieve already"))?,
                        Some(words) => {
                            steps.say(&format!("{shown} is there and stays as it is"))?;
                            steps.left.push(words);
                        }
                    }
                }
            }
        }
    }
    steps.files.push(path);
    Ok(())
}

/// What to build first with a flake that `init` has written.
fn first_build(place: &Place<'_>) -> String {
    let flake = shown(&place.flake);
    let is_below = !flake.as_str().is_empty() && flake != "." && !flake.starts_with("..");
    let flake = match is_below {
        true if flake.is_absolute() => shell_word(flake.as_str()),
        true => shell_word(&format!("./{flake}")),
        // Nix looks for flake.nix in the directories above, too.
        false => ".".to_owned(),
    };
    let crates = &place.analysis.manifest.crates;
    let programs = crates
        .iter()
        .filter(|(_, entry)| entry.member && !entry.bins.is_empty());
    // The package in the workspace root is the one that people know.
    let program = programs.min_by_key(|(_, entry)| entry.path != ".");
    let package = program.map(|(name, _)| format!("    nix build {flake}#{name}\n"));
    let all = match flake.as_str() {
        "." => "    nix flake check --keep-going\n".to_owned(),
        flake => format!("    nix flake check --keep-going {flake}\n"),
    };
    match package {
        Some(package) => format!("Build a package, and run all checks:\n\n{package}{all}"),
        None => format!("Run all checks:\n\n{all}"),
    }
}

/// Prints the additions to flake.nix as a patch, as far as a patch can express them.
pub fn patch(place: &Place<'_>, printer: &mut Printer<'_>) -> anyhow::Result<()> {
    let path = place.flake.join("flake.nix");
    let wanted = wanted(place)?;
    let old = read(&path)?.unwrap_or_default();
    let new = match flake::read(&old) {
        _ if old.is_empty() => place.layout.flake(&wanted),
        Err(words) => {
            return printer.error(&format!("{} cannot be read: {words}", shown(&path)));
        }
        Ok(flake) => {
            let lacking = Lacking::new(place, &old, &flake, &wanted)?;
            if !lacking.addition.is_whole {
                printer.error(&format!(
                    "{}: there is no patch for a flake in this form; `cratesieve init` prints what to add",
                    shown(&path)
                ))?;
            }
            for note in &lacking.addition.notes {
                printer.status(&format!("note: {note}"))?;
            }
            match lacking.addition.is_whole {
                true => applied(&old, &lacking.addition.edits),
                false => old.clone(),
            }
        }
    };
    if new == old {
        return Ok(());
    }
    let name = match place.layout.flake.as_str() {
        "." => "flake.nix".to_owned(),
        directory => format!("{directory}/flake.nix"),
    };
    let before = if old.is_empty() {
        "/dev/null".to_owned()
    } else {
        format!("a/{name}")
    };
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(&before, &format!("b/{name}"))
        .to_string();
    printer.data(&text)
}

/// What flake.nix wants.
struct Lacking {
    addition: Addition,
    /// Settings of crates, if the flake has a workspace already.
    settings: BTreeMap<String, Wanted>,
    has_call: bool,
}

impl Lacking {
    fn new(
        place: &Place<'_>,
        text: &str,
        flake: &Flake,
        wanted: &BTreeMap<String, Wanted>,
    ) -> anyhow::Result<Self> {
        let others = others(place, text);
        let presence = Presence::new(flake, &others);
        let crates = &place.analysis.manifest.crates;
        let members = crates.iter().filter(|(_, entry)| entry.member);
        let with_binary = members.clone().filter(|(_, entry)| !entry.bins.is_empty());
        let mut packages: BTreeSet<String> = with_binary.map(|(name, _)| name.clone()).collect();
        if !packages.is_empty() {
            packages.insert("default".to_owned());
        }
        let mut checks = BTreeSet::from(["fmt".to_owned(), "manifest".to_owned()]);
        for (name, _) in members {
            checks
                .extend(["check", "clippy", "doc", "test"].map(|check| format!("{name}-{check}")));
        }
        let request = Request {
            text,
            flake,
            presence: &presence,
            settings: place.layout.settings(),
            wanted,
            packages,
            checks,
            toolchain_file: toolchain_file(place),
        };
        let addition = addition(&request);
        Ok(Self {
            addition,
            settings: match presence.has_call() {
                true => presence.missing(wanted),
                false => BTreeMap::new(),
            },
            has_call: presence.has_call(),
        })
    }

    /// `None` where nothing is to be done.
    fn words(
        &self,
        place: &Place<'_>,
        text: &str,
        wanted: &BTreeMap<String, Wanted>,
        shown: &Utf8Path,
    ) -> Option<String> {
        let Addition {
            edits,
            notes,
            is_whole,
        } = &self.addition;
        let mut parts = Vec::new();
        if !is_whole && !self.has_call {
            parts.push(format!(
                "init does not know the form of this flake. It needs these parts:\n\n{}",
                place.layout.general_addition(wanted).trim_end()
            ));
        } else {
            for edit in edits.iter().filter(|edit| !edit.shown.is_empty()) {
                let line = line(text, edit.range.start);
                parts.push(format!(
                    "# line {line}, {}:\n\n{}",
                    edit.place,
                    below(&edit.shown).trim_end()
                ));
            }
        }
        if !self.settings.is_empty() {
            let lines = crates_text(&self.settings, "pkgs").join("\n");
            let and = if edits.is_empty() { "" } else { "and " };
            parts.push(format!(
                "# {and}to the settings of the workspace, next to `src`: packages of Cargo.lock need \
                 these:\n\n{}",
                below(&lines).trim_end()
            ));
        }
        if parts.is_empty() {
            return None;
        }
        let mut words = format!("Add to {shown}:\n\n{}", below(&parts.join("\n\n")));
        for note in notes {
            words += &format!("\n    # {note}\n");
        }
        if *is_whole && !edits.is_empty() {
            words += &format!(
                "\nOr let git add it: cratesieve init --patch | git{} apply\n",
                at_top(place)
            );
        }
        Some(words)
    }
}

/// The option with which git runs at the top of the repository.
fn at_top(place: &Place<'_>) -> String {
    match shown(&place.top).as_str() {
        "" | "." => String::new(),
        top => format!(" -C {}", shell_word(top)),
    }
}

/// What Cargo.lock's packages want of nixpkgs, crate by crate.
fn wanted(place: &Place<'_>) -> anyhow::Result<BTreeMap<String, Wanted>> {
    // What is wrong with the file, Cargo and Nix say where it is used.
    let bytes = fs::read(place.analysis.root.join("Cargo.lock")).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let crates = &place.analysis.manifest.crates;
    let closures = crates
        .iter()
        .map(|(name, entry)| (name.clone(), entry.closure.clone()));
    Ok(native::wanted(&Lock::parse(&text), &closures.collect()))
}

/// rustup's file of the workspace, as flake.nix says it.
fn toolchain_file(place: &Place<'_>) -> Option<String> {
    let directories = place.analysis.root.ancestors();
    let mut directories = directories.take_while(|directory| directory.starts_with(&place.top));
    let found = directories.find_map(|directory| {
        let names = ["rust-toolchain.toml", "rust-toolchain"];
        let files = names.map(|name| directory.join(name));
        files.into_iter().find(|file| file.exists())
    })?;
    let root = crate::path::Root::new(&place.flake);
    let relative = root.relative(&found)?;
    Some(match relative.starts_with("../") {
        true => relative,
        false => format!("./{relative}"),
    })
}

/// The files of Nix that a flake leads to, by the paths that it writes down.
fn others(place: &Place<'_>, text: &str) -> Vec<SyntaxNode> {
    let mut seen = BTreeSet::from([place.flake.join("flake.nix")]);
    let mut left: Vec<(Utf8PathBuf, SyntaxNode)> = Vec::new();
    if let Some(root) = parsed(text) {
        left.push((place.flake.clone(), root));
    }
    let mut roots = Vec::new();
    while let Some((directory, root)) = left.pop() {
        for path in paths(&root) {
            let Ok(path) = directory.join(path).canonicalize_utf8() else {
                continue;
            };
            for file in files_of(&path) {
                let is_new = seen.len() < MOST_FILES && seen.insert(file.clone());
                let text = is_new.then(|| fs::read_to_string(&file).ok()).flatten();
                let directory = file.parent().map(Utf8Path::to_owned);
                let root = text.as_deref().and_then(parsed);
                if let (Some(root), Some(directory)) = (root, directory) {
                    roots.push(root.clone());
                    left.push((directory, root));
                }
            }
        }
    }
    roots
}

fn parsed(text: &str) -> Option<SyntaxNode> {
    let parsed = rnix::Root::parse(text);
    parsed.errors().is_empty().then(|| parsed.syntax())
}

/// A file; of a directory its default.nix, and where it has none, all that may be read one by one.
fn files_of(path: &Utf8Path) -> Vec<Utf8PathBuf> {
    let is_nix = |path: &Utf8Path| path.extension() == Some("nix");
    if path.is_file() {
        return if is_nix(path) {
            vec![path.to_owned()]
        } else {
            Vec::new()
        };
    }
    let default = path.join("default.nix");
    if default.is_file() {
        return vec![default];
    }
    // `./.` is what a source is, not code.
    if path.join("flake.nix").exists() {
        return Vec::new();
    }
    let walk = walkdir::WalkDir::new(path).max_depth(3).sort_by_file_name();
    let entries = walk
        .into_iter()
        .take(MOST_FILES * 10)
        .filter_map(Result::ok);
    let files = entries.filter_map(|entry| Utf8PathBuf::from_path_buf(entry.into_path()).ok());
    files
        .filter(|file| is_nix(file) && file.is_file())
        .collect()
}
