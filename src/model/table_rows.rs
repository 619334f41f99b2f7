//! A part of a table, as a forest is fitted on it or scored on it.

use crate::data::{
    Class, Column, ColumnKind, Feature, FeatureKind, Levels, Schema, Table, TargetKind,
    TargetValues,
};
use crate::forest::class_counts;
use crate::forest::levels::{order_by_class, order_by_value};
use crate::{Result, Target};

/// A level of fewer rows is rare: its place in the order owes much to each of them.
const RARE: usize = 15;

/// The target and the weights of some rows.
pub(super) struct TableRows<'a> {
    pub(super) rows: &'a [usize],
    pub(super) values: TargetValues,
    pub(super) weights: Option<Vec<f64>>,
}

impl<'a> TableRows<'a> {
    pub(super) fn new(table: &Table, rows: &'a [usize]) -> Self {
        fn pick<T: Copy>(rows: &[usize], all: &[T]) -> Vec<T> {
            rows.iter().map(|&row| all[row]).collect()
        }
        let values = match &table.target.values {
            TargetValues::Classes { names, codes } => {
                TargetValues::Classes { names: names.clone(), codes: pick(rows, codes) }
            }
            TargetValues::Numbers(numbers) => TargetValues::Numbers(pick(rows, numbers)),
        };
        Self { rows, values, weights: table.weights.as_ref().map(|all| pick(rows, all)) }
    }

    /// The target, as forests take it.
    pub(super) fn target(&self) -> Target<'_> {
        match &self.values {
            TargetValues::Classes { names, codes } => {
                Target::Classes { codes, n_classes: names.len() }
            }
            TargetValues::Numbers(numbers) => Target::Values(numbers),
        }
    }

    /// A row's weight, 1 where all weigh the same.
    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    /// Whether no row weighs anything.
    pub(super) fn weighs_nothing(&self) -> bool {
        self.weights.as_ref().is_some_and(|weights| weights.iter().all(|&weight| weight == 0.0))
    }

    /// The table's names, with what these rows say of them.
    ///
    /// # Errors
    /// Levels that a model file cannot hold.
    pub(super) fn schema(&self, table: &Table) -> Result<Schema> {
        let features = table.features.iter().map(|column| self.feature(column));
        let schema = Schema {
            target: crate::data::TargetSchema {
                name: table.target.name.clone(),
                kind: self.target_kind(),
                spelling: table.target.spelling.clone(),
            },
            features: features.collect::<Result<_>>()?,
            missing: table.source.missing().to_vec(),
        };
        schema.check_levels()?;
        Ok(schema)
    }

    fn target_kind(&self) -> TargetKind {
        match &self.values {
            TargetValues::Classes { names, codes } => {
                let classes = names.iter().zip(class_counts(codes, names.len()));
                let class = |(name, rows): (&String, u64)| Class { name: name.clone(), rows };
                TargetKind::Classification { classes: classes.map(class).collect() }
            }
            TargetValues::Numbers(numbers) => {
                let weights = || (0..numbers.len()).map(|row| self.weight(row));
                let sum: f64 = numbers.iter().zip(weights()).map(|(y, weight)| y * weight).sum();
                let min = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                let max = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let mean = sum / weights().sum::<f64>();
                // Which of both zeros is the minimum, or the maximum, would depend on the machine.
                let [mean, min, max] = [mean, min, max].map(|number| number + 0.0);
                TargetKind::Regression { rows: numbers.len() as u64, mean, min, max }
            }
        }
    }

    fn feature(&self, column: &Column) -> Result<Feature> {
        let values = || self.rows.iter().map(|&row| column.values[row]);
        let missing = values().filter(|value| value.is_nan()).count() as u64;
        let (min, max) = values()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(min, max), x| (min.min(x), max.max(x)));
        let is_empty = missing == self.rows.len() as u64;
        // As for the target: of both zeros, the positive one.
        let (min, max) = if is_empty { (0.0, 0.0) } else { (min + 0.0, max + 0.0) };
        let kind = match &column.kind {
            // What has parts keeps its kind, and so do they.
            ColumnKind::Date { origin } => FeatureKind::Date { origin: *origin, min, max },
            ColumnKind::DatePart(part) => FeatureKind::DatePart { part: *part, min, max },
            _ if is_empty => FeatureKind::Category { levels: Levels::default() },
            ColumnKind::Number => FeatureKind::Number { min, max },
            ColumnKind::Category { levels } => {
                FeatureKind::Category { levels: self.ordered(levels, values())? }
            }
        };
        let spelling = match kind {
            FeatureKind::Number { .. } => column.spelling.clone(),
            _ => None,
        };
        let date_spelling = match kind {
            FeatureKind::Category { .. } => None,
            _ => column.date_spelling,
        };
        Ok(Feature { name: column.name.clone(), kind, spelling, date_spelling, missing })
    }

    /// Whether a row's own target can be guessed from the place of its level, because so few other rows
    /// had a say in it: in some category more than a few of the rows have rare levels.
    pub(super) fn has_rare_levels(&self, table: &Table) -> bool {
        table.features.iter().any(|column| match &column.kind {
            ColumnKind::Category { levels } => {
                self.rare_rows(column, levels.len()) > self.rows.len() / 20
            }
            ColumnKind::Number | ColumnKind::Date { .. } | ColumnKind::DatePart(_) => false,
        })
    }

    /// How many rows have a level that few have.
    fn rare_rows(&self, column: &Column, n_levels: usize) -> usize {
        let mut counts = vec![0; n_levels];
        for code in self.rows.iter().map(|&row| column.values[row]).filter(|code| !code.is_nan()) {
            counts[code as usize] += 1;
        }
        counts.into_iter().filter(|&count| count < RARE).sum()
    }

    /// The levels that these rows have, in the order in which splits divide them.
    fn ordered(&self, levels: &[String], codes: impl Iterator<Item = f32>) -> Result<Levels> {
        let present = codes.enumerate().filter(|(_, code)| !code.is_nan());
        let rows = present.map(|(row, code)| (row, code as u32, self.weight(row)));
        let positions = match &self.values {
            TargetValues::Classes { names, codes } => {
                let rows = rows.map(|(row, level, weight)| (level, codes[row], weight));
                order_by_class(levels.len(), names.len(), rows)
            }
            TargetValues::Numbers(numbers) => {
                let rows = rows.map(|(row, level, weight)| (level, numbers[row], weight));
                order_by_value(levels.len(), rows)
            }
        };
        let n_present = positions.iter().flatten().count();
        let mut ordered = vec![""; n_present];
        for (level, position) in levels.iter().zip(positions) {
            if let Some(position) = position {
                ordered[position as usize] = level;
            }
        }
        Levels::new(ordered.into_iter())
    }
}
