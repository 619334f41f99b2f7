//! Rows to predict: a file's columns are found by the names in a schema, its cells become numbers as in
//! training, and what training has not seen is counted.
//!
//! ```text
//! Schema, RowsOptions ─► Columns (found) ─► RowReader (blocks ─► Encoder ─► Rows) ─► SchemaReport
//! ```

pub(in crate::data) mod drift;
mod encoder;
pub(in crate::data) mod read_rows;
mod row_columns;
pub(in crate::data) mod row_reader;
pub(in crate::data) mod rows;
pub(in crate::data) mod schema_report;
pub(in crate::data) mod strictness;
