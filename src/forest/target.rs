//! What a forest learns to predict: classes or numbers.

use crate::Task;

/// What a forest is to predict for each row that it is fitted on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Target<'a> {
    /// Classes.
    Classes {
        /// A class code for each row, below `n_classes`.
        codes: &'a [u32],
        /// How many classes there are; not all of them have to occur.
        n_classes: usize,
    },
    /// A number for each row, of size 1e150 at most.
    Values(&'a [f64]),
}

impl Target<'_> {
    /// What a forest fitted on it predicts.
    pub fn task(&self) -> Task {
        match self {
            Self::Classes { .. } => Task::Classification,
            Self::Values(_) => Task::Regression,
        }
    }

    /// The number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        match self {
            Self::Classes { codes, .. } => codes.len(),
            Self::Values(values) => values.len(),
        }
    }
}
