//! The copies of a workspace, and the changes that scenarios make in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use cratesieve::manifest::{CrateEntry, FILE_NAME, Manifest};
use serde_json::Value;

use crate::common::{git, git_command, symlink};
use crate::options::{Options, Scenario};
use crate::process::must;

/// The toolchain of the builds in Nix. rust-toolchain.toml is ignored.
pub struct Toolchain {
    binaries: Utf8PathBuf,
}

impl Toolchain {
    pub fn of_host_tools() -> Result<Self, String> {
        let path = std::env::var("CRATESIEVE_HOST_TOOLS").map_err(|error| error.to_string())?;
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let tools: Value =
            serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
        let toolchain = tools["toolchain"].as_str();
        let toolchain = toolchain.ok_or_else(|| format!("{path} names no toolchain"))?;
        Ok(Self {
            binaries: Utf8Path::new(toolchain).join("bin"),
        })
    }

    pub fn cargo(&self, directory: &Utf8Path) -> Command {
        self.command(self.binaries.join("cargo").as_str(), directory)
    }

    fn command(&self, program: &str, directory: &Utf8Path) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        command
            .current_dir(directory)
            .env("PATH", format!("{}:{path}", self.binaries));
        // Variables that the cargo of this benchmark sets for its children.
        for (name, _) in std::env::vars() {
            let is_ours = name.starts_with("CARGO") && name != "CARGO_HOME";
            if is_ours || name.starts_with("RUST") && name != "RUSTUP_HOME" {
                command.env_remove(name);
            }
        }
        command
    }
}

/// Two equal copies of a workspace: Nix reads one, and Cargo builds in the other, where tests may leave files.
pub struct Trees {
    pub name: String,
    pub for_nix: Utf8PathBuf,
    pub for_cargo: Utf8PathBuf,
    pub manifest: Manifest,
    edits: usize,
}

impl Trees {
    pub fn of(
        workspace: &Utf8Path,
        scratch: &Utf8Path,
        toolchain: &Toolchain,
    ) -> Result<Self, String> {
        let workspace = workspace
            .canonicalize_utf8()
            .map_err(|error| format!("{workspace}: {error}"))?;
        let name = workspace.file_name().unwrap_or("workspace").to_owned();
        let for_nix = scratch.join("nix").join(&name);
        copy(&workspace, &for_nix, &files_of(&workspace)?)?;
        if !for_nix.join("Cargo.lock").exists() {
            must(toolchain.cargo(&for_nix).arg("generate-lockfile"))?;
        }
        must(
            toolchain
                .command(env!("CARGO_BIN_EXE_cratesieve"), &for_nix)
                .arg("gen"),
        )?;
        let text =
            fs::read_to_string(for_nix.join(FILE_NAME)).map_err(|error| error.to_string())?;
        let manifest = Manifest::from_text(&text).map_err(|error| format!("{error:?}"))?;
        if let Some(outside) = &manifest.source_root {
            return Err(format!(
                "{name} needs files of {outside}, which are not copied"
            ));
        }
        let for_cargo = scratch.join("cargo").join(&name);
        copy(&for_nix, &for_cargo, &files_of(&for_nix)?)?;
        for tree in [&for_nix, &for_cargo] {
            git(tree, &["init", "--quiet"]);
            git(tree, &["add", "--all", "--force"]);
            git(tree, &["commit", "--quiet", "--message=x"]);
        }
        Ok(Self {
            name,
            for_nix,
            for_cargo,
            manifest,
            edits: 0,
        })
    }

    /// Changes both copies for a scenario, and describes the change. `None` if no crate or package fits the
    /// scenario. `compiled` are the third-party packages that are compiled at all.
    pub fn change(
        &mut self,
        scenario: Scenario,
        options: &Options,
        toolchain: &Toolchain,
        compiled: &BTreeSet<String>,
    ) -> Result<Option<String>, String> {
        let chosen = Chosen::of(&self.manifest, options)?;
        let (name, description) = match scenario {
            Scenario::Clean | Scenario::Nothing => return Ok(Some(String::new())),
            Scenario::Bump => return self.bump(options, toolchain, compiled),
            Scenario::Base | Scenario::Test => (chosen.base, "base crate"),
            Scenario::Middle => (chosen.middle, "one in the middle"),
            Scenario::Leaf => (chosen.leaf, "leaf"),
        };
        let Some(name) = name else { return Ok(None) };
        let entry = &self.manifest.crates[&name];
        let directory = Utf8Path::new(&entry.path);
        self.edits += 1;
        let number = self.edits;
        if scenario == Scenario::Test {
            let path = directory.join("tests/cratesieve_new.rs");
            let text = "#[test]\nfn cratesieve_new() {}\n";
            self.write(&path, |_| text.to_owned())?;
            return Ok(Some(format!(
                "a new file tests/cratesieve_new.rs in {name}"
            )));
        }
        let source = entry.lib.as_ref().or_else(|| entry.bins.values().next());
        let source = directory.join(source.ok_or_else(|| format!("{name} has no source"))?);
        self.write(&source, |text| {
            format!("{text}\n#[allow(dead_code)]\nfn __cratesieve_bench_{number}() {{}}\n")
        })?;
        let dependents = dependents(&self.manifest, &name).count();
        Ok(Some(format!(
            "an edit of {name} ({description}: {dependents} dependents, {} crates below it)",
            entry.closure.len() - 1
        )))
    }

    /// Changes one file in both copies.
    fn write(&self, path: &Utf8Path, change: impl Fn(&str) -> String) -> Result<(), String> {
        for tree in [&self.for_nix, &self.for_cargo] {
            let path = tree.join(path);
            let text = fs::read_to_string(&path).unwrap_or_default();
            let parent = path.parent().ok_or("a file without a directory")?;
            let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, change(&text)));
            written.map_err(|error| format!("{path}: {error}"))?;
            git(tree, &["add", "--force", path.as_str()]);
        }
        Ok(())
    }

    /// Updates a third-party package that depends on no other package, and nothing else.
    fn bump(
        &self,
        options: &Options,
        toolchain: &Toolchain,
        compiled: &BTreeSet<String>,
    ) -> Result<Option<String>, String> {
        let lock = self.for_nix.join("Cargo.lock");
        let before = fs::read_to_string(&lock).map_err(|error| error.to_string())?;
        let candidates = match &options.bump {
            Some((name, version)) => vec![(name.clone(), version.clone())],
            None => candidates(&before, toolchain, &self.for_nix, compiled)?,
        };
        for (name, version) in candidates.into_iter().take(10) {
            let mut update = toolchain.cargo(&self.for_nix);
            update.args(["update", "--package", &name, "--precise", &version]);
            let updated = must(&update);
            let after = fs::read_to_string(&lock).map_err(|error| error.to_string())?;
            // The lines with the version and the checksum.
            let changed = before
                .lines()
                .zip(after.lines())
                .filter(|(a, b)| a != b)
                .count();
            if updated.is_ok() && changed == 2 && before.lines().count() == after.lines().count() {
                self.write(Utf8Path::new("Cargo.lock"), |_| after.clone())?;
                let from = before.lines().zip(after.lines()).find(|(a, b)| a != b);
                let from = from.map_or("", |(from, _)| from.trim_start_matches("version = "));
                return Ok(Some(format!(
                    "{name} {} to {version} in Cargo.lock",
                    from.trim_matches('"')
                )));
            }
            fs::write(&lock, &before).map_err(|error| error.to_string())?;
            if options.bump.is_some() {
                let why = updated
                    .err()
                    .unwrap_or_else(|| "more than that package changes".to_owned());
                return Err(format!("--bump {name}@{version}: {why}"));
            }
        }
        Ok(None)
    }
}

/// Packages of the lock without dependencies, each with a version that it can be updated to. Direct
/// dependencies of members come first.
fn candidates(
    lock: &str,
    toolchain: &Toolchain,
    root: &Utf8Path,
    compiled: &BTreeSet<String>,
) -> Result<Vec<(String, String)>, String> {
    let document: toml_edit::DocumentMut = lock
        .parse()
        .map_err(|error| format!("Cargo.lock: {error}"))?;
    let packages = document["package"].as_array_of_tables();
    let packages: Vec<_> = packages.into_iter().flatten().collect();
    let text = |package: &toml_edit::Table, key: &str| {
        package
            .get(key)
            .and_then(|value| value.as_str())
            .map(str::to_owned)
    };
    let dependencies = |package: &toml_edit::Table| -> Vec<String> {
        let array = package
            .get("dependencies")
            .and_then(|value| value.as_array());
        let names = array
            .into_iter()
            .flatten()
            .filter_map(|value| value.as_str());
        names
            .map(|name| name.split(' ').next().unwrap_or(name).to_owned())
            .collect()
    };
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut direct = BTreeSet::new();
    for package in &packages {
        *times
            .entry(text(package, "name").unwrap_or_default())
            .or_default() += 1;
        if text(package, "source").is_none() {
            direct.extend(dependencies(package));
        }
    }
    let alone: BTreeSet<String> = packages
        .iter()
        .filter(|package| text(package, "source").is_some() && dependencies(package).is_empty())
        .filter_map(|package| text(package, "name"))
        .filter(|name| times[name] == 1 && compiled.contains(name))
        .collect();

    // The updates that Cargo would make.
    let mut update = toolchain.cargo(root);
    update.args(["update", "--dry-run", "--color", "never"]);
    let mut updates = Vec::new();
    crate::process::run(&update, |line| {
        if let ["Updating", name, from, "->", to, ..] =
            line.split_whitespace().collect::<Vec<_>>()[..]
        {
            let _ = from;
            if alone.contains(name) {
                updates.push((name.to_owned(), to.trim_start_matches('v').to_owned()));
            }
        }
    });
    // If the lock has the newest version, it is changed to the version before.
    for package in &packages {
        let (name, version) = (text(package, "name"), text(package, "version"));
        if let (Some(name), Some(version)) = (name, version)
            && alone.contains(&name)
            && let Some((rest, last)) = version.rsplit_once('.')
            && let Ok(last @ 1..) = last.parse::<u64>()
        {
            updates.push((name, format!("{rest}.{}", last - 1)));
        }
    }
    updates.sort_by_key(|(name, _)| !direct.contains(name));
    Ok(updates)
}

/// The crates that the scenarios edit.
struct Chosen {
    base: Option<String>,
    middle: Option<String>,
    leaf: Option<String>,
}

impl Chosen {
    fn of(manifest: &Manifest, options: &Options) -> Result<Self, String> {
        for name in [&options.base, &options.middle, &options.leaf]
            .into_iter()
            .flatten()
        {
            if !manifest.crates.contains_key(name) {
                return Err(format!("there is no crate {name}"));
            }
        }
        let count = |name: &str| dependents(manifest, name).count();
        // Without macros, because they run while other crates are compiled.
        let with = |fits: &dyn Fn(&str, &CrateEntry) -> bool| {
            let fitting = manifest.crates.iter().filter(|(name, entry)| {
                entry.member
                    && !entry.proc_macro
                    && (entry.lib.is_some() || !entry.bins.is_empty())
                    && fits(name, entry)
            });
            Vec::from_iter(fitting.map(|(name, _)| name.clone()))
        };
        let mut bases = with(&|name, entry| entry.lib.is_some() && count(name) > 0);
        bases.sort_by_key(|name| std::cmp::Reverse(count(name)));
        let base = options.base.clone().or_else(|| bases.first().cloned());
        let mut middles = with(&|name, entry| {
            entry.lib.is_some()
                && entry.closure.len() > 1
                && count(name) > 0
                && base.as_deref() != Some(name)
        });
        middles.sort_by_key(|name| count(name));
        let middle = options
            .middle
            .clone()
            .or_else(|| middles.get(middles.len() / 2).cloned());
        let mut leaves = with(&|name, entry| entry.closure.len() > 1 && count(name) == 0);
        leaves.sort_by_key(|name| std::cmp::Reverse(manifest.crates[name].closure.len()));
        let leaf = options.leaf.clone().or_else(|| leaves.first().cloned());
        Ok(Self { base, middle, leaf })
    }
}

/// The other crates that have this one in their closure.
fn dependents<'a>(manifest: &'a Manifest, name: &'a str) -> impl Iterator<Item = &'a str> {
    let crates = manifest.crates.iter();
    let of_this =
        crates.filter(move |(other, entry)| *other != name && entry.closure.contains(name));
    of_this.map(|(other, _)| other.as_str())
}

/// The files that git tracks or would track. Without git, all files except `target`.
fn files_of(directory: &Utf8Path) -> Result<Vec<Utf8PathBuf>, String> {
    let args = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let listed = git_command(directory, &args)
        .output()
        .map_err(|error| error.to_string())?;
    if listed.status.success() && !listed.stdout.is_empty() {
        let text = String::from_utf8(listed.stdout).map_err(|error| error.to_string())?;
        let paths = text.split_terminator('\0').map(Utf8PathBuf::from);
        return Ok(paths
            .filter(|path| directory.join(path).symlink_metadata().is_ok())
            .collect());
    }
    let walk = walkdir::WalkDir::new(directory).min_depth(1);
    let walk = walk.into_iter().filter_entry(|entry| {
        entry.file_name() != ".git" && !(entry.depth() == 1 && entry.file_name() == "target")
    });
    let mut paths = Vec::new();
    for entry in walk {
        let entry = entry.map_err(|error| error.to_string())?;
        if !entry.file_type().is_dir() {
            let path = Utf8Path::from_path(entry.path()).ok_or("a path is not UTF-8")?;
            paths.push(path.strip_prefix(directory).unwrap().to_owned());
        }
    }
    Ok(paths)
}

fn copy(from: &Utf8Path, to: &Utf8Path, paths: &[Utf8PathBuf]) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| error.to_string())?;
    for path in paths {
        let (source, target) = (from.join(path), to.join(path));
        let copied = || -> std::io::Result<()> {
            fs::create_dir_all(target.parent().unwrap_or(to))?;
            let kind = fs::symlink_metadata(&source)?;
            if kind.is_symlink() {
                symlink(&fs::read_link(&source)?, target.as_std_path());
            } else if kind.is_file() {
                fs::copy(&source, &target)?;
            }
            Ok(())
        };
        copied().map_err(|error| format!("{source}: {error}"))?;
    }
    Ok(())
}
