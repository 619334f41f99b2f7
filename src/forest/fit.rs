//! Grows the trees of a forest, each from its own random stream, on any number of threads.

use linfa::DatasetBase;
use linfa::dataset::{AsSingleTargets, AsTargets};
use linfa::traits::Fit;
use ndarray::{ArrayBase, ArrayView2, Data, Ix2};

use super::features::Features;
use super::params::ForestValidParams;
use super::target::Target;
use super::tree_trainer::TreeTrainer;
use super::{Forest, check};
use crate::tree::grown::Grown;
use crate::tree::leaves::LeavesBuilder;
use crate::tree::ranks::Ranks;
use crate::{Error, Result, memory, threads};

/// What a row takes while a tree is grown: its draws, itself, and itself with a rank.
const BYTES_A_SAMPLE: usize = 32;

/// Fits a forest on rows of `f32` features, finite or missing (NaN), and class codes from 0. The
/// weights of the data set's rows count as in [`Forest::fit`].
///
/// # Errors
/// As [`Forest::fit`].
impl<D: Data<Elem = f32>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, Error>
    for ForestValidParams
{
    type Object = Forest;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Forest> {
        let targets = AsTargets::as_targets(dataset);
        let n_classes = targets.iter().max().map_or(0, |&class| class.saturating_add(1));
        check::class_count(n_classes)?;
        let codes: Vec<u32> = targets.iter().map(|&class| class as u32).collect();
        let weights: Option<Vec<f64>> =
            dataset.weights().map(|weights| weights.iter().map(|&weight| weight.into()).collect());
        let target = Target::Classes { codes: &codes, n_classes };
        Forest::fit(self, dataset.records().view(), target, weights.as_deref(), &|| ())
    }
}

impl Forest {
    /// Fits a forest on `x` (rows × features; NaN is a missing value) and a target for each row.
    /// `on_tree` is called, on any thread, whenever a tree is done.
    ///
    /// A row's weight multiplies its draws and its class's weight wherever rows are counted: in
    /// impurities, leaves and importances, and in balanced class weights. It does not change how
    /// often the row is drawn, nor the limits that count rows. Rows of weight 0 are left out of
    /// every tree.
    ///
    /// ```
    /// use forest::{Forest, ForestParams, Target};
    /// use linfa::ParamGuard;
    /// use ndarray::array;
    ///
    /// let x = array![[0.0_f32], [1.0], [f32::NAN], [5.0]];
    /// let params = ForestParams::new().n_trees(10).bootstrap(false).check()?;
    /// let forest = Forest::fit(&params, x.view(), Target::Values(&[1.0, 1.0, 2.5, 4.0]), None, &|| ())?;
    /// assert_eq!(forest.predict_values(x.view())?, [1.0, 1.0, 2.5, 4.0]);
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// A table without rows or features, with an infinite value; one class only or more than
    /// [`MAX_CLASSES`](crate::MAX_CLASSES); targets that are not finite, larger than 1e150 or all the same; weights
    /// that are negative, not finite, all 0, or not one for each row; targets that are not one for each
    /// row, or a class code that is not below the number of classes; settings that do not fit the table
    /// or the task.
    pub fn fit(
        params: &ForestValidParams,
        x: ArrayView2<f32>,
        target: Target,
        weights: Option<&[f64]>,
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<Self> {
        params.on_threads(|| Self::fit_rows(params, &x.into(), target, weights, on_tree))
    }

    /// [`fit`](Self::fit) on some rows of a table, and on the current threads; targets and weights are
    /// those of these rows.
    pub(crate) fn fit_rows(
        params: &ForestValidParams,
        x: &Features,
        target: Target,
        weights: Option<&[f64]>,
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<Self> {
        let params = &params.resolve_for(target.task())?;
        check::table(params, x, target, weights)?;
        check_memory(params, x)?;
        let ranks = x.ranks(params.max_bins)?;
        check::missing_values(params, &ranks)?;
        let trainer = TreeTrainer::new(params, ranks, target, weights)?;
        let grown: Vec<Grown> = threads::try_map(0..params.n_trees as u64, |tree| {
            trainer.grow(tree).inspect(|_| on_tree())
        })?;

        let importances = mean_importances(&grown, x.n_features());
        let mut leaves = LeavesBuilder::default();
        let numbers: Vec<_> = grown.iter().map(|grown| grown.number_leaves(&mut leaves)).collect();
        let numbered: Vec<_> = grown.into_iter().zip(numbers).collect();
        let trees = threads::map(numbered, |(grown, numbers)| grown.into_tree(&numbers));
        let leaves = trainer.leaves(leaves.finish())?;
        Ok(Self { n_features: x.n_features(), trees, leaves, importances })
    }
}

/// Refuses a table whose ranks do not fit in memory, or what the trees take besides their nodes.
fn check_memory(params: &ForestValidParams, x: &Features) -> Result<()> {
    let (n_rows, n_features) = (x.n_rows(), x.n_features());
    let samples = n_rows.saturating_mul(threads::count() * BYTES_A_SAMPLE);
    let importances = params.n_trees.saturating_mul(n_features * size_of::<f64>());
    let bytes = Ranks::bytes(n_rows, n_features).saturating_add(samples);
    let bytes = bytes.saturating_add(importances);
    memory::check(bytes, || {
        format!("fitting {} trees on {n_rows} rows × {n_features} features", params.n_trees)
    })
    .map_err(|message| {
        Error::data(message).with_help("fit fewer trees, or on fewer rows or features")
    })
}

/// Each tree's importances normalised, summed in tree order, normalised again.
fn mean_importances(grown: &[Grown], n_features: usize) -> Vec<f64> {
    let mut mean = vec![0.0; n_features];
    for tree in grown {
        add_normalised(&mut mean, &tree.importances);
    }
    let mut normalised = vec![0.0; n_features];
    add_normalised(&mut normalised, &mean);
    normalised
}

fn add_normalised(sums: &mut [f64], addends: &[f64]) {
    let total: f64 = addends.iter().sum();
    if total > 0.0 {
        for (sum, addend) in sums.iter_mut().zip(addends) {
            *sum += addend / total;
        }
    }
}
