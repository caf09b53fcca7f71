//! `cratesieve fingerprint`: keys for caches that are not Nix's.

use anyhow::bail;
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde_json::{Map, Value};

use super::{Format, Global, Printer, no_lock, workspace_with};
use crate::fingerprint::{Inputs, Part, fingerprint, place, stub_paths};
use crate::problem::Checked;
use crate::rewrite::{make_sources, read_workspace};
use crate::source::Role;

/// Print fingerprints of a crate: keys for caches outside Nix
///
/// A fingerprint is a hash of the source that Nix would build from, with the manifests and the lock
/// rewritten for the crate: two trees that give the crate the same fingerprint give it the same
/// build, by the same compiler and flags, which are not part of it. It is the same on every machine.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Parts:
  src    what changes the crate's package: the crate, its closure, its third-party packages
  deps   what changes the third-party packages compiled for it: versions, features, profiles
  tests  what changes its tests, benches, examples and lints, and the third-party packages of these

The framing, for whoever computes it elsewhere: BLAKE3 in its mode for key derivation, context
`cratesieve fingerprint 1 PART`, over the files of a source in the order of their paths, each as its
path (after its length, eight bytes, the lowest first), a byte (0 file, 1 executable, 2 symbolic
link) and the BLAKE3 hash of its content. src/fingerprint.rs has the rest.")]
pub struct Fingerprint {
    /// A package of the workspace
    #[arg(value_name = "CRATE")]
    name: String,
    /// Print the fingerprint of this part alone
    #[arg(long)]
    part: Option<PartName>,
    /// How to print them
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
    let analysis = match workspace_with(name, global)? {
        Ok(analysis) => analysis,
        Err(problems) => return Ok(Err(problems)),
    };
    let (shape, tree) = (&analysis.manifest, &analysis.tree);
    let read = match read_workspace(shape, tree)? {
        Ok(read) => read,
        Err(problems) => return Ok(Err(problems)),
    };
    if read.lock.is_none() {
        return Ok(Err(no_lock().into()));
    }
    let sources = make_sources(shape, &read, tree, &stub_paths());
    if let Some(problem) = sources.lock_problem(name, Role::Test) {
        return Ok(Err(problem.into()));
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
    Ok(Ok(()))
}
