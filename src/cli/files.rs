//! `cratesieve files`: the exact files of a crate's source.

use clap::Args;

use super::{Global, Printer, RoleName, known_crate, workspace};
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
    let analysis = match workspace(global)? {
        Ok(analysis) => analysis,
        Err(problems) => return Ok(Err(problems)),
    };
    let name = match known_crate(&args.name, &analysis) {
        Ok(name) => name,
        Err(problems) => return Ok(Err(problems)),
    };
    let files = analysis.source_files(name, args.role.into())?;
    printer.data(&files.into_iter().collect::<Vec<_>>().join("\n"))?;
    Ok(Ok(()))
}
