//! Every parser of external texts gets mutated copies of real files. It must not panic or hang. A text that
//! it accepts has to satisfy the promises of its format.
//!
//! Each run tries the same cases. `FUZZ_SEED` selects other cases, `FUZZ_SECONDS` sets a duration:
//!
//! ```sh
//! FUZZ_SEED=$RANDOM FUZZ_SECONDS=600 cargo test --release --test rust fuzzing
//! ```

use crate::common;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use common::fixtures;
use cratesieve::manifest::Manifest;
use cratesieve::merge::merge;
use cratesieve::rewrite::read_lock::Lock;
use cratesieve::rewrite::{to_toml, value};
use cratesieve::scan::{Literals, scan_bytes};
use cratesieve::settings;
use cratesieve::verify::setting::add_setting;
use walkdir::WalkDir;

/// Random numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }

    /// A random range of a text.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..start + self.below((length - start).min(64) + 1)
    }
}

/// Words that have a meaning for one of the parsers.
const WORDS: &[&str] = &[
    "\"",
    "'",
    "\"\"\"",
    "\\",
    "\\u{",
    "\\x",
    "\0",
    "\u{feff}",
    "\r\n",
    "\n",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    "(",
    ")",
    "<",
    ">",
    "#",
    "#!",
    "//",
    "/*",
    "*/",
    "r#\"",
    "b'",
    "..",
    "../",
    "/",
    "\\\\?\\",
    "**/",
    "*",
    "?",
    "=",
    ",",
    ".",
    ":",
    ";",
    "!",
    "$",
    "mod x;",
    "mod r#x;",
    "#[path = \"",
    "#[cfg(test)]",
    "include_str!(",
    "include!(concat!(env!(\"OUT_DIR\"), \"",
    "env!(\"CARGO_MANIFEST_DIR\")",
    ".join(",
    ".parent()",
    "macro_rules!",
    "workspace = true",
    "path = \"..\"",
    "[patch.crates-io]",
    "[package.metadata.cratesieve]",
    "include = [",
    "test-include = [",
    "exclude = [",
    "[target.'cfg(unix)'.dependencies]",
    "dependencies",
    "[[package]]",
    "version = 4",
    "source = \"git+",
    "checksum = \"",
    "\"format\": 2",
    "\"format\": 99999999999999999999",
    "\"closure\": [",
    "\"sourceRoot\": \"..\"",
    "null",
    "true",
    "1e999",
    "-",
    "nan",
    "1979-05-27",
    "é",
    "\u{202e}",
];

/// A text of the corpus with some random changes: of bytes, which few parsers accept, of whole lines, and of
/// strings, which most accept.
fn torn(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let text = random.pick(corpus).clone();
    changed(random, corpus, text)
}

fn changed(random: &mut Random, corpus: &[Vec<u8>], mut text: Vec<u8>) -> Vec<u8> {
    for _ in 0..=random.below(3) {
        text = match random.below(8) {
            0 => with_other_bytes(random, corpus, text),
            1..=3 => with_other_lines(random, corpus, &text),
            _ => with_other_strings(random, corpus, &text),
        };
    }
    text
}

fn with_other_bytes(random: &mut Random, corpus: &[Vec<u8>], mut text: Vec<u8>) -> Vec<u8> {
    let range = random.range(text.len());
    match random.below(6) {
        0 => drop(text.drain(range)),
        1 => {
            let word = random.pick(WORDS).bytes();
            drop(text.splice(range.start..range.start, word));
        }
        2 => {
            let word = random.pick(WORDS).bytes();
            drop(text.splice(range, word));
        }
        3 => {
            let other = random.pick(corpus);
            let part = other[random.range(other.len())].to_vec();
            drop(text.splice(range, part));
        }
        4 => {
            let part = text[range].to_vec();
            let at = random.below(text.len() + 1);
            let often = 1 + random.below(40);
            drop(text.splice(at..at, part.repeat(often)));
        }
        _ => {
            if let Some(byte) = text.get_mut(range.start) {
                *byte = random.next().to_le_bytes()[0];
            }
        }
    }
    text
}

fn with_other_lines(random: &mut Random, corpus: &[Vec<u8>], text: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let other: Vec<&[u8]> = random.pick(corpus).split(|byte| *byte == b'\n').collect();
    let at = random.below(lines.len());
    match random.below(4) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, other[random.below(other.len())]),
        2 => lines[at] = other[random.below(other.len())],
        _ => {
            let to = random.below(lines.len());
            lines.swap(at, to);
        }
    }
    lines.join(&b'\n')
}

/// Replaces the content of a string with that of another string, or with a word.
fn with_other_strings(random: &mut Random, corpus: &[Vec<u8>], text: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = text.split(|byte| *byte == b'"').collect();
    let strings = parts.len() / 2;
    if strings == 0 {
        return text.to_vec();
    }
    let place = 1 + 2 * random.below(strings);
    let own = random.below(2) == 0;
    let other = if own { text } else { random.pick(corpus) };
    let others: Vec<&[u8]> = other.split(|byte| *byte == b'"').collect();
    parts[place] = match random.below(4) {
        0 => random.pick(WORDS).as_bytes(),
        _ => others[(1 + 2 * random.below(others.len() / 2)).min(others.len() - 1)],
    };
    parts.join(&b'"')
}

/// All files of the fixtures with this ending.
fn corpus(ending: &str) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for fixture in fixtures() {
        let entries = WalkDir::new(&fixture.repository)
            .sort_by_file_name()
            .into_iter();
        let entries = entries
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file());
        files.extend(
            entries
                .filter(|entry| entry.path().to_string_lossy().ends_with(ending))
                .map(|entry| fs::read(entry.path()).unwrap()),
        );
    }
    assert!(files.len() > 20, "{ending}");
    files
}

/// Tries `read` on mutated texts. If it panics or takes seconds, the text is printed. `read` returns whether
/// it accepted the text: the test fails if too few are accepted.
fn fuzz(ending: &str, cases: usize, read: impl Fn(&[u8], &mut Random) -> bool) {
    let variable = |name| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let seed = variable("FUZZ_SEED").unwrap_or(1);
    let until =
        variable("FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let corpus = corpus(ending);
    let mut random = Random(seed);
    let (mut tried, mut accepted) = (0, 0);
    while tried < cases || until.is_some_and(|until| Instant::now() < until) {
        let text = torn(&mut random, &corpus);
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| read(&text, &mut random)));
        let shown = || {
            format!(
                "seed {seed}, case {tried}: {:?}",
                String::from_utf8_lossy(&text)
            )
        };
        let Ok(is_accepted) = result else {
            panic!("{}", shown());
        };
        accepted += usize::from(is_accepted);
        assert!(start.elapsed() < Duration::from_secs(20), "{}", shown());
        tried += 1;
    }
    eprintln!("{ending}: {accepted} of {tried} accepted");
    assert!(
        accepted > tried / 20,
        "{ending}: {accepted} of {tried} accepted"
    );
}

#[test]
fn manifests() {
    fuzz("cratesieve.json", 4000, |text, _| {
        let Ok(manifest) = Manifest::from_text(&String::from_utf8_lossy(text)) else {
            return false;
        };
        let written = manifest.to_text();
        let Ok(read) = Manifest::from_text(&written) else {
            panic!("it cannot read what it wrote: {written}");
        };
        assert_eq!(read.to_text(), written);
        true
    });
}

/// Merges a base and two sides with random changes. Exchanging the sides makes no difference, and an
/// unchanged side adds nothing.
#[test]
fn merged_manifests() {
    let corpus = corpus("cratesieve.json");
    let read = |text: &[u8]| Manifest::from_text(&String::from_utf8_lossy(text)).ok();
    fuzz("cratesieve.json", 300, |_, random| {
        let text = random.pick(&corpus).clone();
        let mut side = || {
            let tries = (0..40).map(|_| read(&changed(random, &corpus, text.clone())));
            tries
                .flatten()
                .find(|side| Some(side) != read(&text).as_ref())
        };
        let (Some(base), Some(ours), Some(theirs)) = (read(&text), side(), side()) else {
            return false;
        };
        let merged = |base, ours, theirs| {
            let merged = merge(Some(base), ours, theirs);
            merged.map(|merged| merged.to_text()).ok()
        };
        let found = merged(&base, &ours, &theirs);
        assert_eq!(found, merged(&base, &theirs, &ours), "the sides matter");
        assert_eq!(merged(&base, &base, &base), Some(base.to_text()));
        found.is_some()
    });
}

#[test]
fn rust_sources() {
    fuzz(".rs", 6000, |text, _| {
        for literals in Literals::ALL {
            let scan = scan_bytes(text, literals);
            assert!(scan.reads_as(&scan));
        }
        true
    });
}

#[test]
fn values_of_toml() {
    fuzz("Cargo.toml", 6000, |text, _| {
        let Ok(table) = value::parse("Cargo.toml", &String::from_utf8_lossy(text)) else {
            return false;
        };
        let written = to_toml::to_toml(&table);
        let Ok(read) = value::parse("Cargo.toml", &written) else {
            panic!("it cannot read what it wrote: {written}");
        };
        assert!(read == table, "{written}");
        true
    });
}

#[test]
fn locks() {
    fuzz("Cargo.lock", 4000, |text, _| {
        let lock = Lock::parse(&String::from_utf8_lossy(text));
        for package in &lock.packages {
            for to in lock.edges(package) {
                assert!(lock.packages.iter().any(|other| std::ptr::eq(other, to)));
            }
        }
        !lock.packages.is_empty()
    });
}

#[test]
fn settings_of_crates() {
    let globs = BTreeSet::from(["../a b/[c]*.txt".to_owned()]);
    fuzz("Cargo.toml", 6000, |text, random| {
        let text = String::from_utf8_lossy(text);
        let (_, problems) = settings::read("Cargo.toml", &text);
        let lines = text.lines().count() + 1;
        assert!(
            problems
                .iter()
                .all(|problem| problem.line.is_none_or(|line| line <= lines))
        );
        let key = *random.pick(&["include", "test-include"]);
        if let Some(new) = add_setting(&text, key, &globs) {
            let document: toml_edit::DocumentMut = new.parse().expect("what it wrote is TOML");
            let list = &document["package"]["metadata"]["cratesieve"][key];
            let list: Vec<_> = list
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|glob| glob.as_str())
                .collect();
            assert!(list.contains(&"../a b/[c]*.txt"), "{new}");
            assert_eq!(
                add_setting(&new, key, &globs).as_ref(),
                Some(&new),
                "twice is once"
            );
            return true;
        }
        false
    });
}
