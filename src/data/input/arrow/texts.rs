//! The texts of a column, whichever way it keeps them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use arrow_select::take::take;

use super::limits::{Limits, ROW_BYTES};
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result};

/// The maximum number of bytes, about, of the texts of rows that are handed out together.
const PART_BYTES: usize = 1 << 20;

/// Gives a row's text, `None` where it is null.
pub(super) type TextOf<'a> = Box<dyn Fn(usize) -> Option<&'a str> + 'a>;

/// The texts of a column of texts, or of a dictionary of them; `None` for a column of another type.
pub(super) fn texts(column: &dyn Array) -> Option<TextOf<'_>> {
    match column.data_type() {
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            Some(Box::new(|row| texts.is_valid(row).then(|| texts.value(row))))
        }
        DataType::LargeUtf8 => {
            let texts = column.as_string::<i64>();
            Some(Box::new(|row| texts.is_valid(row).then(|| texts.value(row))))
        }
        DataType::Utf8View => {
            let texts = column.as_string_view();
            Some(Box::new(|row| texts.is_valid(row).then(|| texts.value(row))))
        }
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary_opt()?;
            let text = texts(dictionary.values().as_ref())?;
            // Keys are found for a dictionary with something in it only.
            if dictionary.values().is_empty() {
                return Some(Box::new(|_| None));
            }
            let keys = dictionary.normalized_keys();
            let nulls = dictionary.keys();
            Some(Box::new(move |row| nulls.is_valid(row).then(|| text(keys[row])).flatten()))
        }
        _ => None,
    }
}

/// The first of some rows: as many as do not have too many bytes of texts, all of them most of the
/// time. `first` is the number of the first row in the table.
///
/// # Errors
/// The texts of a row are too long, or texts repeat too often.
pub(super) fn part_with_texts(
    rows: &RecordBatch,
    first: u64,
    limits: &Limits,
) -> Result<RecordBatch> {
    let schema = rows.schema();
    let fields = schema.fields().iter().zip(rows.columns());
    // With the bytes of each column's texts.
    let mut columns: Vec<(&str, TextOf, usize)> = fields
        .filter_map(|(field, column)| Some((field.name().as_str(), texts(column.as_ref())?, 0)))
        .collect();
    let mut n_bytes = 0;
    let mut n_rows = 0;
    let mut is_too_long = None;
    while n_rows < rows.num_rows() && n_bytes < PART_BYTES {
        let before = n_bytes;
        for (_, text, column_bytes) in &mut columns {
            let text_bytes = text(n_rows).map_or(0, str::len);
            *column_bytes += text_bytes;
            n_bytes += text_bytes;
        }
        if n_bytes - before > ROW_BYTES {
            is_too_long = Some(too_long(n_bytes - before).at_row(first + n_rows as u64));
            break;
        }
        n_rows += 1;
    }
    let counted = || limits.count_unpacked(n_bytes as u64).map_err(|error| error.at_row(first));
    is_too_long.map_or_else(counted, Err).map_err(|error| {
        let longest = columns.iter().max_by_key(|(_, _, column_bytes)| *column_bytes);
        if let Some((name, ..)) = longest { error.in_column(*name) } else { error }
    })?;
    Ok(rows.slice(0, n_rows))
}

fn too_long(row_bytes: usize) -> Error {
    Error::data(format!("the row has texts of {row_bytes} bytes, and {ROW_BYTES} can be read"))
        .with_help(sentence![
            "shorten the texts, or leave the column out with ",
            Parameter("ignore")
        ])
}

/// A copy of some rows that holds nothing but them.
pub(super) fn light(rows: &RecordBatch) -> Result<RecordBatch> {
    let columns = rows.columns().iter().map(copy).collect::<Result<Vec<_>, ArrowError>>();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    let rows = columns.and_then(|columns| {
        let fields = columns.iter().map(|column| Field::new("", column.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        RecordBatch::try_new_with_options(schema, columns, &options)
    });
    rows.map_err(|error| Error::data(format!("the rows cannot be copied: {error}")))
}

fn copy(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    if let Some(text) = texts(column.as_ref()) {
        let texts: StringArray = (0..column.len()).map(text).collect();
        return Ok(Arc::new(texts));
    }
    match column.as_any_dictionary_opt() {
        Some(dictionary) => take(dictionary.values(), dictionary.keys(), None),
        None => take(column, &UInt32Array::from_iter_values(0..column.len() as u32), None),
    }
}
