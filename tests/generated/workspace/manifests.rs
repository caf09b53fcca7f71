//! The Cargo.toml files of a generated workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::plan::{Crate, Dependency, FEATURES, Kind, Library, Membership, Plan, THIRD_PARTY, To};
use super::random::Shape;

const INHERITED_VERSION: &str = "0.77.0";

/// The root Cargo.toml, and that of each crate, by their paths relative to the repository.
pub fn manifests(plan: &Plan) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    texts.insert(at(top(plan), "Cargo.toml"), root(plan));
    for krate in &plan.crates {
        let text = texts.entry(at(&krate.directory, "Cargo.toml")).or_default();
        *text = of_crate(plan, krate) + text;
    }
    texts
}

/// Joins a directory and a path. "" is the repository.
pub fn at(directory: &str, path: &str) -> String {
    match directory {
        "" => path.to_owned(),
        directory => format!("{directory}/{path}"),
    }
}

pub fn top(plan: &Plan) -> &str {
    plan.root.trim_start_matches('.')
}

/// The relative path from one directory to a path. Both are relative to the repository.
pub fn way(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').filter(|name| !name.is_empty()).collect();
    let to: Vec<&str> = to.split('/').filter(|name| !name.is_empty()).collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut names = vec![".."; from.len() - common];
    names.extend(&to[common..]);
    match names.is_empty() {
        true => ".".to_owned(),
        false => names.join("/"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn list(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|t| quoted(t.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

fn root(plan: &Plan) -> String {
    let top = top(plan);
    let crates_of = at(top, "crates");
    let is_in_glob =
        |krate: &&Crate| plan.has_glob && way(&crates_of, &krate.directory).split('/').count() == 1;
    let listed = plan
        .crates
        .iter()
        .filter(|krate| krate.membership == Membership::Listed && krate.directory != top);
    let mut members: BTreeSet<String> = listed
        .clone()
        .filter(|krate| !is_in_glob(krate))
        .map(|krate| way(top, &krate.directory))
        .collect();
    if plan.crates.iter().any(|krate| is_in_glob(&krate)) {
        members.insert("crates/*".to_owned());
    }
    let mut text = format!("\n[workspace]\nmembers = {}\n", list(&members));
    if !plan.resolver.is_empty() {
        writeln!(text, "resolver = {}", quoted(plan.resolver)).unwrap();
    }
    if plan
        .crates
        .iter()
        .any(|k| k.membership == Membership::Excluded)
    {
        text += "exclude = [\"apart\"]\n";
    }
    text += &format!(
        "\n[workspace.package]\nversion = \"{INHERITED_VERSION}\"\nedition = \"2021\"\n\
         authors = [\"Nobody\"]\n\n[workspace.lints.rust]\nunused = \"allow\"\n"
    );
    text += "\n[workspace.dependencies]\nunused = { path = \"nowhere\" }\n";
    let inherited = plan.crates.iter().flat_map(|krate| &krate.dependencies);
    let inherited: BTreeMap<&str, &Dependency> = inherited
        .filter(|dependency| dependency.is_inherited)
        .map(|dependency| (dependency.key.as_str(), dependency))
        .collect();
    for (key, dependency) in inherited {
        let fields = source(plan, dependency, top).join(", ");
        writeln!(text, "{} = {{ {fields} }}", quoted(key)).unwrap();
    }
    if let Some(patch) = plan.crates.iter().find(|krate| krate.is_patch) {
        let path = quoted(&way(top, &patch.directory));
        let key = quoted(&patch.name);
        write!(text, "\n[patch.crates-io]\n{key} = {{ path = {path} }}\n").unwrap();
    }
    if plan.has_profiles {
        let first = quoted(&plan.crates[0].name);
        write!(
            text,
            "\n[profile.dev.package.\"*\"]\nopt-level = 1\n\n[profile.release.package.{first}]\n\
             opt-level = 2\n\n[profile.dev.package.itoa]\nopt-level = 2\n"
        )
        .unwrap();
    }
    text
}

/// The lines that say where a dependency comes from, for a manifest in a directory.
fn source(plan: &Plan, dependency: &Dependency, directory: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let name = plan.name(dependency.to);
    if dependency.key != name {
        fields.push(format!("package = {}", quoted(name)));
    }
    match dependency.to {
        To::Crate(to) => {
            let to = &plan.crates[to];
            let mut path = way(directory, &to.directory);
            if dependency.is_winding {
                path = format!("./{path}/../{}", last(&to.directory));
                // The name of the repository's directory is not known.
                if to.directory.is_empty() {
                    path = way(directory, "");
                }
            }
            fields.push(format!("path = {}", quoted(&path)));
            if dependency.has_version {
                fields.push(format!("version = {}", quoted(version(to))));
            }
        }
        To::ThirdParty(to) => {
            fields.push(format!("version = {}", quoted(THIRD_PARTY[to].version)));
        }
    }
    fields
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

pub fn version(krate: &Crate) -> &str {
    match krate.inherits_package {
        true => INHERITED_VERSION,
        false => &krate.version,
    }
}

fn of_crate(plan: &Plan, krate: &Crate) -> String {
    let mut text = format!("[package]\nname = {}\n", quoted(&krate.name));
    if krate.inherits_package {
        text +=
            "version.workspace = true\nedition.workspace = true\nauthors = { workspace = true }\n";
    } else {
        let version = quoted(&krate.version);
        writeln!(text, "version = {version}\nedition = \"{}\"", krate.edition).unwrap();
    }
    text += "description = \"A generated crate\"\nkeywords = [\"generated\"]\npublish = false\n";
    if krate.membership == Membership::Outside && krate.shapes.contains(&Shape::Readme) {
        text += "license = \"MIT\"\n";
    }
    if krate.shapes.contains(&Shape::Readme) {
        writeln!(
            text,
            "readme = {}",
            quoted(&way(&krate.directory, "READ ME.md"))
        )
        .unwrap();
    }
    if krate.has_build_script && krate.has_own_places {
        text += "build = \"build/script.rs\"\n";
    }
    if krate.has_own_places {
        text += "autobins = false\n";
    }
    if krate.shapes.contains(&Shape::Settings) {
        text += "\n[package.metadata.cratesieve]\ninclude = [\"extra/**/*.in\"]\n\
                 exclude = [\"extra/unwanted.in\"]\ntest-include = [\"extra/of tests\"]\n";
    }
    text += &targets(krate);
    if krate.inherits_lints {
        text += "\n[lints]\nworkspace = true\n";
    }
    let features = features(plan, krate);
    if !features.is_empty() {
        text += "\n[features]\n";
        for (name, entries) in features {
            writeln!(text, "{} = {}", quoted(&name), list(entries)).unwrap();
        }
    }
    let mut tables = BTreeMap::<_, Vec<&Dependency>>::new();
    for dependency in &krate.dependencies {
        let table = (dependency.target, dependency.kind);
        tables.entry(table).or_default().push(dependency);
    }
    for ((target, kind), dependencies) in tables {
        let target = target
            .map(|target| format!("target.'{target}'."))
            .unwrap_or_default();
        let kind = match kind {
            Kind::Normal => "dependencies",
            Kind::Build => "build-dependencies",
            Kind::Dev => "dev-dependencies",
        };
        write!(text, "\n[{target}{kind}]\n").unwrap();
        for dependency in dependencies {
            let fields = fields(plan, krate, dependency).join(", ");
            writeln!(text, "{} = {{ {fields} }}", quoted(&dependency.key)).unwrap();
        }
    }
    text
}

fn fields(plan: &Plan, krate: &Crate, dependency: &Dependency) -> Vec<String> {
    let mut fields = match dependency.is_inherited {
        true => vec!["workspace = true".to_owned()],
        false => source(plan, dependency, &krate.directory),
    };
    if dependency.is_optional {
        fields.push("optional = true".to_owned());
    }
    if !dependency.features.is_empty() {
        fields.push(format!("features = {}", list(&dependency.features)));
    }
    fields
}

fn targets(krate: &Crate) -> String {
    let mut text = String::new();
    let kind = match krate.library {
        Some(Library::ProcMacro) => "proc-macro = true\n",
        Some(Library::C) => "crate-type = [\"cdylib\", \"staticlib\"]\n",
        _ => "",
    };
    let path = match krate.has_own_places && krate.library.is_some() {
        true => "path = \"sources/the lib.rs\"\n",
        false => "",
    };
    if !kind.is_empty() || !path.is_empty() {
        write!(text, "\n[lib]\n{kind}{path}").unwrap();
    }
    if krate.has_own_places {
        if krate.has_program {
            let name = quoted(&krate.name);
            write!(
                text,
                "\n[[bin]]\nname = {name}\npath = \"sources/main.rs\"\n"
            )
            .unwrap();
        }
        for name in &krate.programs {
            write!(text, "\n[[bin]]\nname = {}\n", quoted(name)).unwrap();
            if krate.has_features {
                text += "required-features = [\"left\"]\n";
            }
        }
        if krate.has_tests {
            text += "\n[[test]]\nname = \"placed\"\npath = \"checks/placed.rs\"\n";
        }
    }
    text
}

fn features(plan: &Plan, krate: &Crate) -> BTreeMap<String, Vec<String>> {
    let mut features = BTreeMap::new();
    if krate.has_features {
        features.insert(FEATURES[0].to_owned(), Vec::new());
        features.insert(FEATURES[1].to_owned(), vec![FEATURES[0].to_owned()]);
    }
    let keys: BTreeSet<&str> = krate.dependencies.iter().map(|d| d.key.as_str()).collect();
    for (number, key) in keys.into_iter().enumerate() {
        let of_key = || krate.dependencies.iter().filter(move |d| d.key == key);
        let is_optional = of_key().any(|dependency| dependency.is_optional);
        let has_features = match of_key().next().unwrap().to {
            To::Crate(to) => plan.crates[to].has_features,
            To::ThirdParty(_) => false,
        };
        if is_optional && number % 2 == 0 {
            features.insert(format!("with-{key}"), vec![format!("dep:{key}")]);
        }
        if has_features && krate.has_features {
            let entry = match is_optional && number % 3 == 0 {
                true => format!("{key}?/left"),
                false => format!("{key}/left"),
            };
            features.insert(format!("left-of-{key}"), vec![entry]);
            if number % 2 == 1 {
                features.insert("default".to_owned(), vec![format!("left-of-{key}")]);
            }
        }
    }
    features
}
