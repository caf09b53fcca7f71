//! `cratesieve files`: the exact files of a crate's source.

use clap::Args;

use super::{Global, Printer, RoleName, workspace_with};
use crate::problem::Checked;

#[derive(Args, Debug)]
pub struct Files {
    /// A package of the workspace
    #[arg(value_name = "CRATE")]
    name: String,
    /// Whom the source is for
    #[arg(long, default_value = "own")]
    role: RoleName,
}

pub fn run(args: &Files, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let name = args.name.as_str();
    let analysis = match workspace_with(name, global)? {
        Ok(analysis) => analysis,
        Err(problems) => return Ok(Err(problems)),
    };
    let files = analysis.source_files(name, args.role.into())?;
    let lines: String = files.iter().map(|file| format!("{file}\n")).collect();
    printer.data(&lines)?;
    Ok(Ok(()))
}
