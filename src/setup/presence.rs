//! What of cratesieve a flake has already, in code: neither a comment nor a string says so. Pure.

use std::collections::{BTreeMap, BTreeSet};

use rnix::SyntaxNode;
use rnix::ast::{Apply, AttrpathValue, Expr, Ident, Inherit, Select};

use super::flake::Flake;
use super::native::Wanted;
use super::syntax::{all, attribute, bare, cast, key, last_name, node, path_of, text};

/// What there is of cratesieve in flake.nix and in the files that it leads to.
#[derive(Debug, Default)]
pub struct Presence {
    pub has_input: bool,
    /// Whether flake-parts has the module.
    pub has_module: bool,
    calls: usize,
    is_parts: bool,
    /// What the workspace is bound to, if all of them are.
    pub name: Option<String>,
    /// The attributes of the workspace that the flake uses.
    used: BTreeSet<&'static str>,
    /// The names that can be said in what `mkWorkspace` gets.
    names: BTreeSet<String>,
}

const USES: &[&str] = &[
    "apps",
    "packages",
    "checks",
    "devShell",
    "crates",
    "dev",
    "wideChecks",
];

impl Presence {
    /// Reads `flake`, and the other Nix files that it leads to.
    pub fn new(flake: &Flake, others: &[SyntaxNode]) -> Self {
        let roots: Vec<&SyntaxNode> = std::iter::once(node(&flake.set)).chain(others).collect();
        let mut presence = Self {
            has_input: flake.input("/cratesieve", "cratesieve").is_some(),
            ..Self::default()
        };
        let mut arguments: Vec<SyntaxNode> = Vec::new();
        let mut bound = Vec::new();
        for root in &roots {
            for apply in all::<Apply>(root) {
                let head = apply.lambda().and_then(|head| last_name(&bare(&head)));
                if head.as_deref() == Some("mkWorkspace") {
                    bound.push(binding(node(&apply)));
                    arguments.extend(apply.argument().map(|argument| node(&argument).clone()));
                }
            }
            for entry in all::<AttrpathValue>(root) {
                if is_parts_setting(&entry) {
                    presence.is_parts = true;
                    arguments.extend(entry.value().map(|value| node(&value).clone()));
                }
            }
            presence.has_module |= all::<Select>(root).any(|select| {
                let path = select
                    .attrpath()
                    .map(|path| path_of(&path))
                    .unwrap_or_default();
                let base = select.expr().map(|base| text(&base)).unwrap_or_default();
                let is_ours =
                    path.iter().any(|name| name == "cratesieve") || base.ends_with("cratesieve");
                is_ours
                    && path
                        .iter()
                        .any(|name| name == "flakeModules" || name == "flakeModule")
            });
        }
        presence.calls = bound.len();
        presence.name = match &bound[..] {
            [Some(name)] => Some(name.clone()),
            _ => None,
        };
        presence.used = match &presence.name {
            // A workspace without a name counts as used completely.
            None => USES.iter().copied().collect(),
            Some(name) => USES
                .iter()
                .copied()
                .filter(|output| roots.iter().any(|root| takes(root, name, output)))
                .collect(),
        };
        presence.names = reachable(&arguments, &roots);
        presence
    }

    /// Whether there is a workspace.
    pub fn has_call(&self) -> bool {
        self.calls > 0 || self.is_parts
    }

    /// Whether the flake is to be given this output of the workspace.
    pub fn lacks(&self, output: &str) -> bool {
        if self.is_parts && self.calls == 0 {
            return false;
        }
        if self.calls == 0 {
            return true;
        }
        let uses = |names: &[&'static str]| names.iter().any(|name| self.used.contains(name));
        match output {
            "apps" => !uses(&["apps"]),
            "packages" => !uses(&["packages", "crates", "dev"]),
            "checks" => !uses(&["checks", "crates", "dev"]),
            // Who has a workspace has a shell, or wants none.
            _ => false,
        }
    }

    /// What the settings of the workspace do not name of this.
    pub fn missing(&self, wanted: &BTreeMap<String, Wanted>) -> BTreeMap<String, Wanted> {
        let is_there = |attribute: &str| {
            let last = attribute.rsplit('.').next().unwrap_or(attribute);
            self.names.contains(last)
        };
        let left = wanted.iter().map(|(name, wanted)| {
            let mut wanted = wanted.clone();
            wanted.programs.retain(|attribute, _| !is_there(attribute));
            wanted.libraries.retain(|attribute, _| !is_there(attribute));
            wanted
                .linux_libraries
                .retain(|attribute, _| !is_there(attribute));
            (name.clone(), wanted)
        });
        left.filter(|(_, wanted)| wanted.attributes().next().is_some())
            .collect()
    }
}

/// `cratesieve.workspaces.default = ...`, as flake-parts has it.
fn is_parts_setting(entry: &AttrpathValue) -> bool {
    let key = key(entry);
    let place = key.iter().position(|name| name == "cratesieve");
    match place.map(|place| &key[place + 1..]) {
        Some([next, ..]) => next == "workspaces",
        Some([]) => match entry.value().map(|value| bare(&value)) {
            Some(Expr::AttrSet(set)) => {
                use rnix::ast::HasEntry as _;
                set.attrpath_values().any(|entry| {
                    self::key(&entry)
                        .first()
                        .is_some_and(|name| name == "workspaces")
                })
            }
            _ => false,
        },
        None => false,
    }
}

/// The name that an expression is the value of, in the same file.
fn binding(code: &SyntaxNode) -> Option<String> {
    let entry = code.ancestors().find_map(cast::<AttrpathValue>)?;
    match &key(&entry)[..] {
        // Behind `outputs` there is no other name.
        [name] if !["outputs", "perSystem"].contains(&&**name) => Some(name.clone()),
        _ => None,
    }
}

/// Whether code takes an output of what has this name: `name.output`, `name.${system}.output`,
/// `inherit (name) output`, `mapAttrs (_: each: each.output) name`.
fn takes(root: &SyntaxNode, name: &str, output: &str) -> bool {
    let selects = all::<Select>(root).filter(|select| {
        let path = select
            .attrpath()
            .map(|path| path_of(&path))
            .unwrap_or_default();
        path.iter().any(|attr| attr == output)
    });
    let inherits = all::<Inherit>(root)
        .filter(|inherit| inherit.attrs().any(|attr| attribute(&attr) == output));
    let selected = selects.map(|select| {
        let entry = node(&select)
            .ancestors()
            .find(|code| code.kind() == rnix::SyntaxKind::NODE_ATTRPATH_VALUE);
        entry.unwrap_or_else(|| node(&select).clone())
    });
    let inherited = inherits.filter_map(|inherit| inherit.from().map(|from| node(&from).clone()));
    let mut places = selected.chain(inherited);
    places.any(|place| all::<Ident>(&place).any(|ident| text(&ident) == name))
}

/// The names that code says, and those that their bindings say.
fn reachable(start: &[SyntaxNode], roots: &[&SyntaxNode]) -> BTreeSet<String> {
    let mut bindings: BTreeMap<String, Vec<SyntaxNode>> = BTreeMap::new();
    for root in roots {
        for entry in all::<AttrpathValue>(root) {
            if let ([name], Some(value)) = (&key(&entry)[..], entry.value()) {
                bindings
                    .entry(name.clone())
                    .or_default()
                    .push(node(&value).clone());
            }
        }
    }
    let mut names = BTreeSet::new();
    let mut left: Vec<SyntaxNode> = start.to_vec();
    while let Some(code) = left.pop() {
        for ident in all::<Ident>(&code) {
            let name = text(&ident);
            // All packages lead to no single one.
            if names.insert(name.clone()) && name != "pkgs" {
                left.extend(bindings.remove(&name).into_iter().flatten());
            }
        }
    }
    names
}

/// `crates.<name> = { ... };` for `mkWorkspace`, a crate each.
pub fn crates_text(wanted: &BTreeMap<String, Wanted>, pkgs: &str) -> Vec<String> {
    wanted
        .iter()
        .map(|(name, wanted)| crate_text(name, wanted, pkgs))
        .collect()
}

fn crate_text(name: &str, wanted: &Wanted, pkgs: &str) -> String {
    let mut lines = Vec::new();
    if !wanted.programs.is_empty() {
        lines.push(format!(
            "  nativeBuildInputs = {};",
            list(&wanted.programs, pkgs)
        ));
    }
    let linux = match wanted.linux_libraries.is_empty() {
        true => None,
        false => Some(format!(
            "{pkgs}.lib.optionals {pkgs}.stdenv.hostPlatform.isLinux {}",
            list(&wanted.linux_libraries, pkgs)
        )),
    };
    match (wanted.libraries.is_empty(), linux) {
        (true, None) => {}
        (true, Some(linux)) => lines.push(format!("  buildInputs = {linux};")),
        (false, None) => lines.push(format!(
            "  buildInputs = {};",
            list(&wanted.libraries, pkgs)
        )),
        (false, Some(linux)) => lines.push(format!(
            "  buildInputs = {}\n  ++ {linux};",
            list(&wanted.libraries, pkgs)
        )),
    }
    for copy in &wanted.own_copies {
        lines.push(format!(
            "  # {} compiles its own copy; to use {pkgs}.{}: {}",
            copy.package,
            copy.library,
            copy.setting(pkgs)
        ));
    }
    for package in &wanted.unknown {
        lines.push(format!(
            "  # {package} may look for a library with pkg-config: add that library to buildInputs."
        ));
    }
    let name = match name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        true => name.to_owned(),
        false => format!("\"{name}\""),
    };
    format!("crates.{name} = {{\n{}\n}};", lines.join("\n"))
}

fn list(inputs: &BTreeMap<&'static str, BTreeSet<String>>, pkgs: &str) -> String {
    let items = inputs.iter().map(|(attribute, packages)| {
        let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
        let packages = match &packages[..] {
            [first, second, third, _, _, ..] => {
                format!(
                    "{first}, {second}, {third} and {} others",
                    packages.len() - 3
                )
            }
            packages => packages.join(", "),
        };
        format!("    {pkgs}.{attribute} # {packages}\n")
    });
    format!("[\n{}  ]", items.collect::<String>())
}

/// The paths that code writes down, without those that it puts together.
pub fn paths(code: &SyntaxNode) -> Vec<String> {
    let paths = all::<rnix::ast::PathRel>(code).map(|path| text(&path));
    paths.filter(|path| !path.contains("${")).collect()
}
