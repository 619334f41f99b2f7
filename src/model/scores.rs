//! How good a model was on the rows held out.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::Task;
use crate::forest::argmax;
use crate::metrics::interval::{Interval, effective_rows, wilson, wilson_proportion};
use crate::metrics::whole::Whole;
use crate::metrics::{RegressionScores, log_loss_of};

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
}

/// A row of known class that was predicted.
pub(crate) struct Answer {
    class: u32,
    pub(crate) predicted: u32,
    /// `−ln p`, `p` being the probability given to the class.
    log_loss: f64,
}

impl Answer {
    /// The answer to a row of this class that was given these probabilities.
    pub(crate) fn new(class: u32, proba: &[f64]) -> Self {
        Self { class, predicted: argmax(proba), log_loss: log_loss_of(proba[class as usize]) }
    }
}

impl AccuracyScore {
    /// Of answers, each of which weighs 1 or what `weights` says, and one of which weighs something;
    /// `majority` is the class with the most training rows.
    pub(crate) fn new(
        answers: impl IntoIterator<Item = Answer>,
        weights: Option<&[f64]>,
        majority: u32,
    ) -> Self {
        let (mut rows, mut weight, mut log_loss) = (0, 0.0, 0.0);
        let (mut correct, mut baseline_correct) = (0.0, 0.0);
        for (row, answer) in answers.into_iter().enumerate() {
            let w = weights.map_or(1.0, |weights| weights[row]);
            rows += u64::from(w > 0.0);
            weight += w;
            correct += if answer.predicted == answer.class { w } else { 0.0 };
            baseline_correct += if majority == answer.class { w } else { 0.0 };
            log_loss += w * answer.log_loss;
        }
        let effective_rows = weights.map_or(rows as f64, effective_rows);
        log_loss /= weight;
        Self { rows, weight, effective_rows, correct, baseline_correct, log_loss }
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

/// Serialized with the numbers that follow from the counts.
impl Serialize for AccuracyScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut score = serializer.serialize_struct("AccuracyScore", 8)?;
        score.serialize_field("rows", &self.rows)?;
        score.serialize_field("weight", &Whole(self.weight))?;
        score.serialize_field("correct", &Whole(self.correct))?;
        score.serialize_field("accuracy", &self.accuracy())?;
        score.serialize_field("interval", &self.interval())?;
        score.serialize_field("baseline_correct", &Whole(self.baseline_correct))?;
        score.serialize_field("baseline", &self.baseline())?;
        score.serialize_field("log_loss", &self.log_loss)?;
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
