//! A synthetic table as CSV, the bytes that its digest is of.

use std::fmt::Display;
use std::io::{self, Write};

use super::{Synthetic, SyntheticTarget};
use crate::data::Sha256Digest;
use crate::data::digest::Hashing;

impl Synthetic {
    /// The name of the target's column.
    pub const TARGET: &str = "y";

    /// The features' names: `x0`, `x1`, …
    pub fn feature_names(&self) -> Vec<String> {
        self.names().collect()
    }

    fn names(&self) -> impl Iterator<Item = String> {
        (0..self.x.ncols()).map(Self::feature_name)
    }

    /// The name of a feature, counted from 0.
    pub(crate) fn feature_name(feature: usize) -> String {
        format!("x{feature}")
    }

    /// Writes the features and then the target, with a header, commas and line feeds. A number is
    /// written as the shortest decimal that reads back as the same `f64`.
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn write_csv(&self, mut out: impl Write) -> io::Result<()> {
        match &self.y {
            SyntheticTarget::Classes(codes) => self.write_rows(codes, &mut out),
            SyntheticTarget::Values(values) => self.write_rows(values, &mut out),
        }?;
        out.flush()
    }

    fn write_rows(&self, target: &[impl Display], out: &mut impl Write) -> io::Result<()> {
        for name in self.names() {
            write!(out, "{name},")?;
        }
        writeln!(out, "{}", Self::TARGET)?;
        for (row, target) in self.x.rows().into_iter().zip(target) {
            for value in row {
                write!(out, "{value},")?;
            }
            writeln!(out, "{target}")?;
        }
        Ok(())
    }

    /// The digest of the table as CSV.
    pub fn sha256(&self) -> Sha256Digest {
        let mut hashing = Hashing::new(io::sink());
        // A sink takes everything, so there is no error to pass on.
        let _ = self.write_csv(io::BufWriter::new(&mut hashing));
        hashing.digest()
    }
}
