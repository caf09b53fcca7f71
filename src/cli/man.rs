//! `cratesieve man`: the help as manual pages.

use std::fs;

use anyhow::Context as _;
use camino::Utf8PathBuf;
use clap::{Args, Command};
use clap_mangen::Man;

use super::printer::Printer;
use crate::freshness;
use crate::problem::Checked;

/// Print the manual page, or write one for each command
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cratesieve man | man -l -          read the page
  cratesieve man --output man1       write one page for each command")]
pub struct ManArgs {
    /// Write all pages to this directory: cratesieve.1, cratesieve-gen.1 and so on
    #[arg(long, value_name = "DIR")]
    output: Option<Utf8PathBuf>,
}

pub fn run(args: &ManArgs, mut command: Command, printer: &mut Printer<'_>) -> Checked<()> {
    command.build();
    let Some(directory) = &args.output else {
        printer.data(&page(command)?)?;
        return Ok(());
    };
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make the directory {directory}"))?;
    let commands = command.get_subcommands().cloned();
    let commands: Vec<Command> = commands
        .filter(|command| command.get_name() != "help")
        .chain([command.clone()])
        .collect();
    let count = commands.len();
    for command in commands {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let path = directory.join(format!("{name}.1"));
        freshness::write(&path, &page(command)?)?;
    }
    printer.status(&format!("wrote {count} manual pages to {directory}"))?;
    Ok(())
}

fn page(command: Command) -> anyhow::Result<String> {
    // Manual pages have no section for what stands before the options in the help.
    let texts = [command.get_before_help(), command.get_after_help()];
    let texts: Vec<String> = texts
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    let command = match texts.is_empty() {
        true => command,
        false => command.after_help(texts.join("\n\n")),
    };
    let mut page = Vec::new();
    let man = Man::new(command).source(concat!("cratesieve ", env!("CARGO_PKG_VERSION")));
    man.render(&mut page)?;
    Ok(String::from_utf8(page)?)
}
