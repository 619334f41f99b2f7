//! The rows that a rival is fitted on, with their targets and weights.

use crate::data::split::Parts;
use crate::data::{Table, TargetValues, check_weights};
use crate::{Error, Result};

/// Those of a part's rows that weigh anything.
pub(super) struct Training<'a> {
    pub(super) table: &'a Table,
    pub(super) rows: Vec<usize>,
    /// Of each row; `None` if all are the same.
    pub(super) weights: Option<Vec<f64>>,
}

impl<'a> Training<'a> {
    /// Of a table whose parts agree.
    ///
    /// # Errors
    /// A row that the table does not have; none that weighs anything.
    pub(super) fn new(table: &'a Table, parts: &Parts) -> Result<Self> {
        let n_rows = table.n_rows();
        if let Some(row) = parts.train.iter().chain(&parts.test).find(|row| **row >= n_rows) {
            return Err(Error::data(format!("there is no row {row}: the table has {n_rows}")));
        }
        let Some(weights) = &table.weights else {
            return Self { table, rows: parts.train.clone(), weights: None }.checked();
        };
        let mut rows = parts.train.clone();
        rows.retain(|&row| weights[row] > 0.0);
        let weights: Vec<f64> = rows.iter().map(|&row| weights[row]).collect();
        if !parts.train.is_empty() {
            check_weights(Some(&weights))?;
        }
        let differ = weights.iter().any(|weight| *weight != weights[0]);
        Self { table, rows, weights: differ.then_some(weights) }.checked()
    }

    fn checked(self) -> Result<Self> {
        if self.rows.is_empty() {
            return Err(Error::data("there are no rows to train on"));
        }
        Ok(self)
    }

    /// How much a row counts, by its place among the rows.
    pub(super) fn weight(&self, place: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[place])
    }

    /// The number of classes of the table; `None` if the target is numbers.
    pub(super) fn n_classes(&self) -> Option<usize> {
        self.table.target.values.classes().map(|(names, _)| names.len())
    }

    /// The rows' classes, or their values.
    pub(super) fn targets(&self) -> Vec<f64> {
        let target = |&row: &usize| match &self.table.target.values {
            TargetValues::Classes { codes, .. } => f64::from(codes[row]),
            TargetValues::Numbers(numbers) => numbers[row],
        };
        self.rows.iter().map(target).collect()
    }
}
