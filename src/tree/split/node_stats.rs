//! What a search for splits has to know of the rows of a node, whatever it is that the tree predicts.

use super::best::Best;
use super::column::NodeColumn;
use crate::tree::leaves::LeavesBuilder;
use crate::tree::sample::Sample;

/// Splits whose impurity decreases differ by less than this part of the impurity's scale are equally
/// good: rounding can make such a difference, and no data can tell it from none.
pub(super) const TIE: f64 = 1e-11;

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

    /// By how much the purity of the sides of a split of this score is above that of the node.
    fn gain(&self, score: f64) -> f64;
}
