//! A reader that hashes and counts what is read through it.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

/// Hashes bytes as they are read, however many readers are put around it.
pub(super) struct Hashed {
    pub(super) input: Box<dyn Read + Send>,
    pub(super) hasher: Arc<Mutex<Sha256>>,
    pub(super) n_read: Arc<AtomicU64>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        self.hasher.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer[..n]);
        self.n_read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
