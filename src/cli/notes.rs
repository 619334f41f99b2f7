//! What there is to say about a table before a forest is trained on it.

use crate::report::text::{count, thousands};
use forest::Task;
use forest::data::{
    Column, ColumnKind, DateSpelling, FileSource, Remark, Source, Table, TargetValues, is_value,
    stray_texts,
};
use forest::message::{list, shorten};

/// A column whose values are so few steps of an `f32` apart is badly told apart by it.
const FEW_STEPS: f64 = 1000.0;

/// What was decided for the user, and what looks like a mistake; `asked_for` is the task that was named.
pub(super) fn notes(table: &Table, asked_for: Option<Task>) -> Vec<String> {
    let mut notes = Vec::new();
    let target = shorten(&table.target.name);
    if let (None, TargetValues::Numbers(_)) = (asked_for, &table.target.values) {
        notes.push(format!(
            "note: '{target}' is numbers of many values, so this is a regression (--task \
             classification takes them for classes)"
        ));
    }
    if let Source::File(FileSource { dropped: dropped @ 1.., .. }) = &table.source {
        let rows = count(*dropped, "row", "rows");
        notes.push(format!("note: {rows} without a target left out"));
    }
    notes.extend(table.remarks.iter().map(remark));
    for column in &table.features {
        let n_present = column.values.iter().filter(|value| !value.is_nan()).count();
        let name = shorten(&column.name);
        match &column.kind {
            _ if n_present == 0 => {
                notes.push(format!("warning: the column '{name}' has no values"));
            }
            ColumnKind::Category { levels } => notes.extend(
                mostly_values(&name, levels)
                    .or_else(|| undecided_dates(&name, levels).filter(|_| !is_named(table, column)))
                    .or_else(|| identifiers(&name, levels.len(), n_present)),
            ),
            ColumnKind::Number => notes.extend(coarse(&name, &column.values)),
            ColumnKind::Date { .. } | ColumnKind::DatePart(_) => {}
        }
    }
    notes
}

/// What was decided while the table was read.
fn remark(remark: &Remark) -> String {
    match remark {
        Remark::Delimiter(found) => {
            let delimiter = match found {
                ';' => "a semicolon".to_owned(),
                '\t' => "a tab".to_owned(),
                other => format!("'{other}'"),
            };
            format!("note: {delimiter} is taken for what is between cells (--delimiter overrules)")
        }
        Remark::MissingWords { column, words, cells } => format!(
            "note: in the column '{}' {} with {} taken for missing (--categorical takes it for texts)",
            shorten(column),
            count(*cells, "cell", "cells"),
            list(words)
        ),
        Remark::GuessedSpelling { column, spelling, example } => {
            let other = if spelling.decimal() == '.' { ',' } else { '.' };
            format!(
                "warning: the numbers of the column '{}' may have decimals or thousands: '{}' is taken \
                 for {} (--decimal {other} overrules)",
                shorten(column),
                shorten(example),
                spelling.number(example).unwrap_or(f64::NAN)
            )
        }
    }
}

/// A column of numbers that a few texts make one of categories is more likely not meant to be one.
fn mostly_values(name: &str, levels: &[String]) -> Option<String> {
    let texts = stray_texts(levels);
    (levels.len() >= 11 * texts.len() && !texts.is_empty()).then(|| {
        format!(
            "warning: the column '{name}' is numbers or dates but for {}, so all of it is taken for \
             texts: --missing takes such cells for missing values",
            list(&texts)
        )
    })
}

/// Whether a column is one of texts because the user said so.
fn is_named(table: &Table, column: &Column) -> bool {
    let Source::File(file) = &table.source else { return false };
    file.read.categorical.contains(&column.name)
}

/// A column of dates that could be several ones is one of texts as long as nobody says which.
fn undecided_dates(name: &str, levels: &[String]) -> Option<String> {
    let fitting = DateSpelling::fitting(levels);
    let Some(first) = fitting.first() else { return several_spellings(name, levels) };
    let orders: Vec<String> =
        fitting.iter().filter_map(|spelling| Some(spelling.order()?.to_string())).collect();
    let (spellings, orders) = (join(&fitting, " or "), orders.join(" or --dates "));
    Some(if first.has_short_years() {
        format!(
            "warning: the column '{name}' is taken for texts, because its dates, {spellings}, leave \
             the century open: --dates {orders} takes them for dates from 1969 to 2068"
        )
    } else {
        format!(
            "warning: the column '{name}' is taken for texts, because its dates can be {spellings}: \
             --dates {orders} says which"
        )
    })
}

fn join(items: &[impl ToString], word: &str) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(word)
}

/// A column of dates that are written in several ways is one of texts, too.
fn several_spellings(name: &str, levels: &[String]) -> Option<String> {
    let is_number = |level: &String| level.parse::<f64>().is_ok();
    (levels.iter().all(|level| is_value(level)) && !levels.iter().all(is_number)).then(|| {
        format!(
            "warning: the column '{name}' is taken for texts, because its dates are not all written \
             in one way"
        )
    })
}

/// A column of large numbers close to each other, such as seconds since 1970, loses in an `f32` what
/// they differ by.
fn coarse(name: &str, values: &[f32]) -> Option<String> {
    let present = || values.iter().copied().filter(|value| !value.is_nan());
    let (min, max) = (present().reduce(f32::min)?, present().reduce(f32::max)?);
    let steps = f64::from(max - min) / f64::from(max.abs().max(min.abs()) * f32::EPSILON);
    (max > min && steps < FEW_STEPS).then(|| {
        format!(
            "warning: the numbers of the column '{name}' differ in digits that an f32, which has \
             seven, does not keep: subtract what they have in common, or write times as dates"
        )
    })
}

/// A column of which few rows have the same text looks like an identifier.
fn identifiers(name: &str, n_levels: usize, n_present: usize) -> Option<String> {
    (n_levels > n_present / 2 && n_present > 1).then(|| {
        format!(
            "warning: the column '{name}' has {} different texts in {}, as identifiers have: they \
             tell nothing of new rows; --ignore leaves it out",
            thousands(n_levels as u64),
            count(n_present as u64, "row", "rows")
        )
    })
}
