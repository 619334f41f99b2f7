//! Grows the trees of a forest, each from its own random stream, on any number of threads.

use linfa::DatasetBase;
use linfa::dataset::{AsSingleTargets, AsTargets};
use linfa::traits::Fit;
use ndarray::{ArrayBase, ArrayView2, Data, Ix2};
use rayon::prelude::*;

use super::bootstrap::Bootstrap;
use super::features::Features;
use super::params::{ClassWeight, ForestValidParams, Learner, MaxSamples};
use super::{Forest, MAX_CLASSES, class_counts};
use crate::tree::distribution::DistributionsBuilder;
use crate::tree::grow::{self, GrowSettings};
use crate::tree::random::TreeRng;
use crate::tree::ranks::RankedColumn;
use crate::tree::split::Sample;
use crate::tree::{Grown, MAX_FEATURES, linfa as linfa_tree};
use crate::{Error, Result};

/// Fits a forest on rows of `f32` features, finite or missing (NaN), and class codes from 0.
///
/// # Errors
/// A table without rows or features, with an infinite value, with one class only or more
/// than [`MAX_CLASSES`], with weights; settings that do not fit the table.
impl<D: Data<Elem = f32>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, Error>
    for ForestValidParams
{
    type Object = Forest;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Forest> {
        if dataset.weights().is_some() {
            return Err(Error::data("the data set has weights, which forests do not take yet")
                .help("leave them out, or use class weights"));
        }
        let targets = AsTargets::as_targets(dataset);
        let n_classes = targets.iter().max().map_or(0, |&class| class.saturating_add(1));
        check_class_count(n_classes)?;
        let y: Vec<u32> = targets.iter().map(|&class| class as u32).collect();
        Forest::fit(self, dataset.records().view(), &y, n_classes, &|| ())
    }
}

fn check_class_count(n_classes: usize) -> Result<()> {
    if n_classes > MAX_CLASSES {
        return Err(Error::data(format!("{n_classes} classes: a forest takes {MAX_CLASSES}")));
    }
    Ok(())
}

impl Forest {
    /// Fits a forest on `x` (rows × features; NaN is a missing value) and the class codes `y`, each below `n_classes`.
    /// `on_tree` is called, on any thread, whenever a tree is done.
    ///
    /// # Errors
    /// A table without rows or features, with an infinite value, with one class only or
    /// more than [`MAX_CLASSES`]; settings that do not fit the table.
    ///
    /// # Panics
    /// If `x` and `y` differ in length or a code is not below `n_classes`.
    pub fn fit(
        params: &ForestValidParams,
        x: ArrayView2<f32>,
        y: &[u32],
        n_classes: usize,
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<Self> {
        Self::fit_rows(params, &x.into(), y, n_classes, on_tree)
    }

    /// [`fit`](Self::fit) on some rows of a table.
    pub(crate) fn fit_rows(
        params: &ForestValidParams,
        x: &Features,
        y: &[u32],
        n_classes: usize,
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<Self> {
        assert_eq!(x.n_rows(), y.len(), "a class code for each row");
        let settings = check_table(params, x, y, n_classes)?;
        let fit = || Self::fit_on_current_threads(params, &settings, x, y, on_tree);
        if params.n_threads == 0 {
            return fit();
        }
        rayon::ThreadPoolBuilder::new()
            .num_threads(params.n_threads)
            .build()
            .map_err(|error| Error::setting(format!("--threads {}: {error}", params.n_threads)))?
            .install(fit)
    }

    fn fit_on_current_threads(
        params: &ForestValidParams,
        settings: &GrowSettings,
        x: &Features,
        y: &[u32],
        on_tree: &(dyn Fn() + Sync),
    ) -> Result<Self> {
        let n_classes = settings.n_classes;
        let columns = x.rank_columns()?;
        if params.learner == Learner::Linfa {
            refuse_missing(&columns)?;
        }
        let planter = Planter {
            params,
            settings,
            columns,
            y,
            bootstrap: Bootstrap::new(params, y.len()),
            class_weights: class_weights(&params.class_weight, y, n_classes),
        };
        let grown: Vec<Grown> = (0..params.n_trees as u64)
            .into_par_iter()
            .map(|tree| planter.plant(tree).inspect(|_| on_tree()))
            .collect::<Result<_>>()?;

        let importances = mean_importances(&grown, x.n_features());
        let mut leaves = DistributionsBuilder::default();
        let trees = grown.into_iter().map(|grown| grown.into_tree(&mut leaves)).collect();
        Ok(Self {
            n_features: x.n_features(),
            n_classes,
            trees,
            leaves: leaves.finish(),
            importances,
        })
    }
}

/// Refuses what cannot be fitted; gives the settings of a tree for this table.
fn check_table(
    params: &ForestValidParams,
    x: &Features,
    y: &[u32],
    n_classes: usize,
) -> Result<GrowSettings> {
    check_class_count(n_classes)?;
    if x.n_rows() == 0 || x.n_features() == 0 {
        return Err(Error::data("a forest needs at least one row and one feature")
            .help("look at the table, at --ignore and at --test-size"));
    }
    if x.n_features() > MAX_FEATURES {
        let found = x.n_features();
        return Err(Error::data(format!("{found} features: a forest takes {MAX_FEATURES}")));
    }
    if x.n_rows() > u32::MAX as usize {
        return Err(Error::data(format!("{} rows: a forest takes 4294967295", x.n_rows())));
    }
    if y.iter().all(|&class| class == y[0]) {
        return Err(Error::data("all rows to train on have the same class")
            .help("a forest needs two classes or more: add rows, or check --target"));
    }
    if let ClassWeight::PerClass(weights) = &params.class_weight
        && weights.len() != n_classes
    {
        let found = weights.len();
        return Err(Error::setting(format!("--class-weight names {found} of {n_classes} classes")));
    }
    if let MaxSamples::Count(count) = params.max_samples
        && count > x.n_rows()
    {
        let n_rows = x.n_rows();
        return Err(Error::setting(format!(
            "--max-samples {count} is more than the {n_rows} rows there are to train on"
        ))
        .help(format!("give a number from 1 to {n_rows}, or a part")));
    }
    if params.learner == Learner::Linfa && n_classes > 2 {
        return Err(Error::setting(format!(
            "--learner linfa takes two classes, the table has {n_classes}: with more, linfa-trees \
             adds up impurities in an order that changes from run to run, and the same seed would \
             not give the same forest"
        ))
        .help("use --learner cart"));
    }
    Ok(GrowSettings {
        criterion: params.criterion,
        n_classes,
        max_depth: params.max_depth,
        min_samples_split: params.min_samples_split,
        min_samples_leaf: params.min_samples_leaf,
        max_features: params.max_features.resolve(x.n_features())?,
        max_leaf_nodes: params.max_leaf_nodes,
        min_impurity_decrease: params.min_impurity_decrease,
    })
}

/// Refuses values that linfa-trees cannot tell from numbers.
fn refuse_missing(columns: &[RankedColumn]) -> Result<()> {
    match columns.iter().position(RankedColumn::has_missing) {
        None => Ok(()),
        Some(feature) => Err(Error::setting(format!(
            "--learner linfa takes no missing values, and feature {feature} has some: linfa-trees \
             would compare them as if they were numbers"
        ))
        .help("use --learner cart")),
    }
}

/// All that the trees of a forest share.
struct Planter<'a> {
    params: &'a ForestValidParams,
    settings: &'a GrowSettings,
    columns: Vec<RankedColumn>,
    y: &'a [u32],
    bootstrap: Option<Bootstrap>,
    class_weights: Option<Vec<f64>>,
}

impl Planter<'_> {
    fn plant(&self, tree: u64) -> Result<Grown> {
        let mut rng = TreeRng::new(self.params.seed, tree);
        let mut samples = self.samples(&mut rng);
        if self.params.learner == Learner::Linfa {
            return linfa_tree::grow(&self.columns, &mut samples, self.settings, &mut rng);
        }
        let subsample_weights = (self.params.class_weight == ClassWeight::BalancedSubsample)
            .then(|| balanced(&draws_of(&samples, self.settings.n_classes)));
        let weights = subsample_weights.as_deref().or(self.class_weights.as_deref());
        Ok(grow::grow(&self.columns, &mut samples, weights, self.settings, &mut rng))
    }

    /// The rows that a tree is grown on.
    fn samples(&self, rng: &mut TreeRng) -> Vec<Sample> {
        let sample =
            |row: usize, draws| Sample { row: row as u32, class: self.y[row] as u16, draws };
        match self.bootstrap {
            None => (0..self.y.len()).map(|row| sample(row, 1)).collect(),
            Some(bootstrap) => {
                let draws = bootstrap.draw(rng);
                let drawn = draws.into_iter().enumerate().filter(|&(_, draws)| draws > 0);
                drawn.map(|(row, draws)| sample(row, draws)).collect()
            }
        }
    }
}

/// What a row of each class weighs in all trees; `None` if all weigh 1, or each tree has its own.
fn class_weights(class_weight: &ClassWeight, y: &[u32], n_classes: usize) -> Option<Vec<f64>> {
    match class_weight {
        ClassWeight::None | ClassWeight::BalancedSubsample => None,
        ClassWeight::PerClass(weights) => Some(weights.clone()),
        ClassWeight::Balanced => Some(balanced(&class_counts(y, n_classes))),
    }
}

/// How often each class was drawn.
fn draws_of(samples: &[Sample], n_classes: usize) -> Vec<u64> {
    let mut draws = vec![0; n_classes];
    for sample in samples {
        draws[usize::from(sample.class)] += u64::from(sample.draws);
    }
    draws
}

/// Weights that make all classes that occur count the same: the rows divided by those classes and by
/// the rows of the class (King & Zeng 2001), 1 for a class that does not occur.
fn balanced(counts: &[u64]) -> Vec<f64> {
    let n_rows = counts.iter().sum::<u64>() as f64;
    let n_present = counts.iter().filter(|&&count| count > 0).count() as f64;
    let weight = |count: u64| n_rows / (n_present * count as f64);
    counts.iter().map(|&count| if count == 0 { 1.0 } else { weight(count) }).collect()
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
