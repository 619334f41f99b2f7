//! How much the rows of a node count: as often as they were drawn, or that times their weight.

use std::ops::AddAssign;

use crate::tree::sample::Sample;

/// A way to count the rows of a node.
pub(crate) trait RowWeight {
    /// How much a row, or several together, count.
    type Amount: Copy + Default + PartialEq + AddAssign + Into<f64>;

    /// Whether amounts are whole numbers, so that sums of them are exact.
    const WHOLE: bool;

    /// How much a row counts.
    fn amount(&self, sample: Sample) -> Self::Amount;

    /// Amounts of two classes.
    type Pair: Copy + Default + AddAssign;

    /// An amount of the first class, or of the second.
    fn pair(amount: Self::Amount, is_second: bool) -> Self::Pair;

    /// The amounts of the first class and of the second.
    fn amounts(pair: Self::Pair) -> [f64; 2];
}

/// A row counts as often as it was drawn.
pub(crate) struct Draws;

impl RowWeight for Draws {
    type Amount = u32;

    const WHOLE: bool = true;

    /// The first amount in the lower half, the second in the upper. Neither overflows: a tree has at
    /// most `u32::MAX` draws.
    type Pair = u64;

    fn amount(&self, sample: Sample) -> u32 {
        sample.draws.into()
    }

    fn pair(amount: u32, is_second: bool) -> u64 {
        u64::from(amount) << (32 * u32::from(is_second))
    }

    fn amounts(pair: u64) -> [f64; 2] {
        [f64::from(pair as u32), f64::from((pair >> 32) as u32)]
    }
}

/// A row counts as often as it was drawn, times its weight.
#[derive(Clone, Copy)]
pub(crate) struct Weighted<'a> {
    /// A weight for each row of the table.
    pub(crate) row_weights: &'a [f64],
}

/// Weights of two classes.
#[derive(Clone, Copy, Default)]
pub(crate) struct WeightPair([f64; 2]);

impl AddAssign for WeightPair {
    fn add_assign(&mut self, other: Self) {
        self.0[0] += other.0[0];
        self.0[1] += other.0[1];
    }
}

impl RowWeight for Weighted<'_> {
    type Amount = f64;

    const WHOLE: bool = false;

    type Pair = WeightPair;

    fn amount(&self, sample: Sample) -> f64 {
        sample.weight(Some(self.row_weights))
    }

    fn pair(amount: f64, is_second: bool) -> WeightPair {
        WeightPair(if is_second { [0.0, amount] } else { [amount, 0.0] })
    }

    fn amounts(pair: WeightPair) -> [f64; 2] {
        pair.0
    }
}
