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
mod printer;
mod replay;
mod verify;
mod why;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};

use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::analysis::{self, Analysis, Shape, analyse};
use crate::graph::{Graph, TargetKind};
use crate::path::{self, Root};
use crate::problem::{Checked, Code, Failure, Problem};
use crate::source::Role;

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

#[derive(Args, Debug)]
#[command(next_help_heading = "Options of all commands")]
struct Global {
    /// The workspace's Cargo.toml or directory [default: found as Cargo does]
    #[arg(long, value_name = "PATH", global = true)]
    manifest_path: Option<Utf8PathBuf>,
    /// When to color
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    color: Color,
    /// Print errors and data only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Print more: every reason, and what could not be resolved
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
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

/// The format of an answer: for people or for programs. docs/schemas has the JSON Schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// A role, as the command line names it.
// No comments at the values: with them, `--help` takes three times as many lines.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    Library,
    Own,
    Test,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Library => Self::Library,
            RoleName::Own => Self::Own,
            RoleName::Test => Self::Test,
        }
    }
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
            let printer = Printer::new(stdout, stderr, color_of(&args), false);
            return printer.usage(&error);
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
        Command::Completions(args) => completions::run(args, &mut printer),
        Command::Man(args) => man::run(args, &mut printer),
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
        Err(error) => {
            // If stderr is closed too, the error cannot be printed.
            let _ = printer.error(&format!("{ERROR}error{ERROR:#}: {}", words(&error)));
            FAILED
        }
    }
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

const ERROR: Style = AnsiColor::Red.on_default().bold();

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// The workspace that the global options name.
fn workspace(global: &Global) -> Checked<Analysis> {
    analyse(manifest_path(global)?.as_deref())
}

/// Its crates and what they depend on, without a look at any source.
fn shape(global: &Global) -> Checked<Shape> {
    analysis::shape(manifest_path(global)?.as_deref())
}

fn manifest_path(global: &Global) -> Checked<Option<Utf8PathBuf>> {
    let Some(given) = &global.manifest_path else {
        return Ok(None);
    };
    let path = match given.is_dir() {
        true => given.join("Cargo.toml"),
        false => given.clone(),
    };
    let message = match (path.exists(), path.file_name()) {
        (true, Some("Cargo.toml")) => return Ok(Some(absolute(&path)?)),
        (true, _) => "--manifest-path names a file that is not a Cargo.toml",
        (false, _) if given.is_dir() => "there is no Cargo.toml in the directory",
        (false, _) => "there is no such file or directory",
    };
    Err(Problem {
        code: Code::NoWorkspace,
        path: given.to_string(),
        line: None,
        message: message.to_owned(),
        hint:
            "name the workspace's Cargo.toml with --manifest-path, or the directory that holds it"
                .to_owned(),
    }
    .into())
}

fn absolute(path: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    camino::absolute_utf8(path).with_context(|| format!("cannot tell what directory {path} is in"))
}

/// A path as the command line has it, relative to the workspace root; `None` where there is
/// nothing.
fn given_path(analysis: &Analysis, given: &str) -> anyhow::Result<Option<String>> {
    for path in given_places(analysis, given)? {
        // The link itself is meant, not where it leads.
        if let Some(resolved) = analysis.tree.resolve(&path)? {
            return Ok(Some(resolved.needed.into_iter().next().unwrap_or(path)));
        }
    }
    Ok(None)
}

/// What such a path may mean, the likeliest first: it starts from the current directory or, if
/// there is nothing, from the workspace root.
fn given_places(analysis: &Analysis, given: &str) -> anyhow::Result<Vec<String>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let from_here = analysis.tree.root().relative(&absolute(given.into())?);
    let from_root = analysis.tree.root().join(".", given);
    // From outside the workspace, its own names are meant.
    let is_outside = from_here.as_ref().is_none_or(|path| path.starts_with(".."));
    let places = if is_outside {
        [from_root, from_here]
    } else {
        [from_here, from_root]
    };
    // By way of some link to the workspace.
    let physical = || {
        let root = Root::new(&analysis.root.canonicalize_utf8().ok()?);
        root.relative(&Utf8Path::new(given).canonicalize_utf8().ok()?)
    };
    let places = places.into_iter().flatten().chain(physical());
    let source_root = analysis.manifest.source_root.as_deref().unwrap_or(".");
    Ok(places
        .filter(|path| path::is_within(path, source_root))
        .collect())
}

/// The workspace that the global options name, if it has a crate of this name.
fn workspace_with(name: &str, global: &Global) -> Checked<Analysis> {
    let analysis = workspace(global)?;
    known_crate(name, &analysis.graph)?;
    Ok(analysis)
}

fn known_crate(name: &str, graph: &Graph) -> Result<(), Problem> {
    if graph.crates.contains_key(name) {
        return Ok(());
    }
    let names: Vec<&str> = graph.crates.keys().map(String::as_str).collect();
    // The library's name, the crate's directory or its Cargo.toml says which one is meant.
    let place = name
        .trim_start_matches("./")
        .trim_end_matches("/Cargo.toml");
    let place = place.trim_end_matches('/');
    let is_meant = |other: &&str| {
        other.replace('-', "_") == name.replace('-', "_") || graph.crates[*other].path == place
    };
    // People know programs by their names, not by those of packages.
    let of_target = || {
        graph.crates.iter().find_map(|(owner, krate)| {
            let target = krate.targets.iter().find(|target| target.name == name)?;
            let kind = match target.kind {
                TargetKind::Lib { .. } => "the library",
                TargetKind::Bin => "a program",
                TargetKind::Test => "a test, bench or example",
                TargetKind::BuildScript => return None,
            };
            Some(format!("`{name}` is {kind} of the crate `{owner}`"))
        })
    };
    let hint = if let Some(meant) = names.iter().find(|other| is_meant(other)) {
        format!("did you mean `{meant}`?")
    } else if let Some(hint) = of_target() {
        hint
    } else {
        let close = similar::get_close_matches(name, &names, 3, 0.6);
        match close.is_empty() {
            true => "name a package of the workspace, as `cargo build -p` does".to_owned(),
            false => format!("did you mean `{}`?", close.join("`, `")),
        }
    };
    Err(Problem {
        code: Code::UnknownCrate,
        path: "Cargo.toml".to_owned(),
        line: None,
        message: format!("the workspace has no crate `{name}`"),
        hint,
    })
}

fn no_lock() -> Problem {
    Problem {
        code: Code::MissingLock,
        path: "Cargo.lock".to_owned(),
        line: None,
        message: "Cargo.lock is missing".to_owned(),
        hint: "run `cargo generate-lockfile`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}
