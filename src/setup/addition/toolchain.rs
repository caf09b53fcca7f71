//! What a flake takes its packages, crane's library and Rust from.

use rnix::ast::Expr;

use super::Writer;
use crate::setup::syntax::{
    Scope, all, bare, call, enter, last_name, node, path_of, text, value_at,
};

impl Writer<'_> {
    /// crane's library with the flake's toolchain.
    pub(super) fn crane_lib(&mut self, scope: &Scope, pkgs: &str) -> String {
        let known = crane_libs(scope);
        let rank = |(name, has_toolchain): &&(String, bool)| (is_for_others(name), !has_toolchain);
        if let Some((name, _)) = known.iter().min_by_key(rank) {
            return name.clone();
        }
        let crane = self.input("ipetkov/crane", "crane");
        let lib = format!("{crane}.mkLib {pkgs}");
        match self.toolchain(scope, pkgs) {
            Some(toolchain) => format!("({lib}).overrideToolchain {toolchain}"),
            None => lib,
        }
    }

    pub(super) fn toolchain(&mut self, scope: &Scope, pkgs: &str) -> Option<String> {
        let toolchains: Vec<&str> = scope
            .visible()
            .filter(|(_, value)| is_toolchain(value, scope))
            .map(|(name, _)| name)
            .collect();
        if let Some(name) = toolchains.iter().find(|name| !is_for_others(name)) {
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
                            "the first build fails and prints the hash of the toolchain: write it instead of \
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
    pub(super) fn channel(&self) -> String {
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
    pub(super) fn hash(&self) -> Option<String> {
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
}

/// `import nixpkgs { ... }`, `nixpkgs.legacyPackages.${system}`, and these with overlays.
pub(super) fn is_pkgs(value: &Expr) -> bool {
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
                .map(|path| path_of(&path))
                .unwrap_or_default();
            path.len() > 1 && path[path.len() - 2] == "legacyPackages"
                || matches!(&path[..], [system] if system.starts_with("${") && select.expr().is_some_and(|e| text(&e).ends_with("pkgsFor")))
        }
        _ => false,
    }
}

/// A name for packages of each system: `pkgsFor = eachSystem (system: import nixpkgs { ... })`.
pub(super) fn sets_of_pkgs(scope: &Scope) -> Option<String> {
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
pub(super) fn crane_libs(scope: &Scope) -> Vec<(String, bool)> {
    let libs = scope.visible().filter_map(|(name, value)| {
        let has_toolchain = crane_lib(value, scope, 8)?;
        Some((name.to_owned(), has_toolchain))
    });
    libs.collect()
}

pub(super) fn crane_lib(value: &Expr, scope: &Scope, depth: usize) -> Option<bool> {
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
            let path = path_of(&select.attrpath()?);
            let is_old =
                matches!(&path[..], [.., lib, system] if lib == "lib" && system.starts_with("${"));
            (is_old && text(&select.expr()?).contains("crane")).then_some(false)
        }
        _ => None,
    }
}

/// A Rust toolchain of rust-overlay or fenix.
pub(super) fn is_toolchain(value: &Expr, scope: &Scope) -> bool {
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
                    .map(|path| path_of(&path))
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

/// Whether a toolchain of this name is for something other than builds.
fn is_for_others(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = [
        "shell", "dev", "analyzer", "fmt", "nightly", "msrv", "wasm", "static", "musl",
    ];
    words.iter().any(|word| name.contains(word))
}
