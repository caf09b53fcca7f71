//! `cratesieve graph`: the crates and how they depend on each other, to look at.

use std::collections::BTreeMap;

use anyhow::anyhow;
use clap::{Args, ValueEnum};

use super::options::Global;
use super::printer::Printer;
use super::workspace::{known_crate, shape};
use crate::problem::{Checked, Problems};
use crate::rewrite::read_lock::Lock;
use crate::view::{self, Wanted, dot, json, mermaid, page, svg};

/// Draw the crates and how they depend on each other
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cratesieve graph --format html > graph.html              a page to search and to zoom
  cratesieve graph --format svg --edited api > graph.svg   a picture of what an edit of api rebuilds
  cratesieve graph | dot -Tpng > graph.png                 Graphviz draws it
  cratesieve graph --format mermaid -p api                 what api needs, for Markdown")]
pub struct Graph {
    /// The language of the graph
    #[arg(long, default_value = "dot")]
    format: Format,
    /// Draw only what this package needs; can be given more than once
    #[arg(short, long, value_name = "CRATE")]
    package: Vec<String>,
    /// Fill this crate and the crates that an edit of it rebuilds (`svg` only)
    #[arg(long, value_name = "CRATE")]
    edited: Option<String>,
    /// Leave dev-dependencies out
    #[arg(long)]
    no_dev: bool,
    /// Also draw links that a longer chain implies; `html` and `json` always have them
    #[arg(long)]
    implied: bool,
}

// No comments at the values: with them, `--help` takes three times as many lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Dot,
    Mermaid,
    Svg,
    Html,
    Json,
}

pub fn run(args: &Graph, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let shape = shape(global)?;
    if args.edited.is_some() && args.format != Format::Svg {
        let words = "--edited needs --format svg: no other format shows what an edit rebuilds";
        return Err(anyhow!(words).into());
    }
    let unknown = args.package.iter().chain(&args.edited);
    let unknown = unknown.filter_map(|name| known_crate(name, &shape.graph).err());
    Problems::none_of(unknown.collect())?;
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
    if !args.implied && matches!(args.format, Format::Dot | Format::Mermaid | Format::Svg) {
        view.links.retain(|link| !link.is_implied);
    }
    let text = match args.format {
        Format::Dot => dot::text(&view),
        Format::Mermaid => mermaid::text(&view),
        Format::Svg => svg::text(&view, args.edited.as_deref()),
        Format::Html => page::text(&view, shape.root.file_name().unwrap_or("workspace")),
        Format::Json => json::text(&view),
    };
    printer.data(&text)?;
    if args.format == Format::Mermaid && view.links.len() > mermaid::MOST_EDGES {
        printer.status(&format!(
            "note: Mermaid draws at most {} edges unless its `maxEdges` is raised, and this graph \
             has {}: leave some out with --package or --no-dev",
            mermaid::MOST_EDGES,
            view.links.len(),
        ))?;
    }
    Ok(())
}
