//! What the value of a name in a flake is: packages, crane's library, or a Rust toolchain.

use rnix::ast::Expr;

use crate::setup::syntax::{Scope, bare, call, enter, last_name, path_of, text};

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
pub(super) fn is_for_others(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = [
        "shell", "dev", "analyzer", "fmt", "nightly", "msrv", "wasm", "static", "musl",
    ];
    words.iter().any(|word| name.contains(word))
}
