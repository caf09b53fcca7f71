//! Dependencies on what a package builds, and not on its library (`artifact = "bin"`), which the Nix
//! library does not build. Pure.

use toml_edit::{Document, Item, TableLike};

use crate::problem::{Code, Problem};
use crate::tables::TABLES;
use crate::toml_lines::{key_start, line_of};

/// The problems of the Cargo.toml at `path` with this text, by their lines.
pub fn problems(path: &str, text: &str) -> Vec<Problem> {
    // Parsing costs more than all the rest.
    if !text.contains("artifact") {
        return Vec::new();
    }
    // Cargo has refused what cannot be parsed.
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let root = document.as_table() as &dyn TableLike;
    let targets = tables(root.get("target"));
    let workspace = root.get("workspace").and_then(Item::as_table_like);
    let scopes = [root].into_iter().chain(workspace).chain(targets);
    let dependencies = scopes.flat_map(|scope| {
        let tables = TABLES
            .all_tables()
            .filter_map(move |key| scope.get(key)?.as_table_like());
        tables.flat_map(|table| table.iter().map(move |entry| (table, entry)))
    });
    let found = dependencies.filter(|(_, (_, spec))| spec.get("artifact").is_some());
    found
        .map(|(table, (key, _))| Problem {
            code: Code::ArtifactDependency,
            path: path.to_owned(),
            line: key_start(table, key).and_then(|at| line_of(text, at)),
            message: format!("`{key}` is a dependency with `artifact`, which cratesieve does not build"),
            hint: format!(
                "build `{key}` separately, leave `artifact` out, and pass the path of the program to the \
                 crate in a variable: `crates.<name>.env` of mkWorkspace"
            ),
        })
        .collect()
}

fn tables(item: Option<&Item>) -> impl Iterator<Item = &dyn TableLike> {
    let tables = item.and_then(Item::as_table_like).into_iter();
    tables.flat_map(|table| table.iter().filter_map(|(_, item)| item.as_table_like()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wherever_it_is_declared() {
        let text = r#"
[dependencies]
plain = "1"
a = { path = "../a", artifact = "bin" }
[build-dependencies.b]
path = "../b"
artifact = ["bin:x", "staticlib"]
target = "x86_64-unknown-none"
[target.'cfg(unix)'.dev-dependencies]
c = { version = "1", artifact = "cdylib", lib = true }
[workspace.dependencies]
d = { version = "1", artifact = "bin" }
"#;
        let found: Vec<_> = problems("Cargo.toml", text)
            .into_iter()
            .map(|problem| (problem.line, problem.message))
            .collect();
        let wanted = [("a", 4), ("b", 5), ("d", 12), ("c", 10)].map(|(key, line)| {
            let words = "is a dependency with `artifact`, which cratesieve does not build";
            (Some(line), format!("`{key}` {words}"))
        });
        assert_eq!(found, wanted);
        assert_eq!(
            problems("Cargo.toml", "[dependencies]\nartifact = \"1\"\n"),
            []
        );
    }
}
