//! How good a model was on the rows held out.

use std::borrow::Borrow;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::metrics::integer_json::IntegerJson;
use crate::metrics::interval::{Interval, effective_rows, wilson, wilson_proportion};
use crate::metrics::{RegressionScores, class_shares, log_loss_of, majority_class, mean_interval};
use crate::{Decision, Task};

/// How far apart two scores may be, relative to their size, and be the same but for rounding.
const ROUNDING: f64 = 1e-12;

/// How good the forest was on the rows held out.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum HeldOutScore {
    /// Of classes.
    Classification(AccuracyScore),
    /// Of numbers.
    Regression(RegressionScores),
}

/// How many rows got their class.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct AccuracyScore {
    /// Rows that weigh something.
    pub rows: u64,
    /// Their weight; as many as the rows where all weigh the same.
    pub weight: f64,
    /// As many rows of equal weight would tell as much: `(Σ w)² / Σ w²` (Kish 1965).
    pub effective_rows: f64,
    /// The weight of those predicted right.
    pub correct: f64,
    /// The weight of those that have the class with the most training rows: what always answering
    /// that class would get right.
    pub baseline_correct: f64,
    /// The weighted mean of `−ln p` over the rows, `p` being the probability given to the right class.
    pub log_loss: f64,
    /// The 95 % interval of `log_loss`; `None` where nothing says how much it varies
    /// ([`mean_interval`]).
    pub log_loss_interval: Option<Interval>,
    /// Likewise, of always giving each class its share of the training rows.
    pub baseline_log_loss: f64,
}

/// A row of known class that was predicted.
pub struct Answer {
    pub(super) class: u32,
    /// The class that was decided on.
    pub predicted: u32,
    /// `−ln p`, `p` being the probability given to the class.
    pub(super) log_loss: f64,
}

impl Answer {
    /// The answer to a row of this class that was given these probabilities.
    pub fn new(class: u32, proba: &[f64], decision: &Decision) -> Self {
        let log_loss = log_loss_of(proba[class as usize]);
        Self { class, predicted: decision.decide(proba), log_loss }
    }
}

impl AccuracyScore {
    /// Of answers, each of which weighs 1 or what `weights` says, and one of which weighs something;
    /// `class_rows` are the training rows of each class.
    pub fn new(
        answers: impl IntoIterator<Item = impl Borrow<Answer>>,
        weights: Option<&[f64]>,
        class_rows: &[u64],
    ) -> Self {
        let majority = majority_class(class_rows);
        let baseline: Vec<f64> = class_shares(class_rows).into_iter().map(log_loss_of).collect();
        let (mut rows, mut weight, mut log_loss, mut baseline_log_loss) = (0, 0.0, 0.0, 0.0);
        let (mut correct, mut baseline_correct) = (0.0, 0.0);
        let mut losses = Vec::new();
        for (row, answer) in answers.into_iter().enumerate() {
            let answer = answer.borrow();
            let w = weights.map_or(1.0, |weights| weights[row]);
            rows += u64::from(w > 0.0);
            weight += w;
            correct += if answer.predicted == answer.class { w } else { 0.0 };
            baseline_correct += if majority == answer.class { w } else { 0.0 };
            log_loss += w * answer.log_loss;
            losses.push(answer.log_loss);
            baseline_log_loss += w * baseline[answer.class as usize];
        }
        let effective_rows = weights.map_or(rows as f64, effective_rows);
        Self {
            rows,
            weight,
            effective_rows,
            correct,
            baseline_correct,
            log_loss: log_loss / weight,
            log_loss_interval: mean_interval(&losses, weights, log_loss_of(0.0)),
            baseline_log_loss: baseline_log_loss / weight,
        }
    }

    /// The part of the weight that was predicted right.
    pub fn accuracy(&self) -> f64 {
        self.correct / self.weight
    }

    /// The 95 % interval of the accuracy (Wilson 1927).
    pub fn interval(&self) -> Interval {
        let rows = self.rows as f64;
        if self.weight == rows && self.effective_rows == rows {
            return wilson(self.correct as u64, self.rows);
        }
        wilson_proportion(self.accuracy(), self.effective_rows)
    }

    /// The accuracy of always answering the class with the most training rows.
    pub fn baseline(&self) -> f64 {
        self.baseline_correct / self.weight
    }
}

/// Serialized under the names of [`ClassificationScores`](crate::metrics::ClassificationScores), with the numbers
/// that follow from the counts.
impl Serialize for AccuracyScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Baseline {
            accuracy: f64,
            log_loss: f64,
        }
        let mut score = serializer.serialize_struct("AccuracyScore", 8)?;
        score.serialize_field("rows", &self.rows)?;
        score.serialize_field("weight", &IntegerJson(self.weight))?;
        score.serialize_field("correct_weight", &IntegerJson(self.correct))?;
        score.serialize_field("accuracy", &self.accuracy())?;
        score.serialize_field("accuracy_interval", &self.interval())?;
        score.serialize_field("log_loss", &self.log_loss)?;
        score.serialize_field("log_loss_interval", &self.log_loss_interval)?;
        let baseline = Baseline { accuracy: self.baseline(), log_loss: self.baseline_log_loss };
        score.serialize_field("baseline", &baseline)?;
        score.end()
    }
}

impl HeldOutScore {
    /// What was scored.
    pub fn task(&self) -> Task {
        match self {
            Self::Classification(_) => Task::Classification,
            Self::Regression(_) => Task::Regression,
        }
    }

    /// Whether it is the same score but for rounding: what is counted is equal, and what is computed
    /// with functions whose last bit another release may have otherwise, to 12 digits. Intervals are
    /// not compared: another release may know better ones.
    pub fn is_close_to(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Classification(a), Self::Classification(b)) => {
                (a.rows, a.weight, a.correct, a.baseline_correct)
                    == (b.rows, b.weight, b.correct, b.baseline_correct)
                    && is_close(a.effective_rows, b.effective_rows, 0.0)
                    && is_close(a.log_loss, b.log_loss, 0.0)
                    && is_close(a.baseline_log_loss, b.baseline_log_loss, 0.0)
            }
            (Self::Regression(a), Self::Regression(b)) => {
                // R² is 1 minus a ratio: that is its scale.
                a.rows == b.rows
                    && is_close(a.mae, b.mae, 0.0)
                    && is_close(a.rmse, b.rmse, 0.0)
                    && are_close(a.r2, b.r2)
                    && is_close(a.median_absolute_error, b.median_absolute_error, 0.0)
                    && are_close(a.explained_variance, b.explained_variance)
                    && is_close(a.baseline_mae, b.baseline_mae, 0.0)
                    && is_close(a.baseline_rmse, b.baseline_rmse, 0.0)
            }
            _ => false,
        }
    }

    /// The number of rows that weigh something.
    pub fn rows(&self) -> u64 {
        match self {
            Self::Classification(score) => score.rows,
            Self::Regression(score) => score.rows,
        }
    }

    /// The accuracy, in classification.
    pub fn accuracy(&self) -> Option<f64> {
        match self {
            Self::Classification(score) => Some(score.accuracy()),
            Self::Regression(_) => None,
        }
    }

    /// R², in regression where the targets are not all the same.
    pub fn r2(&self) -> Option<f64> {
        match self {
            Self::Classification(_) => None,
            Self::Regression(score) => score.r2,
        }
    }
}

/// Whether two numbers are equal but for rounding, relative to the largest of them and `scale`.
fn is_close(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= ROUNDING * a.abs().max(b.abs()).max(scale)
}

/// Whether two ratios are, or both do not exist.
fn are_close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => is_close(a, b, 1.0),
        (a, b) => a.is_none() && b.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracy_is_the_share_of_the_weight_that_was_predicted_right() {
        let answers = [(0, 0), (1, 0), (1, 1), (1, 1)].map(|(class, predicted)| Answer {
            class,
            predicted,
            log_loss: 0.5,
        });
        let score = AccuracyScore::new(&answers, None, &[1, 3]);
        assert_eq!(HeldOutScore::Classification(score).accuracy(), Some(0.75));
    }
}
