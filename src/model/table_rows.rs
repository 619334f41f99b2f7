//! A part of a table, as a forest is fitted on it or scored on it.

use std::borrow::Cow;

use crate::data::{
    Class, Column, ColumnKind, Feature, FeatureKind, Histograms, Levels, NewHistogram, Schema,
    Table, TargetKind, TargetValues,
};
use crate::forest::class_counts;
use crate::forest::levels::{LevelValues, folds, level_values};
use crate::{Result, Target, threads};

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
    pub(super) fn schema(
        &self,
        table: &Table,
        categories: &[Option<LevelValues>],
    ) -> Result<Schema> {
        let features = table.features.iter().zip(categories);
        let features = features.map(|(column, values)| self.feature(column, values.as_ref()));
        let features: Vec<Feature> = features.collect::<Result<_>>()?;
        let columns: Vec<_> = table.features.iter().zip(&features).collect();
        let are_few = u32::try_from(self.rows.len()).is_ok();
        let histograms = are_few.then(|| threads::map(columns, |pair| self.histogram(pair)));
        let schema = Schema {
            target: crate::data::TargetSchema {
                name: table.target.name.clone(),
                kind: self.target_kind(),
                spelling: table.target.spelling.clone(),
            },
            histograms: histograms.map(Histograms::of_features),
            features,
            missing: table.source.missing().to_vec(),
        };
        schema.check_levels()?;
        Ok(schema)
    }

    /// The values of each category's levels; `None` for another feature.
    pub(super) fn level_values(&self, table: &Table, seed: u64) -> Vec<Option<LevelValues>> {
        let is_category = |column: &&Column| matches!(column.kind, ColumnKind::Category { .. });
        let categories = table.features.iter().filter(is_category);
        let n_categories =
            categories.clone().filter(|column| self.has_three_levels(column)).count();
        let has_any = categories.count() > 0;
        let folds = if has_any { folds(seed, self.rows.len()) } else { Vec::new() };
        threads::map(&table.features, |column| {
            let ColumnKind::Category { levels } = &column.kind else { return None };
            let codes = self.rows.iter().map(|&row| column.values[row]);
            let codes: Vec<_> = codes.map(|x| (!x.is_nan()).then_some(x as u32)).collect();
            let (target, weights) = (self.target(), self.weights.as_deref());
            Some(level_values(levels.len(), n_categories, &codes, target, weights, &folds))
        })
    }

    /// Whether more than two levels occur.
    fn has_three_levels(&self, column: &Column) -> bool {
        let mut codes = self.rows.iter().map(|&row| column.values[row]).filter(|x| !x.is_nan());
        let Some(first) = codes.next() else { return false };
        let second = codes.find(|&code| code != first);
        second.is_some_and(|second| codes.any(|code| code != first && code != second))
    }

    /// For each category the column that these rows are trained on: as rows to predict have it, but for the values of these rows.
    pub(super) fn cross_fitted(
        &self,
        columns: &[Cow<[f32]>],
        categories: Vec<Option<LevelValues>>,
    ) -> Vec<Option<Vec<f32>>> {
        let cross_fitted = |(column, category): (&Cow<[f32]>, Option<LevelValues>)| {
            let LevelValues { rows, .. } = category?;
            let mut column = column.to_vec();
            self.rows.iter().zip(rows).for_each(|(&row, value)| column[row] = value);
            Some(column)
        };
        columns.iter().zip(categories).map(cross_fitted).collect()
    }

    /// The mean of the numbers; 0 of classes.
    pub(super) fn mean(&self) -> f64 {
        match self.target_kind() {
            TargetKind::Classification { .. } => 0.0,
            TargetKind::Regression { mean, .. } => mean,
        }
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

    fn feature(&self, column: &Column, category: Option<&LevelValues>) -> Result<Feature> {
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
                let values = category.map_or(&[][..], |category| &category.levels);
                FeatureKind::Category { levels: ordered(levels, values)? }
            }
        };
        let spelling = match kind {
            FeatureKind::Number { .. } => column.spelling.clone().map(Box::new),
            _ => None,
        };
        let date_spelling = match kind {
            FeatureKind::Category { .. } => None,
            _ => column.date_spelling,
        };
        Ok(Feature { name: column.name.clone(), kind, spelling, date_spelling, missing })
    }

    /// A column's histogram, as its feature has the levels.
    fn histogram(&self, (column, feature): (&Column, &Feature)) -> NewHistogram {
        let values = self.rows.iter().map(|&row| column.values[row]);
        let FeatureKind::Category { levels: known } = &feature.kind else {
            return NewHistogram::of_numbers(values);
        };
        let mut rows = Vec::new();
        if let ColumnKind::Category { levels } = &column.kind {
            rows.resize(levels.len(), 0);
            values.filter(|code| !code.is_nan()).for_each(|code| rows[code as usize] += 1);
            // The levels of a table are in the order of their texts.
            let of_level = |text: &str| {
                let code = levels.binary_search_by(|level| level.as_str().cmp(text));
                code.map_or(0, |code| rows[code])
            };
            rows = known.iter().map(of_level).collect();
        }
        NewHistogram::of_levels(&rows, (self.rows.len() as u64 - feature.missing) as u32)
    }
}

/// The levels that have a value, in the order of their values; equal ones stay as they are.
fn ordered(levels: &[String], values: &[Option<f32>]) -> Result<Levels> {
    let levels = levels.iter().zip(values);
    let mut levels: Vec<_> =
        levels.filter_map(|(level, value)| Some((&**level, (*value)?))).collect();
    levels.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    Levels::new(levels.into_iter())
}
