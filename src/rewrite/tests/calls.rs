//! Calls each function with the arguments of a case.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, json};

use super::case::{Case, names, parsed, shape};
use crate::manifest::CrateEntry;
use crate::path::Root;
use crate::rewrite::describe_member::describe_member;
use crate::rewrite::empty_package::empty_package;
use crate::rewrite::inert_features::inert_features;
use crate::rewrite::lock_texts::{LockKind, LockTexts};
use crate::rewrite::package_text::package_text;
use crate::rewrite::prune_configuration::prune_configuration;
use crate::rewrite::prune_inherited::prune_inherited;
use crate::rewrite::prune_lock::prune_lock;
use crate::rewrite::prune_member::{ManifestRole, prune_member};
use crate::rewrite::prune_patches::{ByName, prune_patches};
use crate::rewrite::prune_root::{Left, prune_root};
use crate::rewrite::read_configurations::read_configurations;
use crate::rewrite::read_lock::Lock;
use crate::rewrite::resolve_closures::{Closure, Closures, resolve_closures};
use crate::rewrite::rewrite_manifests::rewrite_manifests;
use crate::rewrite::stub_member::{StubKind, stub_member};
use crate::rewrite::stub_paths::StubPaths;
use crate::rewrite::to_toml::to_toml;
use crate::rewrite::tool_files::tool_files;
use crate::rewrite::unversioned::unversioned;
use crate::rewrite::value::{Table, Value, table};
use crate::rewrite::without_inert::WithoutInert;

impl Case {
    /// The name of the expected file, and its text.
    pub(super) fn run(&self) -> (&'static str, String) {
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
        let of = |shown: &dyn Fn(&Closures) -> serde_json::Value| {
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

fn stub_paths() -> StubPaths {
    StubPaths::in_directory("/stub")
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
