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
            serde_json::to_writer(&mut lines, &Object { fields, columns, row, depth: 0 })?;
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
    /// How many objects it is in.
    depth: usize,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { fields, columns, row, depth } = *self;
        let mut map = serializer.serialize_map(None)?;
        let mut at = 0;
        while at < fields.len() {
            let path = &fields[at].path;
            let key = &path[depth];
            if path.len() == depth + 1 {
                map.serialize_entry(key, &Cell { column: &columns[at], row })?;
                at += 1;
                continue;
            }
            let is_inside = |field: &OutputField| field.path.get(depth) == Some(key);
            let n_inside = fields[at..].iter().take_while(|field| is_inside(field)).count();
            let range = at..at + n_inside;
            at = range.end;
            let (fields, columns) = (&fields[range.clone()], &columns[range]);
            map.serialize_entry(key, &Object { fields, columns, row, depth: depth + 1 })?;
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
