//! The bootstrap sample of a tree (Efron 1979): how often each row is drawn.

use super::params::{ForestValidParams, MaxSamples};
use crate::tree::random::TreeRng;

/// The bootstrap of a forest: the number of draws a tree.
#[derive(Clone, Copy)]
pub(super) struct Bootstrap {
    n_rows: usize,
    n_draws: usize,
}

impl Bootstrap {
    /// `None` if the forest is grown on all rows. `max_samples` is resolved as scikit-learn does.
    pub(super) fn new(params: &ForestValidParams, n_rows: usize) -> Option<Self> {
        let n_draws = match params.max_samples {
            MaxSamples::All => n_rows,
            MaxSamples::Count(count) => count,
            MaxSamples::Fraction(part) => {
                ((n_rows as f64 * part).round_ties_even() as usize).max(1)
            }
        };
        params.bootstrap.then_some(Self { n_rows, n_draws })
    }

    /// For each row, how often the tree's random numbers draw it. They are the first that the tree
    /// takes from its stream. A row drawn more often than a `u16` can say (for which no table is
    /// large enough but by a miracle) counts as drawn that often.
    pub(super) fn draw(self, rng: &mut TreeRng) -> Vec<u16> {
        let mut draws = vec![0_u16; self.n_rows];
        for _ in 0..self.n_draws {
            let row = rng.below(self.n_rows as u32) as usize;
            draws[row] = draws[row].saturating_add(1);
        }
        draws
    }
}
