//! `cratesieve completions`: what a shell wants to know of the command line.

use anyhow::Context as _;
use clap::{Arg, Args, Command};
use clap_complete::Shell;

use super::printer::Printer;
use crate::problem::Checked;

/// Print a script that lets a shell complete commands and options
#[derive(Args, Debug)]
#[command(before_help = "\
Where to put the script:
  bash        cratesieve completions bash > ~/.local/share/bash-completion/completions/cratesieve
  zsh         cratesieve completions zsh > DIRECTORY/_cratesieve, DIRECTORY being in $fpath
  fish        cratesieve completions fish > ~/.config/fish/completions/cratesieve.fish
  elvish      eval (cratesieve completions elvish | slurp), in rc.elv
  powershell  cratesieve completions powershell | Out-String | Invoke-Expression, in $PROFILE")]
pub struct Completions {
    shell: Shell,
}

pub fn run(args: &Completions, mut command: Command, printer: &mut Printer<'_>) -> Checked<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, NAME, &mut script);
    let mut script = String::from_utf8(script).context("the script is not UTF-8")?;
    if args.shell == Shell::Fish {
        script += &values_for_fish(&command);
    }
    printer.data(&script)?;
    Ok(())
}

const NAME: &str = "cratesieve";

/// The words that stand for an argument without a name, which the others complete, and fish does not.
fn values_for_fish(command: &Command) -> String {
    let mut lines = String::new();
    for subcommand in command.get_subcommands() {
        let positionals = subcommand.get_positionals();
        let values: Vec<String> = positionals
            .flat_map(Arg::get_possible_values)
            .map(|value| value.get_name().to_owned())
            .collect();
        if !values.is_empty() {
            let (subcommand, values) = (subcommand.get_name(), values.join(" "));
            lines += &format!(
                "complete -c {NAME} -n \"__fish_{NAME}_using_subcommand {subcommand}\" -f -a \"{values}\"\n"
            );
        }
    }
    lines
}
