//! What a flake.nix lacks, in the form that it has: changes to its text. Pure.

use std::collections::{BTreeMap, BTreeSet};

use rnix::SyntaxNode;
use rnix::ast::{AttrSet, AttrpathValue, Expr, HasEntry, LetIn};

use super::edits::{Edit, Edits, indented};
use super::flake::{Flake, Form, Plain, lambda_of, operands, system_of};
use super::native::Wanted;
use super::presence::{Presence, crates_text};
use super::syntax::{
    Inner, Scope, all, attribute, bare, call, enter, key, last_name, node, parameters, range, text,
    value_at,
};

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
    // ---- Inputs ------------------------------------------------------------------------------------

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
                    .add_behind(set, last, &entry, "behind the other inputs"),
                None => self
                    .edits
                    .add_to_set(set, &entry, "at the top, beside `outputs`"),
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

    // ---- The workspace ------------------------------------------------------------------------------

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

    /// crane's library with the flake's toolchain.
    fn crane_lib(&mut self, scope: &Scope, pkgs: &str) -> String {
        let known = crane_libs(scope);
        let with_toolchain = known.iter().find(|(_, has_toolchain)| *has_toolchain);
        if let Some((name, _)) = with_toolchain.or(known.first()) {
            return name.clone();
        }
        let crane = self.input("ipetkov/crane", "crane");
        let lib = format!("{crane}.mkLib {pkgs}");
        match self.toolchain(scope, pkgs) {
            Some(toolchain) => format!("({lib}).overrideToolchain {toolchain}"),
            None => lib,
        }
    }

    fn toolchain(&mut self, scope: &Scope, pkgs: &str) -> Option<String> {
        let toolchains: Vec<&str> = scope
            .visible()
            .filter(|(_, value)| is_toolchain(value, scope))
            .map(|(name, _)| name)
            .collect();
        let is_for_shells = |name: &&&str| {
            let name = name.to_ascii_lowercase();
            ["shell", "dev", "analyzer", "fmt", "wasm", "static"]
                .iter()
                .any(|word| name.contains(word))
        };
        if let Some(name) = toolchains.iter().find(|name| !is_for_shells(name)) {
            return Some((*name).to_owned());
        }
        let file = self.request.toolchain_file.clone();
        if self
            .flake
            .input("oxalica/rust-overlay", "rust-overlay")
            .is_some()
        {
            // A set of packages has it if an overlay says so.
            let is_in_pkgs = scope.value(pkgs).is_some_and(|value| {
                let text = text(value);
                text.contains("overlay") || text.contains("extend")
            });
            let bin = match is_in_pkgs {
                true => "p.rust-bin".to_owned(),
                false => {
                    let overlay = self.input("oxalica/rust-overlay", "rust-overlay");
                    format!("(p.extend {overlay}.overlays.default).rust-bin")
                }
            };
            return Some(match file {
                Some(file) => format!("(p: {bin}.fromRustupToolchainFile {file})"),
                None => format!("(p: {bin}.{})", self.channel()),
            });
        }
        if self.flake.input("nix-community/fenix", "fenix").is_some() {
            let fenix = self.input("nix-community/fenix", "fenix");
            let set = format!("{fenix}.packages.${{p.stdenv.hostPlatform.system}}");
            return Some(match file {
                // The hash that the flake has already, if any.
                Some(file) => match self.hash() {
                    Some(hash) => format!(
                        "(p: {set}.fromToolchainFile {{ file = {file}; sha256 = {hash}; }})"
                    ),
                    None => {
                        self.notes.push(
                            "Nix says the hash of the toolchain when it builds: put it in place of \
                             `p.lib.fakeHash`"
                                .to_owned(),
                        );
                        format!(
                            "(p: {set}.fromToolchainFile {{ file = {file}; sha256 = p.lib.fakeHash; }})"
                        )
                    }
                },
                None => format!("(p: {set}.stable.toolchain)"),
            });
        }
        None
    }

    /// The toolchain of rust-overlay that the flake takes elsewhere; failing that, the latest stable.
    fn channel(&self) -> String {
        let latest = "stable.latest.default";
        let selects = all::<rnix::ast::Select>(node(&self.flake.set));
        let mut channels = selects.filter_map(|select| {
            let base = select.expr().map(|base| text(&base));
            let attrs = select.attrpath()?.attrs().map(|attr| text(&attr)).collect();
            let path: Vec<String> = base.into_iter().chain::<Vec<String>>(attrs).collect();
            let place = path.iter().position(|name| name == "rust-bin")?;
            match &path[place + 1..] {
                [select] if select == "selectLatestNightlyWith" => {
                    Some("selectLatestNightlyWith (toolchain: toolchain.default)".to_owned())
                }
                [channel, version, ..] if !version.starts_with("${") => {
                    Some(format!("{channel}.{version}.default"))
                }
                _ => None,
            }
        });
        channels.next().unwrap_or(latest.to_owned())
    }

    /// The hash that `fromToolchainFile` is called with.
    fn hash(&self) -> Option<String> {
        let calls = all::<rnix::ast::Apply>(node(&self.flake.set));
        calls.into_iter().find_map(|apply| {
            let name = apply.lambda().and_then(|head| last_name(&bare(&head)));
            match (name?.as_str(), bare(&apply.argument()?)) {
                ("fromToolchainFile", Expr::AttrSet(set)) => {
                    let value = value_at(&set, &["sha256"])?;
                    matches!(value, Expr::Str(_)).then(|| text(&value))
                }
                _ => None,
            }
        })
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

    // ---- flake-utils ---------------------------------------------------------------------------------

    fn each_system(&mut self, body: &Expr, scope: &Scope, system: Option<&str>) {
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
            false => {
                for output in OUTPUTS {
                    self.offer(&sets, &[output], output, &ours);
                }
                self.offer_shell(&sets, &["devShells"], &ours);
            }
        }
    }

    fn add_binding(&mut self, let_in: &LetIn, binding: &str) {
        let line = self.edits.line(range(let_in).start);
        self.edits
            .add_to_let(let_in, binding, &format!("in the `let` of line {line}"));
    }

    /// What each system gets comes from elsewhere.
    fn unknown_result(&mut self, expr: &Expr, ours: &Ours) {
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
            "packages and checks of the same name that the flake has already win: remove those that \
             cratesieve is to build"
                .to_owned(),
        );
    }

    fn missing_outputs(&self) -> Vec<&'static str> {
        let all = ["apps", "packages", "checks", "devShells"];
        all.into_iter()
            .filter(|output| self.request.presence.lacks(output))
            .collect()
    }

    // ---- Sets of outputs -----------------------------------------------------------------------------

    /// Adds the workspace's `output` to what sets have at `path`.
    fn offer(&mut self, sets: &[AttrSet], path: &[&str], output: &'static str, ours: &Ours) {
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
                     what it has now in place of the dots"
                ));
            }
        }
    }

    /// `packages.a = 1; packages.b = 2;` are written together, since a set has one value for a name.
    fn gather(
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
            [_] => format!("in place of `{shown_path}.{}`", brief_name(first, depth)),
            lines => format!("in place of lines {}", lines.join(", ")),
        };
        self.edits.replace(range(first), new, place, shown);
        for entry in others {
            self.edits.remove(entry);
        }
        self.clash(output, &names, said);
    }

    fn offer_shell(&mut self, sets: &[AttrSet], path: &[&str], ours: &Ours) {
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
                let sets = operands(&inner.expr);
                let has_default = sets.iter().any(|set| names_of(set).contains("default"));
                match (has_default, &sets[..]) {
                    (true, _) => self.own_shell(&said),
                    (false, [set, ..]) => {
                        let place = in_set(&self.edits, set);
                        self.edits
                            .add_to_set(set, &format!("default = {said};"), &place);
                    }
                    (false, []) => {
                        let place = "which becomes".to_owned();
                        let added = format!("{{ default = {said}; }} // ");
                        self.edits.before(&bare_of(&value, &inner), &added, &place);
                    }
                }
            }
            Found::Inherited => self.own_shell(&said),
        }
    }

    fn own_shell(&mut self, said: &str) {
        self.notes.push(format!(
            "the development shell of the flake stays; to have every crate's inputs in it, give it \
             `inputsFrom = [ {said} ];`"
        ));
    }

    /// What stands right of `//` wins.
    fn same_names(&mut self, output: &'static str, value: &Expr, said: &str) {
        let inner = enter(value, &Scope::default());
        let names = operands(&inner.expr).iter().flat_map(names_of).collect();
        match operands(&inner.expr).is_empty() {
            true => self.notes.push(format!(
                "{output} that the flake has already win over those of the same name in `{said}`: remove \
                 those that cratesieve is to make"
            )),
            false => self.clash(output, &names, said),
        }
    }

    fn clash(&mut self, output: &'static str, names: &BTreeSet<String>, said: &str) {
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
                "{output}: the flake's own {} {} over what `{said}` has under the same name; remove {} to \
                 have cratesieve's",
                both.join(", "),
                if both.len() == 1 { "wins" } else { "win" },
                if both.len() == 1 { "it" } else { "them" },
            ));
        }
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

    // ---- Plain sets ----------------------------------------------------------------------------------

    fn plain(&mut self, plain: &Plain) {
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

    fn gen_attrs<S: AsRef<str>>(&mut self, systems: &[S]) -> String {
        let nixpkgs = self.input("nixpkgs", "nixpkgs");
        let listed: Vec<String> = systems
            .iter()
            .map(|system| format!("  \"{}\"\n", system.as_ref()))
            .collect();
        format!("{nixpkgs}.lib.genAttrs [\n{}]", listed.concat())
    }

    /// `packages.x86_64-linux = ...; packages.aarch64-linux = ...;`
    fn named_systems(&mut self, plain: &Plain, systems: &[String]) {
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
    fn one_system(&mut self, plain: &Plain, system: &str) {
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

    fn bind(&mut self, plain: &Plain, binding: &str) {
        match &plain.let_in {
            Some(let_in) => self.add_binding(let_in, binding),
            None => {
                let body = self
                    .flake
                    .outputs
                    .as_ref()
                    .and_then(rnix::ast::Lambda::body);
                let body = body.unwrap_or_else(|| plain.body.clone());
                self.edits
                    .wrap_in_let(&body, binding, "around what `outputs` gives");
            }
        }
    }

    /// The function with which the flake goes through the systems.
    fn mapper(&self, plain: &Plain) -> Option<Mapper> {
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
    fn mapped(&mut self, plain: &Plain, mapper: &Mapper, before: Option<String>) {
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

    fn mapped_workspace(&mut self, scope: &Scope, mapper: &Mapper) -> String {
        let mut local = Vec::new();
        let mut inside = scope.clone();
        let system = mapper.takes.system();
        if let Some(donor) = &mapper.donor {
            if let Some(body) = donor.body() {
                // Of what the function binds itself, only that is said here which the workspace wants.
                local = bindings(&body);
                inside = enter(&body, scope).scope;
            }
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

    fn offer_mapped(&mut self, plain: &Plain, mapper: &Mapper, output: &'static str, name: &str) {
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
                        "{output} that the flake has already win over the workspace's of the same name: remove \
                         those that cratesieve is to make"
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

    fn shell_of(&mut self, inner: &Inner, ours: &Ours) {
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

    // ---- flake-parts ---------------------------------------------------------------------------------

    fn parts(&mut self, module: &Expr, scope: &Scope) {
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
        if !presence.has_call() {
            self.notes.push(
                "packages, checks, apps and shells that the flake defines itself win over those of the \
                 same name of cratesieve: remove those that cratesieve is to make"
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
    fn in_per_system(&mut self, set: &AttrSet, scope: &Scope) -> bool {
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

    fn needs_pkgs(&self) -> bool {
        !self.request.wanted.is_empty() || self.has_toolchain()
    }

    fn own_module(&mut self, pkgs: &str) -> String {
        let settings = self.parts_settings(&Scope::default(), pkgs, false);
        format!(
            "{{\n  perSystem =\n    {{ pkgs, ... }}:\n    {{\n{}\n    }};\n}}",
            indented(&settings, "      ")
        )
    }

    fn parts_settings(&mut self, scope: &Scope, pkgs: &str, is_bound: bool) -> String {
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

enum Bound {
    No(String),
    Yes(String),
    /// In another file, or without a name.
    Elsewhere,
}

fn in_set(edits: &Edits<'_>, set: &AttrSet) -> String {
    format!("in the set of line {}", edits.line(range(set).start))
}

fn brief_name(entry: &AttrpathValue, depth: usize) -> String {
    key(entry).get(depth..).unwrap_or_default().join(".")
}

/// The value itself, unless it is a set behind `let` or `with`: `//` goes before that set.
fn bare_of(value: &Expr, inner: &Inner) -> Expr {
    match operands(&inner.expr).is_empty() {
        true => value.clone(),
        false => inner.expr.clone(),
    }
}

fn names_of(set: &AttrSet) -> BTreeSet<String> {
    let keys = set
        .attrpath_values()
        .filter_map(|entry| key(&entry).into_iter().next());
    let inherited = set
        .inherits()
        .flat_map(|inherit| inherit.attrs())
        .map(|attr| attribute(&attr));
    keys.chain(inherited).collect()
}

enum Found {
    /// And the set where it would go.
    Nothing(AttrSet),
    Whole(Expr),
    /// Longer paths, in one set.
    Parts(AttrSet, Vec<AttrpathValue>),
    Inherited,
}

/// What sets, which `//` joins, have at a path.
fn find(sets: &[AttrSet], path: &[&str]) -> Found {
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

/// The systems that keys such as `packages.x86_64-linux` name, as they are written.
fn systems(sets: &[AttrSet]) -> Vec<String> {
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
                ([output, system, ..], _) if super::flake::PER_SYSTEM.contains(&&**output) => {
                    add(system.clone())
                }
                ([output], Some(value)) if super::flake::PER_SYSTEM.contains(&&**output) => {
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
struct Mapper {
    /// `forAllSystems `
    before: String,
    behind: String,
    takes: Takes,
    /// The function that it is called with in the flake.
    donor: Option<rnix::ast::Lambda>,
}

impl Mapper {
    /// One that takes the system.
    fn named(before: &str) -> Self {
        Self {
            before: before.to_owned(),
            behind: String::new(),
            takes: Takes::System,
            donor: None,
        }
    }
}

enum Takes {
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
    fn parameter(&self) -> String {
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
    fn system(&self) -> String {
        match self.system_name() {
            Some(name) => format!("${{{name}}}"),
            None => "${pkgs.stdenv.hostPlatform.system}".to_owned(),
        }
    }

    fn system_name(&self) -> Option<&str> {
        match self {
            Self::System
            | Self::Pattern {
                has_system: true, ..
            } => Some("system"),
            Self::Named(name) | Self::Both { system: name, .. } => Some(name),
            Self::Pkgs | Self::Pattern { .. } => None,
        }
    }

    fn has_pkgs(&self) -> bool {
        match self {
            Self::Pkgs => true,
            Self::Pattern { has_pkgs, .. } => *has_pkgs,
            Self::Both { pkgs, .. } => pkgs == "pkgs",
            Self::System | Self::Named(_) => false,
        }
    }
}

/// `forAllSystems (system: ...)`, `genAttrs systems (system: ...)`, `mapAttrs (system: pkgs: ...) pkgsFor`.
fn mapper_of(value: &Expr, scope: &Scope) -> Option<Mapper> {
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

/// Of `f: genAttrs systems (system: f <argument>)`: whether the argument is a set of packages.
fn gives_pkgs(function: &Expr) -> bool {
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

/// `import nixpkgs { ... }`, `nixpkgs.legacyPackages.${system}`, and these with overlays.
fn is_pkgs(value: &Expr) -> bool {
    match bare(value) {
        Expr::Apply(_) => {
            let (head, arguments) = call(value);
            match (last_name(&head).as_deref(), arguments.first()) {
                (Some("import"), Some(first)) => {
                    let name = last_name(&bare(first)).unwrap_or_default();
                    arguments.len() > 1 && name.contains("nixpkgs")
                }
                (Some("extend" | "appendOverlays"), _) => match &head {
                    Expr::Select(select) => {
                        select.expr().is_some_and(|expr| is_pkgs(&expr))
                            || text(&head).contains("legacyPackages")
                    }
                    _ => false,
                },
                _ => false,
            }
        }
        Expr::Select(select) => {
            let path = select
                .attrpath()
                .map(|path| super::syntax::path_of(&path))
                .unwrap_or_default();
            path.len() > 1 && path[path.len() - 2] == "legacyPackages"
                || matches!(&path[..], [system] if system.starts_with("${") && select.expr().is_some_and(|e| text(&e).ends_with("pkgsFor")))
        }
        _ => false,
    }
}

/// A name for packages of each system: `pkgsFor = eachSystem (system: import nixpkgs { ... })`.
fn sets_of_pkgs(scope: &Scope) -> Option<String> {
    scope.visible().find_map(|(name, value)| {
        let (_, arguments) = call(value);
        let lambda = match arguments.last().map(bare)? {
            Expr::Lambda(lambda) => lambda,
            _ => return None,
        };
        let body = enter(&lambda.body()?, &Scope::default()).expr;
        is_pkgs(&body).then(|| name.to_owned())
    })
}

/// The names of crane's library at a place, and whether it has a toolchain of the flake's.
fn crane_libs(scope: &Scope) -> Vec<(String, bool)> {
    let libs = scope.visible().filter_map(|(name, value)| {
        let has_toolchain = crane_lib(value, scope, 8)?;
        Some((name.to_owned(), has_toolchain))
    });
    libs.collect()
}

fn crane_lib(value: &Expr, scope: &Scope, depth: usize) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    match bare(value) {
        Expr::Ident(_) => crane_lib(scope.value(&text(&bare(value)))?, scope, depth),
        Expr::Apply(_) => {
            let (head, arguments) = call(value);
            match (last_name(&head)?.as_str(), &head) {
                ("mkLib", Expr::Select(_) | Expr::Ident(_)) if arguments.len() == 1 => Some(false),
                (
                    word @ ("overrideToolchain" | "overrideScope" | "overrideScope'"),
                    Expr::Select(select),
                ) => {
                    let base = crane_lib(&select.expr()?, scope, depth)?;
                    Some(base || word == "overrideToolchain")
                }
                _ => None,
            }
        }
        Expr::Select(select) => {
            // As crane had it until 2024: `crane.lib.${system}`.
            let path = super::syntax::path_of(&select.attrpath()?);
            let is_old =
                matches!(&path[..], [.., lib, system] if lib == "lib" && system.starts_with("${"));
            (is_old && text(&select.expr()?).contains("crane")).then_some(false)
        }
        _ => None,
    }
}

/// A Rust toolchain of rust-overlay or fenix.
fn is_toolchain(value: &Expr, scope: &Scope) -> bool {
    let mut expr = bare(value);
    loop {
        let next = match &expr {
            Expr::Apply(apply) => apply.lambda(),
            Expr::With(with) => match with.namespace() {
                Some(namespace) if text(&namespace).contains("fenix") => return true,
                _ => with.body(),
            },
            Expr::Select(select) => {
                let path = select
                    .attrpath()
                    .map(|path| super::syntax::path_of(&path))
                    .unwrap_or_default();
                let words = [
                    "rust-bin",
                    "fromToolchainFile",
                    "fromToolchainName",
                    "toolchain",
                    "combine",
                    "withComponents",
                    "defaultToolchain",
                    "completeToolchain",
                    "minimalToolchain",
                ];
                let base = select.expr().map(|base| text(&base)).unwrap_or_default();
                let is_known = path.iter().any(|name| words.contains(&&**name));
                let is_of_these = path.iter().any(|name| name == "rust-bin")
                    || base.contains("fenix")
                    || base.contains("rust-bin")
                    || scope
                        .value(&base)
                        .is_some_and(|value| text(value).contains("fenix"));
                if is_known && is_of_these {
                    return true;
                }
                select.expr()
            }
            _ => return false,
        };
        match next {
            Some(next) => expr = bare(&next),
            None => return false,
        }
    }
}

/// What the `let`s in front of an expression bind: name, the text of the binding, the names in it.
fn bindings(body: &Expr) -> Vec<(String, String, BTreeSet<String>)> {
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
fn dedented(entry: &AttrpathValue) -> String {
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

/// Those of these bindings that the wanted names lead to, in their order.
fn needed(
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
fn idents(code: &SyntaxNode) -> BTreeSet<String> {
    all::<rnix::ast::Ident>(code)
        .map(|ident| text(&ident))
        .collect()
}

fn words(line: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || "_-'".contains(c);
    line.split(|c| !is_part(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
