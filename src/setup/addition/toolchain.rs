//! The expressions for crane's library and for Rust, as the flake has them.

use rnix::ast::Expr;

use super::Writer;
use super::values::{crane_libs, is_for_others, is_toolchain};
use crate::setup::syntax::{Scope, all, bare, last_name, node, text, value_at};

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
