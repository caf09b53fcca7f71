//! Processes, with the processor time of all of their descendants.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::calls::minutes;

#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Seconds from start to end.
    pub wall: f64,
    /// Processor seconds of the process and of all its descendants that were waited for.
    pub processor: f64,
}

impl std::ops::AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        self.wall += other.wall;
        self.processor += other.processor;
    }
}

pub struct Finished {
    pub succeeded: bool,
    pub stdout: String,
    pub spent: Spent,
}

/// Runs a command. `on_line` gets each line of its standard error as it is written.
pub fn run(command: &Command, mut on_line: impl FnMut(&str)) -> Finished {
    // Bash reports the time of all descendants. Rust cannot do that without unsafe code.
    let times = tempfile::NamedTempFile::new().unwrap();
    let mut timed = Command::new("bash");
    timed
        .args([
            "-c",
            r#"file=$1; shift; "$@"; code=$?; times >"$file"; exit "$code""#,
            "bash",
        ])
        .arg(times.path())
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => timed.env(name, value),
            None => timed.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        timed.current_dir(directory);
    }
    let start = Instant::now();
    let mut child = timed.spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let stdout = std::thread::spawn(move || std::io::read_to_string(stdout).unwrap());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = Vec::new();
    while stderr.read_until(b'\n', &mut line).unwrap() > 0 {
        on_line(String::from_utf8_lossy(&line).trim_end_matches('\n'));
        line.clear();
    }
    let succeeded = child.wait().unwrap().success();
    let wall = start.elapsed().as_secs_f64();
    let times = std::fs::read_to_string(times.path()).unwrap();
    let children = times.lines().nth(1).unwrap_or_default();
    Finished {
        succeeded,
        stdout: stdout.join().unwrap(),
        spent: Spent {
            wall,
            processor: children.split_whitespace().filter_map(minutes).sum(),
        },
    }
}

/// Runs a command that has to succeed, and returns its standard output.
pub fn must(command: &Command) -> Result<Finished, String> {
    let mut log = Vec::new();
    let finished = run(command, |line| log.push(line.to_owned()));
    if finished.succeeded {
        Ok(finished)
    } else {
        let last = log.len().saturating_sub(40);
        Err(format!("{command:?} failed:\n{}", log[last..].join("\n")))
    }
}
