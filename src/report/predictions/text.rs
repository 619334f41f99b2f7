//! Predictions as CSV and as JSON lines.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{OutputColumn, OutputField};
use forest::{Error, Result};

/// The names of the columns.
pub(super) fn header(fields: &[OutputField]) -> Result<Vec<u8>> {
    in_memory(|| {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(fields.iter().map(|field| &field.name))?;
        csv.into_inner().map_err(csv::IntoInnerError::into_error)
    })
}

/// A line a row.
pub(super) fn csv(columns: &[OutputColumn]) -> Result<Vec<u8>> {
    in_memory(|| {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let mut number = String::new();
        for row in 0..columns.first().map_or(0, OutputColumn::len) {
            for column in columns {
                match column {
                    OutputColumn::Texts(texts) => csv.write_field(&texts[row])?,
                    OutputColumn::Classes { names, codes } => {
                        csv.write_field(&names[codes[row] as usize])?;
                    }
                    OutputColumn::Numbers(numbers) => {
                        number.clear();
                        number.push_str(&numbers.get(row).to_string());
                        csv.write_field(&number)?;
                    }
                }
            }
            csv.write_record(None::<&[u8]>)?;
        }
        csv.into_inner().map_err(csv::IntoInnerError::into_error)
    })
}

/// An object a row.
pub(super) fn json_lines(fields: &[OutputField], columns: &[OutputColumn]) -> Result<Vec<u8>> {
    in_memory(|| {
        let mut lines = Vec::new();
        for row in 0..columns.first().map_or(0, OutputColumn::len) {
            serde_json::to_writer(&mut lines, &Object { fields, columns, row, in_group: false })?;
            lines.write_all(b"\n")?;
        }
        Ok(lines)
    })
}

/// Writing to memory fails only when memory runs out.
fn in_memory(write: impl FnOnce() -> io::Result<Vec<u8>>) -> Result<Vec<u8>> {
    write().map_err(|error| Error::io("encode the predictions", error))
}

/// Some fields of a row as an object.
struct Object<'a> {
    fields: &'a [OutputField],
    columns: &'a [OutputColumn<'a>],
    row: usize,
    /// Whether the fields are those of one group, inside it.
    in_group: bool,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let group = |at: usize| match &self.fields[at].group {
            Some((group, _)) if !self.in_group => Some(*group),
            _ => None,
        };
        let mut map = serializer.serialize_map(None)?;
        let mut at = 0;
        while at < self.fields.len() {
            let Some(name) = group(at) else {
                let OutputField { name, group, .. } = &self.fields[at];
                let key =
                    if self.in_group { group.as_ref().map_or(name, |(_, key)| key) } else { name };
                map.serialize_entry(key, &Cell { column: &self.columns[at], row: self.row })?;
                at += 1;
                continue;
            };
            let end = (at..self.fields.len()).find(|&end| group(end) != Some(name));
            let range = at..end.unwrap_or(self.fields.len());
            at = range.end;
            let (fields, columns) = (&self.fields[range.clone()], &self.columns[range]);
            map.serialize_entry(name, &Object { fields, columns, row: self.row, in_group: true })?;
        }
        map.end()
    }
}

struct Cell<'a> {
    column: &'a OutputColumn<'a>,
    row: usize,
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.column {
            OutputColumn::Texts(texts) => serializer.serialize_str(&texts[self.row]),
            OutputColumn::Classes { names, codes } => {
                serializer.serialize_str(&names[codes[self.row] as usize])
            }
            OutputColumn::Numbers(numbers) => serializer.serialize_f64(numbers.get(self.row)),
        }
    }
}
