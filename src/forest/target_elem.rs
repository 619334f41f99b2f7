//! What the targets of a data set may be, and what is fitted on them: a classifier or a regressor.

use ndarray::ArrayView1;

use super::Forest;
use super::classifier::{ClassLabel, Classifier};
use super::oob::OutOfBag;
use super::regressor::Regressor;
use super::target::Target;
use crate::Result;

/// The type of a target: a [`ClassLabel`], on which a [`Classifier`] is fitted, or `f32` or `f64`, on
/// which a [`Regressor`] is.
///
/// There are no others: a type of labels of your own implements [`ClassLabel`].
pub trait TargetElem: sealed::Sealed + Sized {
    /// What is fitted on such targets.
    type Fitted;

    /// Hands `fit` the targets as a forest takes them, and gives what it makes of them.
    #[doc(hidden)]
    fn fit(
        targets: ArrayView1<Self>,
        fit: impl FnOnce(Target) -> Result<(Forest, Option<OutOfBag>)>,
    ) -> Result<Self::Fitted>;
}

impl<L: ClassLabel> TargetElem for L {
    type Fitted = Classifier<L>;

    fn fit(
        targets: ArrayView1<L>,
        fit: impl FnOnce(Target) -> Result<(Forest, Option<OutOfBag>)>,
    ) -> Result<Classifier<L>> {
        let mut labels: Vec<&L> = targets.iter().collect();
        labels.sort_unstable();
        labels.dedup();
        let code = |label| labels.partition_point(|&other| other < label) as u32;
        let codes: Vec<u32> = targets.iter().map(code).collect();
        let (forest, rows) = fit(Target::Classes { codes: &codes, n_classes: labels.len() })?;
        Ok(Classifier {
            forest,
            labels: labels.into_iter().cloned().collect(),
            oob_score: rows.map(|rows| rows.score),
        })
    }
}

macro_rules! numbers {
    ($($number:ty)*) => { $(
        impl sealed::Sealed for $number {}

        impl TargetElem for $number {
            type Fitted = Regressor<$number>;

            fn fit(
                targets: ArrayView1<$number>,
                fit: impl FnOnce(Target) -> Result<(Forest, Option<OutOfBag>)>,
            ) -> Result<Regressor<$number>> {
                let values: Vec<f64> = targets.iter().map(|&value| value.into()).collect();
                let (forest, rows) = fit(Target::Values(&values))?;
                Ok(Regressor::new(forest, rows))
            }
        }
    )* };
}

numbers! { f32 f64 }

mod sealed {
    /// What is implemented here alone.
    pub trait Sealed {}

    impl<L: super::ClassLabel> Sealed for L {}
}
