//! Programs that a build script runs, and what tells another build tool what to compile: the files
//! that they name.
//!
//! Unlike the languages above, these do more than import, and any word of them may be a path. So
//! they matter only where something names the program itself.

use super::{Kind, tokens};

/// A sort of program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Shell,
    Python,
    /// What CMake, Make or Meson reads.
    Build,
}

/// A word that may be a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Counted from one.
    pub line: usize,
    pub path: String,
}

/// What the name of a file says of it. A file without an ending may be a script: see [`by_text`].
pub fn by_name(file: &str) -> Option<Program> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    match (name, ending) {
        ("CMakeLists.txt" | "GNUmakefile" | "Makefile" | "makefile" | "meson.build", _)
        | (_, Some("cmake" | "mk")) => Some(Program::Build),
        (_, Some("sh" | "bash" | "zsh")) => Some(Program::Shell),
        (_, Some("py")) => Some(Program::Python),
        _ => None,
    }
}

/// What the first line of a text says of it: `#!/usr/bin/env python3`.
pub fn by_text(text: &str) -> Option<Program> {
    let first = text.lines().next()?.strip_prefix("#!")?;
    let has = |word: &str| first.contains(word);
    if has("python") {
        Some(Program::Python)
    } else if first.ends_with("sh") || has("sh ") {
        Some(Program::Shell)
    } else {
        None
    }
}

impl Program {
    /// The words of a program that may be paths.
    pub fn words(self, text: &str) -> Vec<Word> {
        let tokens = tokens(text, &["#"]);
        let mut found = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| &tokens[at].kind);
            let mut add = |path: String| {
                let line = token.line;
                found.push(Word { line, path });
            };
            match (&token.kind, before) {
                (Kind::Word(name), Some(Kind::Word("import" | "from"))) if self == Self::Python => {
                    let (directory, name) = module(name);
                    let module = format!("{directory}{}", name.replace('.', "/"));
                    add(format!("{module}.py"));
                    add(format!("{module}/__init__.py"));
                    for (end, _) in module.match_indices('/') {
                        add(format!("{}/__init__.py", &module[..end]));
                    }
                    // `from package import module`
                    let further = tokens.get(at + 1..at + 3).unwrap_or_default();
                    if let [import, of_package] = further
                        && import.is_word("import")
                        && let Kind::Word(name) = of_package.kind
                    {
                        add(format!("{module}/{name}.py"));
                    }
                }
                (Kind::Word(word), before) => {
                    let is_variable = before == Some(&Kind::Symbol('$'));
                    add(after_variable(word, is_variable).to_owned());
                }
                (Kind::String(text), _) => {
                    // `"$(dirname "$0")/lib.sh"` ends with a string of its own.
                    let rest = text.rsplit([')', '}']).next().unwrap_or(text);
                    let (rest, is_variable) = match rest.rsplit_once('$') {
                        Some((_, rest)) => (rest, true),
                        None => (rest, false),
                    };
                    add(after_variable(rest, is_variable).to_owned());
                }
                (Kind::Symbol(_), _) => {}
            }
        }
        // `.` is also the command that reads another script.
        found.retain(|word| word.path != "." && self.may_be_path(&word.path));
        found
    }

    fn may_be_path(self, path: &str) -> bool {
        let is_path = path.contains(['/', '.']) && path.len() < 256 && !path.contains([' ', '\n']);
        // What lies around these files is there in any case.
        is_path && (self != Self::Build || path.contains("../"))
    }
}

/// `..package` as a directory and a name: each dot after the first one leads upwards.
fn module(name: &str) -> (String, &str) {
    let dots = name.bytes().take_while(|byte| *byte == b'.').count();
    ("../".repeat(dots.saturating_sub(1)), &name[dots..])
}

/// A word without the variable that it starts with, which is that of a directory: `$DIR/lib.sh`.
fn after_variable(word: &str, is_variable: bool) -> &str {
    let rest = match word.split_once('/') {
        Some((_, rest)) if is_variable => rest,
        None if is_variable => "",
        _ => word,
    };
    rest.trim_start_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(program: Program, text: &str) -> Vec<String> {
        let words = program.words(text);
        words.into_iter().map(|word| word.path).collect()
    }

    #[test]
    fn paths_of_scripts() {
        let shell = "#!/bin/sh\n# no.sh\n. \"$(dirname \"$0\")/lib.sh\"\nsource $DIR/b.sh\n\
                     source \"${DIR}/c.sh\"\n./d.sh | cat ../data/x.json > out; ls";
        let expected = ["lib.sh", "b.sh", "c.sh", "./d.sh", "../data/x.json"];
        assert_eq!(words(Program::Shell, shell), expected);
        let python = "import lib\nfrom .near import x\nfrom a.b import c\nopen(\"d.json\")\n";
        let found = words(Program::Python, python);
        for path in [
            "lib.py",
            "near.py",
            "a/b.py",
            "a/__init__.py",
            "a/b/c.py",
            "d.json",
        ] {
            assert!(found.contains(&path.to_owned()), "{path}: {found:?}");
        }
        let cmake = "include(../x.cmake)\nadd_library(a a.c ${CMAKE_CURRENT_SOURCE_DIR}/../b.c)\n\
                     add_subdirectory(\"../third\" third)\n";
        let expected = ["../x.cmake", "../b.c", "../third"];
        assert_eq!(words(Program::Build, cmake), expected);
    }

    /// See the test of the same name for the languages.
    #[test]
    fn the_check_of_the_manifest_keeps_programs() {
        let text = include_str!("../../nix/checkManifest.nix");
        for ending in ["bash", "cmake", "mk", "py", "sh", "zsh"] {
            assert!(by_name(&format!("x.{ending}")).is_some());
            assert!(!text.contains(&format!("    \"{ending}\"\n")), "{ending}");
        }
        assert!(text.contains("name == \"CMakeLists.txt\""));
    }

    #[test]
    fn what_is_a_program() {
        assert_eq!(by_name("a/x.sh"), Some(Program::Shell));
        assert_eq!(by_name("a/CMakeLists.txt"), Some(Program::Build));
        assert_eq!(by_name("a/x.txt"), None);
        assert_eq!(by_text("#!/usr/bin/env python3\n"), Some(Program::Python));
        assert_eq!(by_text("#!/bin/bash -e\nx"), Some(Program::Shell));
        assert_eq!(by_text("x"), None);
    }
}
