//! Class probabilities and classes of new rows, block by block: all trees see one block of rows
//! before the next block is touched.

use std::ops::Range;

use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};
use rayon::prelude::*;

use super::Forest;
use super::features::Features;
use crate::{Error, Result};

impl Forest {
    /// For each row of `x` (rows × features) the probability of each class (rows × classes): the
    /// mean of the class distributions of the leaves that the row falls into.
    ///
    /// # Errors
    /// Another number of features than the forest was fitted on.
    pub fn predict_proba(&self, x: ArrayView2<f32>) -> Result<Array2<f64>> {
        let blocks = self.map_blocks(&x.into(), |_, proba| proba.to_vec())?;
        Array2::from_shape_vec((x.nrows(), self.n_classes), blocks.concat())
            .map_err(|error| linfa::Error::from(error).into())
    }

    /// For each row of `x` (rows × features) the most probable class, the lowest of equals.
    ///
    /// # Errors
    /// Another number of features than the forest was fitted on.
    pub fn predict_classes(&self, x: ArrayView2<f32>) -> Result<Vec<u32>> {
        let classes = |proba: &[f64]| proba.chunks(self.n_classes).map(argmax).collect();
        let blocks: Vec<Vec<u32>> = self.map_blocks(&x.into(), |_, proba| classes(proba))?;
        Ok(blocks.concat())
    }

    /// Calls `f` for blocks of rows, in parallel, with the rows' numbers and their probabilities,
    /// row by row; returns what it returned, in the order of the rows. The blocks are the same on
    /// any number of threads.
    pub(crate) fn map_blocks<T: Send>(
        &self,
        x: &Features,
        f: impl Fn(Range<usize>, &[f64]) -> T + Sync,
    ) -> Result<Vec<T>> {
        if x.n_features() != self.n_features {
            let (found, expected) = (x.n_features(), self.n_features);
            return Err(Error::data(format!(
                "the rows have {found} features, the forest was fitted on {expected}"
            )));
        }
        Ok(row_blocks(x.n_rows(), self.n_classes)
            .into_par_iter()
            .map(|rows| {
                let block = x.block(rows.clone());
                let features: Vec<&[f32]> = block.chunks(self.n_features).collect();
                let mut proba = vec![0.0; rows.len() * self.n_classes];
                for tree in &self.trees {
                    let sums = proba.chunks_mut(self.n_classes);
                    for (leaf, sums) in tree.leaves(&features).zip(sums) {
                        self.add_vote(leaf, sums);
                    }
                }
                let n_trees = self.trees.len() as f64;
                for sum in &mut proba {
                    *sum /= n_trees;
                }
                f(rows, &proba)
            })
            .collect())
    }

    /// Adds the class distribution of a leaf.
    pub(super) fn add_vote(&self, leaf: u32, sums: &mut [f64]) {
        for (class, probability) in self.leaves.get(leaf) {
            sums[class as usize] += probability;
        }
    }
}

/// Ranges of rows that together are all rows: small enough for the cache and, where there are many
/// classes, for memory.
pub(super) fn row_blocks(n_rows: usize, n_classes: usize) -> Vec<Range<usize>> {
    let step = (65_536 / n_classes.max(1)).clamp(1, 256);
    (0..n_rows).step_by(step).map(|start| start..n_rows.min(start + step)).collect()
}

/// The position of the greatest value, the lowest of equals.
pub(crate) fn argmax<'a>(values: impl IntoIterator<Item = &'a f64>) -> u32 {
    let mut best = (0, f64::NEG_INFINITY);
    for (&value, position) in values.into_iter().zip(0..) {
        if value > best.1 {
            best = (position, value);
        }
    }
    best.0
}

/// Predicts class codes.
///
/// # Panics
/// If the rows have another number of features than the forest was fitted on, or `y` another length
/// than there are rows; linfa's trait leaves no room for an error. [`Forest::predict_classes`]
/// returns one.
impl<D: Data<Elem = f32>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for Forest {
    fn predict_inplace<'a>(&'a self, x: &'a ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        let classes = self.predict_classes(x.view()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(classes.len(), y.len(), "a target for each row");
        *y = classes.into_iter().map(|class| class as usize).collect();
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}
