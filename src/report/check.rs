//! What `forest check` has to say.

use std::fmt;

use serde::Serialize;

use super::columns::{ColumnSummary, ReadSummary, write_columns};
use super::text::count;
use forest::data::{Source, Table};
use forest::message::printable;

/// What a table in a file was taken for, doubts first.
#[derive(Serialize)]
pub(crate) struct CheckReport {
    file: String,
    doubts: Vec<String>,
    rows: u64,
    delimiter: Option<char>,
    read: Option<ReadSummary>,
    columns: Vec<ColumnSummary>,
}

impl CheckReport {
    pub(crate) fn new(table: &Table, doubts: Vec<String>) -> Self {
        let (file, delimiter) = match &table.source {
            Source::File(file) => (file.name.clone(), file.read.delimiter.map(char::from)),
            Source::Synthetic { .. } => (String::new(), None),
        };
        let features = table.features.iter().map(ColumnSummary::of_feature);
        Self {
            file,
            doubts,
            rows: table.n_rows() as u64,
            delimiter,
            read: ReadSummary::new(table),
            columns: std::iter::once(ColumnSummary::of_target(table)).chain(features).collect(),
        }
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for doubt in &self.doubts {
            writeln!(f, "{}", printable(doubt))?;
        }
        let rows = count(self.rows, "row", "rows");
        writeln!(f, "{}: {rows}", printable(&self.file))?;
        if let Some(read) = &self.read {
            writeln!(f, "  {}", printable(&read.to_string()))?;
        }
        writeln!(f)?;
        write_columns(f, &self.columns)
    }
}
