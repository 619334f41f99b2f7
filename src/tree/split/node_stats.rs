//! A node in the search for splits: the ranks of its rows in one feature, and what there is to know of
//! its rows whatever it is that the tree predicts.

use super::best::Best;
use crate::tree::leaves::LeavesBuilder;
use crate::tree::sample::Sample;

/// Splits whose impurity decreases differ by less than this part of the impurity's scale are equally
/// good: rounding can make such a difference, and no data can tell it from none.
pub(super) const TIE: f64 = 1e-11;

/// The ranks that the rows of a node have in a feature.
pub(crate) struct NodeColumn<'a> {
    pub(super) feature: u32,
    /// A rank for each row of the node.
    pub(super) ranks: &'a [u32],
    /// The rank of rows without a value, if the node has some.
    pub(super) missing: Option<u32>,
    /// The minimum and the maximum rank of the rows that have a value, of which there is at least one.
    pub(super) min_rank: u32,
    pub(super) max_rank: u32,
}

impl<'a> NodeColumn<'a> {
    /// `missing` is the rank of rows without a value, if the table has some in this feature. `None`
    /// if the feature is constant in the node.
    pub(super) fn new(feature: u32, ranks: &'a [u32], missing: Option<u32>) -> Option<Self> {
        let (mut min_rank, mut max_rank) = (u32::MAX, 0);
        for &rank in ranks {
            min_rank = min_rank.min(rank);
            max_rank = max_rank.max(rank);
        }
        if min_rank == max_rank {
            return None;
        }
        let missing = missing.filter(|&missing| missing == max_rank);
        if let Some(missing) = missing {
            let present = ranks.iter().filter(|&&rank| rank != missing);
            max_rank = present.fold(0, |max_rank, &rank| max_rank.max(rank));
        }
        Some(Self { feature, ranks, missing, min_rank, max_rank })
    }

    /// How many ranks there are from the minimum to the maximum.
    pub(super) fn span(&self) -> usize {
        (self.max_rank - self.min_rank) as usize + 1
    }
}

/// A node and the splits of it.
pub(crate) trait NodeStats {
    /// How much impurity a unit of purity is.
    const UNIT: f64;

    /// Takes the rows of a node.
    fn enter(&mut self, samples: &[Sample]);

    /// Whether no split can make the node any better.
    fn is_pure(&self) -> bool;

    /// The node's weight.
    fn weight(&self) -> f64;

    /// A difference in purity that rounding can make.
    fn margin(&self) -> f64;

    /// The number of a leaf made of the node, whose rows are `samples`.
    fn leaf(&self, samples: &[Sample], leaves: &mut LeavesBuilder) -> u32;

    /// The best of no splits.
    fn best(&self, min_samples_leaf: usize) -> Best;

    /// Offers all splits by a feature. Thresholds ascend. Where the node has rows without a value,
    /// these are first on the right side, at last alone; then they are on the left side, and all
    /// thresholds come again.
    fn scan(&mut self, column: &NodeColumn, best: &mut Best);

    /// Offers the split of a feature that takes ranks up to `cut` to the left side, and rows without a value if
    /// that is said. It leaves neither side empty.
    fn offer(&mut self, column: &NodeColumn, cut: u32, missing_left: Option<bool>, best: &mut Best);

    /// By how much the purity of the sides of a split of this score is above that of the node.
    fn gain(&self, score: f64) -> f64;
}
