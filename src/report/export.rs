//! What `forest export` has to say.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::text::bytes;
use forest::interchange::{ExportFormat, Exported};

/// A model that was written for other programs.
#[derive(Serialize)]
pub(crate) struct ExportReport<'a> {
    file: String,
    format: String,
    bytes: u64,
    /// What users of the file should know.
    notes: &'a [String],
    /// The greatest difference to the model's outputs for its probe rows.
    difference: Option<f64>,
}

impl<'a> ExportReport<'a> {
    pub(crate) fn new(exported: &'a Exported, format: ExportFormat, file: &Path) -> Self {
        Self {
            file: file.display().to_string(),
            format: format.to_string(),
            bytes: exported.bytes.len() as u64,
            notes: &exported.notes,
            difference: exported.difference,
        }
    }
}

impl fmt::Display for ExportReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, {}", self.file, self.format, bytes(self.bytes))?;
        match self.difference {
            Some(0.0) => writeln!(f, ", predicts the probe rows to the bit"),
            Some(difference) => writeln!(f, ", predicts the probe rows within {difference:.1e}"),
            None => writeln!(f),
        }
    }
}
