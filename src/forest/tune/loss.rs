//! What forests lose on rows that their trees have not seen.

use crate::forest::Forest;
use crate::forest::features::Features;
use crate::forest::losses::unit;
use crate::forest::masses::Masses;
use crate::forest::oob_predictions::InBagRows;
use crate::forest::params::ForestValidParams;
use crate::forest::scale::scaled;
use crate::forest::target::Target;
use crate::forest::weighting::Weighting;
use crate::metrics::log_loss_of;
use crate::threads;
use crate::tree::random::TreeRng;

/// A table that forests are compared on.
#[derive(Clone, Copy)]
pub(super) struct Data<'a> {
    pub(super) x: &'a Features<'a>,
    pub(super) target: Target<'a>,
    pub(super) weights: Option<&'a [f64]>,
}

/// The rows that are compared, with what they weigh: 1 on average.
pub(super) struct Compared {
    pub(super) rows: Vec<usize>,
    weights: Vec<f64>,
    /// The targets' mean and variance; of values, divided by a power of two.
    variance: f64,
    scaled: Option<(Vec<f64>, i32)>,
    prior: Vec<f64>,
}

/// The trees that are even in their order, and the others.
const HALVES: usize = 2;

impl Compared {
    /// The rows that each half of the first `n_trees` trees leaves out at least once, whichever of `samples` the trees are
    /// grown on. So all forests are compared on the same rows.
    pub(super) fn new(data: Data, samples: &[&ForestValidParams], n_trees: usize) -> Self {
        let Data { x, target, weights } = data;
        let mut is_compared = vec![true; x.n_rows()];
        for params in samples {
            let mut has_votes = vec![[false; HALVES]; x.n_rows()];
            for (tree, in_bag) in in_bag(data, params, n_trees).iter().enumerate() {
                for (row, votes) in has_votes.iter_mut().enumerate() {
                    votes[tree % HALVES] |= !in_bag.contains(row);
                }
            }
            let votes = is_compared.iter_mut().zip(has_votes);
            votes.for_each(|(is_compared, votes)| *is_compared &= votes == [true; HALVES]);
        }
        // Settings of a search differ in nothing that decides what rows weigh.
        let masses = samples.first().map(|params| Masses::new(params, target, weights));
        let counts = |row: &usize| {
            is_compared[*row] && masses.as_ref().is_some_and(|masses| masses.weights[*row] > 0.0)
        };
        let rows: Vec<usize> = (0..x.n_rows()).filter(counts).collect();
        let weights = masses.map_or_else(Vec::new, |masses| masses.of_rows(rows.iter().copied()));
        let mut compared = Self { rows, weights, variance: 1.0, scaled: None, prior: Vec::new() };
        match target {
            Target::Classes { codes, n_classes } => {
                compared.prior = vec![0.0; n_classes];
                for (&row, weight) in compared.rows.iter().zip(&compared.weights) {
                    compared.prior[codes[row] as usize] += weight / compared.rows.len() as f64;
                }
            }
            Target::Values(values) => {
                let (values, exponent) = scaled(values);
                let mean = compared
                    .mean(&compared.rows.iter().map(|&row| values[row]).collect::<Vec<_>>());
                let squares: Vec<f64> = compared
                    .rows
                    .iter()
                    .map(|&row| (values[row] - mean) * (values[row] - mean))
                    .collect();
                let variance = compared.mean(&squares);
                compared.variance = unit(variance);
                compared.scaled = Some((values, exponent));
            }
        }
        compared
    }

    /// A weighted mean.
    fn mean(&self, numbers: &[f64]) -> f64 {
        let sum: f64 = numbers.iter().zip(&self.weights).map(|(number, w)| number * w).sum();
        sum / numbers.len().max(1) as f64
    }

    /// For each row that is compared, the loss that it would have in a forest of `n_trees`, times its weight: log loss, or the squared
    /// error as a part of the variance of the targets.
    ///
    /// A forest is better the more trees vote, and on a row out of bag only some do, of small samples more: the loss falls with
    /// the number *v* of votes about as *a* + *b* / *v*. What two halves of them lose on average says *b*.
    pub(super) fn losses(
        &self,
        forest: &Forest,
        params: &ForestValidParams,
        data: Data,
        n_trees: usize,
    ) -> Vec<f64> {
        let in_bag = in_bag(data, params, forest.n_trees());
        let n_outputs = forest.n_outputs();
        let row_blocks = forest.row_blocks(self.rows.len(), n_outputs * (HALVES + 1));
        let blocks = threads::map(row_blocks, |places| {
            let rows = &self.rows[places.clone()];
            let block = data.x.block_of(rows);
            let features = block.rows();
            let mut sums = vec![0.0; rows.len() * HALVES * n_outputs];
            let mut votes = vec![[0_u32; HALVES]; rows.len()];
            for (number, (tree, in_bag)) in forest.trees.iter().zip(&in_bag).enumerate() {
                let half = number % HALVES;
                let outside: Vec<usize> =
                    (0..rows.len()).filter(|&at| !in_bag.contains(rows[at])).collect();
                let unseen: Vec<&[f32]> = outside.iter().map(|&at| features[at]).collect();
                for (leaf, at) in tree.leaves(&unseen).into_iter().zip(outside) {
                    let sums = &mut sums[(at * HALVES + half) * n_outputs..][..n_outputs];
                    forest.leaves.add(leaf, sums);
                    votes[at][half] += 1;
                }
            }
            let of_rows = sums.chunks_exact(HALVES * n_outputs).zip(votes).zip(places);
            let loss = |((sums, votes), at): ((&[f64], _), usize)| {
                self.weights[at] * self.extrapolated(forest, data, at, sums, votes, n_trees)
            };
            of_rows.map(loss).collect::<Vec<_>>()
        });
        blocks.concat()
    }

    fn extrapolated(
        &self,
        forest: &Forest,
        data: Data,
        at: usize,
        sums: &[f64],
        votes: [u32; HALVES],
        n_trees: usize,
    ) -> f64 {
        let (a, b) = sums.split_at(sums.len() / HALVES);
        let [n_a, n_b] = votes.map(f64::from);
        let all: Vec<f64> = a.iter().zip(b).map(|(a, b)| a + b).collect();
        let loss = |sums: &[f64], n_votes| self.loss(forest, data, at, sums, n_votes);
        let of_all = loss(&all, n_a + n_b);
        let of_halves = f64::midpoint(loss(a, n_a), loss(b, n_b));
        let n_votes = n_a + n_b;
        let few = 1.0 / n_votes - 1.0 / n_trees as f64;
        let fewer = f64::midpoint(1.0 / n_a, 1.0 / n_b) - 1.0 / n_votes;
        of_all - (of_halves - of_all) * (few / fewer).max(0.0)
    }

    /// What a row loses by votes that add up to `sums`.
    fn loss(&self, forest: &Forest, data: Data, at: usize, sums: &[f64], n_votes: f64) -> f64 {
        let row = self.rows[at];
        match (data.target, &self.scaled) {
            (Target::Classes { codes, .. }, _) => {
                let class = codes[row] as usize;
                let Some(calibration) = &forest.calibration else {
                    // The classes' shares vote once: a class of which no tree has heard is not impossible.
                    return log_loss_of((sums[class] + self.prior[class]) / (n_votes + 1.0));
                };
                let mut shares: Vec<f64> = sums.iter().map(|sum| sum / n_votes).collect();
                calibration.apply(&mut shares);
                log_loss_of(shares[class])
            }
            (Target::Values(_), Some((values, exponent))) => {
                let error = libm::ldexp(sums[0] / n_votes, -exponent) - values[row];
                error * error / self.variance
            }
            (Target::Values(_), None) => 0.0,
        }
    }
}

/// For each tree the rows that it is grown on.
fn in_bag(data: Data, params: &ForestValidParams, n_trees: usize) -> Vec<InBagRows> {
    let weighting = Weighting::new(params, data.target, data.weights);
    threads::map(0..n_trees as u64, |tree| {
        InBagRows::new(&weighting.draw(&mut TreeRng::new(params.seed, tree)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ForestParams;
    use linfa::ParamGuard;
    use ndarray::Array2;

    /// Targets are noise, and each tree repeats that of a neighbour: the error of `v` votes falls as 1 / `v`.
    #[test]
    fn few_votes_are_held_against_what_many_would_say() {
        let mut rng = TreeRng::new(1, 0);
        let x = Array2::from_shape_simple_fn((1000, 3), || rng.unit() as f32);
        let y: Vec<f64> = (0..1000).map(|_| rng.unit()).collect();
        let x = Features::from(x.view());
        let data = Data { x: &x, target: Target::Values(&y), weights: None };
        let params = ForestParams::plain().check().unwrap();
        let compared = Compared::new(data, &[&params], 20);
        let loss = |n_trees: usize, wanted: usize| {
            let params = ForestParams::plain().n_trees(n_trees).check().unwrap();
            let (forest, _) = Forest::fit_rows(&params, &x, data.target, None, &|| ()).unwrap();
            let losses = compared.losses(&forest, &params, data, wanted);
            losses.iter().sum::<f64>() / losses.len() as f64
        };
        // 20 trees have some 7 votes for a row, and 400 some 147; of no more trees nothing is foreseen.
        let (few, many) = (loss(20, 1), loss(400, 1));
        let foreseen = loss(20, 147);
        assert!(few > many + 0.05, "{few} {many}");
        assert!((foreseen - many).abs() < 0.2 * (few - many), "{few} {foreseen} {many}");
    }

    #[test]
    fn votes_of_several_classes_are_added_row_by_row() {
        let mut rng = TreeRng::new(2, 0);
        let x = Array2::from_shape_simple_fn((60, 2), || rng.unit() as f32);
        let codes: Vec<u32> = (0..60).map(|row| row % 3).collect();
        let x = Features::from(x.view());
        let target = Target::Classes { codes: &codes, n_classes: 3 };
        let data = Data { x: &x, target, weights: None };
        let params = ForestParams::plain().n_trees(12).max_depth(Some(2)).check().unwrap();
        let (forest, _) = Forest::fit_rows(&params, &x, target, None, &|| ()).unwrap();
        let compared = Compared::new(data, &[&params], 12);
        let in_bag = in_bag(data, &params, 12);
        let by_hand = compared.rows.iter().enumerate().map(|(at, &row)| {
            let (mut sums, mut n_votes) = ([0.0; 3], 0.0);
            for (tree, in_bag) in forest.trees.iter().zip(&in_bag) {
                if !in_bag.contains(row) {
                    let block = x.block_of(&[row]);
                    forest.leaves.add(tree.leaves(&block.rows())[0], &mut sums);
                    n_votes += 1.0;
                }
            }
            let class = codes[row] as usize;
            compared.weights[at] * -((sums[class] + compared.prior[class]) / (n_votes + 1.0)).ln()
        });
        // Of no more trees than there are nothing is foreseen.
        let losses = compared.losses(&forest, &params, data, 1);
        assert!(compared.rows.len() > 30);
        for (loss, expected) in losses.into_iter().zip(by_hand) {
            assert!((loss - expected).abs() < 1e-12, "{loss} {expected}");
        }
    }

    #[test]
    fn rows_are_compared_that_all_samples_leave_out_in_both_halves() {
        let x = Array2::from_shape_fn((300, 1), |(row, _)| row as f32);
        let y: Vec<f64> = (0..300).map(f64::from).collect();
        let x = Features::from(x.view());
        let weights: Vec<f64> = (0..300).map(|row| f64::from(u8::from(row % 3 > 0))).collect();
        let data = Data { x: &x, target: Target::Values(&y), weights: Some(&weights) };
        let all = ForestParams::new().check().unwrap();
        let half = ForestParams::new().set("max_samples", "0.5").unwrap().check().unwrap();
        let compared = Compared::new(data, &[&all, &half], 4);
        let leaves_out = |params: &ForestValidParams, tree: u64, row: usize| {
            let weighting = Weighting::new(params, data.target, data.weights);
            weighting.draw(&mut TreeRng::new(params.seed(), tree))[row] == 0
        };
        let expected: Vec<usize> = (0..300)
            .filter(|row| row % 3 > 0)
            .filter(|&row| {
                [&all, &half].into_iter().all(|params| {
                    [[0, 2], [1, 3]]
                        .iter()
                        .all(|trees| trees.iter().any(|&tree| leaves_out(params, tree, row)))
                })
            })
            .collect();
        assert!(expected.len() > 50);
        assert_eq!(compared.rows, expected);
    }
}
