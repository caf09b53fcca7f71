//! The only door to `cargo test`: which tests fail, and what they say.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::sync::PoisonError;

use super::compile::{Check, cargo, start};
use super::interrupt;

/// One test, as Cargo and the test program name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    /// What selects its target: `--lib`, `--test all`.
    pub target: String,
    /// Empty where the target fails as a whole, and says nothing of single tests.
    pub name: String,
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.target, &*self.name) {
            ("", _) => write!(f, "its tests"),
            (target, "") => write!(f, "all of `{target}`"),
            (target, name) => write!(f, "`{name}` of `{target}`"),
        }
    }
}

/// What one run of Cargo says.
#[derive(Clone, Debug, Default)]
pub struct TestRun {
    /// With the words of each.
    pub failed: BTreeMap<Test, String>,
    /// How many tests did not fail.
    pub passed: usize,
    /// Where nothing was run: the words of Cargo.
    pub refusal: Option<String>,
}

/// Runs the tests of one package, its examples in documentation too; or one of them.
pub fn run_tests(check: &Check<'_>, only: Option<&Test>) -> anyhow::Result<TestRun> {
    interrupt::check()?;
    let mut command = cargo(check, "test");
    command.arg("--no-fail-fast").args(check.arguments);
    if let Some(test) = only {
        command.args(test.target.split(' '));
        // rustdoc takes each word of an argument for one by itself.
        if !test.name.is_empty() && !test.name.contains(' ') {
            command.args(["--", "--exact", &test.name]);
        }
    }
    // One pipe for both, so that the words of a test stand after Cargo's of its target.
    let (mut reader, writer) = std::io::pipe()?;
    command
        .env("RUST_BACKTRACE", "0")
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let child = start(&mut command)?;
    // It holds the other end of the pipe.
    drop(command);
    let (words, status) = interrupt::watched(child, |child| {
        let mut words = Vec::new();
        let read = reader.read_to_end(&mut words);
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.wait();
        read.and_then(|_| Ok((words, status?)))
    })?;
    interrupt::check()?;
    let words = String::from_utf8_lossy(&words).replace("\r\n", "\n");
    Ok(read(&words, status.success()))
}

/// What Cargo and the test programs printed.
fn read(words: &str, is_success: bool) -> TestRun {
    let mut run = TestRun::default();
    for block in blocks(words) {
        run.passed += block.lines().filter_map(passed).sum::<usize>();
        let Some(target) = failed_target(block) else {
            continue;
        };
        let names = names_of_failed(block);
        for name in &names {
            let test = Test {
                target: target.clone(),
                name: name.clone(),
            };
            run.failed.insert(test, said_of(block, name));
        }
        // Another harness, or one that did not come to its end.
        if names.is_empty() {
            let name = String::new();
            run.failed.insert(Test { target, name }, last_lines(block));
        }
    }
    if !is_success && run.failed.is_empty() {
        run.refusal = Some(last_lines(words));
    }
    run
}

/// The words of each target, from Cargo's line that it is run.
fn blocks(words: &str) -> Vec<&str> {
    let starts = |line: &str| {
        let line = line.trim_start();
        line.starts_with("Running ") && line.ends_with(')') || line.starts_with("Doc-tests ")
    };
    let mut at = 0;
    let mut begun = None;
    let mut blocks = Vec::new();
    for line in words.split_inclusive('\n') {
        // Cargo indents these, and test programs hardly do.
        if line.starts_with("   ") && starts(line.trim_end()) {
            blocks.extend(begun.map(|begun| &words[begun..at]));
            begun = Some(at);
        }
        at += line.len();
    }
    blocks.extend(begun.map(|begun| &words[begun..]));
    blocks
}

/// What selects the target of these words, where Cargo says that it failed: "error: test failed, to
/// rerun pass `-p a --lib`".
fn failed_target(block: &str) -> Option<String> {
    let said = block.lines().find_map(|line| {
        let words = line.strip_prefix("error: ")?;
        let is_it = words.starts_with("test failed") || words.starts_with("doctest failed");
        words.split('`').nth(1).filter(|_| is_it)
    })?;
    let without_package = said
        .strip_prefix("-p ")
        .and_then(|rest| rest.split_once(' '))
        .map_or(said, |(_, selector)| selector);
    Some(without_package.to_owned())
}

/// `test result: ok. 3 passed; 0 failed; ...`
fn passed(line: &str) -> Option<usize> {
    let counts = line.strip_prefix("test result: ")?;
    let (before, _) = counts.split_once(" passed")?;
    before.rsplit(' ').next()?.parse().ok()
}

/// The list at the end: `failures:`, and each name, indented.
fn names_of_failed(block: &str) -> Vec<String> {
    let Some((_, list)) = block.rsplit_once("\nfailures:\n") else {
        return Vec::new();
    };
    let names = list.lines().map_while(|line| line.strip_prefix("    "));
    names.map(str::to_owned).collect()
}

/// What a test printed: between its head and that of the next one.
fn said_of(block: &str, name: &str) -> String {
    let head = format!("---- {name} stdout ----\n");
    let said = block.split_once(&head).map_or("", |(_, rest)| rest);
    let ends = ["\n---- ", "\nfailures:\n"];
    let end = ends.iter().filter_map(|end| said.find(end)).min();
    said[..end.unwrap_or(said.len())].trim().to_owned()
}

fn last_lines(words: &str) -> String {
    let lines: Vec<&str> = words
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str =
        "   Compiling a v0.1.0 (/ws/a)\n     Running unittests src/lib.rs (/t/a-1)\n
running 2 tests
test fine ... ok
test gone ... FAILED

failures:

---- gone stdout ----

thread 'gone' (1) panicked at a/src/lib.rs:3:5:
No such file
note: run with `RUST_BACKTRACE=1`

failures:
    gone

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: test failed, to rerun pass `-p a --lib`
     Running tests/fine.rs (/t/fine-2)

running 1 test
test x ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/own.rs (/t/own-3)
nothing here
error: test failed, to rerun pass `-p a --test own`

Caused by:
  process didn't exit successfully: `/t/own-3` (exit status: 1)
   Doc-tests a

running 1 test
test a/src/lib.rs - f (line 3) ... FAILED

failures:

---- a/src/lib.rs - f (line 3) stdout ----
Test executable failed (exit status: 101).

failures:
    a/src/lib.rs - f (line 3)

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: doctest failed, to rerun pass `-p a --doc`
error: 3 targets failed:
    `-p a --lib`
    `-p a --test own`
    `-p a --doc`
";

    #[test]
    fn who_fails_and_what_it_says() {
        let run = read(WORDS, false);
        let failed = run.failed.iter();
        let failed: Vec<_> = failed
            .map(|(test, words)| (&*test.target, &*test.name, words.lines().next().unwrap()))
            .collect();
        assert_eq!(
            failed,
            [
                (
                    "--doc",
                    "a/src/lib.rs - f (line 3)",
                    "Test executable failed (exit status: 101)."
                ),
                (
                    "--lib",
                    "gone",
                    "thread 'gone' (1) panicked at a/src/lib.rs:3:5:"
                ),
                ("--test own", "", "     Running tests/own.rs (/t/own-3)"),
            ]
        );
        assert_eq!((run.passed, run.refusal), (2, None));
    }

    #[test]
    fn a_run_that_never_began() {
        let run = read(
            "error: could not compile `a` (test \"x\") due to 1 previous error\n",
            false,
        );
        assert!(run.failed.is_empty() && run.refusal.is_some());
        assert!(read("warning: nothing to do\n", true).refusal.is_none());
    }
}
