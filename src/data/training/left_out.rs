//! Columns that are left out unasked, for what they tell of a row tells nothing of new rows: row numbers
//! and identifiers.

use std::collections::HashSet;

use super::column::{Column, ColumnKind};
use super::spellings::stray_texts;
use crate::data::input::dates::is_value;
use crate::data::read_options::ReadOptions;
use crate::data::source::{LeftOut, LeftOutReason};

/// In a column of fewer rows it is not to be seen what numbers them.
const FEW_ROWS: usize = 10;

/// Names of columns that other programs add to number or name the rows, without digits and punctuation.
const IDENTIFIERS: [&str; 9] =
    ["", "id", "rowid", "rowname", "rownames", "unnamed", "indexlevel", "uuid", "guid"];

/// Names of columns that number the rows if their values can.
const COUNTERS: [&str; 13] = [
    "index",
    "idx",
    "row",
    "rows",
    "rownum",
    "rownumber",
    "no",
    "nr",
    "sno",
    "obs",
    "observation",
    "record",
    "case",
];

/// Last words of names that are such, too.
const LAST_OF_IDENTIFIERS: [&str; 3] = ["id", "uuid", "guid"];
const LAST_OF_COUNTERS: [&str; 3] = ["nr", "no", "num"];

/// Takes out of a table's features those that number or identify its rows, unless they are said to be
/// features, or no feature would be left.
pub(super) fn leave_out(features: &mut Vec<Column>, options: &ReadOptions) -> Vec<LeftOut> {
    let said = options.keep.iter().chain(&options.categorical).chain(&options.numeric);
    let said: HashSet<&str> = said.map(String::as_str).collect();
    let reasons: Vec<_> = features
        .iter()
        .map(|column| reason(column).filter(|_| !said.contains(&*column.name)))
        .collect();
    if reasons.iter().all(Option::is_some) {
        return Vec::new();
    }
    let mut left_out = Vec::new();
    let mut reasons = reasons.into_iter();
    features.retain(|column| match reasons.next().flatten() {
        None => true,
        Some(reason) => {
            left_out.push(LeftOut { column: column.name.clone(), reason });
            false
        }
    });
    left_out
}

/// Why a column is left out, if it is.
///
/// - Whole numbers 0, 1, 2, … or 1, 2, 3, … in the order of the rows number them, whatever their name.
/// - So do consecutive whole numbers, each once, in any order and from any start, where the column's
///   name is one of a counter, or ends in such a word. A column of years that counts by one has another name.
/// - Whole numbers that nearly all differ identify rows where the name is one of identifiers, or ends in such a word.
/// - Texts that nearly all differ identify rows, unless they are numbers but for a few.
pub(super) fn reason(column: &Column) -> Option<LeftOutReason> {
    let values = &column.values;
    if values.len() < FEW_ROWS {
        return None;
    }
    match &column.kind {
        ColumnKind::Number => {
            let name: String = column.name.chars().filter(|c| c.is_alphabetic()).collect();
            let name = name.to_lowercase();
            let last = last_word(&column.name);
            let is_id = IDENTIFIERS.contains(&&*name) || LAST_OF_IDENTIFIERS.contains(&&*last);
            let is_counter = COUNTERS.contains(&&*name) || LAST_OF_COUNTERS.contains(&&*last);
            if counts(values) || (is_id || is_counter) && are_consecutive(values) {
                Some(LeftOutReason::RowNumbers)
            } else if is_id
                && values.iter().all(is_whole)
                && nearly_all(n_different(values), values.len())
            {
                Some(LeftOutReason::Identifiers)
            } else {
                None
            }
        }
        ColumnKind::Category { levels } => {
            let n_present = values.iter().filter(|value| !value.is_nan()).count();
            let identifies = 2 * n_present >= values.len()
                && n_present >= FEW_ROWS
                && nearly_all(levels.len(), n_present)
                && strays(levels).is_none()
                && !levels.iter().all(|level| is_value(level));
            identifies.then_some(LeftOutReason::Identifiers)
        }
        ColumnKind::Date { .. } | ColumnKind::DatePart(_) => None,
    }
}

/// The few texts that make a column of numbers or dates one of categories, if it is one.
pub(super) fn strays(levels: &[String]) -> Option<Vec<&str>> {
    let texts = stray_texts(levels);
    (levels.len() >= 11 * texts.len() && !texts.is_empty()).then_some(texts)
}

/// The last word of a name such as `customer_id`, `Kunden-Nr` or `PassengerId`, in small letters.
fn last_word(name: &str) -> String {
    let word = name.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let starts = word.char_indices().zip(word.chars().skip(1));
    let hump = starts.filter(|((_, before), c)| before.is_lowercase() && c.is_uppercase()).last();
    let start = hump.map_or(0, |((at, before), _)| at + before.len_utf8());
    word[start..].to_lowercase()
}

/// At least 95 %.
fn nearly_all(part: usize, all: usize) -> bool {
    20 * part >= 19 * all
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a predicate of iterators")]
fn is_whole(value: &f32) -> bool {
    value.fract() == 0.0
}

/// Whether the values are 0, 1, 2, … or 1, 2, 3, …: as an `f32` holds them.
fn counts(values: &[f32]) -> bool {
    let first = values[0];
    (first == 0.0 || first == 1.0)
        && values.iter().enumerate().all(|(row, &value)| value == (row + first as usize) as f32)
}

/// Whether the values are consecutive whole numbers, each once.
fn are_consecutive(values: &[f32]) -> bool {
    let range = |fold: fn(f32, f32) -> f32| values.iter().copied().reduce(fold).unwrap_or_default();
    let span = f64::from(range(f32::max)) - f64::from(range(f32::min));
    span + 1.0 == values.len() as f64
        && values.iter().all(is_whole)
        && n_different(values) == values.len()
}

fn n_different(values: &[f32]) -> usize {
    values.iter().map(|value| value.to_bits()).collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: ColumnKind, values: Vec<f32>) -> Column {
        Column { name: name.to_owned(), kind, spelling: None, date_spelling: None, values }
    }

    fn number(name: &str, value: impl Fn(usize) -> f32) -> Option<LeftOutReason> {
        let values = (0..40).map(value).collect();
        reason(&column(name, ColumnKind::Number, values))
    }

    #[test]
    fn what_counts_the_rows_numbers_them_and_years_do_not() {
        let rows = Some(LeftOutReason::RowNumbers);
        assert_eq!(number("x", |row| row as f32), rows);
        assert_eq!(number("anything", |row| row as f32 + 1.0), rows);
        assert_eq!(number("year", |row| row as f32 + 1950.0), None);
        assert_eq!(number("x", |row| row as f32 * 2.0), None);
        assert_eq!(number("x", |row| if row == 39 { 40.0 } else { row as f32 }), None);
        assert_eq!(number("x", |row| if row == 7 { f32::NAN } else { row as f32 }), None);
    }

    #[test]
    fn the_name_of_a_counter_lets_rows_be_in_any_order_and_that_of_an_identifier_have_gaps() {
        let (rows, ids) = (Some(LeftOutReason::RowNumbers), Some(LeftOutReason::Identifiers));
        for name in ["Unnamed: 0", "", "rownames", "row.names", "__index_level_0__", "ID", "index"]
        {
            assert_eq!(number(name, |row| (row * 7 % 40) as f32 + 100.0), rows, "{name}");
        }
        for name in ["Kunden-Nr", "customer_id", "PassengerId", "order no"] {
            assert_eq!(number(name, |row| (row * 7 % 40) as f32 + 100.0), rows, "{name}");
        }
        for name in ["price", "paid", "PAID", "casino", "id_price"] {
            assert_eq!(number(name, |row| (row * 7 % 40) as f32 + 100.0), None, "{name}");
        }
        assert_eq!(number("id", |row| (row * row) as f32), ids);
        assert_eq!(number("User ID", |row| (row * row) as f32), ids);
        assert_eq!(number("index", |row| (row * row) as f32), None);
        assert_eq!(number("id", |row| (row / 2) as f32), None);
    }

    #[test]
    fn texts_that_nearly_all_differ_identify_rows() {
        let text = |n_levels: usize| {
            let levels = (0..n_levels).map(|level| format!("person {level:02}")).collect();
            let values = (0..40).map(|row| (row % n_levels) as f32).collect();
            let kind = ColumnKind::Category { levels };
            reason(&column("name", kind, values))
        };
        assert_eq!(text(40), Some(LeftOutReason::Identifiers));
        assert_eq!(text(38), Some(LeftOutReason::Identifiers));
        assert_eq!(text(37), None);
    }
}
