//! The twin of nix/rewrite/unversioned.nix.

use super::value::{Value, without};

/// A path dependency without its version, because stubs have no real version. Other dependencies
/// stay as they are.
pub fn unversioned(spec: &Value) -> Value {
    match spec {
        Value::Table(table) if table.contains_key("path") => {
            Value::Table(without(table, &["version"]))
        }
        _ => spec.clone(),
    }
}
