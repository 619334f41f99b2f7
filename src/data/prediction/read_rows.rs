//! All rows of a file at once.

use std::path::Path;

use super::row_reader::RowReader;
use super::rows::{Rows, RowsOptions};
use super::schema_report::SchemaReport;
use crate::Result;
use crate::data::Sha256Digest;
use crate::data::schema::Schema;

/// All rows of a file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RowsOfFile {
    /// The rows.
    pub rows: Rows,
    /// What they have that no training row had.
    pub schema_report: SchemaReport,
    /// Of the file's bytes.
    pub sha256: Sha256Digest,
}

impl Rows {
    /// Reads all rows of a file, `-` for standard input. Columns are found by name, in any order;
    /// others than the schema's are ignored. A file without rows gives none. A blank line of a CSV file
    /// is no row, but where there is one column a row whose cell is missing.
    ///
    /// # Errors
    /// A file that cannot be read; a column of the schema or of `options` that is not in it; a row
    /// with more or fewer cells; a cell that is not what its column has to be.
    pub fn read(
        path: impl AsRef<Path>,
        schema: &Schema,
        options: &RowsOptions,
    ) -> Result<RowsOfFile> {
        let mut reader = RowReader::open(path.as_ref(), schema, options)?;
        let mut all = Self::default();
        reader.for_each(Ok, |rows| {
            all.append(rows);
            Ok(())
        })?;
        all.features.resize(schema.features.len(), Vec::new());
        Ok(RowsOfFile {
            rows: all,
            schema_report: reader.schema_report(),
            sha256: reader.digest()?,
        })
    }
}
