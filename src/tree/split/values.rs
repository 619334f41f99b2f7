//! The targets of a node and of the two sides of a split of it: squared error (Breiman et al. 1984,
//! chapter 8).

use super::Sample;
use super::sides::{Sides, TIE};
use crate::tree::leaves::LeavesBuilder;

/// The targets of all rows of the table.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub(crate) targets: &'a [f64],
    /// The targets times a power of two that brings them to between -1 and 1, where no square is too
    /// large or too small for its number.
    pub(crate) scaled: &'a [f64],
    /// A scaled target times two to this power is the target.
    pub(crate) exponent: i32,
    /// For each row the position of its target among the different targets, if leaves keep them.
    pub(crate) ranks: Option<&'a [u32]>,
    /// What each row weighs; `None` if all weigh 1.
    pub(crate) row_weights: Option<&'a [f64]>,
}

/// For rows of weight `w` whose targets are on average `s / w` above the node's mean, the purity is
/// `s² / w`: minus their sum of squared errors, plus something that is the same for every split of a
/// node. Targets are taken from the node's mean, so that great ones do not cancel small differences.
pub(crate) struct ValueSides<'a> {
    values: Values<'a>,
    /// For each row of the node, its weight and that times its target.
    rows: Vec<Sums>,
    mean: f64,
    is_pure: bool,
    of_node: Sums,
    /// The weighted sum of the squares of the node's targets.
    squares: f64,
    of_left: Sums,
    of_right: Sums,
}

/// The weight of some rows, and the weighted sum of their targets' distances from the node's mean.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sums {
    weight: f64,
    targets: f64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.weight += other.weight;
        self.targets += other.targets;
    }

    fn subtract(&mut self, other: Self) {
        self.weight -= other.weight;
        self.targets -= other.targets;
    }

    /// No number where rounding has left no weight.
    fn purity(self) -> f64 {
        if self.weight > 0.0 { self.targets * self.targets / self.weight } else { f64::NAN }
    }
}

impl<'a> ValueSides<'a> {
    pub(crate) fn new(values: Values<'a>) -> Self {
        Self {
            values,
            rows: Vec::new(),
            mean: 0.0,
            is_pure: true,
            of_node: Sums::default(),
            squares: 0.0,
            of_left: Sums::default(),
            of_right: Sums::default(),
        }
    }

    /// The mean of the node's targets.
    fn mean(&self, samples: &[Sample]) -> f64 {
        if self.is_pure {
            return self.values.targets[samples[0].row as usize];
        }
        libm::ldexp(self.mean + self.of_node.targets / self.of_node.weight, self.values.exponent)
    }
}

impl Sides for ValueSides<'_> {
    type Cell = Sums;

    const UNIT: f64 = 1.0;

    fn enter(&mut self, samples: &[Sample]) {
        let target = |sample: &Sample| self.values.scaled[sample.row as usize];
        let first = target(&samples[0]);
        let mut sums = Sums::default();
        self.is_pure = true;
        self.rows.clear();
        for sample in samples {
            let (weight, target) = (sample.weight(self.values.row_weights), target(sample));
            self.is_pure &= target == first;
            sums.add(Sums { weight, targets: weight * target });
            self.rows.push(Sums { weight, targets: target });
        }
        self.mean = sums.targets / sums.weight;
        (self.of_node, self.squares) = (Sums::default(), 0.0);
        for row in &mut self.rows {
            let distance = row.targets - self.mean;
            row.targets = row.weight * distance;
            self.squares += row.targets * distance;
            self.of_node.add(*row);
        }
    }

    fn is_pure(&self) -> bool {
        self.is_pure
    }

    fn weight(&self) -> f64 {
        self.of_node.weight
    }

    fn node_purity(&self) -> f64 {
        self.of_node.purity()
    }

    fn margin(&self) -> f64 {
        TIE * self.squares
    }

    fn leaf(&self, samples: &[Sample], leaves: &mut LeavesBuilder) -> u32 {
        let mean = self.mean(samples);
        let Some(ranks) = self.values.ranks else { return leaves.mean(mean) };
        let rows = samples.iter().zip(&self.rows);
        let mut weights: Vec<(u32, f64)> =
            rows.map(|(sample, row)| (ranks[sample.row as usize], row.weight)).collect();
        weights.sort_by_key(|&(rank, _)| rank);
        weights.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            kept.1 += if is_same { next.1 } else { 0.0 };
            is_same
        });
        let total = self.of_node.weight;
        leaves.targets(mean, weights.into_iter().map(|(rank, weight)| (rank, weight / total)))
    }

    fn restart(&mut self) {
        (self.of_left, self.of_right) = (Sums::default(), self.of_node);
    }

    fn purity(&self) -> f64 {
        self.of_left.purity() + self.of_right.purity()
    }

    fn n_cells(&self) -> usize {
        1
    }

    fn count(&self, position: usize, _: Sample, cells: &mut [Sums]) {
        cells[0].add(self.rows[position]);
    }

    fn move_cells(&mut self, cells: &[Sums]) {
        self.of_left.add(cells[0]);
        self.of_right.subtract(cells[0]);
    }

    /// The position.
    fn payload(&self, position: usize, _: Sample) -> u32 {
        position as u32
    }

    fn move_row(&mut self, payload: u32) {
        let row = self.rows[payload as usize];
        self.of_left.add(row);
        self.of_right.subtract(row);
    }
}
