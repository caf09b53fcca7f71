//! What a flake.nix lacks, in the form that it has: changes to its text. Pure.

mod bindings;
mod mapper;
mod outputs;
mod parts;
mod systems;
mod toolchain;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use rnix::ast::{AttrpathValue, Expr, HasEntry as _, LetIn};

use self::values::is_pkgs;
use super::edits::{Edit, Edits};
use super::flake::{Flake, Form, system_of};
use super::native::Wanted;
use super::presence::{Presence, crates_text};
use super::syntax::{Scope, bare, key, range, text, value_at};
use crate::text::indented;

/// What an addition is made of.
pub struct Request<'a> {
    pub text: &'a str,
    pub flake: &'a Flake,
    pub presence: &'a Presence,
    /// `src = ./.;` and the like.
    pub settings: Vec<String>,
    pub wanted: &'a BTreeMap<String, Wanted>,
    /// What the workspace's `packages` and `checks` hold.
    pub packages: BTreeSet<String>,
    pub checks: BTreeSet<String>,
    /// As a path of Nix, if there is one.
    pub toolchain_file: Option<String>,
}

/// What to add to a flake.nix.
pub struct Addition {
    /// All that is to be done, where `is_whole`.
    pub edits: Vec<Edit>,
    /// What is to be known of it.
    pub notes: Vec<String>,
    /// False where the flake's form is none that is known.
    pub is_whole: bool,
}

const OUTPUTS: &[&str] = &["apps", "packages", "checks"];

pub fn addition(request: &Request<'_>) -> Addition {
    let mut writer = Writer {
        request,
        flake: request.flake,
        edits: Edits::new(request.text),
        notes: Vec::new(),
        arguments: BTreeSet::new(),
        is_whole: true,
    };
    match &request.flake.form {
        Form::Parts { module, scope } => writer.parts(module, scope),
        Form::EachSystem { lambda, scope } => {
            let mut scope = scope.clone();
            scope.enter_lambda(lambda);
            if let Some(body) = lambda.body() {
                writer.each_system(&body, &scope, system_of(lambda).as_deref());
            }
        }
        Form::Plain(plain) => writer.plain(plain),
        Form::Other => writer.is_whole = false,
    }
    writer.inputs();
    writer.arguments();
    Addition {
        edits: writer.edits.finish(),
        notes: writer.notes,
        is_whole: writer.is_whole,
    }
}

struct Writer<'a> {
    request: &'a Request<'a>,
    flake: &'a Flake,
    edits: Edits<'a>,
    notes: Vec<String>,
    /// Inputs that the pattern of `outputs` is to name.
    arguments: BTreeSet<String>,
    is_whole: bool,
}

/// How the workspace's outputs are said at a place.
enum Ours {
    /// `workspace.packages`
    One(String),
    /// `workspaces.${system}.packages`
    Each { name: String, system: String },
}

impl Ours {
    fn say(&self, output: &str) -> String {
        match self {
            Self::One(name) => format!("{name}.{output}"),
            Self::Each { name, system } => format!("{name}.{system}.{output}"),
        }
    }
}

impl Writer<'_> {
    fn input_name(&self, repository: &str, name: &str) -> String {
        self.flake
            .input(repository, name)
            .unwrap_or(name)
            .to_owned()
    }

    /// How an input is said in the body of `outputs`.
    fn input(&mut self, repository: &str, default: &str) -> String {
        let name = self.input_name(repository, default);
        let all = self.flake.all_inputs();
        let Some(pattern) = self.flake.pattern() else {
            return format!("{}.{name}", all.as_deref().unwrap_or("inputs"));
        };
        let has = |entry: rnix::ast::PatEntry| entry.ident().is_some_and(|i| text(&i) == name);
        if pattern.pat_entries().any(has) {
            return name;
        }
        match all {
            Some(all) if pattern.ellipsis_token().is_some() => format!("{all}.{name}"),
            _ => {
                self.arguments.insert(name.clone());
                name
            }
        }
    }

    /// Whether the workspace gets crane's library, which the module for flake-parts has otherwise.
    fn names_crane(&self) -> bool {
        let is_parts = matches!(self.flake.form, Form::Parts { .. });
        !is_parts || self.has_toolchain() || self.flake.input("ipetkov/crane", "crane").is_some()
    }

    /// Whether the flake takes Rust from elsewhere than nixpkgs.
    fn has_toolchain(&self) -> bool {
        let known = [
            ("oxalica/rust-overlay", "rust-overlay"),
            ("nix-community/fenix", "fenix"),
        ];
        known
            .iter()
            .any(|(repository, name)| self.flake.input(repository, name).is_some())
    }

    fn inputs(&mut self) {
        let nixpkgs = self.flake.input("nixpkgs", "nixpkgs").map(str::to_owned);
        let crane = self
            .flake
            .input("ipetkov/crane", "crane")
            .map(str::to_owned);
        let wants_crane =
            crane.is_none() && self.names_crane() && !self.request.presence.has_call();
        let mut new: Vec<String> = Vec::new();
        if wants_crane {
            new.push("crane.url = \"github:ipetkov/crane\";".to_owned());
        }
        if !self.request.presence.has_input {
            let mut lines = vec!["  url = \"github:cratesieve/cratesieve\";".to_owned()];
            if let Some(nixpkgs) = nixpkgs {
                lines.push(format!("  inputs.nixpkgs.follows = \"{nixpkgs}\";"));
            }
            if self.names_crane() {
                let crane = crane.unwrap_or("crane".to_owned());
                lines.push(format!("  inputs.crane.follows = \"{crane}\";"));
            }
            new.push(format!("cratesieve = {{\n{}\n}};", lines.join("\n")));
        }
        if new.is_empty() {
            return;
        }
        let set = &self.flake.set;
        if let Some(Expr::AttrSet(inputs)) = value_at(set, &["inputs"]).map(|value| bare(&value)) {
            for entry in new {
                self.edits.add_to_set(&inputs, &entry, "in `inputs`");
            }
            return;
        }
        let is_input =
            |entry: &AttrpathValue| key(entry).first().is_some_and(|name| name == "inputs");
        let last = set.attrpath_values().filter(is_input).last();
        for entry in new {
            let entry = format!("inputs.{entry}");
            match &last {
                Some(last) => self
                    .edits
                    .add_behind(set, last, &entry, "after the other inputs"),
                None => self
                    .edits
                    .add_to_set(set, &entry, "at the top, next to `outputs`"),
            }
        }
    }

    /// Names the inputs that the pattern of `outputs` does not have yet.
    fn arguments(&mut self) {
        if self.arguments.is_empty() {
            return;
        }
        let Some(pattern) = self.flake.pattern() else {
            return;
        };
        let names: Vec<String> = std::mem::take(&mut self.arguments).into_iter().collect();
        let place = "among the arguments of `outputs`".to_owned();
        let entries: Vec<_> = pattern.pat_entries().map(|entry| range(&entry)).collect();
        let shown = names.join(", ");
        let Some(last) = entries.last() else {
            // `{ ... }`
            let open = range(&pattern).start + 1;
            self.edits
                .replace(open..open, format!(" {shown},"), place, shown);
            return;
        };
        // As the others are divided: `, `, or a comma and a new line, before or behind it.
        let between = match &entries[..] {
            [.., before, last] => &self.request.text[before.end..last.start],
            _ => ", ",
        };
        let is_plain = between.trim() == ",";
        let between = if is_plain {
            between.to_owned()
        } else {
            format!(",\n{}", self.edits.indentation(last.start))
        };
        let text: String = names
            .iter()
            .map(|name| format!("{between}{name}"))
            .collect();
        self.edits.replace(last.end..last.end, text, place, shown);
    }

    /// `pkgs = ...;` and `craneLib = ...;`, for `mkWorkspace`.
    fn base(&mut self, scope: &Scope, pkgs: &str) -> Vec<String> {
        let pkgs_line = match pkgs {
            "pkgs" => "inherit pkgs;".to_owned(),
            pkgs => format!("pkgs = {pkgs};"),
        };
        let crane = match self.crane_lib(scope, pkgs) {
            name if name == "craneLib" => "inherit craneLib;".to_owned(),
            value => format!("craneLib = {value};"),
        };
        match (&*pkgs_line, &*crane) {
            ("inherit pkgs;", "inherit craneLib;") => vec!["inherit craneLib pkgs;".to_owned()],
            _ => vec![pkgs_line, crane],
        }
    }

    /// nixpkgs' packages at a place, where the system is said as this attribute.
    fn pkgs(&mut self, scope: &Scope, system: &str) -> String {
        if scope.has("pkgs") {
            return "pkgs".to_owned();
        }
        let found = scope.visible().find(|(_, value)| is_pkgs(value));
        if let Some((name, _)) = found {
            return name.to_owned();
        }
        let nixpkgs = self.input("nixpkgs", "nixpkgs");
        format!("{nixpkgs}.legacyPackages.{system}")
    }

    /// `mkWorkspace { ... }`
    fn workspace(&mut self, base: Vec<String>, pkgs: &str) -> String {
        let cratesieve = self.input("cratesieve", "cratesieve");
        let mut lines = base;
        lines.extend(self.request.settings.iter().cloned());
        lines.push("commonArgs.strictDeps = true;".to_owned());
        lines.extend(crates_text(self.request.wanted, pkgs));
        format!(
            "{cratesieve}.lib.mkWorkspace {{\n{}\n}}",
            indented(&lines.join("\n"), "  ")
        )
    }

    /// `workspace = cratesieve.lib.mkWorkspace { ... };`, and `pkgs` where nothing is called that.
    fn binding(&mut self, name: &str, scope: &Scope, system: &str) -> String {
        let pkgs = self.pkgs(scope, system);
        let (pkgs, before) = match pkgs.contains('.') {
            true => ("pkgs".to_owned(), format!("pkgs = {pkgs};\n")),
            false => (pkgs, String::new()),
        };
        let base = self.base(scope, &pkgs);
        let workspace = self.workspace(base, &pkgs);
        format!("{before}{name} = {workspace};")
    }

    fn add_binding(&mut self, let_in: &LetIn, binding: &str) {
        let line = self.edits.line(range(let_in).start);
        self.edits
            .add_to_let(let_in, binding, &format!("in the `let` of line {line}"));
    }

    /// The name that the workspace has, or is to have.
    fn bound(&self, scope: &Scope) -> Bound {
        match (
            &self.request.presence.name,
            self.request.presence.has_call(),
        ) {
            (Some(name), true) if scope.has(name) => Bound::Yes(name.clone()),
            (_, true) => Bound::Elsewhere,
            (_, false) => {
                let names = ["workspace", "rustWorkspace", "cratesieveWorkspace"];
                let free = names.into_iter().find(|name| !scope.has(name));
                Bound::No(free.unwrap_or("cratesieveWorkspace").to_owned())
            }
        }
    }
}

enum Bound {
    No(String),
    Yes(String),
    /// In another file, or without a name.
    Elsewhere,
}
