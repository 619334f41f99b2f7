//! What `forest check` has to say.

use std::fmt;

use serde::Serialize;

use super::columns::{ColumnSummary, ReadSummary, write_columns};
use super::text::count;
use forest::Warning;
use forest::data::Table;
use forest::message::printable;

/// What a table in a file was taken for, doubts first.
#[derive(Serialize)]
pub(crate) struct CheckReport {
    file: String,
    warnings: Vec<Warning>,
    /// The same, a line each.
    #[serde(skip)]
    said: Vec<String>,
    rows: u64,
    delimiter: Option<char>,
    read: Option<ReadSummary>,
    columns: Vec<ColumnSummary>,
}

impl CheckReport {
    /// `say` puts a warning in words.
    pub(crate) fn new(table: &Table, say: impl Fn(&Warning) -> String) -> Self {
        let file = table.source.file();
        let delimiter = file.and_then(|file| file.read.delimiter).map(char::from);
        let file = file.map_or(String::new(), |file| file.name.clone());
        let mut warnings = table.warnings();
        warnings.sort_by_key(|warning| std::cmp::Reverse(warning.kind.severity()));
        let features = table.features.iter().map(ColumnSummary::of_feature);
        Self {
            file,
            said: warnings.iter().map(say).collect(),
            warnings,
            rows: table.n_rows() as u64,
            delimiter,
            read: ReadSummary::new(table),
            columns: std::iter::once(ColumnSummary::of_target(table)).chain(features).collect(),
        }
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.said {
            writeln!(f, "{}", printable(line))?;
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
