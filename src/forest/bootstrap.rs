//! The bootstrap sample of a tree (Efron 1979): how often each row is drawn.

use super::choices::MaxSamples;
use super::class_draws::ClassDraws;
use crate::tree::random::TreeRng;

/// The bootstrap of a forest: the number of draws a tree, and of which rows.
pub(super) struct Bootstrap {
    n_rows: usize,
    n_draws: usize,
    /// `None` if all rows are drawn alike.
    by_class: Option<ClassDraws>,
}

impl Bootstrap {
    /// `max_samples` is resolved as scikit-learn does.
    pub(super) fn new(
        max_samples: MaxSamples,
        n_rows: usize,
        by_class: Option<ClassDraws>,
    ) -> Self {
        let all = by_class.as_ref().map_or(n_rows as f64, ClassDraws::n_draws);
        let part = |part: f64| ((all * part).round_ties_even() as usize).max(1);
        let n_draws = match max_samples {
            MaxSamples::All => part(1.0),
            MaxSamples::Count(count) => count,
            MaxSamples::Fraction(fraction) => part(fraction),
        };
        Self { n_rows, n_draws, by_class }
    }

    /// For each row, how often the tree's random numbers draw it. They are the first that the tree
    /// takes from its stream. A row drawn more often than a `u16` can say (by a miracle, or where
    /// `max_samples` asks for far more draws than class weights do) counts as drawn that often.
    ///
    /// Rows of weight 0 are never part of the sample. Where all rows are drawn alike, they are drawn like
    /// others, and then left out; if that leaves none, rows are drawn until one is.
    pub(super) fn draw(&self, row_weights: Option<&[f64]>, rng: &mut TreeRng) -> Vec<u16> {
        let mut draws = vec![0_u16; self.n_rows];
        let mut is_empty = true;
        let mut n_drawn = 0;
        while n_drawn < self.n_draws || is_empty {
            let row = match &self.by_class {
                Some(classes) => classes.draw(rng),
                None => rng.below(self.n_rows as u32) as usize,
            };
            if row_weights.is_none_or(|weights| weights[row] > 0.0) {
                draws[row] = draws[row].saturating_add(1);
                is_empty = false;
            }
            n_drawn += 1;
        }
        draws
    }
}
