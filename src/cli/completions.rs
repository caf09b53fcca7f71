//! `cratesieve completions`: what a shell wants to know of the command line.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Printer};
use crate::problem::Checked;

/// Print what lets a shell complete commands and options
#[derive(Args, Debug)]
#[command(after_long_help = "\
Where the shell finds it:
  bash        cratesieve completions bash > ~/.local/share/bash-completion/completions/cratesieve
  zsh         cratesieve completions zsh > DIRECTORY/_cratesieve, DIRECTORY one of $fpath
  fish        cratesieve completions fish > ~/.config/fish/completions/cratesieve.fish
  elvish      eval (cratesieve completions elvish | slurp), in rc.elv
  powershell  cratesieve completions powershell | Out-String | Invoke-Expression, in $PROFILE")]
pub struct Completions {
    shell: Shell,
}

pub fn run(args: &Completions, printer: &mut Printer<'_>) -> Checked<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cratesieve", &mut script);
    printer.data(&String::from_utf8(script)?)?;
    Ok(Ok(()))
}
