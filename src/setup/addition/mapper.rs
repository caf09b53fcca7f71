//! The functions with which flakes go through their systems.

use rnix::ast::{Expr, Lambda};

use super::values::is_pkgs;
use crate::setup::syntax::{Scope, all, bare, call, last_name, node, parameters, text};

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

/// What such a function takes.
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
