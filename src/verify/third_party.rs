//! The third-party packages that lie in the repository, because Cargo's configuration says so. No
//! source holds them: the Nix library has them in the vendor directory. Here Cargo is told where they
//! are.

use camino::Utf8Path;

use crate::analysis::Analysis;
use crate::path;
use crate::rewrite::read_configurations;
use crate::rewrite::to_toml::to_toml;
use crate::rewrite::value::{Table, Value, parse, table};

/// `source` and `paths` of all files, with absolute paths; nothing where there are none.
pub fn configuration(analysis: &Analysis) -> anyhow::Result<Option<String>> {
    let tree = &analysis.tree;
    let mut read = |path: &str| {
        let text = tree.read(path)?;
        Ok(text.and_then(|text| parse(path, &text).ok()))
    };
    let files = read_configurations(tree.root(), &analysis.manifest.files, &mut read)?;
    let mut sources = Table::new();
    let mut paths = Vec::new();
    for (path, configuration) in &files {
        let directory = analysis.root.join(path::parent(path::parent(path)));
        for (name, source) in table(configuration, "source").into_iter().flatten() {
            let mut source = source.as_table().cloned().unwrap_or_default();
            for key in ["directory", "local-registry"] {
                if let Some(value) = source.get_mut(key) {
                    *value = absolute(&directory, value);
                }
            }
            let merged = sources
                .entry(name.clone())
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(merged) = merged {
                merged.append(&mut source);
            }
        }
        let overrides = configuration.get("paths").and_then(Value::as_array);
        let overrides = overrides.unwrap_or_default().iter();
        paths.extend(overrides.map(|value| absolute(&directory, value)));
    }
    let mut said = Table::new();
    if !sources.is_empty() {
        said.insert("source".to_owned(), Value::Table(sources));
    }
    if !paths.is_empty() {
        said.insert("paths".to_owned(), Value::Array(paths));
    }
    Ok((!said.is_empty()).then(|| to_toml(&said)))
}

fn absolute(directory: &Utf8Path, value: &Value) -> Value {
    match value.as_str() {
        Some(path) => directory.join(path).as_str().into(),
        None => value.clone(),
    }
}
