//! The temporary files that have a name at this moment, for a signal to remove.

use std::collections::BTreeSet;
#[cfg(unix)]
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

static NAMES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The names. Held while a file gets or loses one, so that a signal comes before or after.
pub(super) fn lock() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all of them, for a program that is about to end. None gets a name while the answer is kept.
#[cfg(unix)]
pub fn remove_all() -> impl Drop {
    let names = lock();
    for name in names.iter() {
        // What cannot be removed is left for the next save in that folder.
        let _ = fs::remove_file(name);
    }
    names
}
