//! Flakes that go through the systems themselves, each output by itself.

use std::collections::BTreeSet;

use rnix::ast::{AttrSet, Expr, HasEntry as _, Lambda};

use super::bindings::{bindings, needed, words};
use super::mapper::{Mapper, Takes, mapper_of};
use super::outputs::{Found, find, in_set, names_of};
use super::values::sets_of_pkgs;
use super::{Bound, OUTPUTS, Ours, Writer};
use crate::setup::flake::{PER_SYSTEM, Plain};
use crate::setup::syntax::{Scope, bare, enter, key, range};
use crate::text::indented;

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
            self.offer_all(&plain.sets, &[system], &ours);
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
        self.offer_all(&plain.sets, &[system], &ours);
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
