//! How good answers to some rows of a table are, and how good one answer for all of them is.

use ndarray::{Array2, ArrayView1};

use super::Model;
use super::prepare::features;
use super::table_rows::TableRows;
use crate::data::Table;
use crate::forest::class_counts;
use crate::metrics::{
    ClassificationScores, RegressionScores, Scores, class_shares, majority_class,
};
use crate::{Decision, Error, Result, Target};

/// Always giving the same answer: what a model has to beat.
#[derive(Clone, Debug, PartialEq)]
pub enum Baseline {
    /// The training rows of each class: the answer is the most frequent one, and the probabilities are their
    /// [shares](class_shares).
    Classes(Vec<u64>),
    /// The mean of the training targets.
    Number(f64),
}

impl Baseline {
    /// How good it is for rows of these targets, each of which weighs 1 or what `weights` says.
    ///
    /// # Panics
    /// If the targets are of another task, or the weights are not as [`metrics`](crate::metrics) wants them.
    pub fn scores(&self, target: Target, weights: Option<&[f64]>) -> Scores {
        match (self, target) {
            (Self::Classes(rows), Target::Classes { codes, .. }) => {
                let shares = class_shares(rows);
                let same = vec![majority_class(rows); codes.len()];
                let shares = ArrayView1::from(&shares);
                let proba = shares.broadcast((codes.len(), rows.len()));
                let proba = proba.expect("a row of shares is as long as a row");
                let scores = ClassificationScores::new(codes, &same, proba, weights);
                Scores::Classification(Box::new(scores))
            }
            (&Self::Number(mean), Target::Values(numbers)) => {
                let same = vec![mean; numbers.len()];
                let scores = RegressionScores::new(numbers, &same, mean, weights);
                Scores::Regression(Box::new(scores))
            }
            _ => panic!("a baseline of the same task"),
        }
    }

    /// That of training on some rows of a table.
    pub(crate) fn of_rows(table: &Table, rows: &[usize]) -> Self {
        let part = TableRows::new(table, rows);
        match part.target() {
            Target::Classes { codes, n_classes } => Self::Classes(class_counts(codes, n_classes)),
            Target::Values(_) => Self::Number(part.mean()),
        }
    }

    /// How good outputs are for rows of these targets, each of which weighs 1 or what `weights` says: row by row
    /// the probability of each class, or a value.
    ///
    /// # Errors
    /// Targets of another task; outputs for another number of rows.
    ///
    /// # Panics
    /// If the weights are not as [`metrics`](crate::metrics) wants them.
    pub fn score(
        &self,
        outputs: Vec<f64>,
        decision: &Decision,
        target: Target,
        weights: Option<&[f64]>,
    ) -> Result<Scores> {
        match (self, target) {
            (Self::Classes(_), Target::Classes { codes, n_classes }) => {
                let classes: Vec<u32> =
                    outputs.chunks(n_classes).map(|proba| decision.decide(proba)).collect();
                let proba = Array2::from_shape_vec((codes.len(), n_classes), outputs)
                    .map_err(|error| Error::data(error.to_string()))?;
                let scores = ClassificationScores::new(codes, &classes, proba.view(), weights);
                Ok(Scores::Classification(Box::new(scores)))
            }
            (&Self::Number(mean), Target::Values(numbers)) if numbers.len() == outputs.len() => {
                let scores = RegressionScores::new(numbers, &outputs, mean, weights);
                Ok(Scores::Regression(Box::new(scores)))
            }
            _ => Err(Error::data(format!("the targets are for {}, or other rows", target.task()))),
        }
    }

    /// How good outputs are for rows of a table.
    ///
    /// # Errors
    /// As [`score`](Self::score); rows that weigh nothing.
    pub(crate) fn score_table(
        &self,
        table: &Table,
        rows: &[usize],
        outputs: Vec<f64>,
        decision: &Decision,
    ) -> Result<TableScores> {
        let part = TableRows::new(table, rows);
        if rows.is_empty() || part.weighs_nothing() {
            return Err(Error::data("there are no rows to score, or they weigh nothing"));
        }
        let (target, weights) = (part.target(), part.weights.as_deref());
        Ok(TableScores {
            scores: self.score(outputs, decision, target, weights)?,
            baseline: self.scores(target, weights),
        })
    }
}

/// How good a model is on some rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableScores {
    /// The model.
    pub scores: Scores,
    /// The [`Baseline`] of its training rows.
    pub baseline: Scores,
}

impl Model {
    /// What always giving the same answer would be, by the training rows.
    pub fn baseline(&self) -> Baseline {
        self.mean_target().map_or_else(|| Baseline::Classes(self.class_rows()), Baseline::Number)
    }

    /// Scores the model on rows of the table that it was trained on, with the table's weights.
    ///
    /// ```
    /// use forest::data::Table;
    /// use forest::data::synth::MakeClassification;
    /// use forest::metrics::Metric;
    /// use forest::{Model, TrainOptions};
    ///
    /// let table = Table::synthetic(MakeClassification::default())?;
    /// let options = TrainOptions::default();
    /// let model = Model::train(&table, &options)?;
    /// let held_out = table.parts(&options.split)?.test;
    /// let scored = model.score_rows(&table, &held_out)?;
    /// assert!(scored.scores.get(Metric::RocAuc) > Some(0.9));
    /// assert_eq!(scored.baseline.get(Metric::RocAuc), Some(0.5));
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// A table with other features or another task; rows that weigh nothing.
    pub fn score_rows(&self, table: &Table, rows: &[usize]) -> Result<TableScores> {
        let outputs = self.outputs_of(table, rows)?;
        self.baseline().score_table(table, rows, outputs, self.decision())
    }

    /// The outputs of the forest for rows of the table that it was trained on.
    pub(crate) fn outputs_of(&self, table: &Table, rows: &[usize]) -> Result<Vec<f64>> {
        let columns = self.schema.encode(table);
        let columns = columns.ok_or_else(|| Error::data("the table has other features"))?;
        self.forest.outputs(&features(&columns, rows))
    }
}
