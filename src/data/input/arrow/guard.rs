//! Turns panics of the parquet and arrow crates, which some damaged data makes, into errors of the
//! file.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

use super::{Kind, damaged};
use crate::Result;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Does what may panic; that it did is an error of the file, unless the program that this is a part of
/// aborts at a panic.
pub(super) fn guard<T>(kind: Kind, work: impl FnOnce() -> Result<T>) -> Result<T> {
    GUARDED.set(true);
    // What is left half done is not used again after an error.
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    done.unwrap_or_else(|_| Err(damaged(kind, "it cannot be decoded")))
}

/// Whether a panic of this thread becomes an error, and need not be printed.
pub fn is_guarded() -> bool {
    GUARDED.get()
}
