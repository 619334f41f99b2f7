//! What there is to say about a table before a forest is trained on it.

use super::column::{Column, ColumnKind};
use super::left_out::{reason, strays};
use super::table::Table;
use crate::data::input::dates::{DateSpelling, is_value};
use crate::data::source::{FileSource, LeftOutReason};
use crate::warning::{Warning, WarningKind, first_of_each_kind};

/// A column whose values are so few steps of an `f32` apart is badly told apart by it.
const FEW_STEPS: f64 = 1000.0;

impl Table {
    /// What was decided for the user when it was read, and what looks like a mistake.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.target.task_found && self.target.values.numbers().is_some() {
            let warning = Warning::new(WarningKind::NumericTarget, &[]);
            warnings.push(warning.of_column(&self.target.name));
        }
        if let Some(file) = self.source.file() {
            warnings.extend(decided(file));
        }
        warnings.extend(self.remarks.iter().cloned());
        warnings.extend(self.features.iter().filter_map(|column| self.doubtful(column)));
        first_of_each_kind(warnings)
    }

    fn doubtful(&self, column: &Column) -> Option<Warning> {
        let read = self.source.file().map(|file| &file.read);
        let is_text = || read.is_some_and(|read| read.categorical.contains(&column.name));
        let is_said = || {
            read.is_some_and(|read| {
                let mut said = read.keep.iter().chain(&read.categorical).chain(&read.numeric);
                said.any(|name| *name == column.name)
            })
        };
        let n_present = column.values.iter().filter(|value| !value.is_nan()).count();
        let warning = match &column.kind {
            _ if n_present == 0 => Some(Warning::new(WarningKind::NoValues, &[])),
            ColumnKind::Category { levels } => {
                let dates = || if is_text() { None } else { undecided_dates(levels) };
                stray_texts(levels).or_else(dates).or_else(|| identifiers(levels.len(), n_present))
            }
            ColumnKind::Number if reason(column).is_some() && !is_said() => {
                Some(Warning::new(WarningKind::RowNumbers, &[]))
            }
            ColumnKind::Number => {
                is_coarse(&column.values).then(|| Warning::new(WarningKind::CoarseNumbers, &[]))
            }
            ColumnKind::Date { .. } | ColumnKind::DatePart(_) => None,
        };
        warning.map(|warning| warning.of_column(&column.name))
    }
}

/// What was left out of a file.
fn decided(file: &FileSource) -> impl Iterator<Item = Warning> {
    let rows = (file.dropped > 0)
        .then(|| Warning::new(WarningKind::RowsWithoutTarget, &[file.dropped as f64]));
    let columns = file.left_out.iter().map(|left_out| {
        let kind = match left_out.reason {
            LeftOutReason::RowNumbers => WarningKind::RowNumbersLeftOut,
            LeftOutReason::Identifiers => WarningKind::IdentifiersLeftOut,
        };
        Warning::new(kind, &[]).of_column(&left_out.column)
    });
    rows.into_iter().chain(columns)
}

/// A column of numbers that a few texts make one of categories is more likely not meant to be one.
fn stray_texts(levels: &[String]) -> Option<Warning> {
    let texts = strays(levels)?;
    Some(Warning::new(WarningKind::StrayTexts, &[]).with_texts(&texts))
}

/// A column of dates is one of texts as long as nobody says which of several spellings they have, or if
/// they have several.
fn undecided_dates(levels: &[String]) -> Option<Warning> {
    let fitting = DateSpelling::fitting(levels);
    let Some(first) = fitting.first() else {
        let is_number = |level: &String| level.parse::<f64>().is_ok();
        let are_dates = levels.iter().all(|level| is_value(level)) && !levels.iter().all(is_number);
        return are_dates.then(|| Warning::new(WarningKind::SeveralSpellings, &[]));
    };
    let kind =
        if first.has_short_years() { WarningKind::ShortYears } else { WarningKind::UndecidedDates };
    let spellings: Vec<String> = fitting.iter().map(DateSpelling::to_string).collect();
    Some(Warning::new(kind, &[]).with_texts(&spellings))
}

/// A column of large numbers close to each other, such as seconds since 1970, loses in an `f32` what
/// they differ by.
fn is_coarse(values: &[f32]) -> bool {
    let present = || values.iter().copied().filter(|value| !value.is_nan());
    let (Some(min), Some(max)) = (present().reduce(f32::min), present().reduce(f32::max)) else {
        return false;
    };
    let steps = f64::from(max - min) / f64::from(max.abs().max(min.abs()) * f32::EPSILON);
    max > min && steps < FEW_STEPS
}

/// A column of which few rows have the same text looks like an identifier.
fn identifiers(n_levels: usize, n_present: usize) -> Option<Warning> {
    (n_levels > n_present / 2 && n_present > 1)
        .then(|| Warning::new(WarningKind::Identifiers, &[n_levels as f64, n_present as f64]))
}
