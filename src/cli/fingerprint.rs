//! `cratesieve fingerprint`: keys for caches that are not Nix's.

use anyhow::bail;
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde_json::{Map, Value};

use super::options::{Format, Global};
use super::printer::Printer;
use super::workspace::{no_lock, workspace_with};
use crate::fingerprint::{Inputs, Part, fingerprint, place, stub_paths};
use crate::problem::Checked;
use crate::rewrite::{make_sources, read_workspace};
use crate::source::Role;

/// Print hashes of what a crate is built from: cache keys outside of Nix
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cratesieve fingerprint api               the hashes of all parts
  cratesieve fingerprint api --part src    one hash, for a cache key")]
#[command(after_help = "\
Parts:
  src    changes if the package of the crate is built again
  deps   changes if the third-party packages compiled for it are built again
  tests  changes if its tests, benches, examples or lints run again

A hash covers the files of the source, and Cargo.toml and Cargo.lock as cratesieve rewrites them.
It is the same on every machine. It does not cover the compiler and its flags.
In cratesieve's repository, the top of src/fingerprint.rs defines the bytes that are hashed.")]
pub struct Fingerprint {
    /// A package of the workspace
    #[arg(value_name = "CRATE")]
    name: String,
    /// Print only the hash of this part
    #[arg(long)]
    part: Option<PartName>,
    /// How to print the hashes
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PartName {
    Src,
    Deps,
    Tests,
}

impl From<PartName> for Part {
    fn from(name: PartName) -> Self {
        match name {
            PartName::Src => Self::Src,
            PartName::Deps => Self::Deps,
            PartName::Tests => Self::Tests,
        }
    }
}

pub fn run(args: &Fingerprint, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let name = args.name.as_str();
    let analysis = workspace_with(name, global)?;
    let (shape, tree) = (&analysis.manifest, &analysis.tree);
    let read = read_workspace(shape, tree)?;
    if read.lock.is_none() {
        return Err(no_lock().into());
    }
    let sources = make_sources(shape, &read, tree, &stub_paths());
    if let Some(problem) = sources.lock_problem(name, Role::Test) {
        return Err(problem.into());
    }
    let inputs = Inputs::of(&sources, shape, tree, name)?;
    let place = place(&analysis.root, shape);
    let identify = |path: &str| match tree.identify(path)? {
        Some(identity) => Ok(identity),
        None => bail!("{path} is gone"),
    };
    let all = Part::ALL.par_iter().map(|part| {
        let hash = fingerprint(*part, inputs.part(*part), &place, &identify)?;
        Ok((*part, hash))
    });
    let all: Vec<(Part, String)> = all.collect::<anyhow::Result<_>>()?;
    let wanted = args.part.map(Part::from);
    let is_wanted = |(part, _): &&(Part, String)| wanted.is_none_or(|wanted| wanted == *part);
    let found = all.iter().filter(is_wanted);
    match args.format {
        Format::Json => {
            let mut object = Map::new();
            object.insert("crate".to_owned(), name.into());
            object.extend(found.map(|(part, hash)| (part.name().to_owned(), hash.as_str().into())));
            printer.json(&Value::Object(object))?;
        }
        Format::Text => {
            let lines = found.map(|(part, hash)| match wanted {
                Some(_) => format!("{hash}\n"),
                None => format!("{:<5}  {hash}\n", part.name()),
            });
            printer.data(&lines.collect::<String>())?;
        }
    }
    Ok(())
}
