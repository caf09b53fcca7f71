//! `cratesieve graph`: the crates and how they depend on each other, to look at.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};

use super::{Global, Printer, known_crate, shape};
use crate::problem::{Checked, Problems};
use crate::rewrite::read_lock::Lock;
use crate::view::{self, Wanted, dot, json, mermaid, page};

#[derive(Args, Debug)]
pub struct Graph {
    /// The language of the graph
    #[arg(long, default_value = "dot")]
    format: Format,
    /// Only what this package needs; can be given more than once
    #[arg(short, long, value_name = "CRATE")]
    package: Vec<String>,
    /// Leave dev-dependencies out
    #[arg(long)]
    no_dev: bool,
    /// Draw links as well that a longer chain implies; an HTML page has a switch for them, JSON
    /// always tells them
    #[arg(long)]
    implied: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For Graphviz: `dot -Tsvg`
    Dot,
    /// For Markdown
    Mermaid,
    /// One page, to search and to zoom, that needs nothing else
    Html,
    /// For other programs
    Json,
}

pub fn run(args: &Graph, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let shape = match shape(global)? {
        Ok(shape) => shape,
        Err(problems) => return Ok(Err(problems)),
    };
    let unknown = args.package.iter();
    let unknown = unknown.filter_map(|name| known_crate(name, &shape.graph).err());
    if let Err(problems) = Problems::none_of(unknown.collect()) {
        return Ok(Err(problems));
    }
    let wanted = Wanted {
        packages: args.package.clone(),
        no_dev: args.no_dev,
    };
    let mut texts = BTreeMap::new();
    for krate in shape.graph.crates.values() {
        let manifest = krate.manifest();
        let text = shape.tree.read(&manifest)?.unwrap_or_default();
        texts.insert(manifest, text);
    }
    let lock = match shape.graph.patched.is_empty() {
        true => Lock::default(),
        false => Lock::parse(&shape.tree.read("Cargo.lock")?.unwrap_or_default()),
    };
    let mut view = view::view(&shape.graph, &lock, &texts, &wanted);
    if !args.implied && matches!(args.format, Format::Dot | Format::Mermaid) {
        view.links.retain(|link| !link.is_implied);
    }
    let text = match args.format {
        Format::Dot => dot::text(&view),
        Format::Mermaid => mermaid::text(&view),
        Format::Html => page::text(&view, shape.root.file_name().unwrap_or("workspace")),
        Format::Json => json::text(&view),
    };
    printer.data(&text)?;
    if args.format == Format::Mermaid && view.links.len() > mermaid::MOST_EDGES {
        printer.status(&format!(
            "note: Mermaid draws no more than {} edges unless its `maxEdges` is raised, and these \
             are {}: leave out more with --package or --no-dev",
            mermaid::MOST_EDGES,
            view.links.len(),
        ))?;
    }
    Ok(Ok(()))
}
