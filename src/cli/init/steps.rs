//! The steps of `init`: each writes a file, or would, and says so.

use std::fs;
use std::io::ErrorKind;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::printer::Printer;
use crate::freshness;
use crate::path::Root;
use crate::text::indented;

/// What `init` does and says, step by step.
pub struct Steps<'p, 'w> {
    pub printer: &'p mut Printer<'w>,
    pub is_dry: bool,
    pub has_changed: bool,
    /// The files that a flake wants to see.
    pub files: Vec<Utf8PathBuf>,
    /// For the user to do, each with what it is.
    pub left: Vec<String>,
}

impl Steps<'_, '_> {
    pub fn say(&mut self, words: &str) -> anyhow::Result<()> {
        self.printer.status(&words)
    }

    pub fn done(&mut self, verb: &str, dry_verb: &str, what: &str) -> anyhow::Result<()> {
        self.has_changed = true;
        let verb = if self.is_dry { dry_verb } else { verb };
        self.say(&format!("{verb} {what}"))
    }

    /// A file that is not there yet.
    pub fn write(&mut self, path: &Utf8Path, text: &str, is_program: bool) -> anyhow::Result<()> {
        if !self.is_dry {
            if let Some(directory) = path.parent() {
                fs::create_dir_all(directory)
                    .with_context(|| format!("cannot make the directory {directory}"))?;
            }
            match is_program {
                true => freshness::write_program(path, text)?,
                false => freshness::write(path, text)?,
            }
        }
        self.done("wrote", "would write", shown(path).as_str())
    }

    /// A file that gets more than it had.
    pub fn change(&mut self, path: &Utf8Path, text: &str, added: &str) -> anyhow::Result<()> {
        if !self.is_dry {
            freshness::write(path, text)?;
        }
        let what = format!("{added} to {}", shown(path));
        self.done("added", "would add", &what)
    }
}

/// `None` where there is no such file.
pub fn read(path: &Utf8Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {path}")),
    }
}

/// As seen from the current directory, where that is near: what a user can paste.
pub fn shown(path: &Utf8Path) -> Utf8PathBuf {
    let here = Utf8PathBuf::from_path_buf(std::env::current_dir().unwrap_or_default());
    let relative = here.ok().and_then(|here| Root::new(&here).relative(path));
    let is_near = |path: &&String| path.matches("../").count() < 4;
    relative
        .as_ref()
        .filter(is_near)
        .map_or_else(|| path.to_owned(), Utf8PathBuf::from)
}

/// Text as it stands below a sentence of a step.
pub fn below(text: &str) -> String {
    indented(text, "    ") + "\n"
}
