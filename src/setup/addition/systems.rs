//! Flakes that go through the systems themselves, each output by itself.

use std::collections::BTreeSet;

use rnix::SyntaxNode;
use rnix::ast::{AttrSet, AttrpathValue, Expr, HasEntry as _, Lambda};

use super::outputs::{Found, find, in_set, names_of};
use super::toolchain::{is_pkgs, sets_of_pkgs};
use super::{Bound, OUTPUTS, Ours, Writer};
use crate::setup::edits::indented;
use crate::setup::flake::{PER_SYSTEM, Plain, operands};
use crate::setup::syntax::{
    Inner, Scope, all, attribute, bare, call, enter, key, last_name, node, parameters, range, text,
};

impl Writer<'_> {
    pub(super) fn plain(&mut self, plain: &Plain) {
        let systems = systems(&plain.sets);
        match (self.mapper(plain), &systems[..]) {
            (Some(mapper), _) => self.mapped(plain, &mapper, None),
            (None, [system]) => self.one_system(plain, system),
            (None, []) => {
                let systems = [
                    "aarch64-darwin",
                    "aarch64-linux",
                    "x86_64-darwin",
                    "x86_64-linux",
                ];
                let name = "forAllSystems";
                let function = self.gen_attrs(&systems);
                let mapper = Mapper::named(&format!("{name} "));
                self.mapped(plain, &mapper, Some(format!("{name} = {function};\n")));
            }
            (None, systems) => self.named_systems(plain, systems),
        }
    }

    pub(super) fn gen_attrs<S: AsRef<str>>(&mut self, systems: &[S]) -> String {
        let nixpkgs = self.input("nixpkgs", "nixpkgs");
        let listed: Vec<String> = systems
            .iter()
            .map(|system| format!("  \"{}\"\n", system.as_ref()))
            .collect();
        format!("{nixpkgs}.lib.genAttrs [\n{}]", listed.concat())
    }

    /// `packages.x86_64-linux = ...; packages.aarch64-linux = ...;`
    pub(super) fn named_systems(&mut self, plain: &Plain, systems: &[String]) {
        let name = match self.bound(&plain.scope) {
            Bound::No(_) => {
                let name = "workspaces";
                let function = self.gen_attrs(systems);
                let call =
                    self.mapped_workspace(&plain.scope, &Mapper::named(&format!("{function} ")));
                self.bind(plain, &format!("{name} = {call};"));
                name.to_owned()
            }
            Bound::Yes(name) => name,
            Bound::Elsewhere => return,
        };
        for system in systems {
            let ours = Ours::Each {
                name: name.clone(),
                system: system.clone(),
            };
            for output in OUTPUTS {
                self.offer(&plain.sets, &[output, system], output, &ours);
            }
            self.offer_shell(&plain.sets, &["devShells", system], &ours);
        }
    }

    /// `packages.x86_64-linux = ...` with one system for all.
    pub(super) fn one_system(&mut self, plain: &Plain, system: &str) {
        let name = match self.bound(&plain.scope) {
            Bound::No(name) => {
                let binding = self.binding(&name, &plain.scope, system);
                self.bind(plain, &binding);
                name
            }
            Bound::Yes(name) => name,
            Bound::Elsewhere => return,
        };
        let ours = Ours::One(name);
        for output in OUTPUTS {
            self.offer(&plain.sets, &[output, system], output, &ours);
        }
        self.offer_shell(&plain.sets, &["devShells", system], &ours);
    }

    pub(super) fn bind(&mut self, plain: &Plain, binding: &str) {
        match &plain.let_in {
            Some(let_in) => self.add_binding(let_in, binding),
            None => {
                let body = self.flake.outputs.as_ref().and_then(Lambda::body);
                let body = body.unwrap_or_else(|| plain.body.clone());
                self.edits
                    .wrap_in_let(&body, binding, "around what `outputs` gives");
            }
        }
    }

    /// The function with which the flake goes through the systems.
    pub(super) fn mapper(&self, plain: &Plain) -> Option<Mapper> {
        let wanted = [
            "packages",
            "checks",
            "devShells",
            "apps",
            "legacyPackages",
            "formatter",
        ];
        wanted.iter().find_map(|output| {
            let Found::Whole(value) = find(&plain.sets, &[output]) else {
                return None;
            };
            mapper_of(&value, &plain.scope)
        })
    }

    /// `before`: what is to be bound as well.
    pub(super) fn mapped(&mut self, plain: &Plain, mapper: &Mapper, before: Option<String>) {
        let scope = &plain.scope;
        let name = match self.bound(scope) {
            Bound::No(_) => {
                let name = if scope.has("workspaces") {
                    "rustWorkspaces"
                } else {
                    "workspaces"
                };
                let call = self.mapped_workspace(scope, mapper);
                let before = before.unwrap_or_default();
                self.bind(plain, &format!("{before}{name} = {call};"));
                name.to_owned()
            }
            Bound::Yes(name) => name,
            Bound::Elsewhere => return,
        };
        for output in OUTPUTS {
            self.offer_mapped(plain, mapper, output, &name);
        }
        self.offer_mapped(plain, mapper, "devShells", &name);
    }

    pub(super) fn mapped_workspace(&mut self, scope: &Scope, mapper: &Mapper) -> String {
        let mut local = Vec::new();
        let mut inside = scope.clone();
        let system = mapper.takes.system();
        if let Some(body) = mapper.donor.as_ref().and_then(Lambda::body) {
            // Of what the function binds itself, only that is said here which the workspace wants.
            local = bindings(&body);
            inside = enter(&body, scope).scope;
        }
        let mut donated = inside.clone();
        let takes_pkgs = mapper.takes.has_pkgs();
        if takes_pkgs {
            donated.0.push(("pkgs".to_owned(), None));
        }
        if let Some(name) = mapper.takes.system_name() {
            donated.0.push((name.to_owned(), None));
        }
        let pkgs = match donated.has("pkgs") {
            true => "pkgs".to_owned(),
            false => match sets_of_pkgs(scope) {
                Some(name) => format!("{name}.{system}"),
                None => self.pkgs(scope, &system),
            },
        };
        let mut lines: Vec<String> = Vec::new();
        let pkgs_name = match &*pkgs {
            "pkgs" => pkgs,
            value => {
                lines.push(format!("pkgs = {value};"));
                donated.0.push(("pkgs".to_owned(), None));
                "pkgs".to_owned()
            }
        };
        let base = self.base(&donated, &pkgs_name);
        let mut wanted: BTreeSet<String> = base
            .iter()
            .flat_map(|line| words(line))
            .chain(["pkgs".to_owned()])
            .collect();
        let needed = needed(&local, &mut wanted);
        lines.splice(0..0, needed);
        let workspace = self.workspace(base, &pkgs_name);
        let parameter = mapper.takes.parameter();
        let body = match &lines[..] {
            [] => workspace,
            lines => format!(
                "let\n{}\nin\n{workspace}",
                indented(&lines.join("\n"), "  ")
            ),
        };
        format!(
            "{}(\n{}\n){}",
            mapper.before,
            indented(&format!("{parameter}:\n{body}"), "  "),
            mapper.behind
        )
    }

    pub(super) fn offer_mapped(
        &mut self,
        plain: &Plain,
        mapper: &Mapper,
        output: &'static str,
        name: &str,
    ) {
        if !self.request.presence.lacks(output) {
            return;
        }
        let is_shell = output == "devShells";
        let member = if is_shell { "devShell" } else { output };
        let say = |takes: &Takes| Ours::Each {
            name: name.to_owned(),
            system: takes.system(),
        };
        match find(&plain.sets, &[output]) {
            Found::Nothing(set) => {
                let said = say(&mapper.takes).say(member);
                let value = if is_shell {
                    format!("{{ default = {said}; }}")
                } else {
                    said
                };
                let entry = format!(
                    "{output} = {}({}: {value}){};",
                    mapper.before,
                    mapper.takes.parameter(),
                    mapper.behind
                );
                let place = in_set(&self.edits, &set);
                self.edits.add_to_set(&set, &entry, &place);
            }
            Found::Whole(value) => match mapper_of(&value, &plain.scope)
                .and_then(|own| Some((own.takes, own.donor?.body()?)))
            {
                Some((takes, body)) => {
                    let ours = say(&takes);
                    let inner = enter(&body, &Scope::default());
                    if is_shell {
                        self.shell_of(&inner, &ours);
                    } else {
                        self.same_names(output, &inner.expr, &ours.say(member));
                        let place = "which becomes".to_owned();
                        self.edits.before(
                            &inner.expr,
                            &format!("{} // ", ours.say(member)),
                            &place,
                        );
                    }
                }
                None if is_shell => self.own_shell(&format!("{name}.${{system}}.devShell")),
                None => {
                    let nixpkgs = self.input("nixpkgs", "nixpkgs");
                    let place = "which becomes".to_owned();
                    let added = format!(
                        "{nixpkgs}.lib.mapAttrs (system: workspace: workspace.{output} // ("
                    );
                    let behind = format!(").${{system}} or {{ }}) {name}");
                    let shown = format!(
                        "{output} = {added}...{behind}; # with what stands there for the dots"
                    );
                    let whole = range(&value);
                    self.edits
                        .replace(whole.start..whole.start, added, place, shown);
                    self.edits
                        .replace(whole.end..whole.end, behind, String::new(), String::new());
                    self.notes.push(format!(
                        "{output} of your flake win over those of the workspace with the same name: remove \
                         those that cratesieve should make"
                    ));
                }
            },
            Found::Parts(..) | Found::Inherited => {
                let said = format!("{name}.${{system}}.{member}");
                self.notes.push(format!(
                    "flake.nix has `{output}` in several forms: add `{said}` to it for each system"
                ));
            }
        }
    }

    pub(super) fn shell_of(&mut self, inner: &Inner, ours: &Ours) {
        let said = ours.say("devShell");
        let sets = operands(&inner.expr);
        let has_default = sets.iter().any(|set| names_of(set).contains("default"));
        match (has_default, &sets[..]) {
            (false, [set, ..]) => {
                let place = in_set(&self.edits, set);
                self.edits
                    .add_to_set(set, &format!("default = {said};"), &place);
            }
            _ => self.own_shell(&said),
        }
    }
}

/// The systems that keys such as `packages.x86_64-linux` name, as they are written.
pub(super) fn systems(sets: &[AttrSet]) -> Vec<String> {
    let mut systems = Vec::new();
    let mut add = |system: String| {
        let is_literal = system.ends_with("-linux") || system.ends_with("-darwin");
        if (is_literal || system.starts_with("${")) && !systems.contains(&system) {
            systems.push(system);
        }
    };
    for set in sets {
        for entry in set.attrpath_values() {
            match (&key(&entry)[..], entry.value()) {
                ([output, system, ..], _) if PER_SYSTEM.contains(&&**output) => add(system.clone()),
                ([output], Some(value)) if PER_SYSTEM.contains(&&**output) => {
                    if let Expr::AttrSet(inner) = bare(&value) {
                        names_of(&inner).into_iter().for_each(&mut add);
                    }
                }
                _ => {}
            }
        }
    }
    systems
}

/// A function that makes one value for each system.
pub(super) struct Mapper {
    /// `forAllSystems `
    pub(super) before: String,
    pub(super) behind: String,
    pub(super) takes: Takes,
    /// The function that it is called with in the flake.
    pub(super) donor: Option<Lambda>,
}

impl Mapper {
    /// One that takes the system.
    pub(super) fn named(before: &str) -> Self {
        Self {
            before: before.to_owned(),
            behind: String::new(),
            takes: Takes::System,
            donor: None,
        }
    }
}

pub(super) enum Takes {
    System,
    Named(String),
    Pkgs,
    /// A set with these.
    Pattern {
        has_system: bool,
        has_pkgs: bool,
    },
    /// `mapAttrs (system: pkgs: ...)`
    Both {
        system: String,
        pkgs: String,
    },
}

impl Takes {
    pub(super) fn parameter(&self) -> String {
        match self {
            Self::System => "system".to_owned(),
            Self::Named(name) => name.clone(),
            Self::Pkgs => "pkgs".to_owned(),
            Self::Pattern {
                has_system: true,
                has_pkgs: true,
            } => "{ pkgs, system, ... }".to_owned(),
            Self::Pattern { has_pkgs: true, .. } => "{ pkgs, ... }".to_owned(),
            Self::Pattern { .. } => "{ system, ... }".to_owned(),
            Self::Both { system, pkgs } => format!("{system}: {pkgs}"),
        }
    }

    /// As an attribute.
    pub(super) fn system(&self) -> String {
        match self.system_name() {
            Some(name) => format!("${{{name}}}"),
            None => "${pkgs.stdenv.hostPlatform.system}".to_owned(),
        }
    }

    pub(super) fn system_name(&self) -> Option<&str> {
        match self {
            Self::System
            | Self::Pattern {
                has_system: true, ..
            } => Some("system"),
            Self::Named(name) | Self::Both { system: name, .. } => Some(name),
            Self::Pkgs | Self::Pattern { .. } => None,
        }
    }

    pub(super) fn has_pkgs(&self) -> bool {
        match self {
            Self::Pkgs => true,
            Self::Pattern { has_pkgs, .. } => *has_pkgs,
            Self::Both { pkgs, .. } => pkgs == "pkgs",
            Self::System | Self::Named(_) => false,
        }
    }
}

/// `forAllSystems (system: ...)`, `genAttrs systems (system: ...)`, `mapAttrs (system: pkgs: ...) pkgsFor`.
pub(super) fn mapper_of(value: &Expr, scope: &Scope) -> Option<Mapper> {
    let (head, arguments) = call(value);
    let place = arguments
        .iter()
        .position(|argument| matches!(bare(argument), Expr::Lambda(_)))?;
    let Expr::Lambda(lambda) = bare(&arguments[place]) else {
        return None;
    };
    let words = |arguments: &[Expr]| -> String {
        arguments
            .iter()
            .map(|argument| format!(" {}", text(argument)))
            .collect()
    };
    let before = format!("{}{} ", text(&head), words(&arguments[..place]));
    let behind = words(&arguments[place + 1..]);
    if last_name(&head).as_deref() == Some("mapAttrs") {
        let Expr::Lambda(second) = bare(&lambda.body()?) else {
            return None;
        };
        let (system, pkgs) = (parameters(&lambda).pop()?, parameters(&second).pop()?);
        return Some(Mapper {
            before,
            behind,
            takes: Takes::Both { system, pkgs },
            donor: Some(second),
        });
    }
    if !behind.is_empty() {
        return None;
    }
    let takes = match lambda.param()? {
        rnix::ast::Param::Pattern(_) => {
            let names = parameters(&lambda);
            let has = |name: &str| names.iter().any(|known| known == name);
            Takes::Pattern {
                has_system: has("system"),
                has_pkgs: has("pkgs"),
            }
        }
        rnix::ast::Param::IdentParam(_) => {
            let name = parameters(&lambda).pop()?;
            let gives_pkgs = match &head {
                Expr::Ident(_) => scope.value(&text(&head)).is_some_and(gives_pkgs),
                _ => false,
            };
            match (gives_pkgs || name == "pkgs", &*name) {
                (true, _) => Takes::Pkgs,
                (false, "system") => Takes::System,
                (false, _) => Takes::Named(name),
            }
        }
    };
    Some(Mapper {
        before,
        behind,
        takes,
        donor: Some(lambda),
    })
}

/// Whether the argument in `f: genAttrs systems (system: f <argument>)` is a set of packages.
pub(super) fn gives_pkgs(function: &Expr) -> bool {
    let Expr::Lambda(lambda) = bare(function) else {
        return false;
    };
    let Some(name) = parameters(&lambda).pop() else {
        return false;
    };
    all::<rnix::ast::Apply>(node(&lambda)).any(|apply| {
        let is_call = apply
            .lambda()
            .is_some_and(|head| text(&bare(&head)) == name);
        is_call && apply.argument().is_some_and(|argument| is_pkgs(&argument))
    })
}

/// What the `let`s in front of an expression bind: name, the text of the binding, the names in it.
pub(super) fn bindings(body: &Expr) -> Vec<(String, String, BTreeSet<String>)> {
    let mut found = Vec::new();
    let mut expr = body.clone();
    loop {
        let next = match &expr {
            Expr::LetIn(let_in) => {
                for entry in let_in.attrpath_values() {
                    if let [name] = &key(&entry)[..] {
                        found.push((name.clone(), dedented(&entry), idents(node(&entry))));
                    }
                }
                for inherit in let_in.inherits() {
                    for attr in inherit.attrs() {
                        found.push((attribute(&attr), text(&inherit), idents(node(&inherit))));
                    }
                }
                let_in.body()
            }
            Expr::With(with) => with.body(),
            Expr::Paren(paren) => paren.expr(),
            _ => None,
        };
        match next {
            Some(next) => expr = next,
            None => return found,
        }
    }
}

/// An entry's text as at the start of a line.
pub(super) fn dedented(entry: &AttrpathValue) -> String {
    let text = text(entry);
    let rest = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let indent = rest
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    // The last line closes what the first one opens.
    let others = lines.map(|line| line.get(indent..).unwrap_or_default().to_owned());
    std::iter::once(first)
        .chain(others)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The bindings that the wanted names lead to, in their order.
pub(super) fn needed(
    bindings: &[(String, String, BTreeSet<String>)],
    wanted: &mut BTreeSet<String>,
) -> Vec<String> {
    loop {
        let before = wanted.len();
        for (name, _, names) in bindings {
            if wanted.contains(name) {
                wanted.extend(names.iter().cloned());
            }
        }
        if wanted.len() == before {
            break;
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for (name, text, _) in bindings {
        if wanted.contains(name) && !lines.contains(text) {
            lines.push(text.clone());
        }
    }
    lines
}

/// The names that code says by themselves.
pub(super) fn idents(code: &SyntaxNode) -> BTreeSet<String> {
    all::<rnix::ast::Ident>(code)
        .map(|ident| text(&ident))
        .collect()
}

pub(super) fn words(line: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || "_-'".contains(c);
    line.split(|c| !is_part(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
