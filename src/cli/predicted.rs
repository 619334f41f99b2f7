//! Rows with what a model gives for them, all at once, and what they truly are.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::data::{RowSource, class_names};
use super::pieces::Cost;
use super::progress::RowsProgress;
use crate::report::text::{bytes, count};
use forest::data::{Label, Rows, Truth, check_weights};
use forest::message::{list, shorten};
use forest::{Error, Model, Result, Target, Task};

/// The maximum number of bytes of predictions: scores by rank need all of them at once.
const MOST_BYTES: usize = 1 << 30;

/// All rows, with what the forest gives for them.
pub(super) struct Predicted {
    /// With their features, if these were asked for.
    pub(super) rows: Rows,
    /// Row by row; values with their spreads, if they were asked for.
    pub(super) outputs: Vec<f64>,
}

/// What is wanted besides the truth and the outputs.
#[derive(Clone, Copy, Default)]
pub(super) struct Keep {
    /// How far trees are apart about values, which intervals need.
    pub(super) spread: bool,
    pub(super) features: bool,
}

/// What the rows truly are.
#[derive(PartialEq)]
pub(super) enum Known {
    /// Class codes.
    Classes(Vec<u32>),
    Numbers(Vec<f64>),
}

impl Predicted {
    pub(super) fn read(
        model: &Model,
        keep: Keep,
        input: &mut RowSource,
        bar: &RowsProgress,
    ) -> Result<Self> {
        let forest = model.forest();
        let n_outputs = if keep.spread { 2 } else { forest.n_outputs() };
        // A feature takes half of an output.
        let n_features = if keep.features { forest.n_features().div_ceil(2) } else { 0 };
        let n_numbers = n_outputs + n_features;
        let mut all = Rows::default();
        let mut outputs = Vec::new();
        let n_rows = AtomicUsize::new(0);
        let admit = |more: usize| {
            let before = n_rows.fetch_add(more, Ordering::Relaxed);
            check_size(before.saturating_add(more), n_numbers)
        };
        let work = |mut rows: Rows| {
            let outputs = if keep.spread {
                forest.predict_spread(&rows)?.into_flattened()
            } else {
                forest.predict_outputs(&rows)?.into_raw_vec_and_offset().0
            };
            if !keep.features {
                rows.features = Vec::new();
            }
            Ok((rows, outputs))
        };
        let cost = Cost { of_row: size_of::<f64>() * n_numbers, of_piece: 0 };
        let done = input.for_each(cost, admit, bar, work, |(rows, block)| {
            reserve(&mut outputs, block.len(), n_outputs)?;
            outputs.extend(block);
            all.append(rows);
            Ok(())
        });
        done.map_err(|error| match error.file() {
            None => input.locate(None, None, error),
            Some(_) => error,
        })?;
        Ok(Self { rows: all, outputs })
    }
}

impl Known {
    /// That of the rows which [`evenly`] chooses.
    pub(super) fn of_some(&self, n_rows: usize, most: usize) -> Self {
        let rows = evenly(n_rows, most);
        match self {
            Self::Classes(codes) => Self::Classes(rows.map(|row| codes[row]).collect()),
            Self::Numbers(numbers) => Self::Numbers(rows.map(|row| numbers[row]).collect()),
        }
    }

    /// What each row truly is.
    ///
    /// # Errors
    /// There are no rows, or it is not known of all; weights that cannot be.
    pub(super) fn of(rows: &Rows, model: &Model, input: &RowSource) -> Result<Self> {
        let target = &model.schema().target.name;
        let in_file = |error| input.locate(None, None, error);
        if rows.is_empty() {
            return Err(in_file(Error::data("there are no rows to score")));
        }
        check_weights(rows.weights.as_deref()).map_err(in_file)?;
        let missing = |row: usize| {
            let found = match model.forest().task() {
                Task::Classification => "the target is missing",
                Task::Regression => "the target is missing, or no finite number",
            };
            let error = Error::data(found).with_help("fill it in, or drop the row");
            input.locate(Some(rows.places[row]), Some(target), error)
        };
        let code = |(row, label): (usize, &Label)| match label {
            Label::Known(code) => Ok(*code),
            Label::Missing => Err(missing(row)),
            Label::Unknown(label) => {
                let classes = class_names(model);
                let message = format!("the model does not know the class '{}'", shorten(label));
                let error = Error::data(message).with_help(format!(
                    "the model's classes are {}: leave out or correct the rows of others",
                    list(&classes)
                ));
                Err(input.locate(Some(rows.places[row]), Some(target), error))
            }
        };
        match &rows.truth {
            None => {
                let error = Error::data(format!("there is no column '{target}' to score against"));
                Err(in_file(error.with_help("scores need it; `forest predict` does without")))
            }
            Some(Truth::Classes(labels)) => {
                labels.iter().enumerate().map(code).collect::<Result<_>>().map(Self::Classes)
            }
            Some(Truth::Numbers(numbers)) => {
                match numbers.iter().position(|number| number.is_nan()) {
                    Some(row) => Err(missing(row)),
                    None => Ok(Self::Numbers(numbers.clone())),
                }
            }
        }
    }

    /// As a forest is fitted on it.
    pub(super) fn target(&self, n_classes: usize) -> Target<'_> {
        match self {
            Self::Classes(codes) => Target::Classes { codes, n_classes },
            Self::Numbers(numbers) => Target::Values(numbers),
        }
    }
}

/// The numbers of at most `most` of `n_rows` rows, evenly chosen.
pub(super) fn evenly(n_rows: usize, most: usize) -> impl Iterator<Item = usize> {
    let n_some = n_rows.min(most);
    (0..n_some).map(move |row| row * n_rows / n_some)
}

/// Refuses more rows than there should be memory for.
fn check_size(n_rows: usize, n_outputs: usize) -> Result<()> {
    let most_rows = MOST_BYTES / size_of::<f64>() / n_outputs;
    if n_rows <= most_rows {
        return Ok(());
    }
    Err(too_large(
        &format!(
            "that is {} for {}, and there are more",
            bytes(MOST_BYTES as u64),
            count(most_rows as u64, "row", "rows")
        ),
        n_outputs,
    ))
}

/// Makes room for more predictions, which the system can refuse.
fn reserve(outputs: &mut Vec<f64>, n_more: usize, n_outputs: usize) -> Result<()> {
    outputs.try_reserve(n_more).map_err(|_| {
        let n_rows = (outputs.len() + n_more) / n_outputs;
        let found = count(n_rows as u64, "row", "rows");
        too_large(&format!("there is no memory for {found}"), n_outputs)
    })
}

fn too_large(what: &str, n_outputs: usize) -> Error {
    let outputs = count(n_outputs as u64, "number", "numbers");
    Error::data(format!("scoring keeps what is predicted for all rows, {outputs} a row: {what}"))
        .with_help("score the rows in several files, or fewer of them")
}
