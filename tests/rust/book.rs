//! README.md, the book in docs/, help and comments: links work, commands exist and print what the pages
//! show, and the words are plain. `cargo test --test nix_evaluation book` evaluates the Nix examples.

#![cfg(unix)]

use crate::common;

use crate::{comments, markdown};

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Parser as _;
use cratesieve::problem::{Code, GROUPS};

use comments::{comments, files, first_lines};
use common::{COMMANDS, Fixture, copy, cratesieve_with, git, utf8, write};
use markdown::{Page, page, pages, repository};

// ---- Size and order -------------------------------------------------------------------------------

#[test]
fn the_readme_is_a_landing_page() {
    let words = page("README.md").text.split_whitespace().count();
    assert!(words <= 1200, "README.md has {words} words");
}

#[test]
fn the_summary_has_every_page_once() {
    let summary = page("docs/SUMMARY.md");
    let listed: Vec<&str> = links(&summary.text)
        .into_iter()
        .map(|(_, target)| target)
        .collect();
    let mut wanted: Vec<String> = pages()
        .iter()
        .filter_map(|page| page.path.strip_prefix("docs/").map(str::to_owned))
        .filter(|path| path != "SUMMARY.md")
        .collect();
    wanted.sort();
    let mut found = listed.clone();
    found.sort_unstable();
    assert_eq!(found, wanted);
    // The README has a link to each page.
    let readme = page("README.md");
    for path in listed {
        assert!(
            readme.text.contains(&format!("(docs/{path}")),
            "README.md does not link to docs/{path}"
        );
    }
}

// ---- Links ----------------------------------------------------------------------------------------

/// The links in a text, each with its line number and target.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', ' ']).next().unwrap();
            found.push((number + 1, target));
        }
    }
    found
}

/// The anchors that GitHub and mdBook make for the headings of a page.
fn anchors(page: &Page) -> BTreeSet<String> {
    let prose = page.prose();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
            let before = seen.entry(anchor.clone()).or_default();
            *before += 1;
            match *before {
                1 => anchor,
                times => format!("{anchor}-{}", times - 1),
            }
        })
        .collect()
}

/// The path in the repository that a link in the file `from` leads to.
fn resolved(from: &str, target: &str) -> Utf8PathBuf {
    let mut path = Utf8Path::new(from).parent().unwrap().to_owned();
    for part in target.split('/') {
        match part {
            ".." => assert!(path.pop(), "{from}: {target} leaves the repository"),
            "." | "" => {}
            name => path.push(name),
        }
    }
    path
}

/// Pages for contributors, which are not part of the book.
const OTHER_PAGES: [&str; 4] = [
    "fixtures/README.md",
    "nix/README.md",
    "nix/rewrite/README.md",
    "tests/nix/stand-in/README.md",
];

#[test]
fn links_lead_somewhere() {
    let mut all = pages();
    all.extend(OTHER_PAGES.map(page));
    let mut broken = Vec::new();
    for page in &all {
        for (line, target) in links(&page.prose()) {
            let place = format!("{}:{line}: {target}", page.path);
            if target.starts_with("https://") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = match path {
                "" => Utf8PathBuf::from(&page.path),
                path => resolved(&page.path, path),
            };
            // Files outside docs/ are not part of the book as HTML.
            let leaves = page.path.starts_with("docs/") && !path.starts_with("docs");
            if leaves || !repository().join(&path).exists() {
                broken.push(place);
            } else if !anchor.is_empty()
                && !anchors(&markdown::page(path.as_str())).contains(anchor)
            {
                broken.push(format!("{place} (no such heading)"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

// ---- Commands -------------------------------------------------------------------------------------

/// The words of a simple command. A quoted text is one word.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The simple commands of a shell line, without comments and redirections.
fn simple_commands(line: &str) -> Vec<Vec<String>> {
    let line = line.split("  #").next().unwrap().trim();
    let line = if line.starts_with('#') { "" } else { line };
    let line = words(line);
    let parts = line.split(|word| matches!(word.as_str(), "|" | "&&"));
    let parts = parts.map(|words| {
        let words = words.iter().take_while(|word| !word.starts_with('>'));
        let is_variable = |word: &String| {
            word.split_once('=')
                .is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        };
        words.cloned().skip_while(is_variable).collect()
    });
    parts
        .filter(|words: &Vec<String>| !words.is_empty())
        .collect()
}

/// Programs whose arguments the tests do not check.
const OTHERS: &[&str] = &[
    "cd",
    "diff",
    "dot",
    "eval",
    "export",
    "git",
    "jq",
    "less",
    "man",
    "nix",
    "nix-eval-jobs",
    "nix-fast-build",
    "sed",
    "xargs",
];

fn check_command(words: &[String]) -> Result<(), String> {
    let program = words[0].as_str();
    let given: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    match program {
        "cratesieve" => parses(&given),
        "cargo" => match given.as_slice() {
            ["run", "--locked", "--", ours @ ..] => parses(ours),
            ["bench" | "test", ..] => given
                .windows(2)
                .filter(|pair| matches!(pair[0], "--bench" | "--test"))
                .try_for_each(|pair| is_target(pair[0], pair[1])),
            ["fetch" | "build" | "install", ..] => Ok(()),
            _ => Err("this way to call cargo is not known to the test".to_owned()),
        },
        path if path.contains('/') => match repository().join(path).is_file() {
            true => Ok(()),
            false => Err("there is no such file".to_owned()),
        },
        other if OTHERS.contains(&other) => Ok(()),
        _ => Err("this program is not known to the test".to_owned()),
    }
}

fn parses(arguments: &[&str]) -> Result<(), String> {
    // A placeholder in a sentence: `cratesieve COMMAND --help`.
    if matches!(arguments.first(), Some(&"COMMAND")) {
        return Ok(());
    }
    let line = ["cratesieve"].iter().chain(arguments);
    match cratesieve::cli::Cli::try_parse_from(line) {
        Err(error) if error.use_stderr() => Err(error.to_string()),
        _ => Ok(()),
    }
}

fn is_target(option: &str, name: &str) -> Result<(), String> {
    let exists = match option {
        "--test" => ["", "/main"]
            .iter()
            .any(|end| repository().join(format!("tests/{name}{end}.rs")).is_file()),
        _ => fs::read_to_string(repository().join("Cargo.toml"))
            .unwrap()
            .contains(&format!("[[bench]]\nname = \"{name}\"")),
    };
    match exists {
        true => Ok(()),
        false => Err(format!("there is no `{option} {name}`")),
    }
}

#[test]
fn commands_exist() {
    let mut wrong = Vec::new();
    let mut ours = 0;
    for page in pages() {
        let mut lines = Vec::new();
        for block in page.blocks() {
            let is_shell = matches!(block.language, "sh" | "console");
            for line in block.code.lines().filter(|_| is_shell) {
                let line = match block.language {
                    "sh" => Some(line),
                    _ => line.strip_prefix("$ "),
                };
                lines.extend(line.map(|line| (block.place.clone(), line.to_owned())));
            }
        }
        // Code in the text, such as `cratesieve gen --check`.
        for (number, line) in page.prose().replace(" \\| ", " ").lines().enumerate() {
            let spans = line.split('`').skip(1).step_by(2);
            let spans = spans.filter(|span| {
                span.starts_with("cratesieve ") || span.starts_with("cargo test --locked ")
            });
            lines.extend(
                spans.map(|span| (format!("{}:{}", page.path, number + 1), span.to_owned())),
            );
        }
        for (place, line) in lines {
            for words in simple_commands(&line) {
                ours += usize::from(words[0] == "cratesieve");
                if let Err(problem) = check_command(&words) {
                    wrong.push(format!("{place}: {line}\n{problem}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(ours > 40, "{ours}");
}

#[test]
fn commands_that_do_not_exist_are_found() {
    for wrong in [
        "cratesieve gen --chek",
        "cratesieve draw",
        "cargo run --locked -- why api",
        "cargo test --test no-such-test",
        "cargo bench --bench no-such-bench",
        "tests/no-such-script",
        "no-such-program",
        "cratesieve gen && cratesieve afected",
        "A=1 cratesieve afected | less",
    ] {
        let commands = simple_commands(wrong);
        assert!(
            commands.iter().any(|words| check_command(words).is_err()),
            "{wrong}"
        );
    }
}

/// Console blocks show the real output. After `<!-- in fixtures/workspaces/NAME -->`, each
/// `$ cratesieve ...` runs in a copy of that fixture, and stdout comes first.
#[test]
fn output_is_what_the_commands_print() {
    let mut tried = 0;
    for page in pages() {
        for block in page.blocks() {
            if block.language != "console" {
                continue;
            }
            let fixture = block
                .comment
                .and_then(|comment| comment.strip_prefix("in fixtures/workspaces/"))
                .unwrap_or_else(|| panic!("{}: in which fixture?", block.place));
            let directory = copy(&Fixture::named(fixture).repository);
            let root = utf8(&directory);
            for run in format!("\n{}", block.code).split("\n$ ").skip(1) {
                let (command, expected) = run.split_once('\n').unwrap_or((run, ""));
                let words = words(command);
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                assert_eq!(words[0], "cratesieve", "{}", block.place);
                let outcome = cratesieve_with(root, &words[1..]);
                let printed = format!("{}{}", outcome.stdout, outcome.stderr);
                assert_eq!(
                    printed.trim_end(),
                    expected.trim_end(),
                    "{}: {command}",
                    block.place
                );
                tried += 1;
            }
        }
    }
    assert!(tried >= 5, "{tried}");
}

/// The first command of the README works. The test does not compile cratesieve again.
#[test]
fn the_first_command_prints_the_manifest_of_a_fixture() {
    let readme = page("README.md");
    let line = readme
        .text
        .lines()
        .find_map(|line| line.strip_prefix("cargo run --locked -- "))
        .unwrap();
    let words = words(line);
    // Tests run in the package's directory, which is the top of the repository.
    let line = [OsString::from("cratesieve")];
    let line = line
        .into_iter()
        .chain(words.into_iter().map(OsString::from));
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = cratesieve::cli::run(line, &mut stdout, &mut stderr);
    assert_eq!((code, String::from_utf8(stderr).unwrap().as_str()), (0, ""));
    let manifest = Fixture::named("four-crates").root().join("cratesieve.json");
    assert_eq!(
        String::from_utf8(stdout).unwrap(),
        fs::read_to_string(manifest).unwrap()
    );
}

/// A block after `<!-- part of FILE -->` is a part of that file.
#[test]
fn parts_of_files_are_in_them() {
    let mut tried = 0;
    for page in pages() {
        for block in page.blocks() {
            if let Some(file) = block.comment.and_then(|text| text.strip_prefix("part of ")) {
                let text = fs::read_to_string(repository().join(file)).unwrap();
                assert!(text.contains(&block.code), "{}", block.place);
                tried += 1;
            }
        }
    }
    assert!(tried > 0);
}

/// Examples of settings in Cargo.toml work: `gen` accepts the keys.
#[test]
fn settings_are_known() {
    for page in pages() {
        for block in page.blocks() {
            if block.language != "toml" || !block.code.contains("metadata.cratesieve") {
                continue;
            }
            let directory = copy(&Fixture::named("four-crates").repository);
            let root = utf8(&directory);
            git(root, &["init", "--quiet"]);
            let manifest = root.join("crates/pkg-a/Cargo.toml");
            let text = fs::read_to_string(&manifest).unwrap();
            fs::write(&manifest, text + "\n" + &block.code).unwrap();
            // The files that the examples name.
            for path in [
                "testdata/x",
                "found.txt",
                "proto/x.proto",
                "crates/pkg-a/docs/x",
                "crates/pkg-a/fixtures/large/x",
            ] {
                write(root, path, "");
            }
            let outcome = cratesieve_with(root, &["gen"]);
            assert_eq!(outcome.code, 0, "{}\n{}", block.place, outcome.stderr);
        }
    }
}

// ---- Contributing ---------------------------------------------------------------------------------

#[test]
fn every_test_is_in_the_table_of_contributing() {
    let contributing = page("docs/contributing.md").text;
    let named = |start: &str| -> BTreeSet<String> {
        let rests = contributing.split(start).skip(1);
        let names = rests.filter_map(|rest| rest.split([' ', '`', '\n']).next());
        names.map(str::to_owned).collect()
    };
    let mut missing = Vec::new();
    let (programs, modules) = (named("--test "), named("--test rust "));
    for (directory, named) in [("tests", programs), ("tests/rust", modules)] {
        for entry in repository().join(directory).read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            let name = path.file_stem().unwrap();
            let is_test = path.extension() == Some("rs") && name != "main"
                || path.join("main.rs").is_file()
                || path.join("mod.rs").is_file() && directory != "tests";
            if is_test && !named.contains(name) {
                missing.push(name.to_owned());
            }
        }
    }
    // `commands_exist` finds tests that are named but do not exist.
    assert!(
        missing.is_empty(),
        "docs/contributing.md does not say what these tests are for: {missing:?}"
    );
}

// ---- Problems -------------------------------------------------------------------------------------

/// The texts of the Rust files and snapshots below a directory.
fn rust_sources(directory: &str) -> Vec<String> {
    let files = files(directory, &["rs", "snap"]).into_iter();
    files.map(|(_, text)| text).collect()
}

/// The problem codes in a text, each between `start` and `end`.
fn codes<'t>(text: &'t str, start: &'t str, end: char) -> impl Iterator<Item = &'t str> {
    let found = text.split(start).skip(1);
    let found = found.filter_map(move |rest| rest.split_once(end));
    let is_code =
        |code: &&str| !code.is_empty() && code.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    found.map(|(code, _)| code).filter(is_code)
}

const RENEW: &str = "RENEW_DOCS=1 cargo test --test rust problems_are";

/// docs/problems.md is made from the table in src/problem/code.rs.
#[test]
fn problems_are_those_of_the_table() {
    let mut wanted = format!(
        "# Problems and remedies\n\n\
         <!-- Made from src/problem/code.rs; do not edit. To renew it: {RENEW} -->\n\n\
         A problem looks like this: `error[CODE]: PLACE: what is wrong`, then `hint:` and a remedy. \
         cratesieve reports all\nproblems of a run. `cratesieve explain stale-manifest` prints what this page \
         says of that code.\n"
    );
    for group in GROUPS {
        wanted += &format!("\n## {}\n", group.title);
        for code in group.codes {
            wanted += &format!("\n### `{code}`\n\n{}\n", code.explanation());
        }
    }
    wanted += "\n## Messages of Nix\n\n\
               Messages of the Nix library start with `cratesieve:`. They name the attribute, its value \
               and a remedy.\n[It does not build](it-does-not-build.md) has those that people see \
               first.\n";
    let file = repository().join("docs/problems.md");
    if std::env::var_os("RENEW_DOCS").is_some() {
        fs::write(&file, &wanted).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
    assert!(found == wanted, "docs/problems.md is stale; run: {RENEW}");
}

/// Each code is one that the program uses, and each that a snapshot shows is in the table.
#[test]
fn each_code_is_used() {
    let names: BTreeSet<&str> = Code::all().map(Code::name).collect();
    assert_eq!(names.len(), Code::all().count());
    let sources = rust_sources("src");
    let unused = Code::all().filter(|code| {
        let variant = format!("Code::{code:?}");
        !sources.iter().any(|text| text.contains(&variant))
    });
    assert_eq!(unused.collect::<Vec<_>>(), []);
    let tests = rust_sources("tests");
    let shown = ["error[", "warning["]
        .map(|start| tests.iter().flat_map(move |text| codes(text, start, ']')));
    let shown: BTreeSet<&str> = shown.into_iter().flatten().collect();
    assert!(shown.len() > 20, "{shown:?}");
    let unknown: Vec<_> = shown.difference(&names).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

// ---- Words ----------------------------------------------------------------------------------------

/// Words that make readers stop, and what to write instead. They are in lower case. A space matches any
/// white space, and a final comma only a comma.
const WORST: &[(&str, &str)] = &[
    ("beside", "next to, compared with, in addition to"),
    ("besides", "in addition, except"),
    ("nobody", "no one; name who"),
    ("nobody's", "outside the workspace"),
    ("anew", "again"),
    ("what is its own", "say what it is"),
    ("the same, ", "name it"),
    ("tells nobody of", "does not declare"),
    ("wants all the same", "say what happens"),
    ("in other bytes", "formatted differently"),
    ("is another one", "is different; say from what"),
    ("whoever", "name who"),
    ("whom", "name who"),
    ("for want of", "because there is no"),
    ("where there is none", "if there is no"),
    ("say so", "write, state"),
    ("goes before", "overrides"),
    ("of yours", "your"),
    ("all else", "everything else; name it"),
    ("in place of", "instead of"),
    ("once more", "again"),
    ("what comes of it", "the result"),
    ("as ever", "as always"),
    ("at hand", "installed"),
    ("nevertheless", "still"),
    ("thereby", "so"),
    ("hereby", ""),
    ("notwithstanding", "despite"),
    ("the same of", "name it"),
    ("the same for the same", "equal for equal"),
    ("what stands for", "name it: a stub, a stamp"),
    ("what is said", "the message, the setting"),
    ("somebody", "name who"),
    ("anybody", "anyone; name who"),
    ("everybody", "all; name who"),
    ("all the same", "still"),
    ("in silence", "silently, without a message"),
    ("for who", "name who"),
    ("none of ours", "say whose"),
    ("otherwise than", "unlike"),
];

/// First words of a doc comment that refer to something else, so that the sentence does not make sense
/// alone.
const NOT_ALONE: &[&str] = &[
    "and", "it", "none of", "of", "such", "the same", "these", "they", "those",
];

/// The words of [`WORST`] in a text, with their line numbers.
fn worst(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lower = text.to_lowercase();
    let lines: Vec<String> = lower
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for (number, line) in lines.iter().enumerate() {
        // A phrase may continue in the next line.
        let next = lines
            .get(number + 1)
            .map(String::as_str)
            .unwrap_or_default();
        let both = format!("{line} {next}");
        for (phrase, instead) in WORST {
            let phrase = phrase.trim_end();
            let is_word = |start: usize| {
                let before = both[..start].chars().next_back();
                let after = both[start + phrase.len()..].chars().next();
                let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '\'');
                ends(before) && (ends(after) || phrase.ends_with(','))
            };
            let starts = both.match_indices(phrase).map(|(start, _)| start);
            let mut starts = starts.filter(|start| *start < line.len() && is_word(*start));
            if starts.next().is_some() {
                found.push(format!("{}: `{phrase}`; write: {instead}", number + 1));
            }
        }
    }
    found
}

#[test]
fn words_are_plain() {
    let mut found = Vec::new();
    let mut texts: Vec<(String, String)> = pages()
        .into_iter()
        .map(|page| (page.path.clone(), page.prose()))
        .collect();
    for other in OTHER_PAGES {
        texts.push((other.to_owned(), page(other).prose()));
    }
    for command in COMMANDS {
        let help = cratesieve_with(repository(), &[command, "--help"]).stdout;
        texts.push((format!("{command} --help"), help));
    }
    let sources = texts.len();
    for directory in ["docs/ci", "nix", "src", "tests"] {
        let files = files(directory, &["", "awk", "nix", "rs", "sh"]);
        texts.extend(files.into_iter().map(|(path, text)| {
            let comments = comments(&path, &text);
            (path, comments)
        }));
    }
    assert!(texts.len() > sources + 250, "{}", texts.len());
    for (place, text) in texts {
        found.extend(
            worst(&text)
                .into_iter()
                .map(|what| format!("{place}:{what}")),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_worst_words_are_found() {
    for text in [
        "It lies beside the file.",
        "It is built\nanew.",
        "Nobody's crates.",
        "The same, for a crate.",
        "It says what is\n  its own.",
    ] {
        assert_eq!(worst(text).len(), 1, "{text}");
    }
    for text in ["It anewed.", "the same crate", "besiding"] {
        assert_eq!(worst(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn comments_are_read() {
    let rust =
        "/// Doc.\nlet x = 1; // inner\nlet y = \" // no\";\n//! `code`\n// ```\n// code\n// ```\n";
    assert_eq!(comments("x.rs", rust), " Doc.\ninner\n\n code\n\n\n\n");
    let nix = "/**\n  Doc.\n*/\nx = 1; # inner\n# one\ny = \" # no\";\n";
    assert_eq!(comments("x.nix", nix), "\nDoc.\n\ninner\n one\n\n");
    let lines = |path, text| -> Vec<usize> {
        let found = first_lines(path, text).into_iter();
        found.map(|(line, _)| line).collect()
    };
    assert_eq!(
        lines("x.rs", "/// a\n/// b\nfn f() {}\n/// c\n// d\n"),
        [1, 4]
    );
    assert_eq!(lines("x.nix", "/**\n  Doc.\n*/\n# d\n"), [2]);
}

#[test]
fn first_sentences_make_sense_alone() {
    let mut found = Vec::new();
    let mut count = 0;
    for directory in ["nix", "src", "tests"] {
        for (path, text) in files(directory, &["nix", "rs"]) {
            for (line, sentence) in first_lines(&path, &text) {
                count += 1;
                let lower = sentence.to_lowercase();
                let refers = |words: &&&str| {
                    lower
                        .strip_prefix(**words)
                        .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
                };
                if let Some(words) = NOT_ALONE.iter().find(refers) {
                    found.push(format!("{path}:{line}: `{words}`: {sentence}"));
                }
            }
        }
    }
    assert!(count > 1000, "{count}");
    assert!(found.is_empty(), "{found:#?}");
}

/// The largest number of words in a sentence. A colon or a semicolon ends a sentence too.
const LONGEST: usize = 25;

fn sentences(prose: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in prose.lines().enumerate() {
        let line = line.trim();
        let is_item = line.starts_with("- ")
            || line.starts_with("* ")
            || line
                .split_once(". ")
                .is_some_and(|(n, _)| n.parse::<usize>().is_ok());
        let is_alone = line.is_empty() || line.starts_with('#') || line.starts_with('|');
        for cell in line.split('|') {
            match found.last_mut() {
                Some((_, last)) if goes_on && !is_item && !is_alone => {
                    last.push(' ');
                    last.push_str(cell);
                }
                _ => found.push((number + 1, cell.to_owned())),
            }
        }
        goes_on = !is_alone;
    }
    let mut sentences = Vec::new();
    for (number, text) in found {
        let mut sentence = String::new();
        for word in text.split_whitespace() {
            sentence += word;
            sentence += " ";
            let end = word.trim_end_matches(['*', ')', '"', '`']);
            if end.ends_with(['.', '!', '?', ':', ';']) && end.len() > 1 {
                sentences.push((number, std::mem::take(&mut sentence)));
            }
        }
        sentences.push((number, sentence));
    }
    sentences
}

#[test]
fn sentences_are_short() {
    let mut long = Vec::new();
    for page in pages() {
        for (line, sentence) in sentences(&page.prose()) {
            let count = sentence.split_whitespace().count();
            if count > LONGEST {
                long.push(format!("{}:{line}: {count} words: {sentence}", page.path));
            }
        }
    }
    for command in COMMANDS {
        let help = cratesieve_with(repository(), &[command, "--help"]).stdout;
        // Indented lines are examples, options and lists.
        let prose: String = help
            .lines()
            .map(|line| match line.starts_with(' ') {
                true => "\n".to_owned(),
                false => format!("{line}\n"),
            })
            .collect();
        for (line, sentence) in sentences(&prose) {
            let count = sentence.split_whitespace().count();
            if count > LONGEST {
                long.push(format!(
                    "{command} --help:{line}: {count} words: {sentence}"
                ));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn long_sentences_are_found() {
    let long = "word ".repeat(26);
    for text in [
        format!("{long}.\n"),
        format!("- {long}\n- short\n"),
        format!("| a | {long} |\n"),
        format!("Short. {}\n{}\n", "word ".repeat(13), "word ".repeat(13)),
    ] {
        let longest = sentences(&text);
        let longest = longest.iter().map(|(_, s)| s.split_whitespace().count());
        assert!(longest.max() >= Some(26), "{text}");
    }
    let short = format!("- {0}\n- {0}\n\n{0}\n\n| {0} | {0} |\n", "word ".repeat(13));
    let longest = sentences(&short);
    let longest = longest.iter().map(|(_, s)| s.split_whitespace().count());
    assert!(longest.max() <= Some(15));
}

// ---- Help -----------------------------------------------------------------------------------------

/// The number of lines on a screen.
const SCREEN: usize = 40;

#[test]
fn help_fits_a_screen_and_has_an_example() {
    for command in COMMANDS {
        let help = cratesieve_with(repository(), &[command, "--help"]).stdout;
        let lines = help.lines().count();
        assert!(lines <= SCREEN, "{command} --help has {lines} lines");
        let (before, _) = help.split_once("\nOptions:").unwrap();
        let (_, examples) = before.split_once("\n\n").unwrap();
        let (_, examples) = examples.split_once("\n\n").unwrap();
        assert!(
            examples.contains(&format!("cratesieve {command} ")),
            "{command} --help has no example before its options"
        );
    }
}
