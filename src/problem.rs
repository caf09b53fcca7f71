//! Each defect that a user can fix: a code, a place, a sentence and a remedy.
//!
//! Two kinds of failure run through the crate, and [`Failure`] tells them apart: what the user can
//! fix is a list of [`Problem`]s, all of them, sorted (exit code 1); what the machine did (no
//! cargo, a full disk) is an [`anyhow::Error`] (exit code 2).

mod code;

use std::fmt;

use anstyle::{AnsiColor, Style};

pub use code::{Code, Explanation, GROUPS, Group};

/// The value, or everything that the user has to mend before there can be one.
pub type Validated<T> = Result<T, Problems>;

/// What may fail in both ways.
pub type Checked<T> = Result<T, Failure>;

/// Why there is no value.
#[derive(Debug)]
pub enum Failure {
    /// Something for the user to fix.
    Fix(Problems),
    /// Anything else: no cargo, a full disk.
    Machine(anyhow::Error),
}

impl Failure {
    /// Changes the problems. A failure of the machine stays as it is.
    pub fn map_problems(self, change: impl FnOnce(&Problems) -> Problems) -> Self {
        match self {
            Self::Fix(problems) => Self::Fix(change(&problems)),
            machine @ Self::Machine(_) => machine,
        }
    }
}

/// Separates problems that the user can fix from failures of the machine, for callers that go on.
pub fn split_failure<T>(result: Checked<T>) -> anyhow::Result<Validated<T>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Fix(problems)) => Ok(Err(problems)),
        Err(Failure::Machine(error)) => Err(error),
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Fix(problem.into())
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Fix(problems)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Machine(error)
    }
}

/// The style of the word `error`.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// One defect, as it is shown:
///
/// ```text
/// error[unknown-setting]: crates/api/Cargo.toml:14: `includes` is not a setting of cratesieve
///
/// hint: the settings of a package are `include`, `exclude` and `test-include`
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file in question, relative to the workspace root where it lies below it.
    pub path: String,
    /// Counted from one; `None` where the whole file is meant.
    pub line: Option<usize>,
    pub code: Code,
    /// Lower case, no full stop.
    pub message: String,
    /// What to do, so that following it to the letter mends the defect.
    pub hint: String,
}

impl fmt::Display for Problem {
    /// Writes ANSI styles. The printer strips them where colors are not wanted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, ERROR, "error")
    }
}

impl Problem {
    /// The problem shown as a warning, for a defect that does not stop the command.
    pub fn warning(&self) -> impl fmt::Display {
        Warning(self)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, style: Style, word: &str) -> fmt::Result {
        write!(f, "{style}{word}[{}]{style:#}: {}", self.code, self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}\n\n{HINT}hint{HINT:#}: {}", self.message, self.hint)
    }
}

struct Warning<'p>(&'p Problem);

impl fmt::Display for Warning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, WARNING, "warning")
    }
}

/// At least one [`Problem`], sorted by place, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// `Ok` where there are none.
    pub fn none_of(mut problems: Vec<Problem>) -> Validated<()> {
        problems.sort();
        problems.dedup();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self(problems))
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// The problems, each changed by a function.
    pub fn map(&self, change: impl Fn(&Problem) -> Problem) -> Self {
        let mut problems: Vec<Problem> = self.0.iter().map(change).collect();
        problems.sort();
        problems.dedup();
        Self(problems)
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// A word of a command in a hint, as a shell takes it.
pub fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-+./,:@%=".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
