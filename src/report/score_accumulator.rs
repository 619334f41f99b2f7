//! How good predictions were, counted while they go by.

use std::fmt;

use serde::Serialize;

use crate::report::text::{accuracy_with_interval, count, significant};
use forest::Model;
use forest::data::Label;
use forest::message::shorten;
use forest::metrics::interval::{Interval, wilson};

/// What always gives the same answer would have been, and what the model was.
pub(crate) enum ScoreAccumulator {
    Classes {
        majority: u32,
        rows: u64,
        correct: u64,
        baseline: u64,
        /// The first label that the model does not know, and where it is.
        unknown: Option<(String, u64)>,
    },
    Numbers {
        mean: f64,
        rows: u64,
        absolute: f64,
        squared: f64,
        /// The sum of squared differences from the training's mean.
        baseline: f64,
    },
}

impl ScoreAccumulator {
    pub(crate) fn new(model: &Model) -> Self {
        match model.mean_target() {
            None => Self::Classes {
                majority: model.majority_class(),
                rows: 0,
                correct: 0,
                baseline: 0,
                unknown: None,
            },
            Some(mean) => {
                Self::Numbers { mean, rows: 0, absolute: 0.0, squared: 0.0, baseline: 0.0 }
            }
        }
    }

    /// Counts rows with labels, each with its place. A label that the model does not know is one that
    /// it cannot get right.
    pub(crate) fn add_classes<'a>(
        &mut self,
        labels: impl Iterator<Item = (&'a Label, &'a u64)>,
        predicted: &[u32],
    ) {
        let Self::Classes { majority, rows, correct, baseline, unknown } = self else { return };
        for ((label, &place), &predicted) in labels.zip(predicted) {
            *rows += u64::from(*label != Label::Missing);
            *correct += u64::from(*label == Label::Known(predicted));
            *baseline += u64::from(*label == Label::Known(*majority));
            if let Label::Unknown(label) = label {
                unknown.get_or_insert_with(|| (label.clone(), place));
            }
        }
    }

    /// Counts rows with targets; one that is missing is not a number.
    pub(crate) fn add_numbers(&mut self, targets: &[f64], predicted: &[f64]) {
        let Self::Numbers { mean, rows, absolute, squared, baseline } = self else { return };
        for (&target, &predicted) in targets.iter().zip(predicted) {
            if target.is_nan() {
                continue;
            }
            let (error, distance) = (target - predicted, target - *mean);
            *rows += 1;
            *absolute += error.abs();
            *squared += error * error;
            *baseline += distance * distance;
        }
    }

    /// Adds what was counted in later rows.
    pub(crate) fn merge(&mut self, later: &Self) {
        match (self, later) {
            (
                Self::Classes { rows, correct, baseline, unknown, .. },
                Self::Classes { rows: r, correct: c, baseline: b, unknown: u, .. },
            ) => {
                *rows += r;
                *correct += c;
                *baseline += b;
                if unknown.is_none() {
                    unknown.clone_from(u);
                }
            }
            (
                Self::Numbers { rows, absolute, squared, baseline, .. },
                Self::Numbers { rows: r, absolute: a, squared: s, baseline: b, .. },
            ) => {
                *rows += r;
                *absolute += a;
                *squared += s;
                *baseline += b;
            }
            _ => {}
        }
    }
}

/// What was counted, under the names that scores have in an evaluation.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum PredictedScores {
    Classes {
        rows: u64,
        accuracy: f64,
        accuracy_interval: Interval,
        baseline: AccuracyBaseline,
        unknown_class: Option<UnknownClass>,
    },
    Numbers {
        rows: u64,
        mae: f64,
        rmse: f64,
        baseline: ErrorBaseline,
    },
}

#[derive(Serialize)]
pub(crate) struct AccuracyBaseline {
    accuracy: f64,
}

#[derive(Serialize)]
pub(crate) struct ErrorBaseline {
    rmse: f64,
}

/// The first label that the model does not know; all such count as wrong.
#[derive(Serialize)]
pub(crate) struct UnknownClass {
    class: String,
    place: String,
}

impl PredictedScores {
    /// `None` if no row said what there is to predict. `name` names a place for people.
    pub(crate) fn new(scores: &ScoreAccumulator, name: impl Fn(u64) -> String) -> Option<Self> {
        match scores {
            ScoreAccumulator::Classes { rows: 0, .. }
            | ScoreAccumulator::Numbers { rows: 0, .. } => None,
            ScoreAccumulator::Classes { rows, correct, baseline, unknown, .. } => {
                let n = *rows as f64;
                let unknown_class = unknown.as_ref().map(|(class, place)| UnknownClass {
                    class: class.clone(),
                    place: name(*place),
                });
                Some(Self::Classes {
                    rows: *rows,
                    accuracy: *correct as f64 / n,
                    accuracy_interval: wilson(*correct, *rows),
                    baseline: AccuracyBaseline { accuracy: *baseline as f64 / n },
                    unknown_class,
                })
            }
            ScoreAccumulator::Numbers { rows, absolute, squared, baseline, .. } => {
                let n = *rows as f64;
                Some(Self::Numbers {
                    rows: *rows,
                    mae: absolute / n,
                    rmse: (squared / n).sqrt(),
                    baseline: ErrorBaseline { rmse: (baseline / n).sqrt() },
                })
            }
        }
    }
}

/// On one line.
impl fmt::Display for PredictedScores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Classes { rows, accuracy, accuracy_interval, baseline, unknown_class } => {
                write!(
                    f,
                    "accuracy {} on {}; majority baseline {:.4}",
                    accuracy_with_interval(*accuracy, *accuracy_interval),
                    count(*rows, "row with a label", "rows with labels"),
                    baseline.accuracy
                )?;
                let Some(UnknownClass { class, place }) = unknown_class else { return Ok(()) };
                let class = shorten(class);
                write!(
                    f,
                    "; labels that the model does not know count as wrong ('{class}', {place})"
                )
            }
            Self::Numbers { rows, mae, rmse, baseline } => write!(
                f,
                "mean absolute error {}, RMSE {} on {}; RMSE of the training's mean {}",
                significant(*mae),
                significant(*rmse),
                count(*rows, "row with a target", "rows with targets"),
                significant(baseline.rmse)
            ),
        }
    }
}
