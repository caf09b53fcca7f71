//! Tools' own settings: the files and the tables of Cargo.toml in which a tool is told where to
//! look. A string in them that leads to something counts as one that a macro is given.

use toml_edit::{Document, Item};

use crate::graph::{Crate, TargetKind};
use crate::imports::strings;
use crate::path;
use crate::reach::{By, Class, Reach};
use crate::toml_lines::{self, line_of};
use crate::tree::Tree;
use crate::walk::Walked;

/// A file of settings.
struct SettingsFile {
    name: &'static str,
    /// Where the tool looks for it, and from where it takes a path in it.
    place: Place,
    /// The crate that reads it, and where its source or documentation says so.
    #[allow(dead_code, reason = "for those who read the table")]
    source: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the directory of the package.
    Package,
    /// There and in every directory above it, for those who depend on this crate.
    Above(&'static str),
    /// In the workspace root, when tests of those run who depend on this crate.
    Tests(&'static str),
}

use Place::{Above, Package, Tests};

const fn file(name: &'static str, place: Place, source: &'static str) -> SettingsFile {
    SettingsFile {
        name,
        place,
        source,
    }
}

const INSTA: &str = "insta: `ToolConfig::from_workspace` in env.rs";

const FILES: &[SettingsFile] = &[
    file("askama.toml", Package, "askama_derive: config.rs, `dirs`"),
    file("rinja.toml", Package, "rinja_derive: config.rs, `dirs`"),
    file(
        "sailfish.toml",
        Above("sailfish"),
        "sailfish: \"Configuration\", `template_dirs`",
    ),
    file("yarte.toml", Package, "yarte: \"Configuration\", `dir`"),
    file(
        "diesel.toml",
        Package,
        "diesel_cli: \"Configuring Diesel CLI\", `dir`",
    ),
    file(
        "sqlx.toml",
        Package,
        "sqlx-core: config/migrate.rs, `migrations-dir`",
    ),
    file("refinery.toml", Package, "refinery_core: config.rs"),
    file(
        "i18n.toml",
        Package,
        "i18n-config: fluent.rs, `assets_dir`; gettext.rs",
    ),
    file("uniffi.toml", Package, "uniffi_bindgen: bindgen_paths.rs"),
    file("cbindgen.toml", Package, "cbindgen: \"cbindgen.toml\""),
    file(
        "tauri.conf.json",
        Package,
        "tauri-codegen: `get_config` in lib.rs, `frontendDist`",
    ),
    file("tauri.conf.json5", Package, "the same"),
    file(
        "tauri.linux.conf.json",
        Package,
        "the same, for one platform",
    ),
    file(
        "tauri.macos.conf.json",
        Package,
        "the same, for one platform",
    ),
    file(
        "tauri.windows.conf.json",
        Package,
        "the same, for one platform",
    ),
    file("Tauri.toml", Package, "tauri-utils: config/parse.rs"),
    file(
        "Dioxus.toml",
        Package,
        "dioxus-cli: config/dioxus_config.rs, `asset_dir`",
    ),
    file("Trunk.toml", Package, "trunk: \"Configuration\", `target`"),
    file(
        "Rocket.toml",
        Package,
        "rocket: \"Configuration\", `template_dir`",
    ),
    file(".config/insta.yaml", Tests("insta"), INSTA),
    file("insta.yaml", Tests("insta"), INSTA),
    file(".insta.yaml", Tests("insta"), INSTA),
];

/// Tables of `metadata` that no build reads: those of tools that release, package or check.
const OTHERS: &[&str] = &[
    "android",
    "appimage",
    "auditable",
    "aur",
    "binstall",
    "bundle",
    "bundler",
    "cargo-all-features",
    "cargo-machete",
    "cargo-semver-checks",
    "cargo-shear",
    "cargo-udeps",
    "component-release",
    "crane",
    "cratesieve",
    "deb",
    "dist",
    "docs",
    "docs.rs",
    "generate-rpm",
    "git-cliff",
    "hakari",
    "packager",
    "playground",
    "release",
    "release-plz",
    "rpm",
    "scripts",
    "spellcheck",
    "typos",
    "vendor-filter",
    "wix",
    "workspaces",
];

/// Adds what the settings of a crate's tools name.
/// `default` says who needs an own file that nothing refers to.
pub fn named(
    krate: &Crate,
    walked: &Walked,
    tree: &Tree,
    default: &dyn Fn(&str) -> Option<Class>,
    reach: &mut Reach,
) -> anyhow::Result<()> {
    let mut settings = Settings {
        krate,
        walked,
        default,
        tree,
        reach,
    };
    let is_template = |(path, read): (&String, &crate::reach::Read)| {
        (read.by.what == "#[template]" && path.ends_with(".toml")).then(|| path.clone())
    };
    let given: Vec<String> = settings
        .reach
        .reads
        .iter()
        .filter_map(is_template)
        .collect();
    for path in given {
        settings.file(&path, &krate.path)?;
    }
    for known in FILES {
        match known.place {
            Package => settings.file(&path::child(&krate.path, known.name), &krate.path)?,
            Above(tool) if depends_on(krate, tool) => {
                for directory in tree.upwards(&krate.path) {
                    settings.file(&path::child(&directory, known.name), &directory)?;
                }
            }
            Tests(tool) if depends_on(krate, tool) => settings.of_tests(known.name)?,
            Above(_) | Tests(_) => {}
        }
    }
    settings.metadata("package", &krate.manifest(), &krate.path)?;
    settings.metadata("workspace", "Cargo.toml", ".")
}

/// Whether a crate depends on the package of a name, or on one that it is a part of: `i18n` means
/// `rust-i18n` as well, and `leptos` means `leptos_axum`.
fn depends_on(krate: &Crate, name: &str) -> bool {
    let mut edges = krate.edges.iter().chain(&krate.third_party);
    edges.any(|edge| edge.to.split(['-', '_']).any(|part| part == name) || edge.to == name)
}

struct Settings<'c> {
    krate: &'c Crate,
    walked: &'c Walked,
    default: &'c dyn Fn(&str) -> Option<Class>,
    tree: &'c Tree,
    reach: &'c mut Reach,
}

impl Settings<'_> {
    /// A file of settings, with paths from the directory `base`.
    fn file(&mut self, file: &str, base: &str) -> anyhow::Result<()> {
        let is_own = self.walked.directories.contains(path::parent(file));
        if is_own && !self.walked.files.contains_key(file) {
            return Ok(());
        }
        let Some(resolved) = self.tree.resolve(file)? else {
            return Ok(());
        };
        if resolved.is_directory {
            return Ok(());
        }
        let by = By {
            path: self.krate.manifest(),
            line: 0,
            what: "a tool that looks for its settings from the package".to_owned(),
        };
        self.reach.read(resolved, Class::Library, by);
        let text = self.tree.read(file)?.unwrap_or_default();
        let found: Vec<(usize, &str)> = match file.rsplit('.').next() {
            Some("toml") => strings(&text, &["#"]),
            _ => strings(&text, &["//"]),
        };
        for (line, text) in found {
            self.string(file, line, text, base)?;
        }
        Ok(())
    }

    /// A file of settings that tests read, which name no files.
    fn of_tests(&mut self, file: &str) -> anyhow::Result<()> {
        let Some(resolved) = self.tree.resolve(file)? else {
            return Ok(());
        };
        let by = By {
            path: self.krate.manifest(),
            line: 0,
            what: "a tool that looks for its settings from the workspace root".to_owned(),
        };
        self.reach.read(resolved, Class::Test, by);
        Ok(())
    }

    /// The tables of `metadata` in a Cargo.toml; those of the workspace only as far as they are
    /// about something that the crate depends on, or that its build script speaks of.
    fn metadata(&mut self, of: &str, file: &str, base: &str) -> anyhow::Result<()> {
        let text = self.tree.read(file)?.unwrap_or_default();
        // Parsing costs far more than looking whether there is anything to parse for.
        if !text.contains("metadata") {
            return Ok(());
        }
        let Ok(document) = Document::parse(text.as_str()) else {
            return Ok(());
        };
        let table = document.get(of).and_then(|table| table.get("metadata"));
        let table = table.and_then(Item::as_table_like);
        for (tool, item) in table.into_iter().flat_map(|table| table.iter()) {
            let is_other = OTHERS.contains(&tool);
            if is_other || of == "workspace" && !self.is_about(tool) {
                continue;
            }
            for (at, string) in toml_lines::strings(item) {
                let line = line_of(&text, at).unwrap_or_default();
                self.string(file, line, string, base)?;
            }
        }
        Ok(())
    }

    fn is_about(&self, tool: &str) -> bool {
        let mut scripts = self.krate.targets_of(TargetKind::BuildScript);
        let says = |path: &str| {
            let scan = self.tree.scan_all(path);
            let mut texts = scan.literals.iter().map(|literal| literal.text.as_str());
            texts.clone().any(|text| text.contains("metadata"))
                && texts.any(|text| text == tool || text.ends_with(&format!(".{tool}")))
        };
        depends_on(self.krate, tool) || scripts.any(|script| says(&script.path))
    }

    /// Whether a path leads to what the crate has in any case. A word alone may be anything.
    fn is_there(&self, target: &str, text: &str) -> bool {
        let is_own = self.walked.files.contains_key(target);
        let is_own = is_own || self.walked.directories.contains(target);
        let files = self.walked.files.keys();
        let mut below = files.filter(|file| path::is_within(file, target));
        is_own
            && (!text.contains('/')
                || below.any(|file| (self.default)(file) == Some(Class::Library)))
    }

    /// A string that may be a path from `base`.
    fn string(&mut self, file: &str, line: usize, text: &str, base: &str) -> anyhow::Result<()> {
        let end = text.find(['*', '?', '[', '{']);
        let known = end.map_or(text, |end| {
            &text[..text[..end].rfind('/').unwrap_or_default()]
        });
        if known.is_empty() || known.len() > 255 || known.contains(['\n', ' ']) {
            return Ok(());
        }
        let Some(target) = self.tree.root().join(base, known) else {
            return Ok(());
        };
        let is_usual = matches!(target.as_str(), "Cargo.toml" | "Cargo.lock");
        let is_around = path::is_within(&self.krate.path, &target);
        if is_usual || is_around || self.is_there(&target, known) {
            return Ok(());
        }
        let Some(resolved) = self.tree.resolve(&target)? else {
            return Ok(());
        };
        let manifest = self.tree.resolve(&path::child(&target, "Cargo.toml"))?;
        if resolved.is_directory && manifest.is_some() {
            return Ok(());
        }
        let by = By {
            path: file.to_owned(),
            line,
            what: format!("the string \"{}\"", text.escape_debug()),
        };
        self.reach.read(resolved, Class::Library, by);
        Ok(())
    }
}
