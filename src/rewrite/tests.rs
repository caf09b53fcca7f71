//! The cases in fixtures/rewrite. The Nix half runs them as well: tests/nix/rewrite-cases.nix.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, json};

use super::describe_member::describe_member;
use super::empty_package::empty_package;
use super::inert_features::inert_features;
use super::lock_texts::{LockKind, LockTexts};
use super::package_text::package_text;
use super::prune_configuration::prune_configuration;
use super::prune_inherited::{Inherits, prune_inherited};
use super::prune_lock::prune_lock;
use super::prune_member::{ManifestRole, prune_member};
use super::prune_patches::{ByName, prune_patches};
use super::prune_root::{Left, prune_root};
use super::read_configurations::read_configurations;
use super::read_lock::{Lock, read_lock};
use super::read_workspace::{Read, read_workspace};
use super::resolve_closures::{Closure, resolve_closures};
use super::rewrite_manifests::rewrite_manifests;
use super::stub_member::{StubKind, stub_member};
use super::stub_paths::StubPaths;
use super::to_toml::to_toml;
use super::tool_files::tool_files;
use super::unversioned::unversioned;
use super::value::{self, Table, Value, table};
use super::without_inert::WithoutInert;
use crate::manifest::{CrateEntry, Manifest};
use crate::path::Root;
use crate::tree::Tree;

/// Functions without cases: tests/nix_evaluation/rewriting.rs compares whole sources.
const OF_WHOLE_SOURCES: [&str; 2] = ["composeSource", "makeSources"];

fn repository() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn cases_give_what_they_say() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (name, found) = case.run();
        let file = case.directory.join(name);
        if std::env::var_os("RENEW_GOLDEN").is_some() {
            fs::write(&file, &found).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{file}\nexpected:\n{expected}\nfound:\n{found}\n"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nIf these changes are meant: RENEW_GOLDEN=1 cargo test --locked --lib rewrite",
        wrong.join("\n")
    );
}

/// Cargo reads what is written, and reads the same value. Texts, because NaN is not equal to itself.
#[test]
fn toml_is_read_back_as_it_was() {
    let documents = cases().into_iter().filter(|case| case.function == "toToml");
    for case in documents {
        let written = value::parse("written.toml", &to_toml(&case.arguments)).unwrap();
        let (written, original) = (format!("{written:?}"), format!("{:?}", case.arguments));
        assert_eq!(written, original, "{}", case.directory);
    }
}

#[test]
fn every_function_has_cases() {
    let mut counts = BTreeMap::<String, usize>::new();
    for case in cases() {
        *counts.entry(case.function).or_default() += 1;
    }
    let modules = fs::read_dir(repository().join("src/rewrite")).unwrap();
    let modules = modules.filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".rs")?.to_owned();
        (!matches!(&*name, "value" | "tests")).then(|| camel(&name))
    });
    let modules: BTreeSet<String> = modules.collect();
    let tried = counts.keys().cloned();
    let tried: BTreeSet<String> = tried.chain(OF_WHOLE_SOURCES.map(str::to_owned)).collect();
    assert_eq!(tried, modules);
}

fn camel(name: &str) -> String {
    let (first, rest) = name.split_once('_').unwrap_or((name, ""));
    let mut camel = first.to_owned();
    for word in rest.split('_').filter(|word| !word.is_empty()) {
        camel.push_str(&word[..1].to_uppercase());
        camel.push_str(&word[1..]);
    }
    camel
}

// ---- A case -------------------------------------------------------------------------------------

/// The arguments of one call. The files of the directory are arguments, too.
struct Case {
    function: String,
    directory: Utf8PathBuf,
    arguments: Table,
}

fn cases() -> Vec<Case> {
    let below = |directory: &Utf8Path| {
        let entries = directory.read_dir_utf8().unwrap();
        let mut paths: Vec<Utf8PathBuf> = entries.map(|entry| entry.unwrap().into_path()).collect();
        paths.sort();
        paths
    };
    let functions = below(&repository().join("fixtures/rewrite"));
    let directories = functions.iter().flat_map(|function| below(function));
    let cases = directories.map(|directory| {
        let function = directory.parent().and_then(Utf8Path::file_name).unwrap();
        Case {
            function: function.to_owned(),
            arguments: parsed(&directory.join("arguments.toml")),
            directory,
        }
    });
    cases.collect()
}

/// A TOML file; empty if there is none.
fn parsed(file: &Utf8Path) -> Table {
    let text = fs::read_to_string(file).unwrap_or_default();
    value::parse(file.as_str(), &text).unwrap_or_else(|problem| panic!("{file}: {problem:?}"))
}

impl Case {
    fn has(&self, file: &str) -> bool {
        self.directory.join(file).exists()
    }

    fn manifest(&self) -> Table {
        parsed(&self.directory.join("Cargo.toml"))
    }

    fn lock(&self) -> Lock {
        read_lock(&parsed(&self.directory.join("Cargo.lock")))
    }

    /// The root of the workspace: a directory of the case, or a fixture.
    fn root(&self) -> Utf8PathBuf {
        let top = match self.arguments.get("fixture") {
            Some(fixture) => repository()
                .join("fixtures/workspaces")
                .join(fixture.as_str().unwrap()),
            None => self.directory.join("workspace"),
        };
        match self.arguments.get("root") {
            Some(root) => top.join(root.as_str().unwrap()),
            None => top,
        }
    }

    fn workspace(&self) -> (Manifest, Read) {
        let root = self.root();
        let shape = shape(&root.join("cratesieve.json"));
        let tree = Tree::new(&root, None, BTreeSet::new());
        let read = read_workspace(&shape, &tree).unwrap();
        (shape, read)
    }

    fn text(&self, key: &str) -> &str {
        let text = self.optional(key);
        text.unwrap_or_else(|| panic!("{}: there is no `{key}`", self.directory))
    }

    fn optional(&self, key: &str) -> Option<&str> {
        self.arguments.get(key)?.as_str()
    }

    fn is(&self, key: &str) -> bool {
        self.arguments.get(key) == Some(&Value::Boolean(true))
    }

    fn table(&self, key: &str) -> Table {
        table(&self.arguments, key).cloned().unwrap_or_default()
    }

    fn names(&self, key: &str) -> BTreeSet<String> {
        names(self.arguments.get(key))
    }

    fn inherits(&self) -> Inherits {
        let inherits = self.table("inherits");
        Inherits {
            dependencies: names(inherits.get("dependencies")),
            package: names(inherits.get("package")),
            lints: inherits.get("lints") == Some(&Value::Boolean(true)),
            is_read: self.is("isRead"),
        }
    }

    /// Rewrites a dependency of the workspace.
    fn spec(&self) -> impl Fn(&str, &Value) -> Value {
        let is_unversioned = self.is("unversioned");
        move |_, spec| match is_unversioned {
            true => unversioned(spec),
            false => spec.clone(),
        }
    }

    /// The name of the expected file, and its text.
    fn run(&self) -> (&'static str, String) {
        match self.outcome() {
            Outcome::Toml(table) => ("expected.toml", to_toml(&table)),
            Outcome::Lock(text) => ("expected.lock", text),
            Outcome::Json(value) => {
                let text = serde_json::to_string_pretty(&value).unwrap();
                ("expected.json", text + "\n")
            }
        }
    }

    fn outcome(&self) -> Outcome {
        match self.function.as_str() {
            "describeMember" => self.describe_member(),
            "emptyPackage" => Outcome::Toml(empty_package(self.text("name"), &stub_paths())),
            "inertFeatures" => Outcome::Json(json!(inert_features(&self.manifest()))),
            "lockTexts" => self.lock_texts(),
            "packageText" => self.package_text(),
            "pruneConfiguration" => {
                let lock = self.lock();
                let configuration = parsed(&self.directory.join("config.toml"));
                let crates = self.names("crates");
                Outcome::Toml(prune_configuration(
                    &configuration,
                    &crates,
                    &by_name(&lock),
                ))
            }
            "pruneInherited" => {
                let (workspace, inherits) = (self.table("workspace"), self.inherits());
                Outcome::Toml(prune_inherited(&workspace, &inherits, &self.spec()))
            }
            "pruneLock" => {
                let texts = self.arguments.get("texts").into_iter();
                let texts = texts.flat_map(Value::strings);
                Outcome::Lock(prune_lock(&self.lock(), texts))
            }
            "pruneMember" => self.prune_member(),
            "prunePatches" => {
                let (lock, crates) = (self.lock(), self.names("crates"));
                Outcome::Toml(prune_patches(
                    &self.table("patch"),
                    &crates,
                    &by_name(&lock),
                ))
            }
            "pruneRoot" => self.prune_root(),
            "readConfigurations" => self.read_configurations(),
            "readLock" => self.read_lock(),
            "readWorkspace" => self.read_workspace(),
            "resolveClosures" => self.resolve_closures(),
            "rewriteManifests" => self.rewrite_manifests(),
            "stubMember" => self.stub_member(),
            "stubPaths" => {
                let paths = stub_paths();
                Outcome::Json(json!({
                    "binary": paths.binary,
                    "buildScript": paths.build_script,
                    "cLibrary": paths.c_library,
                    "library": paths.library,
                    "procMacro": paths.proc_macro,
                    "test": paths.test,
                }))
            }
            "toToml" => Outcome::Toml(self.arguments.clone()),
            "toolFiles" => self.tool_files(),
            "unversioned" => {
                let specs = self.arguments.iter();
                let specs = specs.map(|(key, spec)| (key.clone(), unversioned(spec)));
                Outcome::Toml(specs.collect())
            }
            "withoutInert" => self.without_inert(),
            other => panic!("there is no function {other}"),
        }
    }
}

/// What a function returns.
enum Outcome {
    Toml(Table),
    Lock(String),
    Json(serde_json::Value),
}

// ---- Functions that need more than a line -------------------------------------------------------

impl Case {
    fn describe_member(&self) -> Outcome {
        let described = describe_member(&self.manifest(), &self.table("root"));
        Outcome::Json(json!({
            "pathKeys": described.path_keys,
            "builtNames": described.built_names,
            "inherits": { "built": described.inherits_built, "all": described.inherits_all },
        }))
    }

    fn lock_texts(&self) -> Outcome {
        let (shape, read) = self.workspace();
        let lock = read.lock.as_ref();
        let name = self.text("crate");
        let is_tested = self.is("isTested");
        let is_built = |name: &str, to: &str| read.described[name].built_names.contains(to);
        let closures = &resolve_closures(&shape, lock, &is_built)[name];
        let closure = match is_tested {
            true => &closures.test,
            false => &closures.own,
        };
        let versioned = self.names("versioned");
        let kind = match self.text("kind") {
            "real" => LockKind::Real,
            _ => LockKind::Stubs {
                versioned: &versioned,
            },
        };
        let texts = LockTexts::new(&shape, lock.unwrap(), &read.described, &read.versions);
        Outcome::Lock(texts.file(kind, closure, is_tested.then_some(name)))
    }

    fn package_text(&self) -> Outcome {
        let lock = self.lock();
        let package = &lock.packages[0];
        let version = self.optional("version").unwrap_or(&package.version);
        let edges = self.arguments.get("edges").into_iter();
        let edges: Vec<String> = edges.flat_map(Value::strings).map(str::to_owned).collect();
        Outcome::Lock(package_text(package, version, &edges))
    }

    fn prune_member(&self) -> Outcome {
        let role = match self.text("role") {
            "library" => ManifestRole::Library,
            "own" => ManifestRole::Own,
            "units" => ManifestRole::Units,
            "test" => ManifestRole::Test,
            "linted" => ManifestRole::Linted,
            other => panic!("there is no role {other}"),
        };
        Outcome::Toml(prune_member(
            &self.manifest(),
            role,
            self.is("hasLibrary"),
            self.optional("emptyLibrary"),
            self.optional("readme"),
        ))
    }

    fn prune_root(&self) -> Outcome {
        let lock = self.lock();
        let crates = self.table("crates");
        let entries = crates
            .iter()
            .map(|(name, fields)| (name, entry(fields.as_table().unwrap())));
        let entries: BTreeMap<&String, CrateEntry> = entries.collect();
        let crates: Vec<(&str, &CrateEntry)> = entries
            .iter()
            .map(|(name, entry)| (name.as_str(), entry))
            .collect();
        let left = Left {
            package: table(&self.arguments, "package"),
            crates: &crates,
            inherits: &self.inherits(),
            packages: &by_name(&lock),
        };
        Outcome::Toml(prune_root(&self.manifest(), &left, &self.spec()))
    }

    fn read_configurations(&self) -> Outcome {
        let root = self.root();
        let mut read = |path: &str| {
            let file = root.join(path);
            Ok(file.exists().then(|| parsed(&file)))
        };
        let all = read_configurations(&Root::new(&root), &self.names("files"), &mut read).unwrap();
        let all = all.iter();
        let all = all.map(|(path, toml)| json!({ "path": path, "toml": toml }));
        Outcome::Json(all.collect())
    }

    fn read_lock(&self) -> Outcome {
        let lock = self.lock();
        let packages = lock.packages.iter().map(|package| {
            let edges: Vec<&str> = lock.edges(package).map(|to| to.key.as_str()).collect();
            json!({
                "key": package.key,
                "reference": package.reference,
                "checksum": package.checksum,
                "edges": edges,
            })
        });
        let packages: Vec<_> = packages.collect();
        Outcome::Json(json!({ "version": lock.version, "packages": packages }))
    }

    fn read_workspace(&self) -> Outcome {
        let (_, read) = self.workspace();
        let configurations: Vec<&String> = read.configurations.keys().collect();
        Outcome::Json(json!({
            "homes": read.homes,
            "versions": read.versions,
            "readmes": read.readmes,
            "configurations": configurations,
            "hasLock": read.lock.is_some(),
        }))
    }

    fn resolve_closures(&self) -> Outcome {
        let shape = shape(&self.directory.join("cratesieve.json"));
        let lock = self.has("Cargo.lock").then(|| self.lock());
        let built = self.table("builtNames");
        let is_built = |name: &str, to: &str| {
            let mut names = built.get(name).into_iter().flat_map(Value::strings);
            names.any(|name| name == to)
        };
        let shown = |closure: &Closure| {
            let packages = closure.packages_in(lock.as_ref());
            let keys: BTreeSet<&str> = packages.map(|package| package.key.as_str()).collect();
            json!({ "crates": closure.crates, "keys": keys })
        };
        let closures = resolve_closures(&shape, lock.as_ref(), &is_built);
        let of = |shown: &dyn Fn(&super::resolve_closures::Closures) -> serde_json::Value| {
            let closures = closures.iter();
            let closures = closures.map(|(name, closures)| ((*name).to_owned(), shown(closures)));
            closures.collect::<Map<_, _>>()
        };
        Outcome::Json(json!({
            "own": of(&|closures| shown(&closures.own)),
            "test": of(&|closures| shown(&closures.test)),
        }))
    }

    fn rewrite_manifests(&self) -> Outcome {
        let (shape, read) = self.workspace();
        let manifests = rewrite_manifests(&shape, &read, &stub_paths());
        let of = |manifest: &dyn Fn(&str) -> serde_json::Value| {
            let names = shape.crates.keys();
            let crates = names.map(|name| (name.clone(), manifest(name)));
            crates.collect::<Map<_, _>>()
        };
        let member = |role| of(&|name| json!(*manifests.member(name, role).toml));
        let stub = |kind| of(&|name| json!(*manifests.stub(name, kind).toml));
        Outcome::Json(json!({
            "returned": manifests.returned,
            "inert": manifests.inert,
            "members": {
                "library": member(ManifestRole::Library),
                "own": member(ManifestRole::Own),
                "test": member(ManifestRole::Test),
            },
            "linted": member(ManifestRole::Linted),
            "linked": of(&|name| json!(*manifests.linked(name).toml)),
            "stubs": {
                "plain": stub(StubKind::Plain),
                "built": stub(StubKind::Built),
                "tested": stub(StubKind::Tested),
            },
        }))
    }

    fn stub_member(&self) -> Outcome {
        let kind = match self.text("kind") {
            "plain" => StubKind::Plain,
            "built" => StubKind::Built,
            "tested" => StubKind::Tested,
            other => panic!("there is no kind {other}"),
        };
        Outcome::Toml(stub_member(
            &self.manifest(),
            &entry(&self.table("entry")),
            kind,
            &strings(&self.table("pathKeys")),
            &sets(&self.table("inert")),
            &stub_paths(),
        ))
    }

    fn tool_files(&self) -> Outcome {
        let names = self.arguments.get("names").into_iter();
        let names: Vec<&str> = names.flat_map(Value::strings).collect();
        Outcome::Json(json!(tool_files(
            &Root::new(self.text("root").into()),
            self.text("sourceRoot"),
            &names,
            &entry(&self.table("entry")),
        )))
    }

    fn without_inert(&self) -> Outcome {
        let (toml, optional) = (self.manifest(), self.names("optional"));
        let (path_keys, inert) = (strings(&self.table("pathKeys")), sets(&self.table("inert")));
        let without = WithoutInert {
            toml: &toml,
            own: &self.names("own"),
            path_keys: &path_keys,
            inert: &inert,
            is_optional: &|key| optional.contains(key),
        };
        let dependencies = table(&toml, "dependencies").into_iter().flatten();
        let dependencies = dependencies.map(|(key, spec)| (key.clone(), without.spec(key, spec)));
        Outcome::Toml(Table::from([
            ("features".to_owned(), Value::Table(without.features())),
            (
                "dependencies".to_owned(),
                Value::Table(dependencies.collect()),
            ),
        ]))
    }
}

// ---- Values -------------------------------------------------------------------------------------

fn stub_paths() -> StubPaths {
    StubPaths::in_directory("/stub")
}

fn shape(file: &Utf8Path) -> Manifest {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    Manifest::from_text(&text).unwrap_or_else(|error| panic!("{file}: {error:?}"))
}

/// A crate of which only some fields matter.
fn entry(fields: &Table) -> CrateEntry {
    let mut fields = fields.clone();
    for (key, value) in [
        ("path", Value::from(".")),
        ("procMacro", false.into()),
        ("closure", Value::Array(Vec::new())),
    ] {
        fields.entry(key.to_owned()).or_insert(value);
    }
    serde_json::from_value(json!(fields)).unwrap()
}

fn by_name(lock: &Lock) -> ByName<'_> {
    let names = lock.by_name.iter().map(|(name, indices)| {
        let packages = indices.iter().map(|index| &lock.packages[*index]);
        (name.as_str(), packages.collect())
    });
    names.collect()
}

fn names(value: Option<&Value>) -> BTreeSet<String> {
    let names = value.into_iter().flat_map(Value::strings);
    names.map(str::to_owned).collect()
}

fn strings(table: &Table) -> BTreeMap<String, String> {
    let strings = table
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    strings.collect()
}

fn sets(table: &Table) -> BTreeMap<String, BTreeSet<String>> {
    let sets = table.iter();
    let sets = sets.map(|(key, value)| (key.clone(), names(Some(value))));
    sets.collect()
}
