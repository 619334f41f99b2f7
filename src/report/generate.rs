//! What `forest generate` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::text::{count, line};
use forest::data::Sha256Digest;
use forest::data::synth::Synthetic;

/// A table that was written.
#[derive(Serialize)]
pub(crate) struct GenerateReport {
    file: String,
    rows: usize,
    features: usize,
    target: &'static str,
    sha256: Sha256Digest,
}

impl GenerateReport {
    pub(crate) fn new(table: &Synthetic, sha256: Sha256Digest, file: &Path) -> Self {
        Self {
            file: file.display().to_string(),
            rows: table.x.nrows(),
            features: table.x.ncols(),
            target: Synthetic::TARGET,
            sha256,
        }
    }
}

impl fmt::Display for GenerateReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = count(self.rows as u64, "row", "rows");
        let features = count(self.features as u64, "feature", "features");
        writeln!(f, "{rows} × {features}, target '{}'", self.target)?;
        line(f, "saved", &self.file)?;
        line(f, "SHA-256", self.sha256)
    }
}
