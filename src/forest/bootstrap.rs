//! The bootstrap sample of a tree (Efron 1979): how often each row is drawn.

use super::choices::MaxSamples;
use super::params::ForestValidParams;
use crate::tree::random::TreeRng;

/// The bootstrap of a forest: the number of draws a tree.
#[derive(Clone, Copy)]
pub(super) struct Bootstrap<'a> {
    n_rows: usize,
    n_draws: usize,
    row_weights: Option<&'a [f64]>,
}

impl<'a> Bootstrap<'a> {
    /// `None` if the forest is grown on all rows. `max_samples` is resolved as scikit-learn does.
    pub(super) fn new(
        params: &ForestValidParams,
        n_rows: usize,
        row_weights: Option<&'a [f64]>,
    ) -> Option<Self> {
        let n_draws = match params.max_samples {
            MaxSamples::All => n_rows,
            MaxSamples::Count(count) => count,
            MaxSamples::Fraction(part) => {
                ((n_rows as f64 * part).round_ties_even() as usize).max(1)
            }
        };
        params.bootstrap.then_some(Self { n_rows, n_draws, row_weights })
    }

    /// For each row, how often the tree's random numbers draw it. They are the first that the tree
    /// takes from its stream. A row drawn more often than a `u16` can say (for which no table is
    /// large enough but by a miracle) counts as drawn that often.
    ///
    /// Rows of weight 0 are drawn like others, and then are not part of the sample. If that leaves
    /// none, rows are drawn until one is.
    pub(super) fn draw(self, rng: &mut TreeRng) -> Vec<u16> {
        let mut draws = vec![0_u16; self.n_rows];
        let mut is_empty = true;
        let mut n_drawn = 0;
        while n_drawn < self.n_draws || is_empty {
            let row = rng.below(self.n_rows as u32) as usize;
            if self.row_weights.is_none_or(|weights| weights[row] > 0.0) {
                draws[row] = draws[row].saturating_add(1);
                is_empty = false;
            }
            n_drawn += 1;
        }
        draws
    }
}
