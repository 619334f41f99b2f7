//! What `forest export` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::saved::Saved;
use super::text::bytes;
use forest::interchange::{ExportFormat, Exported};

/// A model that was written for other programs.
#[derive(Serialize)]
pub(crate) struct ExportReport<'a> {
    format: String,
    /// What users of the file should know.
    notes: &'a [String],
    /// The greatest difference to the model's outputs for its probe rows.
    probe_difference: Option<f64>,
    saved: Saved,
}

impl<'a> ExportReport<'a> {
    pub(crate) fn new(exported: &'a Exported, format: ExportFormat, file: &Path) -> Self {
        Self {
            format: format.to_string(),
            notes: &exported.notes,
            probe_difference: exported.difference,
            saved: Saved::new(file, exported.bytes.len() as u64),
        }
    }
}

impl fmt::Display for ExportReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, {}", self.saved.file, self.format, bytes(self.saved.bytes))?;
        match self.probe_difference {
            Some(0.0) => writeln!(f, ", predicts the probe rows to the bit"),
            Some(difference) => writeln!(f, ", predicts the probe rows within {difference:.1e}"),
            None => writeln!(f),
        }
    }
}
