//! Whether more rows or more trees would help: scores by how many of them there are.

use super::cross_validation::{Algorithm, CrossValidation, FoldScores};
use crate::names::names;
use crate::parameter::sentence;
use crate::{Error, Parameter, Result, TrainOptions};
use linfa::ParamGuard;

/// The fewest rows that are trained on.
const MIN_ROWS: usize = 16;

/// What a learning curve varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// Training rows: an eighth, a quarter, half and all of a fold's.
    Rows,
    /// Trees: an eighth, a quarter, half, all and twice as many as the options say.
    Trees,
}

names!(Curve { Rows: "rows", Trees: "trees" });

/// Scores with a number of rows or trees.
#[derive(Clone, Debug)]
pub struct CurvePoint {
    /// How many there are; of rows in the largest fold's training rows, at most.
    pub size: u64,
    /// How good that is.
    pub folds: Vec<FoldScores>,
}

impl Curve {
    /// The numbers of rows or trees, in rising order.
    ///
    /// # Errors
    /// Settings that are wrong; too few rows or trees for two different numbers.
    pub fn sizes(
        self,
        cross_validation: &CrossValidation,
        options: &TrainOptions,
    ) -> Result<Vec<usize>> {
        let (most, parts, least, by) = match self {
            Self::Rows => {
                let rows = cross_validation.folds().iter().map(|fold| fold.parts().train.len());
                (rows.max().unwrap_or(0), &[8, 4, 2, 1][..], MIN_ROWS, Parameter("n_folds"))
            }
            Self::Trees => {
                let n_trees = options.forest.check_ref()?.n_trees();
                (2 * n_trees, &[16, 8, 4, 2, 1][..], 1, Parameter("n_trees"))
            }
        };
        let mut sizes: Vec<usize> =
            parts.iter().map(|part| most / part).filter(|&n| n >= least).collect();
        sizes.dedup();
        if sizes.len() < 2 {
            let wrong = format!("there are too few {self} for a learning curve: {most} at most");
            return Err(Error::setting(wrong).with_help(sentence![
                "raise ",
                by,
                ", or bring more rows"
            ]));
        }
        Ok(sizes)
    }
}

/// Cross-validates a forest with each of these numbers of rows or trees.
///
/// # Errors
/// As [`CrossValidation::run`].
pub fn learning_curve(
    cross_validation: &CrossValidation,
    options: &TrainOptions,
    curve: Curve,
    sizes: &[usize],
) -> Result<Vec<CurvePoint>> {
    let point = |&size: &usize| {
        let folds = match curve {
            Curve::Rows => {
                let fewer = cross_validation.clone().train_rows(size);
                fewer.run(&Algorithm::forest(options.clone()))
            }
            Curve::Trees => {
                let forest = options.forest.clone().n_trees(size);
                cross_validation.run(&Algorithm::forest(TrainOptions { forest, ..options.clone() }))
            }
        }?;
        Ok(CurvePoint { size: size as u64, folds })
    };
    sizes.iter().map(point).collect()
}
