//! What a user can say, one file a subcommand. The only module that prints: data on stdout,
//! everything else on stderr.

mod affected;
mod completions;
mod explain;
mod files;
mod fingerprint;
mod generate;
mod graph;
mod init;
mod man;
mod merge_driver;
mod options;
mod printer;
mod replay;
mod verify;
mod why;
mod workspace;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum as _};

use crate::problem::{ERROR, Failure};

use options::{Color, Global};
use printer::Printer;

/// Fine.
const FINE: u8 = 0;
/// Something for the user to fix: a stale manifest, bad settings, a workspace Cargo refuses.
const TO_FIX: u8 = 1;
/// Anything else: usage, no cargo, a full disk.
const FAILED: u8 = 2;

/// Build Cargo workspaces with Nix, and rebuild only what a change affects.
#[derive(Parser, Debug)]
#[command(
    name = "cratesieve",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(before_help = "\
cratesieve finds the files that each crate's build reads, and writes them to cratesieve.json.
Commit that file. The Nix library reads it and builds each crate from its own files.

Examples:
  cratesieve init                     set up a repository: the manifest, flake.nix, .gitattributes
  cratesieve gen                      write cratesieve.json again after crates came or went
  cratesieve affected --since main... list the crates that a branch affects
  cratesieve why api assets/logo.svg  why this file is an input of the crate api")]
#[command(after_help = "\
Exit codes: 0 success, 1 something for you to fix, 2 any other failure.")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// The order of a help text. Examples come before options.
const HELP: &str = "\
{about-with-newline}
{usage-heading} {usage}

{before-help}{all-args}{after-help}";

/// The command line with its help texts.
fn command() -> clap::Command {
    Cli::command()
        .help_template(HELP)
        .mut_subcommands(|command| command.help_template(HELP))
}

#[derive(Subcommand, Debug)]
enum Command {
    Init(init::Init),
    #[command(name = "gen")]
    Gen(generate::Gen),
    Verify(verify::Verify),
    Files(files::Files),
    Why(why::Why),
    Graph(graph::Graph),
    Affected(affected::AffectedArgs),
    Fingerprint(fingerprint::Fingerprint),
    Replay(replay::ReplayArgs),
    Explain(explain::Explain),
    MergeDriver(merge_driver::MergeDriver),
    Completions(completions::Completions),
    Man(man::ManArgs),
}

/// Runs one command line, program name first, and returns the exit code.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = command().try_get_matches_from(&args);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            let mut printer = Printer::new(stdout, stderr, color_of(&args), false);
            return match printer.usage(&error) {
                Err(failed) if !is_broken_pipe(&failed) => failure(&failed, &mut printer),
                _ => u8::try_from(error.exit_code()).unwrap_or(FAILED),
            };
        }
    };
    let mut printer = Printer::new(stdout, stderr, cli.global.color, cli.global.quiet);
    let result = match &cli.command {
        Command::Init(args) => init::run(args, &cli.global, &mut printer),
        Command::Gen(gen_) => generate::run(gen_, &cli.global, &mut printer),
        Command::Verify(verify) => verify::run(verify, &cli.global, &mut printer),
        Command::Files(files) => files::run(files, &cli.global, &mut printer),
        Command::Why(why) => why::run(why, &cli.global, &mut printer),
        Command::Graph(graph) => graph::run(graph, &cli.global, &mut printer),
        Command::Affected(args) => affected::run(args, &cli.global, &mut printer),
        Command::Fingerprint(args) => fingerprint::run(args, &cli.global, &mut printer),
        Command::Replay(args) => replay::run(args, &cli.global, &mut printer),
        Command::Explain(args) => explain::run(args, &mut printer),
        Command::MergeDriver(args) => merge_driver::run(args, &mut printer),
        Command::Completions(args) => completions::run(args, Cli::command(), &mut printer),
        Command::Man(args) => man::run(args, Cli::command(), &mut printer),
    };
    let result = match result {
        Ok(()) => Ok(FINE),
        Err(Failure::Fix(problems)) => printer.error(&problems).map(|()| TO_FIX),
        Err(Failure::Machine(error)) => Err(error),
    };
    match result {
        Ok(code) => code,
        // The reader has closed our output: it has seen enough.
        Err(error) if is_broken_pipe(&error) => FINE,
        Err(error) => failure(&error, &mut printer),
    }
}

/// Prints what the machine could not do. If stderr is closed too, that cannot be printed.
fn failure(error: &anyhow::Error, printer: &mut Printer<'_>) -> u8 {
    let _ = printer.error(&format!("{ERROR}error{ERROR:#}: {}", words(error)));
    FAILED
}

/// What a command line that asks for help, or is wrong, says of colors.
fn color_of(args: &[OsString]) -> Color {
    let args = args.iter().map(|arg| arg.to_str().unwrap_or_default());
    let mut args = args.take_while(|arg| *arg != "--");
    let mut color = Color::Auto;
    while let Some(arg) = args.next() {
        let value = match arg.strip_prefix("--color") {
            Some("") => args.next(),
            Some(value) => value.strip_prefix('='),
            None => None,
        };
        if let Some(given) = value.and_then(|value| Color::from_str(value, false).ok()) {
            color = given;
        }
    }
    color
}

/// The error and its causes; some libraries say their cause's words in their own.
fn words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if words.is_empty() {
            words = cause;
        } else if !words.ends_with(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}
