//! A generated workspace of thirty crates, with the shapes that decide how often Cargo compiles a crate:
//! a procedural macro, build scripts, features that differ between dependents, dev-dependencies, unrelated
//! crates that share third-party crates, a C library.

use std::fmt::Write as _;

use crate::common::nix::Workspace;

/// One crate of [`CRATES`].
struct Crate {
    name: &'static str,
    kind: Kind,
    /// Lines of `[dependencies]`. `path:NAME` is a path dependency, which further entries of its table may
    /// follow after a space.
    dependencies: &'static [&'static str],
    build: &'static [&'static str],
    dev: &'static [&'static str],
    features: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Library,
    Macro,
    /// A library that is both a C library and a Rust library.
    CLibrary,
    /// A library with a build script.
    Built,
    /// A library and a program.
    Both,
    Program,
}

const fn library(name: &'static str, dependencies: &'static [&'static str]) -> Crate {
    Crate {
        name,
        kind: Kind::Library,
        dependencies,
        build: &[],
        dev: &[],
        features: "",
    }
}

const LOG: &str = "log = \"0.4\"";
const ITOA: &str = "itoa = \"1\"";
const FNV: &str = "fnv = \"1\"";
const RYU: &str = "ryu = \"1\"";
const EITHER: &str = "either = { version = \"1\", default-features = false }";
const EITHER_STD: &str =
    "either = { version = \"1\", default-features = false, features = [\"use_std\"] }";
const MEMCHR: &str = "memchr = { version = \"2\", default-features = false }";
const MEMCHR_STD: &str = "memchr = \"2\"";
const ONCE_CELL: &str = "once_cell = \"1\"";
const SMALLVEC: &str = "smallvec = \"1\"";
const SMALLVEC_UNION: &str = "smallvec = { version = \"1\", features = [\"union\"] }";
const CFG_IF: &str = "cfg-if = \"1\"";
const ARRAYVEC: &str = "arrayvec = \"0.7\"";
const SCOPEGUARD: &str = "scopeguard = { version = \"1\", default-features = false }";

const CRATES: &[Crate] = &[
    // Crates with few dependencies.
    Crate {
        kind: Kind::Built,
        ..library("base", &[LOG, CFG_IF])
    },
    Crate {
        kind: Kind::Macro,
        ..library("derive", &["quote = \"1\"", "proc-macro2 = \"1\""])
    },
    library("codegen", &[EITHER]),
    library("text", &[MEMCHR, ITOA]),
    Crate {
        features: "wide = []\nfast = []\n",
        ..library("numbers", &[ARRAYVEC])
    },
    library("locks", &[SCOPEGUARD, CFG_IF]),
    library("bytes-left", &[FNV, RYU]),
    library("bytes-right", &[FNV, RYU, SCOPEGUARD]),
    library("fixtures", &["path:base", EITHER]),
    // Crates in the middle.
    library("model", &["path:base", "path:derive", SMALLVEC]),
    library("parse", &["path:base", "path:text", MEMCHR_STD]),
    library(
        "store",
        &["path:base", "path:numbers features = [\"wide\"]", ONCE_CELL],
    ),
    library(
        "index",
        &["path:base", "path:numbers features = [\"wide\"]", FNV],
    ),
    library("net", &["path:base", "path:locks", SMALLVEC_UNION]),
    Crate {
        kind: Kind::Built,
        build: &["path:codegen"],
        ..library("schema", &["path:base"])
    },
    Crate {
        kind: Kind::CLibrary,
        ..library("plugin", &["path:base", "path:numbers"])
    },
    Crate {
        dev: &["path:fixtures", ARRAYVEC],
        ..library("query", &["path:model", "path:parse"])
    },
    Crate {
        dev: &["path:fixtures"],
        ..library("cache", &["path:store", "path:net"])
    },
    library("search", &["path:index", "path:parse"]),
    library("render", &["path:model", "path:text", RYU]),
    library("merge", &["path:bytes-left", "path:bytes-right"]),
    library("stats", &["path:numbers features = [\"fast\"]", EITHER_STD]),
    Crate {
        dev: &["path:fixtures", EITHER_STD],
        ..library("session", &["path:net", "path:schema"])
    },
    library("report", &["path:render", "path:stats"]),
    // Crates with many dependencies.
    library("api", &["path:query", "path:cache", "path:session"]),
    library("engine", &["path:api", "path:search", ITOA]),
    Crate {
        kind: Kind::Both,
        dev: &["path:fixtures"],
        ..library("client", &["path:api", "path:merge"])
    },
    Crate {
        kind: Kind::Program,
        ..library("server", &["path:engine", "path:report", ONCE_CELL])
    },
    Crate {
        kind: Kind::Program,
        ..library(
            "inspect",
            &["path:engine", "path:client", "strsim = \"0.11\""],
        )
    },
    Crate {
        kind: Kind::Program,
        ..library("bench-tool", &["path:report", "path:merge", FNV])
    },
];

/// The workspace, with its Cargo.lock and its cratesieve.json.
pub fn thirty() -> Workspace {
    let mut files = vec![
        (
            "Cargo.toml".to_owned(),
            "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n\n[profile.release]\nopt-level = 1\n"
                .to_owned(),
        ),
        ("Cargo.lock".to_owned(), include_str!("thirty.lock").to_owned()),
    ];
    for found in CRATES {
        found.write(&mut files);
    }
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let workspace = Workspace::from_files(&files);
    workspace.generate();
    workspace
}

impl Crate {
    fn write(&self, files: &mut Vec<(String, String)>) {
        let mut manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
            self.name
        );
        match self.kind {
            Kind::Macro => manifest += "\n[lib]\nproc-macro = true\n",
            Kind::CLibrary => manifest += "\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n",
            _ => {}
        }
        for (table, lines) in [
            ("dependencies", self.dependencies),
            ("build-dependencies", self.build),
            ("dev-dependencies", self.dev),
        ] {
            write!(manifest, "\n[{table}]\n").unwrap();
            for line in lines {
                match line.strip_prefix("path:") {
                    None => writeln!(manifest, "{line}").unwrap(),
                    Some(rest) => {
                        let (name, more) = rest.split_once(' ').unwrap_or((rest, ""));
                        let comma = if more.is_empty() { "" } else { ", " };
                        writeln!(manifest, "{name} = {{ path = \"../{name}\"{comma}{more} }}")
                            .unwrap();
                    }
                }
            }
        }
        if !self.features.is_empty() {
            write!(manifest, "\n[features]\n{}", self.features).unwrap();
        }
        let mut file = |path: &str, text: String| {
            files.push((format!("crates/{}/{path}", self.name), text));
        };
        file("Cargo.toml", manifest);
        if self.kind == Kind::Built {
            file("build.rs", self.build_script());
        }
        if self.kind != Kind::Program {
            file("src/lib.rs", self.source());
        }
        if matches!(self.kind, Kind::Both | Kind::Program) {
            file("src/main.rs", self.program());
        }
        if !self.dev.is_empty() {
            file("tests/first.rs", self.test());
        }
    }

    fn path_dependencies(lines: &'static [&'static str]) -> impl Iterator<Item = String> {
        lines.iter().filter_map(|line| {
            let name = line.strip_prefix("path:")?;
            Some(name.split(' ').next().unwrap().replace('-', "_"))
        })
    }

    /// A Rust expression: the sum of the functions of its dependencies.
    fn sum(&self) -> String {
        let below = Self::path_dependencies(self.dependencies).map(|name| match &*name {
            "derive" => "derive::seven!()".to_owned(),
            name => format!("{name}::count()"),
        });
        std::iter::once("1".to_owned())
            .chain(below)
            .collect::<Vec<_>>()
            .join(" + ")
    }

    fn source(&self) -> String {
        if self.kind == Kind::Macro {
            return "use proc_macro::TokenStream;\n\
                    #[proc_macro]\n\
                    pub fn seven(_: TokenStream) -> TokenStream {\n    \
                    quote::quote!(7u32).into()\n}\n"
                .to_owned();
        }
        let features = if self.features.is_empty() {
            ""
        } else {
            " + cfg!(feature = \"wide\") as u32 + cfg!(feature = \"fast\") as u32"
        };
        let built = if self.kind == Kind::Built {
            " + env!(\"FROM_BUILD_SCRIPT\").len() as u32"
        } else {
            ""
        };
        format!(
            "pub fn count() -> u32 {{\n    {}{features}{built}\n}}\n\n\
             #[test]\nfn counts() {{\n    assert!(count() > 0);\n}}\n",
            self.sum()
        )
    }

    fn build_script(&self) -> String {
        let sum = Self::path_dependencies(self.build)
            .map(|name| format!(" + {name}::count()"))
            .collect::<String>();
        format!(
            "fn main() {{\n    println!(\"cargo::rustc-env=FROM_BUILD_SCRIPT={{}}\", \"x\".repeat(1 + (0{sum}) as usize));\n    \
             println!(\"cargo::rerun-if-changed=build.rs\");\n}}\n"
        )
    }

    fn program(&self) -> String {
        let own = if self.kind == Kind::Both {
            format!("{}::count()", self.name.replace('-', "_"))
        } else {
            self.sum()
        };
        format!("fn main() {{\n    println!(\"{{}}\", {own});\n}}\n")
    }

    fn test(&self) -> String {
        let dev = Self::path_dependencies(self.dev)
            .map(|name| format!(" + {name}::count()"))
            .collect::<String>();
        format!(
            "#[test]\nfn first() {{\n    assert!({}::count(){dev} > 0);\n}}\n",
            self.name.replace('-', "_")
        )
    }
}
