//! The parts of a date as columns of features.

use super::column::{Column, ColumnKind};
use crate::data::date_parts::DatePart;
use crate::data::input::Header;
use crate::{Result, memory};

/// The parts of the dates of a column, as many hours since 1970-01-01 as these: those that are not the same
/// in all rows, and the day of the year only where neither month nor day is.
///
/// # Errors
/// Too little memory, in words.
pub(super) fn part_columns(
    hours: &[i32],
    column: &str,
    header: &Header,
) -> Result<Vec<Column>, String> {
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
