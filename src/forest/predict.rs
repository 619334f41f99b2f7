//! Predictions for new rows, block by block: all trees see one block of rows before the next block is
//! touched.

use std::ops::Range;

use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};

use super::Forest;
use super::decision::Decision;
use super::features::Features;
use crate::{Error, Result, Task, threads};

/// The minimum number of rows of a block, if there are as many …
const ROWS_A_BLOCK: usize = 1024;

/// … and does not have more features, each twice, than these; …
const VALUES_A_BLOCK: usize = 1 << 20;

/// … nor do the blocks that all threads work on have more outputs.
const OUTPUTS_AT_A_TIME: usize = 1 << 21;

impl Forest {
    /// For each row of `x` (rows × features) the probability of each class (rows × classes): the
    /// mean of the class distributions of the leaves that the row falls into.
    ///
    /// # Errors
    /// Another number of features than the forest was fitted on; a forest that predicts values.
    pub fn predict_proba<'a>(&self, x: impl Into<Features<'a>>) -> Result<Array2<f64>> {
        self.expect(Task::Classification)?;
        self.predict_outputs(x)
    }

    /// For each row of `x` (rows × features) the most probable class, the lowest of equals. A model may
    /// decide otherwise: [`Model::predict_classes`](crate::Model::predict_classes).
    ///
    /// # Errors
    /// Another number of features than the forest was fitted on; a forest that predicts values.
    pub fn predict_classes<'a>(&self, x: impl Into<Features<'a>>) -> Result<Vec<u32>> {
        self.predict_decided(x, &Decision::MostProbable)
    }

    /// For each row of `x` (rows × features) the class that follows from its probabilities.
    ///
    /// # Errors
    /// Another number of features than the forest was fitted on; a forest that predicts values; a
    /// decision between other classes.
    pub fn predict_decided<'a>(
        &self,
        x: impl Into<Features<'a>>,
        decision: &Decision,
    ) -> Result<Vec<u32>> {
        self.expect(Task::Classification)?;
        decision.check(self.n_classes())?;
        let (x, n_outputs) = (x.into(), self.n_outputs());
        let classes =
            |proba: &[f64]| proba.chunks(n_outputs).map(|proba| decision.decide(proba)).collect();
        let blocks: Vec<Vec<u32>> = self.map_blocks(&x, |_, proba| classes(proba))?;
        Ok(blocks.concat())
    }

    /// For each row of `x` (rows × features) the value: the mean of those of the leaves that the row
    /// falls into, which are the weighted means of their training targets.
    ///
    /// # Errors
    /// Another number of features than the forest was fitted on; a forest that predicts classes.
    pub fn predict_values<'a>(&self, x: impl Into<Features<'a>>) -> Result<Vec<f64>> {
        self.expect(Task::Regression)?;
        self.outputs(&x.into())
    }

    /// For each row of `x` (rows × features) the forest's outputs (rows ×
    /// [`n_outputs`](Self::n_outputs)): the probability of each class, or the value.
    ///
    /// # Errors
    /// Another number of features than the forest was fitted on.
    pub fn predict_outputs<'a>(&self, x: impl Into<Features<'a>>) -> Result<Array2<f64>> {
        let x = x.into();
        Array2::from_shape_vec((x.n_rows(), self.n_outputs()), self.outputs(&x)?)
            .map_err(|error| linfa::Error::from(error).into())
    }

    /// Likewise by the first trees alone, of each of some numbers of trees, which ascend: how predictions get better with
    /// trees.
    ///
    /// ```
    /// use forest::{ForestParams, Target};
    /// use ndarray::Array2;
    ///
    /// let x = Array2::from_shape_fn((90, 1), |(row, _)| row as f32);
    /// let y: Vec<f64> = (0..90).map(|row| f64::from(row % 9)).collect();
    /// let forest = ForestParams::new().n_trees(20).fitter().fit_forest(x.view(), Target::Values(&y))?;
    /// let staged = forest.predict_staged(x.view(), &[1, 20])?;
    /// assert_eq!(staged[1], forest.predict_outputs(x.view())?);
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`predict_outputs`](Self::predict_outputs); numbers that do not ascend from 1 to at most the number of trees.
    pub fn predict_staged<'a>(
        &self,
        x: impl Into<Features<'a>>,
        n_trees: &[usize],
    ) -> Result<Vec<Array2<f64>>> {
        let x = x.into();
        self.check_features(&x)?;
        let known = 1..=self.n_trees();
        if !n_trees.is_sorted() || !n_trees.iter().all(|n| known.contains(n)) {
            let message =
                format!("{n_trees:?} are not ascending numbers of trees of {}", self.n_trees());
            return Err(Error::setting(message));
        }
        let blocks = threads::map(self.row_blocks(x.n_rows(), self.n_outputs()), |rows| {
            let block = x.block(rows);
            let features = block.rows();
            let mut sums = vec![0.0; features.len() * self.n_outputs()];
            let mut trees = self.trees.iter();
            let mut n_before = 0;
            let stage = |&n: &usize| {
                for tree in trees.by_ref().take(n - n_before) {
                    self.leaves.add_all(None, &tree.leaves(&features), &mut sums);
                }
                n_before = n;
                let mut means: Vec<f64> = sums.iter().map(|sum| sum / n as f64).collect();
                self.calibrate(&mut means);
                means
            };
            n_trees.iter().map(stage).collect::<Vec<_>>()
        });
        let shape = (x.n_rows(), self.n_outputs());
        let of_stage = |stage: usize| {
            let outputs = blocks.iter().flat_map(|stages| &stages[stage]).copied().collect();
            Array2::from_shape_vec(shape, outputs).map_err(|error| linfa::Error::from(error).into())
        };
        (0..n_trees.len()).map(of_stage).collect()
    }

    /// [`predict_outputs`](Self::predict_outputs), row by row.
    pub(crate) fn outputs(&self, x: &Features) -> Result<Vec<f64>> {
        self.check_features(x)?;
        let mut outputs = vec![0.0; x.n_rows() * self.n_outputs()];
        let blocks = self.row_blocks(x.n_rows(), self.n_outputs());
        let n_numbers = blocks.first().map_or(1, |rows| rows.len() * self.n_outputs());
        let parts: Vec<_> = blocks.into_iter().zip(outputs.chunks_mut(n_numbers)).collect();
        let pairs = self.pairs(x);
        threads::for_each(parts, |(rows, outputs)| {
            self.predict_block(x, rows, pairs.as_deref(), outputs);
        });
        Ok(outputs)
    }

    pub(super) fn expect(&self, task: Task) -> Result<()> {
        let (found, help) = match self.task() {
            Task::Classification => ("classes", "ask for classes or their probabilities"),
            Task::Regression => ("values", "ask for values"),
        };
        if self.task() == task {
            return Ok(());
        }
        Err(Error::setting(format!("the forest predicts {found}")).with_help(help))
    }

    /// Calls `f` for blocks of rows, in parallel, with the rows' numbers and their outputs, row by
    /// row; returns what it returned, in the order of the rows. Which rows make a block depends on
    /// the number of threads.
    pub(crate) fn map_blocks<T: Send>(
        &self,
        x: &Features,
        f: impl Fn(Range<usize>, &[f64]) -> T + Sync,
    ) -> Result<Vec<T>> {
        self.check_features(x)?;
        let pairs = self.pairs(x);
        Ok(threads::map(self.row_blocks(x.n_rows(), self.n_outputs()), |rows| {
            let mut outputs = vec![0.0; rows.len() * self.n_outputs()];
            self.predict_block(x, rows.clone(), pairs.as_deref(), &mut outputs);
            f(rows, &outputs)
        }))
    }

    /// What the leaves say as a table, if these rows are worth one.
    fn pairs(&self, x: &Features) -> Option<Vec<[f64; 2]>> {
        self.leaves.pairs(x.n_rows().saturating_mul(self.n_trees()))
    }

    /// Predicts some rows; `outputs` are zeros before.
    fn predict_block(
        &self,
        x: &Features,
        rows: Range<usize>,
        pairs: Option<&[[f64; 2]]>,
        outputs: &mut [f64],
    ) {
        self.predict_means(x, rows, pairs, outputs);
        self.calibrate(outputs);
    }

    /// Makes probabilities of what trees say of rows, where that is not the same.
    fn calibrate(&self, outputs: &mut [f64]) {
        if let Some(calibration) = &self.calibration {
            outputs.chunks_exact_mut(self.n_outputs()).for_each(|row| calibration.apply(row));
        }
    }

    /// For each row of `x`, row by row, the mean of what its trees say, before any calibration.
    pub(crate) fn predict_uncalibrated(&self, x: &Features) -> Result<Vec<f64>> {
        self.check_features(x)?;
        let pairs = self.pairs(x);
        let blocks = threads::map(self.row_blocks(x.n_rows(), self.n_outputs()), |rows| {
            let mut outputs = vec![0.0; rows.len() * self.n_outputs()];
            self.predict_means(x, rows, pairs.as_deref(), &mut outputs);
            outputs
        });
        Ok(blocks.concat())
    }

    /// Adds up and divides what the trees say of some rows; `outputs` are zeros before.
    fn predict_means(
        &self,
        x: &Features,
        rows: Range<usize>,
        pairs: Option<&[[f64; 2]]>,
        outputs: &mut [f64],
    ) {
        let block = x.block(rows);
        let features = block.rows();
        for tree in &self.trees {
            self.leaves.add_all(pairs, &tree.leaves(&features), outputs);
        }
        let n_trees = self.trees.len() as f64;
        for sum in &mut *outputs {
            *sum /= n_trees;
        }
    }

    /// Ranges of rows that together are all rows, all but the last of equal length: one for each
    /// thread, so that a tree that has come into the cache meets many rows, unless there are too few
    /// rows for that or the outputs of that many would be too large.
    pub(super) fn row_blocks(&self, n_rows: usize, n_outputs: usize) -> Vec<Range<usize>> {
        let most_features = VALUES_A_BLOCK / (2 * self.n_features).max(1);
        let most_outputs = OUTPUTS_AT_A_TIME / threads::count() / n_outputs.max(1);
        let most = most_features.min(most_outputs).max(1);
        let step = n_rows.div_ceil(threads::count()).max(ROWS_A_BLOCK).min(most);
        (0..n_rows).step_by(step).map(|start| start..n_rows.min(start + step)).collect()
    }

    /// Refuses rows that the trees were not made for.
    pub(crate) fn check_features(&self, x: &Features) -> Result<()> {
        if x.n_features() != self.n_features {
            let (found, expected) = (x.n_features(), self.n_features);
            return Err(Error::data(format!(
                "the rows have {found} features, the forest was fitted on {expected}"
            )));
        }
        if !x.is_complete() {
            return Err(Error::data("not every row has a value of each feature"));
        }
        Ok(())
    }

    /// Refuses the number of a feature that the forest does not have.
    pub(crate) fn check_feature(&self, feature: usize) -> Result<()> {
        if feature < self.n_features {
            return Ok(());
        }
        Err(Error::setting(format!("feature {feature} is not one of {}", self.n_features)))
    }

    /// Refuses the number of an output that the forest does not have.
    pub(crate) fn check_output(&self, output: usize) -> Result<()> {
        if output < self.n_outputs() {
            return Ok(());
        }
        Err(Error::setting(format!("output {output} is not one of {}", self.n_outputs())))
    }
}

/// Predicts class codes.
///
/// # Panics
/// If the forest predicts values, the rows have another number of features than it was fitted on, or
/// `y` another length than there are rows; linfa's trait leaves no room for an error. [`Forest::predict_classes`]
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
