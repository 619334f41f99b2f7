//! How much the rows of a node count: as often as they were drawn, or that times their weight.

use std::ops::AddAssign;

use super::Sample;

/// A way to count the rows of a node.
pub(crate) trait Tally {
    /// How much a row, or several together, count.
    type Amount: Copy + Default + PartialEq + AddAssign + Into<f64>;

    /// Whether amounts are whole numbers, so that sums of them are exact.
    const WHOLE: bool;

    /// Takes the rows of a node.
    fn enter(&mut self, samples: &[Sample]);

    /// How much a row counts; `position` is its place in the node.
    fn amount(&self, position: usize, sample: Sample) -> Self::Amount;

    /// What [`unpack`](Self::unpack) needs to know of a row.
    fn payload(&self, position: usize, sample: Sample) -> u32;

    /// The class of the row of this payload, and how much it counts.
    fn unpack(&self, payload: u32) -> (usize, f64);
}

/// A row counts as often as it was drawn.
pub(crate) struct Draws;

impl Tally for Draws {
    type Amount = u32;

    const WHOLE: bool = true;

    fn enter(&mut self, _: &[Sample]) {}

    fn amount(&self, _: usize, sample: Sample) -> u32 {
        sample.draws.into()
    }

    /// The class, and the draws.
    fn payload(&self, _: usize, sample: Sample) -> u32 {
        u32::from(sample.class) << 16 | u32::from(sample.draws)
    }

    fn unpack(&self, payload: u32) -> (usize, f64) {
        ((payload >> 16) as usize, f64::from(payload as u16))
    }
}

/// A row counts as often as it was drawn, times its weight.
pub(crate) struct Weighted<'a> {
    row_weights: &'a [f64],
    /// For each row of the node, its class and how much it counts.
    node: Vec<(u16, f64)>,
}

impl<'a> Weighted<'a> {
    /// A weight for each row of the table.
    pub(crate) fn new(row_weights: &'a [f64]) -> Self {
        Self { row_weights, node: Vec::new() }
    }
}

impl Tally for Weighted<'_> {
    type Amount = f64;

    const WHOLE: bool = false;

    fn enter(&mut self, samples: &[Sample]) {
        self.node.clear();
        self.node.extend(samples.iter().map(|s| (s.class, s.weight(Some(self.row_weights)))));
    }

    fn amount(&self, position: usize, _: Sample) -> f64 {
        self.node[position].1
    }

    /// The position.
    fn payload(&self, position: usize, _: Sample) -> u32 {
        position as u32
    }

    fn unpack(&self, payload: u32) -> (usize, f64) {
        let (class, amount) = self.node[payload as usize];
        (class.into(), amount)
    }
}
