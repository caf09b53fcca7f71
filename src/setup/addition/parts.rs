//! Flakes of <https://flake.parts>.

use std::collections::BTreeSet;

use rnix::ast::{AttrSet, Expr};

use super::Writer;
use super::outputs::{Found, find, in_set, names_of};
use super::values::crane_libs;
use crate::setup::flake::{lambda_of, operands};
use crate::setup::presence::crates_text;
use crate::setup::syntax::{Scope, bare, enter, key, range, text};
use crate::text::indented;

impl Writer<'_> {
    pub(super) fn parts(&mut self, module: &Expr, scope: &Scope) {
        let presence = self.request.presence;
        let mut scope = scope.clone();
        let mut module = module.clone();
        if let Some(lambda) = lambda_of(&module, &scope) {
            scope.enter_lambda(&lambda);
            if let Some(body) = lambda.body() {
                module = body;
            }
        }
        let inner = enter(&module, &scope);
        let input = match presence.has_module {
            true => None,
            false => {
                let cratesieve = self.input("cratesieve", "cratesieve");
                Some(format!("{cratesieve}.flakeModules.default"))
            }
        };
        let Expr::AttrSet(set) = &inner.expr else {
            // The module is a path, or a function makes it.
            let mut modules: Vec<String> = input.into_iter().collect();
            if !presence.has_call() {
                modules.push(self.own_module("pkgs"));
            }
            if modules.is_empty() {
                return;
            }
            let expr = &inner.expr;
            let place = "around the module that `mkFlake` gets".to_owned();
            let modules = indented(&modules.join("\n"), "    ");
            let behind = format!("\n{modules}\n  ];\n}}");
            let shown = format!("{{\n  imports = [\n    ({}){behind}", text(expr));
            self.edits.replace(
                range(expr).start..range(expr).start,
                "{\n  imports = [\n    (".to_owned(),
                place,
                shown,
            );
            self.edits.replace(
                range(expr).end..range(expr).end,
                format!("){behind}"),
                String::new(),
                String::new(),
            );
            return;
        };
        let mut modules: Vec<String> = input.into_iter().collect();
        if !presence.has_call() && !self.in_per_system(set, &inner.scope) {
            match find(std::slice::from_ref(set), &["perSystem"]) {
                Found::Nothing(_) => {
                    let settings = self.parts_settings(&inner.scope, "pkgs", false);
                    let block = format!(
                        "perSystem =\n  {{ pkgs, ... }}:\n  {{\n{}\n  }};",
                        indented(&settings, "    ")
                    );
                    let place = in_set(&self.edits, set);
                    self.edits.add_to_set(set, &block, &place);
                }
                _ => modules.push(self.own_module("pkgs")),
            }
        }
        if !presence.has_call() && self.notes.is_empty() {
            self.notes.push(
                "packages, checks, apps and shells of your flake win over those of cratesieve with the \
                 same name: remove those that cratesieve should make"
                    .to_owned(),
            );
        }
        if modules.is_empty() {
            return;
        }
        match find(std::slice::from_ref(set), &["imports"]) {
            Found::Whole(value) => match bare(&value) {
                Expr::List(list) => {
                    for module in modules {
                        self.edits.add_to_list(&list, &module, "in `imports`");
                    }
                }
                value => {
                    let list = format!("[ {} ] ++ ", modules.join(" "));
                    self.edits.before(&value, &list, "which becomes");
                }
            },
            _ => {
                let list = match &modules[..] {
                    [module] => format!("imports = [ {module} ];"),
                    modules => format!("imports = [\n{}\n];", indented(&modules.join("\n"), "  ")),
                };
                let place = in_set(&self.edits, set);
                self.edits.add_to_set(set, &list, &place);
            }
        }
    }

    /// Adds to the set that `perSystem` gives, if it is written down.
    pub(super) fn in_per_system(&mut self, set: &AttrSet, scope: &Scope) -> bool {
        let Found::Whole(value) = find(std::slice::from_ref(set), &["perSystem"]) else {
            return false;
        };
        let Some(lambda) = lambda_of(&value, scope) else {
            return false;
        };
        let mut inside = scope.clone();
        inside.enter_lambda(&lambda);
        let Some(body) = lambda.body() else {
            return false;
        };
        let inner = enter(&body, &inside);
        let sets = operands(&inner.expr);
        let Some(target) = sets.last() else {
            return false;
        };
        let has_pkgs = inner.scope.has("pkgs");
        let is_bound = inner.scope.value("pkgs").is_some();
        if !has_pkgs && !self.needs_pkgs() && crane_libs(&inner.scope).is_empty() {
            // Nothing is said of packages.
        } else if !has_pkgs {
            let Some(rnix::ast::Param::Pattern(pattern)) = lambda.param() else {
                return false;
            };
            if let Some(last) = pattern.pat_entries().last() {
                let end = range(&last).end;
                let before = range(&last).start;
                let is_line = self.request.text[..before].ends_with([' ', '\n'])
                    && self.request.text[..before]
                        .trim_end_matches(' ')
                        .ends_with('\n');
                let between = match is_line {
                    true => format!(",\n{}", self.edits.indentation(before)),
                    false => ", ".to_owned(),
                };
                self.edits.replace(
                    end..end,
                    format!("{between}pkgs"),
                    "among the arguments of `perSystem`".to_owned(),
                    "pkgs".to_owned(),
                );
            }
        }
        let settings = self.parts_settings(&inner.scope, "pkgs", is_bound);
        let place = in_set(&self.edits, target);
        self.edits.add_to_set(target, &settings, &place);
        for output in ["packages", "checks", "apps"] {
            let found = match find(&sets, &[output]) {
                Found::Whole(value) => operands(&enter(&value, &Scope::default()).expr)
                    .iter()
                    .flat_map(names_of)
                    .collect(),
                Found::Parts(_, entries) => entries
                    .iter()
                    .filter_map(|entry| key(entry).into_iter().nth(1))
                    .collect(),
                _ => BTreeSet::new(),
            };
            self.clash(
                output,
                &found,
                &format!("cratesieve.workspaces.default.outputs.{output}"),
            );
        }
        if !matches!(find(&sets, &["devShells"]), Found::Nothing(_)) {
            self.own_shell("config.cratesieve.workspaces.default.outputs.devShell");
        }
        true
    }

    pub(super) fn needs_pkgs(&self) -> bool {
        !self.request.wanted.is_empty() || self.has_toolchain()
    }

    pub(super) fn own_module(&mut self, pkgs: &str) -> String {
        let settings = self.parts_settings(&Scope::default(), pkgs, false);
        format!(
            "{{\n  perSystem =\n    {{ pkgs, ... }}:\n    {{\n{}\n    }};\n}}",
            indented(&settings, "      ")
        )
    }

    pub(super) fn parts_settings(&mut self, scope: &Scope, pkgs: &str, is_bound: bool) -> String {
        let mut lines = Vec::new();
        let names_crane = !crane_libs(scope).is_empty() || self.has_toolchain();
        if is_bound {
            lines.push("inherit pkgs;".to_owned());
        }
        if names_crane {
            let value = self.crane_lib(scope, pkgs);
            lines.push(match &*value {
                "craneLib" => "inherit craneLib;".to_owned(),
                value => format!("craneLib = {value};"),
            });
        }
        if let [first, second] = &lines[..]
            && (first, second) == (&"inherit pkgs;".to_owned(), &"inherit craneLib;".to_owned())
        {
            lines = vec!["inherit craneLib pkgs;".to_owned()];
        }
        lines.extend(self.request.settings.iter().cloned());
        lines.push("commonArgs.strictDeps = true;".to_owned());
        lines.extend(crates_text(self.request.wanted, pkgs));
        format!(
            "cratesieve.workspaces.default = {{\n{}\n}};",
            indented(&lines.join("\n"), "  ")
        )
    }
}
