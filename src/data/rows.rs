//! Rows to predict, read from a CSV file by the names in a schema.

use std::collections::HashMap;
use std::path::Path;

use ndarray::Array2;

use super::csv::{CsvReader, delimiter_of};
use super::digest::Sha256Digest;
use super::schema::Schema;
use super::table::stack;
use crate::message::list;
use crate::{Error, Result};

/// Rows that have a model's features, and perhaps labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// Rows × features, in the schema's order.
    pub features: Array2<f32>,
    /// The labels, if the file has the target column.
    pub labels: Option<Labels>,
    /// The cells of the column that was asked for, as they stand in the file.
    pub ids: Option<Vec<String>>,
    /// Of the file's bytes.
    pub sha256: Sha256Digest,
}

/// Labels as a schema's class codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// For each row its label.
    pub rows: Vec<Label>,
    /// The line of the first row without a label.
    pub first_missing: Option<u64>,
    /// The first label that the schema does not know, with its line.
    pub first_unknown: Option<(u64, String)>,
}

/// A row's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// The code of a class.
    Known(u32),
    /// A label that the schema does not know.
    Unknown,
    /// An empty cell.
    Missing,
}

impl Labels {
    fn push(&mut self, label: &str, code: Option<u32>, line: u64) {
        self.rows.push(match code {
            Some(code) => Label::Known(code),
            None if label.is_empty() => {
                self.first_missing.get_or_insert(line);
                Label::Missing
            }
            None => {
                self.first_unknown.get_or_insert_with(|| (line, label.to_owned()));
                Label::Unknown
            }
        });
    }
}

/// How to read rows from a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowsOptions {
    /// The byte between two cells; `None` for a tab in `.tsv` files, else a comma.
    pub delimiter: Option<u8>,
    /// A column to pass through.
    pub id: Option<String>,
}

impl Rows {
    /// Reads rows from a CSV file, `-` for standard input. Columns are found by name, in any
    /// order; others than the schema's are ignored. A file without rows gives none.
    ///
    /// # Errors
    /// A file that cannot be read; a column of the schema or of `options` that is not in it; a row
    /// with more or fewer cells; a feature that is not a finite number in the range of `f32`.
    pub fn read(path: impl AsRef<Path>, schema: &Schema, options: &RowsOptions) -> Result<Self> {
        let path = path.as_ref();
        let mut csv =
            CsvReader::open(path, options.delimiter.unwrap_or_else(|| delimiter_of(path)))?;
        let positions = feature_positions(&csv, schema)?;
        let target = csv.position(&schema.target);
        let id = match &options.id {
            None => None,
            Some(name) => Some(csv.require("--id", name)?),
        };
        let codes: HashMap<&str, u32> =
            schema.classes.iter().map(|class| class.name.as_str()).zip(0..).collect();

        let mut columns = vec![Vec::new(); positions.len()];
        let mut labels = Labels::default();
        let mut ids = Vec::new();
        let mut n_rows = 0;
        while let Some(row) = csv.next_row()? {
            for (column, &position) in columns.iter_mut().zip(&positions) {
                column.push(row.number(position)?);
            }
            if let Some(target) = target {
                let label = row.text(target)?;
                labels.push(label, codes.get(label).copied(), row.line());
            }
            if let Some(id) = id {
                ids.push(row.text(id)?.to_owned());
            }
            n_rows += 1;
        }
        Ok(Self {
            features: stack(columns, n_rows),
            labels: target.map(|_| labels),
            ids: id.map(|_| ids),
            sha256: csv.digest(),
        })
    }
}

fn feature_positions(csv: &CsvReader, schema: &Schema) -> Result<Vec<usize>> {
    let by_name: HashMap<&str, usize> = csv.header().iter().map(String::as_str).zip(0..).collect();
    let position = |name: &str| by_name.get(name).copied();
    let names = schema.features.iter().map(|feature| feature.name.as_str());
    let missing: Vec<&str> = names.filter(|name| position(name).is_none()).collect();
    if !missing.is_empty() {
        let columns = if missing.len() == 1 { "column" } else { "columns" };
        return Err(Error::data(format!("the model needs the {columns} {}", list(&missing)))
            .in_file(csv.file())
            .help("columns are found by their names in the header, in any order"));
    }
    Ok(schema.features.iter().filter_map(|feature| position(&feature.name)).collect())
}
