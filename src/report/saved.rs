//! A file that was written.

use std::path::Path;

use serde::Serialize;

/// A file that was written.
#[derive(Serialize)]
pub(crate) struct Saved {
    /// `-` for standard output.
    pub(super) file: String,
    pub(super) bytes: u64,
}

impl Saved {
    pub(crate) fn new(file: &Path, bytes: u64) -> Self {
        Self { file: file.display().to_string(), bytes }
    }
}
