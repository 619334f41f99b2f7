//! A random forest (Breiman 2001): the mean of what the leaves say that a row falls into.

mod allowed;
pub(crate) mod assemble;
mod bootstrap;
pub(crate) mod check;
mod choices;
mod class_axis;
mod class_draws;
mod class_weights;
mod classifier;
mod costs;
pub(crate) mod covers;
mod decision;
pub(crate) mod features;
mod first_trees;
mod fit;
mod fitter;
pub(crate) mod intervals;
pub(crate) mod leaves;
pub(crate) mod levels;
mod losses;
mod masses;
pub(crate) mod oob;
pub(crate) mod oob_predictions;
mod params;
mod params_check;
mod params_text;
mod predict;
mod quantiles;
pub(crate) mod refine;
mod regressor;
mod resolve;
mod scale;
mod spread;
mod target;
mod target_elem;
mod tree_trainer;
mod tune;
mod weighting;

pub use crate::tree::split::criterion::Criterion;
pub use crate::tree::split::splitter::Splitter;
pub use allowed::Allowed;
pub use choices::{ClassWeight, ClassWeightIn, Learner, MaxFeatures, MaxSamples};
pub use classifier::{ClassLabel, Classifier};
pub use costs::{Costs, Mistake};
pub use decision::Decision;
pub use fitter::Fitter;
pub use intervals::Intervals;
pub use params::{ForestParams, ForestValidParams, Hyperparameter};
pub use refine::{Calibrate, Calibration, Cut, Refinement, Shrinkage, Trial};
pub use regressor::Regressor;
pub use target::Target;
pub use target_elem::TargetElem;
pub use tune::{Budget, Tuned, Tuner, TunerStep, TunerTrial};

pub use features::Features;

use crate::Task;
use crate::tree::Tree;
use covers::Covers;
use leaves::Leaves;

/// How many rows each class has.
pub(crate) fn class_counts(y: &[u32], n_classes: usize) -> Vec<u64> {
    let mut counts = vec![0; n_classes];
    for &class in y {
        counts[class as usize] += 1;
    }
    counts
}

/// A fitted forest. Features are columns of `f32`, in which NaN is a missing value. A forest of
/// classes predicts codes `0..n_classes` and their probabilities, one of values numbers.
///
/// ```
/// use forest::{ForestParams, Target};
/// use ndarray::array;
///
/// let x = array![[0.0_f32, 1.0], [1.0, 0.0], [4.0, 1.0], [5.0, 0.0]];
/// let target = Target::Classes { codes: &[0, 0, 1, 1], n_classes: 2 };
/// let forest = ForestParams::new().n_trees(50).fitter().fit_forest(x.view(), target)?;
/// let new = array![[-1.0_f32, 0.5], [9.0, 0.5]];
/// assert_eq!(forest.predict_classes(new.view())?, [0, 1]);
/// assert!(forest.predict_proba(new.view())?[[0, 0]] > 0.5);
/// # Ok::<(), forest::Error>(())
/// ```
///
/// [`Classifier`] and [`Regressor`] are forests that predict labels and numbers in linfa's way;
/// [`Model`](crate::Model) is a forest that can be saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Forest {
    pub(crate) n_features: usize,
    pub(crate) trees: Vec<Tree>,
    pub(crate) leaves: Leaves,
    pub(crate) importances: Vec<f64>,
    /// What makes probabilities of the trees' shares.
    pub(crate) calibration: Option<Calibration>,
    /// What the training rows weigh in each leaf, if that is known.
    pub(crate) covers: Option<Covers>,
}

impl Forest {
    /// The number of features that a row must have.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// What it predicts.
    pub fn task(&self) -> Task {
        self.leaves.task()
    }

    /// The number of classes; 0 for a regression.
    pub fn n_classes(&self) -> usize {
        match self.leaves {
            Leaves::Classes { n_classes, .. } => n_classes,
            Leaves::Means { .. } => 0,
        }
    }

    /// Whether [`predict_quantiles`](Self::predict_quantiles) works on it.
    pub fn keeps_quantiles(&self) -> bool {
        matches!(self.leaves, Leaves::Means { targets: Some(_), .. })
    }

    /// How many numbers it gives for a row: the probability of each class, or the value.
    pub fn n_outputs(&self) -> usize {
        self.leaves.n_outputs()
    }

    /// The number of trees.
    pub fn n_trees(&self) -> usize {
        self.trees.len()
    }

    /// What makes probabilities of the shares that the trees give; `None` if these are the probabilities.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    /// The number of nodes of all trees, leaves included.
    pub fn n_nodes(&self) -> usize {
        self.trees.iter().map(|tree| tree.nodes.len()).sum()
    }

    /// The number of leaves of all trees.
    pub fn n_leaves(&self) -> usize {
        // Every branch has two children, so a tree has one leaf more than branches.
        usize::midpoint(self.n_nodes(), self.n_trees())
    }

    /// The longest way from a root to a leaf, in branches.
    pub fn depth(&self) -> usize {
        self.trees.iter().map(Tree::depth).max().unwrap_or(0)
    }

    /// For each feature, the mean decrease of impurity by its splits (Breiman 2001, section 10;
    /// normalised to a sum of 1 in each tree and over the forest, as in scikit-learn). All 0 if no
    /// tree has a split.
    pub fn importances(&self) -> &[f64] {
        &self.importances
    }
}
