//! The columns of a table when all of its rows have been read, dates with their parts.

use super::column::{Column, ColumnKind, GrowingColumn};
use super::layout::Layout;
use crate::data::date_parts::DatePart;
use crate::data::input::{Header, check_count};
use crate::parameter::{Parameter, sentence};
use crate::{Error, Result, memory};

/// The columns, each date followed by its parts.
///
/// # Errors
/// Too little memory; too many columns.
pub(super) fn finish_columns(
    grown: Vec<GrowingColumn>,
    layout: &Layout,
    header: &Header,
) -> Result<Vec<Column>> {
    let mut columns = Vec::with_capacity(grown.len());
    for (grown, &(column, _)) in grown.into_iter().zip(&layout.features) {
        let name = &header.names()[column];
        let (column, hours) = grown.finish(name.clone());
        let is_date = matches!(column.kind, ColumnKind::Date { .. });
        columns.push(column);
        if is_date && layout.options.date_parts {
            let parts = part_columns(&hours, name, header);
            columns.extend(parts.map_err(|message| too_large(message, header))?);
        }
    }
    check_count(columns.len()).map_err(|error| error.in_file(header.file()))?;
    Ok(columns)
}

/// What to do about a table that does not fit in memory.
pub(super) fn too_large(message: String, header: &Header) -> Error {
    Error::data(message).in_file(header.file()).with_help(sentence![
        "leave out columns with ",
        Parameter("ignore"),
        ", or train on some of the rows"
    ])
}

/// The parts of the dates of a column, as many hours since 1970-01-01 as these: those that are not the same
/// in all rows, and the day of the year only where neither month nor day is.
///
/// # Errors
/// Too little memory, in words.
fn part_columns(hours: &[i32], column: &str, header: &Header) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::new();
    for part in DatePart::ALL {
        let has = |other| columns.iter().any(|column| column.kind == ColumnKind::DatePart(other));
        if part == DatePart::DayOfYear && !(has(DatePart::Month) && has(DatePart::Day)) {
            continue;
        }
        memory::check(size_of_val(hours), || format!("taking {} dates apart", hours.len()))?;
        let values: Vec<f32> = hours.iter().map(|&hours| part.of(hours)).collect();
        if varies(&values) {
            let name = part.feature_name(column, |name| header.position(name).is_some());
            columns.push(Column {
                name,
                kind: ColumnKind::DatePart(part),
                spelling: None,
                date_spelling: None,
                values,
            });
        }
    }
    Ok(columns)
}

/// Whether two values differ.
fn varies(values: &[f32]) -> bool {
    let mut present = values.iter().filter(|value| !value.is_nan());
    let first = present.next();
    present.any(|value| Some(value) != first)
}
