//! How much of a file has been read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much of a file is read, to be asked while it is.
#[derive(Clone, Debug)]
pub struct ReadProgress {
    pub(super) read: Arc<AtomicU64>,
    pub(super) n_bytes: u64,
}

impl ReadProgress {
    /// The bytes that have been read.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The bytes that there were when the file was opened.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }
}
