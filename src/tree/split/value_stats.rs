//! The targets of a node and of the two sides of a split of it: squared error (Breiman et al. 1984,
//! chapter 8).

use std::ops::AddAssign;

use super::best::{Best, Score};
use super::node_stats::{NodeColumn, NodeStats, TIE};
use super::scan::{self, NodeRows};
use crate::tree::leaves::LeavesBuilder;
use crate::tree::sample::Sample;

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
pub(crate) struct ValueStats<'a> {
    values: Values<'a>,
    node: Targets,
    is_pure: bool,
    mean: f64,
    scratch: scan::Scratch<Sum>,
}

/// The rows of a node.
#[derive(Default)]
pub(super) struct Targets {
    rows: Vec<Sum>,
    weight: f64,
    /// What the node's targets are on average above what was taken for their mean: rounding.
    excess: f64,
    /// The weighted sum of their squares.
    squares: f64,
    /// The minimum weight of a row.
    min_weight: f64,
}

/// What some rows add up to.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sum {
    weight: f64,
    /// The weighted distances of their targets from the node's mean.
    targets: f64,
    /// The same of those above the mean.
    above: f64,
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.weight += other.weight;
        self.targets += other.targets;
        self.above += other.above;
    }
}

impl Targets {
    /// `s² / (w (W − w))`, which times the node's weight `W` is the gain in purity.
    fn score_at(&self, weight: f64, targets: f64) -> Score {
        let targets = targets - weight * self.excess;
        Score { of: targets * targets, by: weight * (self.weight - weight) }
    }
}

impl NodeRows for Targets {
    type Sum = Sum;

    const ROWS_OF_BUCKET: usize = 2;

    fn rows(&self) -> &[Sum] {
        &self.rows
    }

    fn score(&self, left: Sum) -> Score {
        self.score_at(left.weight, left.targets)
    }

    /// A split takes one of the rows at least and leaves one; it adds at most those above the mean,
    /// and at least those below it.
    fn may_exceed(&self, left: Sum, inside: Sum, bar: f64) -> bool {
        let corner = |weight, targets| self.score_at(weight, targets).exceeds(bar);
        let has_two_rows = inside.weight > 1.5 * self.min_weight;
        let min = left.weight + self.min_weight;
        let max = left.weight + inside.weight - self.min_weight;
        has_two_rows
            && [left.targets + inside.above, left.targets + inside.targets - inside.above]
                .into_iter()
                .any(|targets| corner(min, targets) || corner(max, targets))
    }
}

impl<'a> ValueStats<'a> {
    pub(crate) fn new(values: Values<'a>) -> Self {
        let node = Targets::default();
        Self { values, node, is_pure: true, mean: 0.0, scratch: scan::Scratch::default() }
    }

    #[cfg(test)]
    pub(super) fn targets(&self) -> &Targets {
        &self.node
    }

    fn enter_weighed(&mut self, samples: &[Sample], weight: impl Fn(&Sample) -> f64) {
        let scaled = self.values.scaled;
        let first = scaled[samples[0].row as usize];
        let (mut weights, mut targets, mut varies) = (0.0, 0.0, false);
        let rows = &mut self.node.rows;
        rows.clear();
        rows.extend(samples.iter().map(|sample| {
            let (weight, target) = (weight(sample), scaled[sample.row as usize]);
            varies |= target != first;
            weights += weight;
            targets += weight * target;
            Sum { weight, targets: target, above: 0.0 }
        }));
        self.mean = targets / weights;
        self.is_pure = !varies;
        let (mut sum, mut squares, mut min_weight) = (0.0, 0.0, f64::INFINITY);
        for row in rows {
            let distance = row.targets - self.mean;
            row.targets = row.weight * distance;
            row.above = row.targets.max(0.0);
            squares += row.targets * distance;
            sum += row.targets;
            min_weight = if row.weight < min_weight { row.weight } else { min_weight };
        }
        self.node.weight = weights;
        self.node.excess = sum / weights;
        (self.node.squares, self.node.min_weight) = (squares, min_weight);
    }

    /// The mean of the node's targets.
    fn mean(&self, samples: &[Sample]) -> f64 {
        if self.is_pure {
            return self.values.targets[samples[0].row as usize];
        }
        libm::ldexp(self.mean + self.node.excess, self.values.exponent)
    }
}

impl NodeStats for ValueStats<'_> {
    const UNIT: f64 = 1.0;

    fn enter(&mut self, samples: &[Sample]) {
        match self.values.row_weights {
            None => self.enter_weighed(samples, |sample| f64::from(sample.draws)),
            Some(weights) => self.enter_weighed(samples, |sample| sample.weight(Some(weights))),
        }
    }

    fn is_pure(&self) -> bool {
        self.is_pure
    }

    fn weight(&self) -> f64 {
        self.node.weight
    }

    fn margin(&self) -> f64 {
        TIE * self.node.squares
    }

    fn leaf(&self, samples: &[Sample], leaves: &mut LeavesBuilder) -> u32 {
        let mean = self.mean(samples);
        let Some(ranks) = self.values.ranks else {
            // Whether the forest has it is asked when the tree is done.
            return leaves.another_mean(mean);
        };
        let rows = samples.iter().zip(&self.node.rows);
        let mut weights: Vec<(u32, f64)> =
            rows.map(|(sample, row)| (ranks[sample.row as usize], row.weight)).collect();
        weights.sort_by_key(|&(rank, _)| rank);
        weights.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            kept.1 += if is_same { next.1 } else { 0.0 };
            is_same
        });
        let total = self.weight();
        leaves.targets(mean, weights.into_iter().map(|(rank, weight)| (rank, weight / total)))
    }

    fn best(&self, min_samples_leaf: usize) -> Best {
        let [margin, perfect] = [self.margin(), self.node.squares].map(|gain| gain / self.weight());
        Best::new(min_samples_leaf, margin, perfect)
    }

    fn scan(&mut self, column: &NodeColumn, best: &mut Best) {
        scan::scan(&self.node, column, best, &mut self.scratch);
    }

    fn offer(
        &mut self,
        column: &NodeColumn,
        cut: u32,
        missing_left: Option<bool>,
        best: &mut Best,
    ) {
        scan::offer(&self.node, column, cut, missing_left, best);
    }

    fn gain(&self, score: f64) -> f64 {
        score * self.weight()
    }
}
