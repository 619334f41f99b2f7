//! Rows on which settings are tried: what the trees that have not seen them would say, and its loss.

use std::ops::Range;

use super::calibration::{OobShares, START};
use super::settings::Calibrate;
use super::totals::Totals;
use super::{Setting, kept};
use crate::forest::ForestValidParams;
use crate::forest::features::Features;
use crate::forest::losses::unit;
use crate::forest::masses::Masses;
use crate::forest::scale::scaled;
use crate::forest::target::Target;
use crate::forest::weighting::Weighting;
use crate::threads;
use crate::tree::descend::RowBlock;
use crate::tree::grown::Grown;
use crate::tree::random::TreeRng;

/// The maximum number of rows …
const MAX_ROWS: usize = 6_000;

/// … and of rows times outputs, and the rows that are enough all the same.
const MAX_OUTPUTS: usize = 1 << 16;
const MIN_ROWS: usize = 1000;

/// The random stream that rows are drawn from; trees have the numbers below, and probe rows the last.
const STREAM: u64 = u64::MAX - 1;

/// A setting that was tried, with the loss of each row.
pub(super) struct Tried {
    pub(super) setting: Setting,
    pub(super) nodes: u64,
    /// What the model takes, about, in numbers.
    pub(super) size: u64,
    pub(super) losses: Vec<f64>,
    pub(super) loss: f64,
    /// α and γ.
    pub(super) calibration: [f64; 2],
}

/// Rows that are tried, and the trees.
pub(super) struct OobSample<'a> {
    params: &'a ForestValidParams,
    grown: &'a [Grown],
    rows: RowBlock,
    /// For each tree, the rows of the sample that it has not seen.
    unseen: Vec<Vec<u32>>,
    /// For each row, how many trees these are.
    n_votes: Vec<u32>,
    /// The rows of which there is such a tree.
    covered: Vec<usize>,
    /// What these weigh, on average 1.
    weights: Vec<f64>,
    response: Response,
    prior: &'a [f64],
}

/// The targets of the covered rows.
enum Response {
    Codes(Vec<u32>),
    /// Divided by a power of two.
    Values(Vec<f64>, i32),
}

impl<'a> OobSample<'a> {
    pub(super) fn new(
        params: &'a ForestValidParams,
        grown: &'a [Grown],
        x: &'a Features,
        target: Target<'a>,
        weights: Option<&'a [f64]>,
        masses: &'a Masses,
    ) -> Self {
        let n_wanted = (MAX_OUTPUTS / masses.prior.len().max(1)).clamp(MIN_ROWS, MAX_ROWS);
        let mut rows: Vec<usize> =
            (0..x.n_rows()).filter(|&row| masses.weights[row] > 0.0).collect();
        if rows.len() > n_wanted {
            let mut rng = TreeRng::new(params.seed, STREAM);
            for at in 0..n_wanted {
                let n_left = (rows.len() - at) as u32;
                rows.swap(at, at + rng.below(n_left) as usize);
            }
            rows.truncate(n_wanted);
            rows.sort_unstable();
        }
        let weighting = Weighting::new(params, target, weights);
        let unseen = threads::map(0..grown.len() as u64, |tree| {
            let draws = weighting.draw(&mut TreeRng::new(params.seed, tree));
            (0..).zip(&rows).filter(|&(_, &row)| draws[row] == 0).map(|(at, _)| at).collect()
        });
        let mut n_votes = vec![0; rows.len()];
        unseen.iter().flatten().for_each(|&at: &u32| n_votes[at as usize] += 1);
        let covered: Vec<usize> = (0..rows.len()).filter(|&at| n_votes[at] > 0).collect();
        let rows_covered = || covered.iter().map(|&at| rows[at]);
        let response = match target {
            Target::Classes { codes, .. } => {
                Response::Codes(rows_covered().map(|row| codes[row]).collect())
            }
            Target::Values(values) => {
                let (values, exponent) = scaled(values);
                Response::Values(rows_covered().map(|row| values[row]).collect(), exponent)
            }
        };
        let weights = masses.of_rows(rows_covered());
        let rows = x.block_of(&rows);
        Self {
            params,
            grown,
            rows,
            unseen,
            n_votes,
            covered,
            weights,
            response,
            prior: &masses.prior,
        }
    }

    /// The number of rows that some tree has not seen.
    pub(super) fn n_rows(&self) -> usize {
        self.covered.len()
    }

    fn n_outputs(&self) -> usize {
        self.prior.len().max(1)
    }

    /// Tries each cut with each shrinkage. Cuts ascend.
    pub(super) fn attempt(&self, cuts: &[usize], shrinkages: &[f64]) -> Vec<Tried> {
        let settings: Vec<Setting> = cuts
            .iter()
            .flat_map(|&cut| shrinkages.iter().map(move |&shrinkage| Setting { cut, shrinkage }))
            .collect();
        let width = settings.len() * self.n_outputs();
        let mut sums = vec![0.0; self.n_votes.len() * width];
        let mut nodes = vec![0; cuts.len()];
        // Some trees at a time, added up in their order.
        let trees: Vec<(&Grown, &[u32])> =
            self.grown.iter().zip(self.unseen.iter().map(Vec::as_slice)).collect();
        for trees in trees.chunks(4 * threads::count()) {
            let votes =
                threads::map(trees, |(grown, rows)| self.votes(grown, rows, cuts, shrinkages));
            for ((_, rows), votes) in trees.iter().zip(votes) {
                nodes.iter_mut().zip(votes.nodes).for_each(|(sum, nodes)| *sum += nodes);
                for (&row, outputs) in rows.iter().zip(votes.outputs.chunks_exact(width)) {
                    let sums = &mut sums[row as usize * width..][..width];
                    sums.iter_mut().zip(outputs).for_each(|(sum, output)| *sum += output);
                }
            }
        }
        let mut start = START;
        let mut tried = Vec::new();
        for (at, setting) in settings.into_iter().enumerate() {
            let (cut, shrinkage) = (at / shrinkages.len(), at % shrinkages.len());
            let mut outputs = Vec::with_capacity(self.covered.len() * self.n_outputs());
            for &row in &self.covered {
                let sums = sums[row * width..][..width].chunks_exact(shrinkages.len());
                let sums = sums.skip(cut * self.n_outputs()).take(self.n_outputs());
                outputs.extend(sums.map(|sums| sums[shrinkage] / f64::from(self.n_votes[row])));
            }
            tried.push(self.score(setting, nodes[cut], &outputs, &mut start));
        }
        tried
    }

    /// What a tree says of some rows with each setting. Rows go down together, so that each node is done with once.
    fn votes(&self, grown: &Grown, rows: &[u32], cuts: &[usize], shrinkages: &[f64]) -> Votes {
        let totals = Totals::new(grown);
        let features = self.rows.rows();
        let of_cut = self.n_outputs() * shrinkages.len();
        let mut outputs = vec![0.0; rows.len() * cuts.len() * of_cut];
        let shrinks = shrinkages.iter().any(|shrinkage| *shrinkage > 0.0);
        // For each depth, what leads to a node, and how much of the node itself is kept.
        let mut paths = vec![Path { says: vec![0.0; of_cut], shares: vec![1.0; shrinkages.len()] }];
        let mut positions: Vec<usize> = (0..rows.len()).collect();
        let mut open = vec![Open { node: 0, positions: 0..rows.len(), left: cuts.len(), depth: 0 }];
        while let Some(Open { node: at, positions: range, mut left, depth }) = open.pop() {
            let node = grown.nodes()[at];
            let n_rows = totals.rows[at];
            // The largest cut ends a path first.
            while left > 0 && (node.is_leaf() || (n_rows as usize) < cuts[left - 1]) {
                left -= 1;
                let mut said = paths[depth].says.clone();
                totals.add(at, &paths[depth].shares, &mut said);
                for &position in &positions[range.clone()] {
                    let outputs = &mut outputs[(position * cuts.len() + left) * of_cut..];
                    outputs.iter_mut().zip(&said).for_each(|(output, said)| *output = *said);
                }
            }
            if left == 0 {
                continue;
            }
            if paths.len() == depth + 1 {
                paths.push(paths[0].clone());
            }
            if shrinks {
                let (before, after) = paths.split_at_mut(depth + 1);
                after[0].follow(&before[depth], at, &totals, shrinkages);
            }
            let goes_left =
                |position: &usize| node.child(features[rows[*position] as usize]) == node.next;
            let n_left = partition(&mut positions[range.clone()], goes_left);
            let middle = range.start + n_left;
            for (child, positions) in
                [(node.next, range.start..middle), (node.next + 1, middle..range.end)]
            {
                if !positions.is_empty() {
                    open.push(Open { node: child as usize, positions, left, depth: depth + 1 });
                }
            }
        }
        Votes { outputs, nodes: totals.count_nodes(grown, cuts) }
    }

    /// The losses of a setting, which gives the covered rows these outputs: calibrated if that is wanted, from a start that becomes
    /// what was found.
    fn score(&self, setting: Setting, nodes: u64, outputs: &[f64], start: &mut [f64; 2]) -> Tried {
        let weights = &self.weights[..];
        let (losses, calibration) = match &self.response {
            Response::Values(values, exponent) => {
                let predicted = outputs.iter().map(|output| libm::ldexp(*output, -exponent));
                (squared_errors(values, predicted, weights), [0.0; 2])
            }
            Response::Codes(codes) => {
                let rows = OobShares { shares: outputs, codes, weights, prior: self.prior };
                match self.params.calibrate {
                    Calibrate::Auto => {
                        *start = rows.fit(*start);
                        let [alpha, gamma] = start.map(libm::exp);
                        (rows.losses(alpha, gamma), [alpha, gamma])
                    }
                    Calibrate::By([alpha, gamma]) => (rows.losses(alpha, gamma), [alpha, gamma]),
                    // So little that it only keeps the logarithm finite.
                    Calibrate::None => (rows.losses(1e-9, 1.0), [0.0, 1.0]),
                }
            }
        };
        let losses: Vec<f64> = losses.iter().zip(weights).map(|(loss, w)| loss * w).collect();
        let loss = losses.iter().sum::<f64>() / losses.len() as f64;
        // Leaves that are drawn towards the root have a share of every class.
        let is_dense = setting.shrinkage > 0.0 && self.n_outputs() > 2;
        let size = if is_dense { nodes + nodes / 2 * self.n_outputs() as u64 } else { nodes };
        Tried { setting, nodes, size, losses, loss, calibration }
    }
}

/// What a tree says.
struct Votes {
    /// Rows × cuts × outputs × shrinkages.
    outputs: Vec<f64>,
    /// The nodes that are left with each cut.
    nodes: Vec<u64>,
}

/// Rows at a node that is not done with.
struct Open {
    node: usize,
    positions: Range<usize>,
    /// How many cuts leave it.
    left: usize,
    depth: usize,
}

/// The way to a node, for each shrinkage.
#[derive(Clone)]
struct Path {
    /// Outputs × shrinkages.
    says: Vec<f64>,
    shares: Vec<f64>,
}

impl Path {
    /// Becomes the path to the children of a node that another one leads to.
    fn follow(&mut self, path: &Self, node: usize, totals: &Totals, shrinkages: &[f64]) {
        for (next, &shrinkage) in self.shares.iter_mut().zip(shrinkages) {
            *next = kept(shrinkage, totals.rows[node]);
        }
        let parts: Vec<f64> =
            path.shares.iter().zip(&self.shares).map(|(share, next)| share - next).collect();
        self.says.clone_from(&path.says);
        totals.add(node, &parts, &mut self.says);
    }
}

/// Moves what goes left to the front; gives its number.
fn partition<T>(items: &mut [T], goes_left: impl Fn(&T) -> bool) -> usize {
    let mut n_left = 0;
    for at in 0..items.len() {
        if goes_left(&items[at]) {
            items.swap(n_left, at);
            n_left += 1;
        }
    }
    n_left
}

/// Squared errors as parts of the targets' variance.
fn squared_errors(
    targets: &[f64],
    predicted: impl Iterator<Item = f64>,
    weights: &[f64],
) -> Vec<f64> {
    let n = weights.iter().sum::<f64>();
    let mean = targets.iter().zip(weights).map(|(y, w)| y * w).sum::<f64>() / n;
    let variance =
        targets.iter().zip(weights).map(|(y, w)| (y - mean) * (y - mean) * w).sum::<f64>() / n;
    let unit = unit(variance);
    targets.iter().zip(predicted).map(|(y, p)| (y - p) * (y - p) / unit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_in_units_of_the_variance() {
        // The mean is 4, the variance (9 + 1 + 2·4)/4 = 4.5.
        let errors =
            squared_errors(&[1.0, 3.0, 6.0], [4.0, 3.0, 3.0].into_iter(), &[1.0, 1.0, 2.0]);
        assert_eq!(errors, [2.0, 0.0, 2.0]);
    }
}
