//! `[workspace.metadata.cratesieve]` and `[package.metadata.cratesieve]`, with the lines they
//! stand on, and what else of a manifest `cargo metadata` does not tell. Pure.

use toml_edit::{Document, Item};

use crate::problem::{Code, Problem};
use crate::toml_lines::{key_start, line_of};

/// What one manifest settles by hand. A pattern is relative to the directory of the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub include: Vec<Pattern>,
    pub exclude: Vec<Pattern>,
    pub test_include: Vec<Pattern>,
}

/// A glob and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pub glob: String,
    /// The manifest, relative to the workspace root.
    pub path: String,
    /// Counted from one.
    pub line: usize,
    /// `include`, `exclude` or `test-include`.
    pub key: &'static str,
}

/// One Cargo.toml.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManifestText {
    pub package: Settings,
    pub workspace: Settings,
    /// Whether `package.readme` and `package.license-file` are given: Cargo finds a readme by its
    /// name as well, and that is no reference to it.
    pub gives_readme: bool,
    pub gives_license_file: bool,
}

const KEYS: [&str; 3] = ["include", "exclude", "test-include"];

/// Reads the text of the manifest at `path`.
pub fn read(path: &str, text: &str) -> (ManifestText, Vec<Problem>) {
    let mut found = ManifestText::default();
    let mut problems = Vec::new();
    // Parsing costs far more than looking whether there is anything to parse for.
    if !["cratesieve", "readme", "license-file"]
        .iter()
        .any(|word| text.contains(word))
    {
        return (found, problems);
    }
    // Cargo has read the same file before: a syntax error is reported already.
    let Ok(document) = Document::parse(text) else {
        return (found, problems);
    };
    let given = |key| {
        let item = document.get("package").and_then(|package| package.get(key));
        item.is_some_and(|item| item.as_bool() != Some(false))
    };
    found.gives_readme = given("readme");
    found.gives_license_file = given("license-file");
    let reader = Reader { path, text };
    for (table, settings) in [
        ("package", &mut found.package),
        ("workspace", &mut found.workspace),
    ] {
        let item = document.get(table).and_then(|table| table.get("metadata"));
        if let Some(item) = item.and_then(|metadata| metadata.get("cratesieve")) {
            reader.settings(table, item, settings, &mut problems);
        }
    }
    (found, problems)
}

struct Reader<'t> {
    path: &'t str,
    text: &'t str,
}

impl Reader<'_> {
    fn settings(
        &self,
        table: &str,
        item: &Item,
        settings: &mut Settings,
        problems: &mut Vec<Problem>,
    ) {
        let Some(entries) = item.as_table_like() else {
            problems.push(self.problem(
                item.span().map(|span| span.start),
                Code::BadSetting,
                format!("`{table}.metadata.cratesieve` is no table"),
                format!("write `[{table}.metadata.cratesieve]`, and the settings below it"),
            ));
            return;
        };
        for (key, value) in entries.iter() {
            let at = key_start(entries, key);
            let Some(known) = KEYS.iter().find(|known| **known == key) else {
                problems.push(self.problem(
                    at,
                    Code::UnknownSetting,
                    format!("`{key}` is not a setting of cratesieve"),
                    format!(
                        "the settings of a {table} are `include`, `exclude` and `test-include`"
                    ),
                ));
                continue;
            };
            let patterns = match *known {
                "include" => &mut settings.include,
                "exclude" => &mut settings.exclude,
                _ => &mut settings.test_include,
            };
            let Some(array) = value.as_array() else {
                problems.push(self.not_strings(at, known));
                continue;
            };
            for element in array {
                let at = element.span().map(|span| span.start).or(at);
                match element.as_str() {
                    Some(glob) => patterns.push(Pattern {
                        glob: glob.to_owned(),
                        path: self.path.to_owned(),
                        line: self.line(at).unwrap_or(1),
                        key: known,
                    }),
                    None => problems.push(self.not_strings(at, known)),
                }
            }
        }
    }

    fn not_strings(&self, at: Option<usize>, key: &str) -> Problem {
        self.problem(
            at,
            Code::BadSetting,
            format!("`{key}` is not an array of strings"),
            format!("write `{key} = [\"some/path\", \"some/**/*.glob\"]`"),
        )
    }

    fn problem(&self, at: Option<usize>, code: Code, message: String, hint: String) -> Problem {
        Problem {
            code,
            path: self.path.to_owned(),
            line: self.line(at),
            message,
            hint,
        }
    }

    fn line(&self, at: Option<usize>) -> Option<usize> {
        line_of(self.text, at?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_with_their_lines() {
        let text = "[package]\nname = 'a'\nreadme.workspace = true\n\n\
            [package.metadata.cratesieve]\ninclude = [\n  '../x/*.html',\n  'y',\n]\n\
            [workspace.metadata]\ncratesieve.exclude = ['z']\n";
        let (found, problems) = read("a/Cargo.toml", text);
        assert_eq!(problems, []);
        let lines: Vec<_> = found
            .package
            .include
            .iter()
            .map(|p| (&*p.glob, p.line))
            .collect();
        assert_eq!(lines, [("../x/*.html", 7), ("y", 8)]);
        assert_eq!(found.workspace.exclude[0].line, 11);
        assert!(found.gives_readme && !found.gives_license_file);
    }

    #[test]
    fn every_defect_is_reported_with_its_line() {
        let text = "[package.metadata.cratesieve]\nincludes = []\nexclude = 'x'\n\
            test-include = [\n  1,\n  'ok',\n]\n[workspace.metadata]\ncratesieve = 1\n";
        let (found, problems) = read("Cargo.toml", text);
        let places: Vec<_> = problems.iter().map(|p| (p.code, p.line.unwrap())).collect();
        let expected = [
            (Code::UnknownSetting, 2),
            (Code::BadSetting, 3),
            (Code::BadSetting, 5),
            (Code::BadSetting, 9),
        ];
        assert_eq!(places, expected);
        assert_eq!(found.package.test_include.len(), 1);
    }
}
