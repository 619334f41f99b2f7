//! Predictions of training rows by the trees that were not grown on them.

use super::features::Features;
use super::spread::Spread;
use super::target::Target;
use super::weighting::Weighting;
use super::{Forest, ForestValidParams, check};
use crate::metrics::log_loss_of;
use crate::tree::random::TreeRng;
use crate::{Result, threads};

/// Calls `f` with each row that some tree was not grown on, and its outputs: the mean of what these trees say, and how far
/// their values are from each other, if it is values. Gives for each row what it returned, `None` where there is no such
/// tree; `None` at all if there was no bootstrap. `target` and `weights` have to be those of the fit, and fit its settings.
///
/// # Errors
/// Another number of features, of weights or of classes than in the fit, or class codes that are none.
pub(super) fn map_oob_predictions<T: Send>(
    forest: &Forest,
    params: &ForestValidParams,
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
    f: impl Fn(usize, &[f64], Spread) -> T + Sync,
) -> Result<Option<Vec<Option<T>>>> {
    let Some(in_bag) = in_bag(forest, params, x, target, weights)? else { return Ok(None) };
    let n_outputs = forest.n_outputs();
    let means = forest.leaves.means();
    let blocks = threads::map(forest.row_blocks(x.n_rows(), n_outputs), |rows| {
        let block = x.block(rows.clone());
        let features = block.rows();
        let mut sums = vec![0.0; rows.len() * n_outputs];
        let mut n_votes = vec![0_u32; rows.len()];
        let mut spreads = vec![Spread::default(); if means.is_some() { rows.len() } else { 0 }];
        for (tree, in_bag) in forest.trees.iter().zip(&in_bag) {
            let outside: Vec<usize> = (0..rows.len())
                .filter(|position| !in_bag.contains(rows.start + position))
                .collect();
            let unseen: Vec<&[f32]> = outside.iter().map(|&position| features[position]).collect();
            for (leaf, position) in tree.leaves(&unseen).into_iter().zip(outside) {
                forest.leaves.add(leaf, &mut sums[position * n_outputs..][..n_outputs]);
                n_votes[position] += 1;
                if let Some(means) = means {
                    spreads[position].add(means[leaf as usize]);
                }
            }
        }
        let of_rows = sums.chunks_mut(n_outputs).zip(n_votes).enumerate();
        let of_rows = of_rows.map(|(position, (sums, n_votes))| {
            (n_votes > 0).then(|| {
                for sum in &mut *sums {
                    *sum /= f64::from(n_votes);
                }
                if let Some(calibration) = &forest.calibration {
                    calibration.apply(sums);
                }
                let spread = spreads.get(position).copied().unwrap_or_default();
                f(rows.start + position, sums, spread)
            })
        });
        of_rows.collect::<Vec<_>>()
    });
    Ok(Some(blocks.into_iter().flatten().collect()))
}

/// The rows of a block: the sums over them do not depend on the number of threads.
const ROWS_A_BLOCK: usize = 1024;

/// For the first tree, the first two and so on, the mean loss by weight of the rows that some of these were not grown on, each
/// predicted by those; infinite where there are no such rows. `None` if there was no bootstrap. What it is given is as for
/// [`map_oob_predictions`].
pub(crate) fn oob_losses(
    forest: &Forest,
    params: &ForestValidParams,
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
) -> Result<Option<Vec<f64>>> {
    let Some(in_bag) = in_bag(forest, params, x, target, weights)? else { return Ok(None) };
    let n_outputs = forest.n_outputs();
    let starts: Vec<usize> = (0..x.n_rows()).step_by(ROWS_A_BLOCK).collect();
    let blocks = threads::map(starts, |start| {
        let n_rows = ROWS_A_BLOCK.min(x.n_rows() - start);
        let block = x.block(start..start + n_rows);
        let features = block.rows();
        let mut sums = vec![0.0; n_rows * n_outputs];
        let mut outputs = vec![0.0; n_outputs];
        let (mut n_votes, mut losses) = (vec![0_u32; n_rows], vec![0.0; n_rows]);
        let (mut lost, mut covered) = (0.0, 0.0);
        let trees = forest.trees.iter().zip(&in_bag).map(|(tree, in_bag)| {
            let outside: Vec<usize> =
                (0..n_rows).filter(|position| !in_bag.contains(start + position)).collect();
            let unseen: Vec<&[f32]> = outside.iter().map(|&position| features[position]).collect();
            for (leaf, position) in tree.leaves(&unseen).into_iter().zip(outside) {
                let weight = weights.map_or(1.0, |weights| weights[start + position]);
                let sums = &mut sums[position * n_outputs..][..n_outputs];
                forest.leaves.add(leaf, sums);
                n_votes[position] += 1;
                let n = f64::from(n_votes[position]);
                outputs.iter_mut().zip(sums).for_each(|(output, sum)| *output = *sum / n);
                if let Some(calibration) = &forest.calibration {
                    calibration.apply(&mut outputs);
                }
                let loss = weight * loss(target, start + position, &outputs);
                lost += loss - losses[position];
                losses[position] = loss;
                covered += if n_votes[position] == 1 { weight } else { 0.0 };
            }
            [lost, covered]
        });
        trees.collect::<Vec<[f64; 2]>>()
    });
    let of_trees = |n: usize| {
        let sum = |which: usize| blocks.iter().map(|block| block[n][which]).sum::<f64>();
        let (lost, covered) = (sum(0), sum(1));
        if covered > 0.0 { lost / covered } else { f64::INFINITY }
    };
    Ok(Some((0..forest.n_trees()).map(of_trees).collect()))
}

/// The loss of a row with these outputs: the log loss of classes, the squared error of values.
pub(super) fn loss(target: Target, row: usize, outputs: &[f64]) -> f64 {
    match target {
        Target::Classes { codes, .. } => log_loss_of(outputs[codes[row] as usize]),
        Target::Values(values) => {
            let error = values[row] - outputs[0];
            error * error
        }
    }
}

/// The rows that each tree was grown on, drawn again; `None` if there was no bootstrap.
fn in_bag(
    forest: &Forest,
    params: &ForestValidParams,
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
) -> Result<Option<Vec<InBagRows>>> {
    forest.check_features(x)?;
    if let Some(weights) = weights {
        check::row_weights(weights, x.n_rows())?;
    }
    if let Target::Classes { codes, n_classes } = target {
        check::classes(params, codes, n_classes)?;
    }
    let weighting = Weighting::new(params, target, weights);
    let draw = |tree| InBagRows::new(&weighting.draw(&mut TreeRng::new(params.seed, tree)));
    Ok(weighting.has_bootstrap().then(|| threads::map(0..forest.n_trees() as u64, draw)))
}

/// The rows that a tree was grown on, a bit each.
pub(super) struct InBagRows(Vec<u64>);

impl InBagRows {
    pub(super) fn new(draws: &[u16]) -> Self {
        let words = draws.chunks(64).map(|draws| {
            draws.iter().rev().fold(0, |word, &draws| word << 1 | u64::from(draws > 0))
        });
        Self(words.collect())
    }

    pub(super) fn contains(&self, row: usize) -> bool {
        self.0[row / 64] >> (row % 64) & 1 == 1
    }
}
