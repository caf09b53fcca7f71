//! `cratesieve files`: the exact files of a crate's source.

use clap::Args;
use serde_json::json;

use super::options::{Format, Global, RoleName};
use super::printer::Printer;
use super::workspace::workspace_with;
use crate::problem::Checked;
use crate::source::Role;

/// List the exact files of a crate's source
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cratesieve files api                 the files that a build of api sees
  cratesieve files api --role test     the files that its tests see")]
#[command(after_help = "\
Roles:
  library  what dependents need: no tests, and no binaries of a crate that has a library
  own      what the crate's package needs: its binaries as well
  test     what its tests, benches and examples need
Files of the crates that it depends on are listed too, always in the role `library`.")]
pub struct Files {
    /// A package of the workspace
    #[arg(value_name = "CRATE")]
    name: String,
    /// What the source is used for, see below
    #[arg(long, default_value = "own")]
    role: RoleName,
    /// How to print the files
    #[arg(long, default_value = "text")]
    format: Format,
}

pub fn run(args: &Files, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let name = args.name.as_str();
    let analysis = workspace_with(name, global)?;
    let files = analysis.source_files(name, args.role.into())?;
    match args.format {
        Format::Text => {
            let lines: String = files.iter().map(|file| format!("{file}\n")).collect();
            printer.data(&lines)?;
        }
        Format::Json => {
            let role = Role::from(args.role).name();
            printer.json(&json!({ "crate": name, "role": role, "files": files }))?;
        }
    }
    Ok(())
}
