//! `cratesieve explain`: what the code of a problem means.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::printer::Printer;
use crate::problem::{Checked, Code};

/// Explain the code of a problem
#[derive(Args, Debug)]
#[command(before_help = "\
Example:
  cratesieve explain stale-manifest    what error[stale-manifest] means, why, and what to do")]
pub struct Explain {
    /// The code that stands in brackets, such as `stale-manifest`
    #[arg(value_parser = codes(), hide_possible_values = true)]
    code: Code,
}

fn codes() -> impl clap::builder::TypedValueParser<Value = Code> {
    let is_named = |name: String| Code::all().find(|code| code.name() == name);
    PossibleValuesParser::new(Code::all().map(Code::name))
        .map(move |name| is_named(name).expect("it is one of the possible values"))
}

pub fn run(args: &Explain, printer: &mut Printer<'_>) -> Checked<()> {
    Ok(printer.data(&format!("{}\n", args.code.explanation()))?)
}
