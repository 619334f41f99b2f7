//! A synthetic table as CSV: what `forest generate` writes, and the bytes that its digest is of.

use std::io::{self, Write};

use super::Synthetic;
use crate::data::Sha256Digest;
use crate::data::digest::Hashing;

impl Synthetic {
    /// The name of the column that holds the labels.
    pub const TARGET: &str = "y";

    /// The features' names: `x0`, `x1`, …
    pub fn feature_names(&self) -> Vec<String> {
        (0..self.x.ncols()).map(|feature| format!("x{feature}")).collect()
    }

    /// Writes the features and then the target, with a header, commas and line feeds. A number is
    /// written as the shortest decimal that reads back as the same `f64`.
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn write_csv(&self, mut out: impl Write) -> io::Result<()> {
        for name in self.feature_names() {
            write!(out, "{name},")?;
        }
        writeln!(out, "{}", Self::TARGET)?;
        for (row, label) in self.x.rows().into_iter().zip(&self.y) {
            for value in row {
                write!(out, "{value},")?;
            }
            writeln!(out, "{label}")?;
        }
        out.flush()
    }

    /// The digest of the table as CSV.
    pub fn sha256(&self) -> Sha256Digest {
        let mut hashing = Hashing::new(io::sink());
        // A sink takes everything, so there is no error to pass on.
        let _ = self.write_csv(io::BufWriter::new(&mut hashing));
        hashing.digest()
    }
}
