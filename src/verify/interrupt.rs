//! Ctrl-C and its kin, while Cargo runs: Cargo ends, we clean up.

use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};

use anyhow::bail;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static RUNNING: Mutex<Vec<Shared>> = Mutex::new(Vec::new());
static INSTALLED: Once = Once::new();

/// A process that an interrupt ends.
pub type Shared = Arc<Mutex<Child>>;

/// From now on, an interrupt ends the processes that are [`watched`] instead of this one, which
/// then fails by [`check`] and so cleans up.
pub fn install() {
    INSTALLED.call_once(|| {
        // Where it cannot be installed, an interrupt leaves the scratch directory behind.
        let _ = ctrlc::set_handler(|| {
            INTERRUPTED.store(true, Ordering::SeqCst);
            let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
            for child in running.iter() {
                // One that has ended meanwhile needs no end.
                let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
            }
        });
    });
}

/// An error after an interrupt.
pub fn check() -> anyhow::Result<()> {
    if INTERRUPTED.load(Ordering::SeqCst) {
        bail!("interrupted: nothing is left behind");
    }
    Ok(())
}

/// Runs `work` while an interrupt ends the process.
pub fn watched<T>(child: Child, work: impl FnOnce(&Shared) -> T) -> T {
    let child = Arc::new(Mutex::new(child));
    let running = || RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running().push(child.clone());
    // It may have come before the process was known.
    if check().is_err() {
        let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
    let result = work(&child);
    running().retain(|other| !Arc::ptr_eq(other, &child));
    result
}
