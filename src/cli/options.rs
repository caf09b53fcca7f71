//! The options that several subcommands have.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use crate::source::Role;

// No doc comment: clap would take it for the description of the program.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of all commands")]
pub struct Global {
    /// The workspace's Cargo.toml or directory [default: found as Cargo does]
    #[arg(long, value_name = "PATH", global = true)]
    pub manifest_path: Option<Utf8PathBuf>,
    /// When to color
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub color: Color,
    /// Print errors and data only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more: every reason, and what could not be resolved
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// The format of an answer: for people or for programs. docs/schemas has the JSON Schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// A role, as the command line names it.
// No comments at the values: with them, `--help` takes three times as many lines.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
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
