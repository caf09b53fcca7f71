//! The twin of nix/rewrite/pruneLock.nix.

use super::read_lock::Lock;
use crate::tables::TABLES;

/// The text of a Cargo.lock that holds packages with these texts.
pub fn prune_lock<'t>(lock: &Lock, texts: impl IntoIterator<Item = &'t str>) -> String {
    // Version 3 is the oldest that supports every git source. Version 4 only encodes git sources
    // differently.
    let version = lock.version.max(TABLES.oldest_lock_version);
    let mut text = format!("version = {version}\n");
    text.extend(texts);
    text
}
