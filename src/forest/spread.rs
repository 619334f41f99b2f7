//! How far the trees are from each other: a value with the standard deviation of what they say.

use super::Forest;
use super::features::Features;
use crate::{Result, Task, threads};

/// The values that trees say of a row, added up as differences from the first: close to each other, however large
/// they are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spread {
    n: u32,
    first: f64,
    sum: f64,
    squares: f64,
}

impl Spread {
    pub(super) fn add(&mut self, value: f64) {
        if self.n == 0 {
            self.first = value;
        }
        let difference = value - self.first;
        self.n += 1;
        self.sum += difference;
        self.squares += difference * difference;
    }

    /// How many values there are.
    pub(super) fn n(&self) -> u32 {
        self.n
    }

    /// The sample standard deviation; 0 of fewer than two values.
    pub(super) fn deviation(&self) -> f64 {
        if self.n < 2 {
            return 0.0;
        }
        let n = f64::from(self.n);
        ((self.squares - self.sum * self.sum / n) / (n - 1.0)).max(0.0).sqrt()
    }
}

impl Forest {
    /// For each row of `x` (rows × features) the value, as [`predict_values`](Self::predict_values) gives it, and
    /// the sample standard deviation of what the trees say of it, 0 of one tree, both in units of the target.
    ///
    /// Where trees disagree, little is known or targets vary. It is no standard error of the value, nor the
    /// targets' standard deviation; [`Intervals`](crate::Intervals) make intervals of it.
    ///
    /// ```
    /// use forest::{ForestParams, Target};
    /// use ndarray::array;
    ///
    /// let x = array![[0.0_f32], [1.0], [2.0], [3.0]];
    /// let target = Target::Values(&[1.0, 1.0, 5.0, 5.0]);
    /// let forest = ForestParams::new().n_trees(50).fitter().fit_forest(x.view(), target)?;
    /// let spread = forest.predict_spread(array![[1.5_f32], [3.0]].view())?;
    /// assert!(spread[0][1] > spread[1][1]);
    /// # Ok::<(), forest::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of features than the forest was fitted on; a forest that predicts classes.
    pub fn predict_spread<'a>(&self, x: impl Into<Features<'a>>) -> Result<Vec<[f64; 2]>> {
        self.expect(Task::Regression)?;
        let x = x.into();
        self.check_features(&x)?;
        let means = self.leaves.means().unwrap_or_default();
        let n_numbers = size_of::<Spread>() / size_of::<f64>();
        let blocks = threads::map(self.row_blocks(x.n_rows(), n_numbers), |rows| {
            let block = x.block(rows.clone());
            let features = block.rows();
            let mut values = vec![0.0; rows.len()];
            let mut spreads = vec![Spread::default(); rows.len()];
            for tree in &self.trees {
                let leaves = tree.leaves(&features);
                self.leaves.add_all(None, &leaves, &mut values);
                for (&leaf, spread) in leaves.iter().zip(&mut spreads) {
                    spread.add(means[leaf as usize]);
                }
            }
            let n_trees = self.trees.len() as f64;
            let rows = values.iter().zip(&spreads);
            rows.map(|(sum, spread)| [sum / n_trees, spread.deviation()]).collect::<Vec<_>>()
        });
        Ok(blocks.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_that_of_a_sample_wherever_it_lies() {
        // (2, 4, 9): mean 5, squares 9 + 1 + 16 = 26, by 3 − 1.
        for (shift, unit) in [(0.0, 1.0), (-1e9, 1.0), (0.0, 2_f64.powi(490))] {
            let mut spread = Spread::default();
            for value in [2.0, 4.0, 9.0] {
                spread.add((value + shift) * unit);
            }
            assert_eq!((spread.n(), spread.deviation()), (3, 13_f64.sqrt() * unit));
        }
        let mut one = Spread::default();
        one.add(7.0);
        assert_eq!([Spread::default().deviation(), one.deviation()], [0.0; 2]);
    }
}
