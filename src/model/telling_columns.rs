//! Features that predict the target by themselves: a model that is too good often has the answer among
//! its features.

use std::borrow::Cow;

use linfa::ParamGuard;

use super::table_rows::TableRows;
use crate::data::{Schema, TargetValues};
use crate::forest::features::Features;
use crate::metrics::interval::wilson;
use crate::metrics::majority_class;
use crate::warning::{Warning, WarningKind};
use crate::{Forest, ForestParams, Result, Target, argmax, threads};

/// The minimum accuracy of a column that tells the class …
const MIN_ACCURACY: f64 = 0.99;

/// … and the minimum lower end of its 95 % interval.
const MIN_LOW: f64 = 0.95;

/// Always answering one class errs at least so many times as often as a column that tells the class.
const BETTER: u64 = 10;

/// The minimum R² of a column that tells the number …
const MIN_R2: f64 = 0.99;

/// … on at least so many rows.
const MIN_ROWS: usize = 50;

/// The most rows to learn from and to try on, at first …
const ROWS_AT_FIRST: usize = 400;

/// … and if a column then seems to tell.
const MAX_ROWS: usize = 10_000;

/// A column seems to tell if its score on few rows is this.
const MIN_AT_FIRST: f64 = 0.9;

/// The most probabilities that are given for rows to try on.
const MAX_OUTPUTS: usize = 10_000_000;

/// Warnings about the features of which a tree by itself predicts nearly all of the rows held out.
/// `columns` are the features as forests take them.
pub(super) fn warnings(
    schema: &Schema,
    columns: &[Cow<[f32]>],
    train: &TableRows,
    test: &TableRows,
) -> Result<Vec<Warning>> {
    if test.rows.len() < MIN_ROWS {
        return Ok(Vec::new());
    }
    let names = schema.features.iter().map(|feature| &*feature.name);
    let named: Vec<(&str, &Cow<[f32]>)> = names.zip(columns).collect();
    let found = threads::map(named, |(name, column)| {
        let score = |n_rows| Trial::new(train, test, n_rows).score(column);
        if !score(ROWS_AT_FIRST)?.is_some_and(|score| score.of_one >= MIN_AT_FIRST) {
            return Ok(None);
        }
        let Some(score) = score(MAX_ROWS)?.filter(|score| score.tells) else { return Ok(None) };
        let warning = Warning::new(score.kind, &[score.of_one, score.n_rows as f64]);
        Ok(Some(warning.of_column(name)))
    });
    let found: Vec<Option<Warning>> = found.into_iter().collect::<Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Rows to learn from and rows to try on.
struct Trial {
    learn: Vec<usize>,
    learn_target: TargetValues,
    on: Vec<usize>,
    on_target: TargetValues,
}

/// How good a column is.
struct TrialScore {
    kind: WarningKind,
    /// At most 1.
    of_one: f64,
    n_rows: usize,
    tells: bool,
}

impl Trial {
    /// At most so many rows of both sides.
    fn new(train: &TableRows, test: &TableRows, most: usize) -> Self {
        let n_outputs = test.values.classes().map_or(1, |(names, _)| names.len());
        let (learn, learn_target) = some(train, most);
        let (on, on_target) = some(test, most.min(MAX_OUTPUTS / n_outputs));
        Self { learn, learn_target, on, on_target }
    }

    /// How well a tree of the column alone predicts; `None` where nothing can be told.
    fn score(&self, column: &[f32]) -> Result<Option<TrialScore>> {
        let params =
            ForestParams::new().n_trees(1).bootstrap(false).min_samples_leaf(3).n_threads(1);
        let x = |rows| Features::new(std::iter::once(column), Some(rows));
        let target = match &self.learn_target {
            TargetValues::Classes { names, codes } => {
                Target::Classes { codes, n_classes: names.len() }
            }
            TargetValues::Numbers(numbers) => Target::Values(numbers),
        };
        let (tree, _) =
            Forest::fit_rows(params.check_ref()?, &x(&self.learn), target, None, &|| ())?;
        let outputs = tree.outputs(&x(&self.on))?;
        Ok(match &self.on_target {
            TargetValues::Classes { names, codes } => {
                Some(of_classes(codes, names.len(), &outputs))
            }
            TargetValues::Numbers(numbers) => of_numbers(numbers, &outputs),
        })
    }
}

/// Rows at equal distances, at most so many, with their targets.
fn some(part: &TableRows, most: usize) -> (Vec<usize>, TargetValues) {
    fn pick<T: Copy>(all: &[T], step: usize) -> Vec<T> {
        all.iter().copied().step_by(step).collect()
    }
    let step = part.rows.len().div_ceil(most.max(1)).max(1);
    let values = match &part.values {
        TargetValues::Classes { names, codes } => {
            TargetValues::Classes { names: names.clone(), codes: pick(codes, step) }
        }
        TargetValues::Numbers(numbers) => TargetValues::Numbers(pick(numbers, step)),
    };
    (pick(part.rows, step), values)
}

fn of_classes(codes: &[u32], n_classes: usize, outputs: &[f64]) -> TrialScore {
    let mut counts = vec![0; n_classes];
    for &code in codes {
        counts[code as usize] += 1;
    }
    let rows = codes.iter().zip(outputs.chunks(n_classes));
    let right = rows.filter(|(code, proba)| argmax(*proba) == **code).count() as u64;
    let n_rows = codes.len() as u64;
    let wrong_baseline = n_rows - counts[majority_class(&counts) as usize];
    let accuracy = right as f64 / n_rows as f64;
    TrialScore {
        kind: WarningKind::ColumnTellsClass,
        of_one: accuracy,
        n_rows: codes.len(),
        tells: accuracy >= MIN_ACCURACY
            && wilson(right, n_rows).low >= MIN_LOW
            && BETTER * (n_rows - right) <= wrong_baseline,
    }
}

fn of_numbers(numbers: &[f64], outputs: &[f64]) -> Option<TrialScore> {
    let n_rows = numbers.len() as f64;
    let mean = numbers.iter().map(|y| y / n_rows).sum::<f64>();
    let squares = |distance: &dyn Fn(usize) -> f64| {
        (0..numbers.len()).map(|row| distance(row) * distance(row)).sum::<f64>()
    };
    let spread = squares(&|row| numbers[row] - mean);
    let error = squares(&|row| numbers[row] - outputs[row]);
    let r2 = 1.0 - error / spread;
    r2.is_finite().then_some(TrialScore {
        kind: WarningKind::ColumnTellsNumber,
        of_one: r2,
        n_rows: numbers.len(),
        tells: r2 >= MIN_R2,
    })
}
