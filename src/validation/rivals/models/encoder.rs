//! Features as the numbers that distances and weighted sums are made of.

use std::collections::HashMap;

use ndarray::Array2;

use crate::data::{Column, ColumnKind, Table};
use crate::validation::rivals::remark::RivalRemark;
use crate::{Error, Result};

/// The most levels of a category that have a number.
const MAX_LEVELS: usize = 50;

/// What the training rows say of how to encode features. What is the same in all of them has no number.
pub(super) struct FeatureEncoder {
    encodings: Vec<Encoding>,
    width: usize,
}

/// How the values of a feature become numbers.
struct Encoding {
    /// The feature's position in the table.
    feature: usize,
    /// Where its first number is.
    start: usize,
    kind: Kind,
}

enum Kind {
    /// A number that has this mean among the training rows, and, where it varies, is made so that its mean is
    /// 0 and its standard deviation 1.
    Number { mean: f64, deviation: f64 },
    /// 1 where the feature has no value, else 0.
    Missing,
    /// For each of these levels 1 where the feature has it, else 0: where, after the first.
    Levels(HashMap<u32, usize>),
}

impl Kind {
    fn width(&self) -> usize {
        match self {
            Self::Number { .. } | Self::Missing => 1,
            Self::Levels(places) => places.len(),
        }
    }
}

impl FeatureEncoder {
    /// By some rows of a table, at least one.
    ///
    /// # Errors
    /// A feature that is infinite.
    pub(super) fn fit(
        table: &Table,
        rows: &[usize],
        remarks: &mut Vec<RivalRemark>,
    ) -> Result<Self> {
        let mut encoder = Self { encodings: Vec::new(), width: 0 };
        for (feature, column) in table.features.iter().enumerate() {
            if column.values.iter().any(|value| value.is_infinite()) {
                return Err(Error::data("a value is infinite").in_column(&column.name));
            }
            if let ColumnKind::Category { levels } = &column.kind {
                encoder.push(feature, levels_of(column, levels.len(), rows, remarks));
            } else {
                encoder.push(feature, number(column, rows));
                encoder.push(feature, missing(column, rows));
            }
        }
        Ok(encoder)
    }

    fn push(&mut self, feature: usize, kind: Option<Kind>) {
        if let Some(kind) = kind {
            let (start, width) = (self.width, kind.width());
            self.encodings.push(Encoding { feature, start, kind });
            self.width += width;
        }
    }

    /// How many numbers a row has.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The number of numbers that it holds.
    pub(super) fn len(&self) -> usize {
        let len = |encoding: &Encoding| match &encoding.kind {
            Kind::Number { .. } => 2,
            Kind::Missing => 0,
            Kind::Levels(places) => places.len(),
        };
        self.encodings.iter().map(len).sum()
    }

    /// The numbers of rows: rows × numbers.
    pub(super) fn encode(&self, table: &Table, rows: &[usize]) -> Array2<f64> {
        let mut encoded = Array2::zeros((rows.len(), self.width));
        for (&row, mut encoded) in rows.iter().zip(encoded.rows_mut()) {
            for Encoding { feature, start, kind } in &self.encodings {
                let value = table.features[*feature].values[row];
                match kind {
                    Kind::Number { mean, deviation } if !value.is_nan() => {
                        encoded[*start] = (f64::from(value) - mean) / deviation;
                    }
                    Kind::Missing if value.is_nan() => encoded[*start] = 1.0,
                    Kind::Levels(places) if !value.is_nan() => {
                        if let Some(place) = places.get(&(value as u32)) {
                            encoded[start + place] = 1.0;
                        }
                    }
                    _ => {}
                }
            }
        }
        encoded
    }
}

/// A column of numbers, standardised; `None` if it does not vary.
fn number(column: &Column, rows: &[usize]) -> Option<Kind> {
    let present = || rows.iter().map(|&row| column.values[row]).filter(|value| !value.is_nan());
    let first = present().next()?;
    if present().all(|value| value == first) {
        return None;
    }
    let mean = present().map(f64::from).sum::<f64>() / present().count() as f64;
    let squares: f64 =
        present().map(|value| (f64::from(value) - mean) * (f64::from(value) - mean)).sum();
    // Rows without a value get the mean, and have no part in the deviation but their number.
    Some(Kind::Number { mean, deviation: (squares / rows.len() as f64).sqrt() })
}

/// Whether a column's values are missing; `None` if that does not vary.
fn missing(column: &Column, rows: &[usize]) -> Option<Kind> {
    let n_missing = rows.iter().filter(|row| column.values[**row].is_nan()).count();
    (1..rows.len()).contains(&n_missing).then_some(Kind::Missing)
}

/// The most frequent levels of a category, those that not all rows have; the first of equally frequent ones.
fn levels_of(
    column: &Column,
    n_levels: usize,
    rows: &[usize],
    remarks: &mut Vec<RivalRemark>,
) -> Option<Kind> {
    let mut counts = vec![0_usize; n_levels];
    for value in rows.iter().map(|&row| column.values[row]).filter(|value| !value.is_nan()) {
        counts[value as usize] += 1;
    }
    let mut levels: Vec<usize> =
        (0..n_levels).filter(|&level| (1..rows.len()).contains(&counts[level])).collect();
    if levels.len() > MAX_LEVELS {
        let column = column.name.clone();
        remarks.push(RivalRemark::LevelsLeftOut { column, kept: MAX_LEVELS, levels: levels.len() });
        levels.sort_by_key(|&level| std::cmp::Reverse(counts[level]));
        levels.truncate(MAX_LEVELS);
        levels.sort_unstable();
    }
    let places: HashMap<u32, usize> =
        levels.into_iter().enumerate().map(|(place, level)| (level as u32, place)).collect();
    (!places.is_empty()).then_some(Kind::Levels(places))
}
