//! What the outputs of a system become, wherever they are written.

use std::collections::BTreeSet;

use rnix::ast::{AttrSet, AttrpathValue, Expr, HasEntry as _};

use super::{Bound, OUTPUTS, Ours, Writer};
use crate::setup::edits::Edits;
use crate::setup::flake::operands;
use crate::setup::syntax::{Inner, Scope, attribute, enter, key, range, text};
use crate::text::indented;

impl Writer<'_> {
    pub(super) fn each_system(&mut self, body: &Expr, scope: &Scope, system: Option<&str>) {
        let inner = enter(body, scope);
        let name = match self.bound(&inner.scope) {
            Bound::No(name) => {
                let system = match system {
                    Some(system) => format!("${{{system}}}"),
                    None => "x86_64-linux".to_owned(),
                };
                let binding = self.binding(&name, &inner.scope, &system);
                match &inner.let_in {
                    Some(let_in) => self.add_binding(let_in, &binding),
                    None => self
                        .edits
                        .wrap_in_let(body, &binding, "around what each system gets"),
                }
                name
            }
            Bound::Yes(name) => name,
            Bound::Elsewhere => return,
        };
        let ours = Ours::One(name);
        let sets = operands(&inner.expr);
        match sets.is_empty() {
            true => self.unknown_result(&inner.expr, &ours),
            false => self.offer_all(&sets, &[], &ours),
        }
    }

    /// Adds all outputs of the workspace that the flake lacks, each at its name and what is `below` it.
    pub(super) fn offer_all(&mut self, sets: &[AttrSet], below: &[&str], ours: &Ours) {
        for output in OUTPUTS {
            self.offer(sets, &[&[*output], below].concat(), output, ours);
        }
        self.offer_shell(sets, &[&["devShells"], below].concat(), ours);
    }

    /// What each system gets comes from elsewhere.
    pub(super) fn unknown_result(&mut self, expr: &Expr, ours: &Ours) {
        let missing: Vec<&str> = self.missing_outputs();
        if missing.is_empty() {
            return;
        }
        let start = range(expr).start;
        let end = range(expr).end;
        let indent = self.edits.indentation(start).to_owned();
        let mut lines: Vec<String> = OUTPUTS
            .iter()
            .filter(|output| missing.contains(output))
            .map(|output| {
                format!(
                    "  {output} = {} // (own.{output} or {{ }});",
                    ours.say(output)
                )
            })
            .collect();
        if missing.contains(&"devShells") {
            lines.push(format!(
                "  devShells = {{ default = {}; }} // (own.devShells or {{ }});",
                ours.say("devShell")
            ));
        }
        let behind = format!(";\nin\nown\n// {{\n{}\n}}", lines.join("\n"));
        let place = "around what each system gets".to_owned();
        let shown = format!("let\n  own = ...; # what stands there{}", &behind[1..]);
        self.edits
            .replace(start..start, format!("let\n{indent}  own = "), place, shown);
        let behind = indented(&behind[2..], &indent);
        self.edits.replace(
            end..end,
            format!(";\n{behind}"),
            String::new(),
            String::new(),
        );
        self.notes.push(
            "packages and checks of your flake win over those of cratesieve with the same name: \
             remove those that cratesieve should build"
                .to_owned(),
        );
    }

    pub(super) fn missing_outputs(&self) -> Vec<&'static str> {
        let all = ["apps", "packages", "checks", "devShells"];
        all.into_iter()
            .filter(|output| self.request.presence.lacks(output))
            .collect()
    }

    /// Adds the workspace's `output` to what sets have at `path`.
    pub(super) fn offer(
        &mut self,
        sets: &[AttrSet],
        path: &[&str],
        output: &'static str,
        ours: &Ours,
    ) {
        if !self.request.presence.lacks(output) {
            return;
        }
        let said = ours.say(output);
        let shown_path = path.join(".");
        let found = find(sets, path);
        match found {
            Found::Nothing(set) => {
                self.edits.add_to_set(
                    &set,
                    &format!("{shown_path} = {said};"),
                    &in_set(&self.edits, &set),
                );
            }
            Found::Whole(value) => {
                self.same_names(output, &value, &said);
                let inner = enter(&value, &Scope::default());
                let place = "which becomes".to_owned();
                self.edits
                    .before(&bare_of(&value, &inner), &format!("{said} // "), &place);
            }
            Found::Parts(set, entries) => {
                self.gather(&set, &entries, path.len(), &shown_path, &said, output)
            }
            Found::Inherited => {
                self.notes.push(format!(
                    "`{output}` is inherited in flake.nix: write `{shown_path} = {said} // ...;` there, with \
                     its present value instead of the dots"
                ));
            }
        }
    }

    /// `packages.a = 1; packages.b = 2;` are written together, since a set has one value for a name.
    pub(super) fn gather(
        &mut self,
        set: &AttrSet,
        entries: &[AttrpathValue],
        depth: usize,
        shown_path: &str,
        said: &str,
        output: &'static str,
    ) {
        let _ = set;
        let Some((first, others)) = entries.split_first() else {
            return;
        };
        if entries
            .iter()
            .any(|entry| self.edits.overlaps(&range(entry)))
        {
            self.is_whole = false;
            return;
        }
        let mut names = BTreeSet::new();
        let mut lines = Vec::new();
        for entry in entries {
            let Some(value) = entry.value() else { continue };
            let attrs: Vec<String> = entry
                .attrpath()
                .map(|path| path.attrs().skip(depth).map(|attr| text(&attr)).collect())
                .unwrap_or_default();
            names.extend(key(entry).into_iter().nth(depth));
            lines.push(format!("  {} = {};", attrs.join("."), text(&value)));
        }
        let indent = self.edits.indentation(range(first).start).to_owned();
        // Values have their own lines' indentation already; the first lines are set here.
        let body: Vec<String> = lines.iter().map(|line| format!("{indent}{line}")).collect();
        let new = format!(
            "{shown_path} = {said} // {{\n{}\n{indent}}};",
            body.join("\n")
        );
        let brief: Vec<String> = entries
            .iter()
            .map(|entry| format!("  {} = ...;", key(entry)[depth..].join(".")))
            .collect();
        let shown = format!("{shown_path} = {said} // {{\n{}\n}};", brief.join("\n"));
        let lines: Vec<String> = entries
            .iter()
            .map(|entry| self.edits.line(range(entry).start).to_string())
            .collect();
        let place = match &lines[..] {
            [_] => format!("instead of `{shown_path}.{}`", brief_name(first, depth)),
            lines => format!("instead of lines {}", lines.join(", ")),
        };
        self.edits.replace(range(first), new, place, shown);
        for entry in others {
            self.edits.remove(entry);
        }
        self.clash(output, &names, said);
    }

    pub(super) fn offer_shell(&mut self, sets: &[AttrSet], path: &[&str], ours: &Ours) {
        if !self.request.presence.lacks("devShells") {
            return;
        }
        let said = ours.say("devShell");
        let shown_path = path.join(".");
        let legacy: Vec<&str> = [&["devShell"], &path[1..]].concat();
        let has_legacy = !matches!(find(sets, &legacy), Found::Nothing(_));
        match find(sets, path) {
            _ if has_legacy => self.own_shell(&said),
            Found::Nothing(set) => {
                let place = in_set(&self.edits, &set);
                self.edits
                    .add_to_set(&set, &format!("{shown_path}.default = {said};"), &place);
            }
            Found::Parts(set, entries) => {
                let is_default = |entry: &AttrpathValue| {
                    key(entry).get(path.len()).is_some_and(|k| k == "default")
                };
                match entries.iter().any(is_default) {
                    true => self.own_shell(&said),
                    false => {
                        let place = in_set(&self.edits, &set);
                        self.edits.add_to_set(
                            &set,
                            &format!("{shown_path}.default = {said};"),
                            &place,
                        );
                    }
                }
            }
            Found::Whole(value) => {
                let inner = enter(&value, &Scope::default());
                match operands(&inner.expr).is_empty() {
                    true => {
                        let place = "which becomes".to_owned();
                        let added = format!("{{ default = {said}; }} // ");
                        self.edits.before(&bare_of(&value, &inner), &added, &place);
                    }
                    false => self.shell_of(&inner, ours),
                }
            }
            Found::Inherited => self.own_shell(&said),
        }
    }

    /// Adds the shell to the sets that are the value of `devShells`.
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

    pub(super) fn own_shell(&mut self, said: &str) {
        self.notes.push(format!(
            "the development shell of your flake stays; to add the inputs of all crates, give it \
             `inputsFrom = [ {said} ];`"
        ));
    }

    /// What stands right of `//` wins.
    pub(super) fn same_names(&mut self, output: &'static str, value: &Expr, said: &str) {
        let inner = enter(value, &Scope::default());
        let names = operands(&inner.expr).iter().flat_map(names_of).collect();
        match operands(&inner.expr).is_empty() {
            true => self.notes.push(format!(
                "{output} of your flake win over those of `{said}` with the same name: remove those that \
                 cratesieve should make"
            )),
            false => self.clash(output, &names, said),
        }
    }

    pub(super) fn clash(&mut self, output: &'static str, names: &BTreeSet<String>, said: &str) {
        let ours = match output {
            "packages" => &self.request.packages,
            "checks" => &self.request.checks,
            "apps" => &BTreeSet::from(["gen".to_owned()]),
            _ => return,
        };
        let both: Vec<String> = names
            .intersection(ours)
            .map(|name| format!("`{name}`"))
            .collect();
        if !both.is_empty() {
            self.notes.push(format!(
                "{output}: {} of your flake {} over those of `{said}` with the same name; remove {} to \
                 use cratesieve's",
                both.join(", "),
                if both.len() == 1 { "wins" } else { "win" },
                if both.len() == 1 { "it" } else { "them" },
            ));
        }
    }
}

pub(super) fn in_set(edits: &Edits<'_>, set: &AttrSet) -> String {
    format!("in the set of line {}", edits.line(range(set).start))
}

pub(super) fn brief_name(entry: &AttrpathValue, depth: usize) -> String {
    key(entry).get(depth..).unwrap_or_default().join(".")
}

/// The value itself, unless it is a set behind `let` or `with`: `//` would apply to that set.
pub(super) fn bare_of(value: &Expr, inner: &Inner) -> Expr {
    match operands(&inner.expr).is_empty() {
        true => value.clone(),
        false => inner.expr.clone(),
    }
}

pub(super) fn names_of(set: &AttrSet) -> BTreeSet<String> {
    let keys = set
        .attrpath_values()
        .filter_map(|entry| key(&entry).into_iter().next());
    let inherited = set
        .inherits()
        .flat_map(|inherit| inherit.attrs())
        .map(|attr| attribute(&attr));
    keys.chain(inherited).collect()
}

pub(super) enum Found {
    /// Nothing is there yet, except the set where it would go.
    Nothing(AttrSet),
    Whole(Expr),
    /// Longer paths, in one set.
    Parts(AttrSet, Vec<AttrpathValue>),
    Inherited,
}

/// What sets, which `//` joins, have at a path.
pub(super) fn find(sets: &[AttrSet], path: &[&str]) -> Found {
    for set in sets.iter().rev() {
        let mut parts = Vec::new();
        for entry in set.attrpath_values() {
            let key = key(&entry);
            let common = key.iter().zip(path).take_while(|(a, b)| a == b).count();
            match (common == key.len(), common == path.len()) {
                (true, true) => match entry.value() {
                    Some(value) => return Found::Whole(value),
                    None => continue,
                },
                (false, true) => parts.push(entry),
                (true, false) if common > 0 => {
                    let value = entry
                        .value()
                        .map(|value| enter(&value, &Scope::default()).expr);
                    let Some(value) = value else { continue };
                    let sets = operands(&value);
                    match sets.is_empty() {
                        true => continue,
                        false => return find(&sets, &path[common..]),
                    }
                }
                _ => {}
            }
        }
        if !parts.is_empty() {
            return Found::Parts(set.clone(), parts);
        }
        let inherited = set.inherits().flat_map(|inherit| inherit.attrs());
        if path.len() == 1
            && inherited
                .into_iter()
                .any(|attr| attribute(&attr) == path[0])
        {
            return Found::Inherited;
        }
    }
    match sets.last() {
        Some(set) => Found::Nothing(set.clone()),
        None => unreachable!("there is a set wherever something is looked for"),
    }
}
