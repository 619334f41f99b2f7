//! Algorithms that a forest is compared with: fitted on some rows of a table, asked for others.
//!
//! They are linfa's but for logistic regression, with the settings that scikit-learn has unless told otherwise, and
//! get the features as `models/encoder.rs` makes numbers of them.

#[cfg(feature = "linfa-models")]
mod models;
#[cfg(not(feature = "linfa-models"))]
#[path = "without_linfa.rs"]
mod models;
pub(super) mod remark;
mod same_answer;
mod training;

use std::time::Instant;

use serde::Serialize;

use crate::data::Table;
use crate::data::split::Parts;
use crate::model::table_check;
use crate::names::names;
use crate::{Error, Result, Task};

use remark::RivalRemark;
use same_answer::SameAnswer;
use training::Training;

/// An algorithm that a forest is to be compared with.
///
/// Answers are the same on any number of threads. On another kind of machine the last digits of linear models and of
/// naive Bayes can differ: products of matrices are rounded as the processor can, and linfa takes the platform's
/// logarithms.
///
/// ```
/// use forest::data::split::Split;
/// use forest::data::{ReadOptions, Table};
/// use forest::validation::Rival;
///
/// let table = Table::read("examples/data/iris.csv", &ReadOptions::new("species"))?;
/// let parts = table.parts(&Split { test_size: 0.2, random_state: 42, stratify: true })?;
/// let answers = Rival::Baseline.fit_predict(&table, &parts, 1)?;
/// assert_eq!(answers.outputs[..3], [1.0 / 3.0; 3]);
/// # Ok::<(), forest::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rival {
    /// Heeds no feature: the shares of the training rows' classes, or the mean of their targets.
    Baseline,
    /// Logistic regression with an L2 penalty of ½ ‖w‖² beside the sum of the rows' log losses, which is
    /// scikit-learn's `C=1`; for numbers, least squares.
    Linear,
    /// Gaussian naive Bayes: within a class each feature is normal, and independent of the others. Classes only.
    NaiveBayes,
    /// The 5 nearest training rows, by Euclidean distance: their shares of classes, or the mean of their targets.
    NearestNeighbours,
}

names!(Rival {
    Baseline: "baseline",
    Linear: "linear",
    NaiveBayes: "naive-bayes",
    NearestNeighbours: "nearest-neighbours",
});

/// What a rival says of the rows that it was not fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct RivalAnswers {
    /// Row by row: the probability of each class, 0 of one that no training row has; or the value.
    pub outputs: Vec<f64>,
    /// The seconds that fitting took, with all that is made of the features for it.
    pub fit_seconds: f64,
    /// The seconds that the answers took, likewise.
    pub predict_seconds: f64,
    /// The bytes that the numbers take which were fitted.
    pub bytes: u64,
    /// What the reader of the answers should know.
    pub remarks: Vec<RivalRemark>,
}

impl Rival {
    /// Whether it can predict this.
    pub fn suits(self, task: Task) -> bool {
        self != Self::NaiveBayes || task == Task::Classification
    }

    /// Fits it on the rows of `parts.train`, and asks it for those of `parts.test`. The `seed` matters only to
    /// nearest neighbours of a table that is [too large](RivalRemark::Sampled) for all its rows.
    ///
    /// Rows count by the table's weights where the algorithm heeds weights ([`RivalRemark::WeightsUnheeded`]).
    /// Of the features, numbers and dates are standardised by the training rows, a missing value being their
    /// mean, and beside a feature that misses values is 1 where it does, else 0. A category is such a number
    /// for each of its levels, of the 50 most frequent ones if there are more.
    ///
    /// # Errors
    /// A rival that does not [suit](Self::suits) the target; one of linfa's in a build without the feature
    /// `linfa-models`; a table whose parts disagree, or infinite features; no training row that weighs anything;
    /// rows that the table does not have; numbers that do not fit in memory, or are beyond what can be
    /// calculated with.
    pub fn fit_predict(self, table: &Table, parts: &Parts, seed: u64) -> Result<RivalAnswers> {
        if !self.suits(table.target.values.task()) {
            return Err(Error::setting(format!(
                "{self} tells classes apart, and the target is numbers"
            ))
            .with_help(format!("leave out {self}")));
        }
        table_check::check(table)?;
        let started = Instant::now();
        let training = Training::new(table, parts)?;
        let same = SameAnswer::fit(&training);
        let mut remarks = Vec::new();
        let answers = match self {
            Self::Baseline => None,
            _ => models::answers(self, &training, &parts.test, seed, &mut remarks)?,
        };
        let answers = answers.unwrap_or_else(|| {
            let fit_seconds = started.elapsed().as_secs_f64();
            if self != Self::Baseline {
                remarks.push(RivalRemark::NothingToLearn);
            }
            let outputs = same.outputs.repeat(parts.test.len());
            let predict_seconds = started.elapsed().as_secs_f64() - fit_seconds;
            let bytes = size_of_val(&*same.outputs) as u64;
            RivalAnswers { outputs, fit_seconds, predict_seconds, bytes, remarks: Vec::new() }
        });
        if answers.outputs.iter().any(|output| !output.is_finite()) {
            let message = format!("{self} comes to numbers that are too large to calculate with");
            return Err(Error::data(message).with_help("are there features of extreme values?"));
        }
        Ok(RivalAnswers { remarks, ..answers })
    }
}
