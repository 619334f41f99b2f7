//! What the leaves of a forest say: the shares of classes, or the mean of targets.

use crate::Task;
use crate::tree::distribution::Distributions;

/// The leaves that the trees of a forest name by number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Leaves {
    /// Of a classifier: the shares of class codes below `n_classes`.
    Classes { n_classes: usize, shares: Distributions },
    /// Of a regression: the weighted mean of the training targets.
    Means { means: Vec<f64>, targets: Option<LeafTargets> },
}

/// The training targets in each leaf (Meinshausen 2006).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LeafTargets {
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

    /// The value of each leaf of a regression.
    pub(crate) fn means(&self) -> Option<&[f64]> {
        match self {
            Self::Classes { .. } => None,
            Self::Means { means, .. } => Some(means),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Classes { shares, .. } => shares.len(),
            Self::Means { means, .. } => means.len(),
        }
    }

    /// What each leaf says, if that is two numbers and they are looked up often enough to be worth a
    /// table.
    pub(crate) fn pairs(&self, n_lookups: usize) -> Option<Vec<[f64; 2]>> {
        let worth_it = self.n_outputs() == 2 && n_lookups >= self.len();
        let pair = |leaf| {
            let mut pair = [0.0; 2];
            self.add(leaf, &mut pair);
            pair
        };
        worth_it.then(|| (0..self.len() as u32).map(pair).collect())
    }

    /// Adds what leaves say, one a row, to sums of what others said, row by row. `pairs` are these
    /// leaves' [`pairs`](Self::pairs).
    pub(crate) fn add_all(&self, pairs: Option<&[[f64; 2]]>, leaves: &[u32], sums: &mut [f64]) {
        let leaves = leaves.iter();
        match (self, pairs) {
            (_, Some(pairs)) => {
                for (&leaf, sums) in leaves.zip(sums.as_chunks_mut::<2>().0) {
                    let pair = pairs[leaf as usize];
                    sums[0] += pair[0];
                    sums[1] += pair[1];
                }
            }
            (Self::Means { means, .. }, None) => {
                leaves.zip(sums).for_each(|(&leaf, sum)| *sum += means[leaf as usize]);
            }
            (Self::Classes { n_classes, shares }, None) => {
                for (&leaf, sums) in leaves.zip(sums.chunks_exact_mut(*n_classes)) {
                    shares.get(leaf).for_each(|(class, share)| sums[class as usize] += share);
                }
            }
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
