//! Where output goes: data to stdout, messages to stderr, colors to terminals.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use serde_json::Value;

use super::options::Color;

/// The error if data cannot be written.
const NO_DATA: &str = "cannot write to stdout";

/// Where output goes, and whether it keeps its colors.
pub struct Printer<'w> {
    stdout: &'w mut dyn Write,
    stderr: &'w mut dyn Write,
    color_stdout: bool,
    color_stderr: bool,
    quiet: bool,
    /// Whether stderr is a terminal, so that a line can be overwritten.
    is_live: bool,
    has_progress: bool,
}

impl<'w> Printer<'w> {
    pub fn new(
        stdout: &'w mut dyn Write,
        stderr: &'w mut dyn Write,
        color: Color,
        quiet: bool,
    ) -> Self {
        // By default, this honours NO_COLOR and CLICOLOR, and checks for a terminal.
        let wanted = |choice: ColorChoice| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => choice != ColorChoice::Never,
        };
        let color_stdout = wanted(AutoStream::choice(&io::stdout()));
        let color_stderr = wanted(AutoStream::choice(&io::stderr()));
        Self {
            stdout,
            stderr,
            color_stdout,
            color_stderr,
            quiet,
            is_live: color_stderr && io::stderr().is_terminal(),
            has_progress: false,
        }
    }

    /// Data, as it is.
    pub fn data(&mut self, text: &str) -> anyhow::Result<()> {
        self.clear_progress()?;
        let written = self.stdout.write_all(text.as_bytes());
        written.and_then(|()| self.stdout.flush()).context(NO_DATA)
    }

    /// Data for programs.
    pub fn json(&mut self, value: &Value) -> anyhow::Result<()> {
        self.data(&format!("{value:#}\n"))
    }

    /// Data that is styled for people.
    pub fn styled_data(&mut self, text: &dyn Display) -> anyhow::Result<()> {
        self.clear_progress()?;
        print(self.stdout, self.color_stdout, text).context(NO_DATA)
    }

    /// Prints a message to stderr, unless `--quiet` is set.
    pub fn status(&mut self, text: &dyn Display) -> anyhow::Result<()> {
        if self.quiet { Ok(()) } else { self.error(text) }
    }

    pub fn error(&mut self, text: &dyn Display) -> anyhow::Result<()> {
        self.clear_progress()?;
        Ok(print(self.stderr, self.color_stderr, text)?)
    }

    /// One step of many: on a terminal, in the place of the one before; else a line of its own.
    pub fn progress(&mut self, text: &str) -> anyhow::Result<()> {
        if self.quiet {
            return Ok(());
        }
        if !self.is_live {
            return self.status(&text);
        }
        let line: String = text.chars().take(78).collect();
        write!(self.stderr, "\r\x1b[2K{line}")?;
        self.has_progress = true;
        Ok(self.stderr.flush()?)
    }

    /// Shows a detail: on a terminal as [`Self::progress`] does, and otherwise not at all.
    pub fn detail(&mut self, text: &str) -> anyhow::Result<()> {
        if self.is_live {
            self.progress(text)
        } else {
            Ok(())
        }
    }

    /// Takes the last step of [`Self::progress`] away.
    pub fn clear_progress(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.has_progress) {
            write!(self.stderr, "\r\x1b[2K")?;
            self.stderr.flush()?;
        }
        Ok(())
    }

    /// What the parser says of a command line: help on stdout, or an error on stderr.
    pub fn usage(&mut self, error: &clap::Error) -> anyhow::Result<()> {
        let text = error.render();
        let (stream, color) = match error.use_stderr() {
            true => (&mut *self.stderr, self.color_stderr),
            false => (&mut *self.stdout, self.color_stdout),
        };
        let written = match color {
            true => write!(stream, "{}", text.ansi()),
            false => write!(stream, "{text}"),
        };
        written.context(NO_DATA)
    }
}

fn print(stream: &mut dyn Write, color: bool, text: &dyn Display) -> io::Result<()> {
    let text = text.to_string();
    match color {
        true => writeln!(stream, "{text}")?,
        false => writeln!(stream, "{}", anstream::adapter::strip_str(&text))?,
    }
    stream.flush()
}
