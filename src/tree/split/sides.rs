//! What a search for splits has to know of the rows of a node and of the two sides of a split, whatever
//! it is that the tree predicts.

use super::Sample;
use crate::tree::leaves::LeavesBuilder;

/// Splits whose impurity decreases differ by less than this part of the impurity's scale are equally
/// good: rounding can make such a difference, and no data can tell it from none.
pub(super) const TIE: f64 = 1e-11;

/// A node and the two sides of a split of it, while rows move from the right one to the left one.
pub(crate) trait Sides {
    /// A part of what the rows of one value add up to.
    type Cell: Copy + Default;

    /// How much impurity a unit of purity is.
    const UNIT: f64;

    /// Takes the rows of a node.
    fn enter(&mut self, samples: &[Sample]);

    /// Whether no split can make the node any better.
    fn is_pure(&self) -> bool;

    /// The node's weight.
    fn weight(&self) -> f64;

    /// The node's purity.
    fn node_purity(&self) -> f64;

    /// By how much the purity of a split has to exceed another's to be greater.
    fn margin(&self) -> f64;

    /// The number of a leaf made of the node, whose rows are `samples`.
    fn leaf(&self, samples: &[Sample], leaves: &mut LeavesBuilder) -> u32;

    /// Puts all rows on the right side.
    fn restart(&mut self);

    /// The purity of the two sides together.
    fn purity(&self) -> f64;

    /// How many cells the rows of one value add up to.
    fn n_cells(&self) -> usize;

    /// Adds a row to the cells of its value; `position` is its place in the node.
    fn count(&self, position: usize, sample: Sample, cells: &mut [Self::Cell]);

    /// Moves the rows that these cells add up to from the right side to the left.
    fn move_cells(&mut self, cells: &[Self::Cell]);

    /// All that [`move_row`](Self::move_row) needs to know of a row.
    fn payload(&self, position: usize, sample: Sample) -> u32;

    /// Moves the row of this payload from the right side to the left.
    fn move_row(&mut self, payload: u32);
}
