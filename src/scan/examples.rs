//! The examples in documentation, which Cargo compiles and runs as tests: the code blocks of doc
//! comments, and of Markdown texts that are included as documentation.

use super::readers::may_tell;
use super::results::{Base, Literals, Reference, Scan, Text};
use super::scanner::scan_code;
use super::tokens::Tokens;

/// Words after the fence of a block that rustdoc still compiles.
const RUST: &[&str] = &[
    "compile_fail",
    "custom",
    "no_run",
    "rust",
    "should_panic",
    "standalone",
    "standalone_crate",
    "test_harness",
];

/// What the examples of a Markdown text read.
pub fn of_markdown(text: &str) -> Scan {
    let mut scan = Scan::default();
    let lines: Vec<(usize, &str)> = text.lines().enumerate().collect();
    let lines: Vec<_> = lines.iter().map(|(at, line)| (at + 1, *line)).collect();
    add(&lines, Literals::All, &mut scan);
    scan
}

/// The lines of all doc comments, without their marks, and the number of each. `documents` is where
/// they start and end. None, where no example can be among them.
pub fn lines_of_comments<'t>(text: &'t str, documents: &[(usize, usize)]) -> Vec<(usize, &'t str)> {
    let mut lines = Vec::new();
    let may_read = documents.iter().any(|(start, end)| {
        let comment = &text[*start..*end];
        comment.contains('"')
    });
    if !may_read {
        return lines;
    }
    let (mut number, mut counted) = (1, 0);
    for (start, end) in documents {
        let comment = &text[*start..*end];
        number += text[counted..*start].matches('\n').count();
        counted = *start;
        let (body, is_block) = match comment.strip_prefix("/*") {
            Some(_) => (&comment[3..comment.len() - 2], true),
            None => (&comment[3..], false),
        };
        for (at, line) in body.split('\n').enumerate() {
            let line = match is_block {
                true => {
                    let line = line.trim_start();
                    line.strip_prefix('*').unwrap_or(line)
                }
                false => line,
            };
            lines.push((number + at, line.strip_prefix(' ').unwrap_or(line)));
        }
    }
    lines
}

/// Scans every code block of Rust in these lines.
pub fn add(lines: &[(usize, &str)], literals: Literals, scan: &mut Scan) {
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].1;
        let trimmed = line.trim_start();
        if let Some(fence) = fence(trimmed) {
            let is_rust = is_rust(trimmed[fence.len()..].trim());
            let is_end = |(_, line): &(usize, &str)| {
                let line = line.trim();
                line.len() >= fence.len() && line.bytes().all(|byte| byte == fence.as_bytes()[0])
            };
            let rest = &lines[at + 1..];
            let length = rest.iter().position(is_end).unwrap_or(rest.len());
            if is_rust {
                add_block(&rest[..length], literals, scan);
            }
            at += length + 2;
        } else if line.starts_with("    ") && at > 0 && lines[at - 1].1.trim().is_empty() {
            let is_code =
                |(_, line): &(usize, &str)| line.starts_with("    ") || line.trim().is_empty();
            let rest = &lines[at..];
            let length = rest.iter().take_while(|line| is_code(line)).count();
            add_block(&rest[..length], literals, scan);
            at += length;
        } else {
            scan.references.extend(diagram(lines[at].0, trimmed));
            at += 1;
        }
    }
}

/// `include_mmd!("docs/x.mmd")` in a line of a doc comment, which aquamarine draws.
fn diagram(line: usize, text: &str) -> Option<Reference> {
    const MACRO: &str = "include_mmd!";
    let argument = text.strip_prefix(MACRO)?.strip_prefix("(\"")?;
    let (path, _) = argument.split_once('"')?;
    Some(Reference {
        line,
        by: MACRO.to_owned(),
        base: Base::Package,
        path: Text::Known(path.to_owned()),
        test: false,
        is_source: false,
        is_guess: true,
        is_at_run_time: false,
        is_document: false,
    })
}

/// The fence that a line starts with: three or more of a kind.
fn fence(line: &str) -> Option<&str> {
    ['`', '~'].iter().find_map(|mark| {
        let length = line.chars().take_while(|c| c == mark).count();
        (length >= 3).then(|| &line[..length])
    })
}

/// Whether rustdoc compiles a block with these words after its fence.
fn is_rust(words: &str) -> bool {
    let mut words = words
        .split([',', ' ', '\t'])
        .map(|word| word.trim_matches(['{', '}', '.']))
        .filter(|word| !word.is_empty());
    words.all(|word| {
        RUST.contains(&word)
            || word.starts_with("edition")
            || word.starts_with("ignore-")
            || word.strip_prefix('E').is_some_and(|code| {
                code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit())
            })
    })
}

fn add_block(lines: &[(usize, &str)], literals: Literals, scan: &mut Scan) {
    let code: Vec<&str> = lines.iter().map(|(_, line)| shown(line)).collect();
    let code = code.join("\n");
    if literals != Literals::All && !may_tell(code.as_bytes()) {
        return;
    }
    let found = scan_code(Tokens::new(&code), literals);
    let line = |at: usize| lines.get(at - 1).map_or(0, |(number, _)| *number);
    for mut reference in found.references {
        reference.line = line(reference.line);
        reference.test = true;
        // An example may be for people only.
        reference.is_guess = true;
        scan.references.push(reference);
    }
    for mut literal in found.literals {
        literal.line = line(literal.line);
        literal.test = true;
        scan.literals.push(literal);
    }
    scan.climbs |= found.climbs;
    scan.tests_lead_up |= found.leads_up;
}

/// A line of an example as rustdoc compiles it: `# ` hides it from readers.
fn shown(line: &str) -> &str {
    let code = line.trim_start();
    match code.strip_prefix('#') {
        Some("") => "",
        Some(rest) if rest.starts_with([' ', '#']) => rest,
        _ => line,
    }
}
