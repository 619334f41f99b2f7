//! What the leaves of a forest say: the shares of classes, or the mean of targets.

use super::target::Task;
use crate::tree::distribution::Distributions;

/// The leaves that the trees of a forest name by number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Leaves {
    /// Of a classifier: the shares of class codes below `n_classes`.
    Classes { n_classes: usize, shares: Distributions },
    /// Of a regression: the weighted mean of the training targets.
    Means { means: Vec<f64>, targets: Option<Targets> },
}

/// The training targets in each leaf (Meinshausen 2006).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Targets {
    /// The different targets of all training rows, ascending.
    pub(crate) values: Vec<f64>,
    /// For each leaf, the positions of its targets in `values`, with their shares of its weight.
    pub(crate) shares: Distributions,
}

impl Leaves {
    pub(crate) fn task(&self) -> Task {
        match self {
            Self::Classes { .. } => Task::Classification,
            Self::Means { .. } => Task::Regression,
        }
    }

    /// How many numbers a leaf says: one for each class, or the mean.
    pub(crate) fn n_outputs(&self) -> usize {
        match self {
            Self::Classes { n_classes, .. } => *n_classes,
            Self::Means { .. } => 1,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Classes { shares, .. } => shares.len(),
            Self::Means { means, .. } => means.len(),
        }
    }

    /// Adds what a leaf says to sums of what others said.
    pub(crate) fn add(&self, leaf: u32, sums: &mut [f64]) {
        match self {
            Self::Classes { shares, .. } => {
                for (class, share) in shares.get(leaf) {
                    sums[class as usize] += share;
                }
            }
            Self::Means { means, .. } => sums[0] += means[leaf as usize],
        }
    }
}
