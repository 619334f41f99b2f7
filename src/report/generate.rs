//! What `forest generate` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::saved::Saved;
use super::text::{count, line};
use forest::data::Sha256Digest;
use forest::data::synth::Synthetic;

/// A table that was written.
#[derive(Serialize)]
pub(crate) struct GenerateReport {
    rows: usize,
    features: usize,
    target: &'static str,
    /// Of the file.
    sha256: Sha256Digest,
    saved: Saved,
}

impl GenerateReport {
    pub(crate) fn new(table: &Synthetic, sha256: Sha256Digest, file: &Path, bytes: u64) -> Self {
        Self {
            rows: table.x.nrows(),
            features: table.x.ncols(),
            target: Synthetic::TARGET,
            sha256,
            saved: Saved::new(file, bytes),
        }
    }
}

impl fmt::Display for GenerateReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = count(self.rows as u64, "row", "rows");
        let features = count(self.features as u64, "feature", "features");
        writeln!(f, "{rows} × {features}, target '{}'", self.target)?;
        line(f, "saved", &self.saved.file)?;
        line(f, "SHA-256", self.sha256)
    }
}
