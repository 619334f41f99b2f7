//! Which cut, shrinkage and calibration are best, by the rows that trees have not seen.

use super::calibration::{Calibration, OobShares};
use super::settings::{Calibrate, Cut, Shrinkage};
use super::{Setting, Totals, Trial};
use crate::forest::features::Features;
use crate::forest::scale::scaled;
use crate::forest::target::Target;
use crate::forest::weighting::Weighting;
use crate::forest::{ClassWeight, ForestValidParams, class_weights};
use crate::threads;
use crate::tree::grown::Grown;
use crate::tree::random::TreeRng;

/// Cuts that are tried.
const CUTS: [usize; 9] = [2, 5, 10, 20, 50, 100, 200, 500, 1000];

/// Shrinkages that are tried at the best cuts.
const SHRINKAGES: [f64; 5] = [3.0, 10.0, 30.0, 100.0, 300.0];

/// The maximum number of rows that are tried …
const MAX_ROWS: usize = 10_000;

/// … and of rows times outputs, and the rows that are enough all the same.
const MAX_OUTPUTS: usize = 1 << 17;
const MIN_ROWS: usize = 1000;

/// A cut that is tried leaves at least so many rows for each that it asks for.
const ROWS_OF_CUT: usize = 10;

/// The random stream that rows are drawn from; trees have the numbers below, and probe rows the last.
const STREAM: u64 = u64::MAX - 1;

/// What was chosen.
pub(super) struct Selection {
    pub(super) setting: Setting,
    pub(super) calibration: Option<Calibration>,
    pub(super) rows: u64,
    pub(super) trials: Vec<Trial>,
}

/// A trial with the loss of each row.
struct Tried {
    setting: Setting,
    nodes: u64,
    /// What the model takes, about, in numbers.
    size: u64,
    losses: Vec<f64>,
    loss: f64,
    /// α and γ.
    calibration: [f64; 2],
}

/// Chooses what `params` leave open.
pub(super) fn choose(
    params: &ForestValidParams,
    grown: &[Grown],
    x: &Features,
    target: Target,
    weights: Option<&[f64]>,
) -> Selection {
    let cuts: Vec<usize> = match params.cut {
        Cut::Rows(rows) => vec![rows],
        Cut::Auto => {
            let sensible = |cut: &usize| *cut == 2 || cut * ROWS_OF_CUT <= x.n_rows();
            CUTS.into_iter().filter(sensible).collect()
        }
    };
    let weights_of_rows = row_weights(params, target, weights);
    let prior = prior(target, &weights_of_rows);
    let given = match (params.shrinkage, params.calibrate) {
        (Shrinkage::Lambda(shrinkage), Calibrate::By(calibration)) => {
            Some((shrinkage, Some(calibration)))
        }
        (Shrinkage::Lambda(shrinkage), Calibrate::None) => Some((shrinkage, None)),
        _ => None,
    };
    let calibration = |[alpha, gamma]: [f64; 2]| Calibration { alpha, gamma, prior: prior.clone() };
    if let ([cut], Some((shrinkage, by))) = (&cuts[..], given) {
        let setting = Setting { cut: *cut, shrinkage };
        let calibration = by.map(calibration);
        return Selection { setting, calibration, rows: 0, trials: Vec::new() };
    }
    let sample = Sample::new(params, grown, x, target, weights, &weights_of_rows, &prior);
    let first = match params.shrinkage {
        Shrinkage::Auto => 0.0,
        Shrinkage::Lambda(shrinkage) => shrinkage,
    };
    let settings: Vec<_> = cuts.iter().map(|&cut| Setting { cut, shrinkage: first }).collect();
    let mut tried = sample.attempt(&settings);
    if params.shrinkage == Shrinkage::Auto {
        let [best, chosen] = [best(&tried), smallest(&tried)];
        let mut of_interest = vec![tried[chosen].setting.cut];
        if best != chosen {
            of_interest.push(tried[best].setting.cut);
        }
        let settings: Vec<_> = of_interest
            .into_iter()
            .flat_map(|cut| SHRINKAGES.map(|shrinkage| Setting { cut, shrinkage }))
            .collect();
        tried.extend(sample.attempt(&settings));
    }
    let best = best(&tried);
    let trials = tried.iter().map(|trial| Trial {
        cut: trial.setting.cut as u64,
        shrinkage: trial.setting.shrinkage,
        nodes: trial.nodes,
        loss: trial.loss,
        standard_error: standard_error(trial, &tried[best]),
    });
    let chosen = &tried[smallest(&tried)];
    Selection {
        setting: chosen.setting,
        calibration: (params.calibrate != Calibrate::None).then(|| calibration(chosen.calibration)),
        rows: sample.rows.len() as u64,
        trials: trials.collect(),
    }
}

fn best(tried: &[Tried]) -> usize {
    let mut best = 0;
    for (at, trial) in tried.iter().enumerate() {
        if trial.loss < tried[best].loss {
            best = at;
        }
    }
    best
}

/// The smallest whose loss is within a standard error of the best; of equally small ones the best.
fn smallest(tried: &[Tried]) -> usize {
    let best = best(tried);
    let mut chosen = best;
    for (at, trial) in tried.iter().enumerate() {
        let is_as_good = trial.loss - tried[best].loss <= standard_error(trial, &tried[best]);
        let now = &tried[chosen];
        if is_as_good
            && (trial.size < now.size || (trial.size == now.size && trial.loss < now.loss))
        {
            chosen = at;
        }
    }
    chosen
}

/// The standard error of the mean difference between two trials' losses.
fn standard_error(a: &Tried, b: &Tried) -> f64 {
    let n = a.losses.len() as f64;
    let differences = || a.losses.iter().zip(&b.losses).map(|(a, b)| a - b);
    let mean = differences().sum::<f64>() / n;
    let squares: f64 = differences().map(|d| (d - mean) * (d - mean)).sum();
    (squares / n).sqrt() / n.sqrt()
}

/// What each row weighs: its weight, times that of its class; scaled to a greatest weight below 1.
fn row_weights(params: &ForestValidParams, target: Target, weights: Option<&[f64]>) -> Vec<f64> {
    let n_rows = target.n_rows();
    let mut of_rows = weights.map_or_else(|| vec![0.5; n_rows], |weights| scaled(weights).0);
    if let Target::Classes { codes, n_classes } = target {
        let mut of_classes = vec![0.0; n_classes];
        for (&code, weight) in codes.iter().zip(&of_rows) {
            of_classes[code as usize] += weight;
        }
        let factors = match &params.class_weight {
            ClassWeight::None => return of_rows,
            ClassWeight::PerClass(weights) => scaled(weights).0,
            ClassWeight::Balanced | ClassWeight::BalancedSubsample => {
                class_weights::balancing(&of_classes)
            }
        };
        for (&code, weight) in codes.iter().zip(&mut of_rows) {
            *weight *= factors[code as usize];
        }
    }
    of_rows
}

/// The classes' shares of the weight; nothing for values.
fn prior(target: Target, weights: &[f64]) -> Vec<f64> {
    let Target::Classes { codes, n_classes } = target else { return Vec::new() };
    let mut prior = vec![0.0; n_classes];
    for (&code, weight) in codes.iter().zip(weights) {
        prior[code as usize] += weight;
    }
    let total: f64 = prior.iter().sum();
    prior.iter().map(|sum| sum / total).collect()
}

/// Rows that are tried, and the trees.
struct Sample<'a> {
    params: &'a ForestValidParams,
    grown: &'a [Grown],
    x: &'a Features<'a>,
    weighting: Weighting,
    /// Ascending.
    rows: Vec<usize>,
    weights: Vec<f64>,
    response: Response,
    prior: &'a [f64],
}

enum Response {
    Codes(Vec<u32>),
    /// Divided by a power of two.
    Values(Vec<f64>, i32),
}

impl<'a> Sample<'a> {
    fn new(
        params: &'a ForestValidParams,
        grown: &'a [Grown],
        x: &'a Features,
        target: Target<'a>,
        weights: Option<&'a [f64]>,
        weights_of_rows: &[f64],
        prior: &'a [f64],
    ) -> Self {
        let n_outputs = prior.len().max(1);
        let n_wanted = (MAX_OUTPUTS / n_outputs).clamp(MIN_ROWS, MAX_ROWS);
        let counts = |row: &usize| weights_of_rows[*row] > 0.0;
        let mut rows: Vec<usize> = (0..x.n_rows()).filter(counts).collect();
        if rows.len() > n_wanted {
            let mut rng = TreeRng::new(params.seed, STREAM);
            for at in 0..n_wanted {
                let n_left = (rows.len() - at) as u32;
                rows.swap(at, at + rng.below(n_left) as usize);
            }
            rows.truncate(n_wanted);
            rows.sort_unstable();
        }
        let response = match target {
            Target::Classes { codes, .. } => {
                Response::Codes(rows.iter().map(|&row| codes[row]).collect())
            }
            Target::Values(values) => {
                let (values, exponent) = scaled(values);
                Response::Values(rows.iter().map(|&row| values[row]).collect(), exponent)
            }
        };
        let weighting = Weighting::new(params, target, weights);
        let weights = rows.iter().map(|&row| weights_of_rows[row]).collect();
        Self { params, grown, x, weighting, rows, weights, response, prior }
    }

    /// The losses of some settings.
    fn attempt(&self, settings: &[Setting]) -> Vec<Tried> {
        let n_outputs = self.prior.len().max(1);
        let n_numbers = self.rows.len() * n_outputs;
        let mut sums = vec![vec![0.0; n_numbers]; settings.len()];
        let mut n_votes = vec![0_u32; self.rows.len()];
        let mut nodes = vec![0; settings.len()];
        // Some trees at a time, added up in their order.
        let trees: Vec<usize> = (0..self.grown.len()).collect();
        for trees in trees.chunks(4 * threads::count()) {
            let votes = threads::map(trees, |&tree| self.votes(tree, settings, n_outputs));
            for votes in votes {
                for (at, nodes_of_tree) in votes.nodes.into_iter().enumerate() {
                    nodes[at] += nodes_of_tree;
                }
                let width = settings.len() * n_outputs;
                for (&row, outputs) in votes.rows.iter().zip(votes.outputs.chunks_exact(width)) {
                    n_votes[row] += 1;
                    for (sums, outputs) in sums.iter_mut().zip(outputs.chunks_exact(n_outputs)) {
                        let sums = &mut sums[row * n_outputs..][..n_outputs];
                        sums.iter_mut().zip(outputs).for_each(|(sum, output)| *sum += output);
                    }
                }
            }
        }
        let jobs: Vec<_> = settings.iter().zip(sums).zip(nodes).collect();
        threads::map(jobs, |((&setting, sums), nodes)| {
            self.score(setting, sums, &n_votes, nodes, n_outputs)
        })
    }

    /// What a tree says of the rows that it has not seen, with each setting.
    fn votes(&self, tree: usize, settings: &[Setting], n_outputs: usize) -> Votes {
        let grown = &self.grown[tree];
        let totals = Totals::new(grown);
        let draws = self.weighting.draw(&mut TreeRng::new(self.params.seed, tree as u64));
        let is_unseen = |row: usize| draws[row] == 0;
        let rows: Vec<usize> =
            (0..self.rows.len()).filter(|&at| is_unseen(self.rows[at])).collect();
        let numbers: Vec<usize> = rows.iter().map(|&at| self.rows[at]).collect();
        let block = self.x.block_of(&numbers);
        let mut outputs = vec![0.0; rows.len() * settings.len() * n_outputs];
        let mut path = Vec::new();
        let mut kept = Vec::new();
        let of_rows = outputs.chunks_exact_mut(settings.len() * n_outputs);
        for (row, outputs) in block.rows().into_iter().zip(of_rows) {
            path.clear();
            let mut at = 0;
            loop {
                path.push(at);
                let node = grown.nodes()[at];
                if node.is_leaf() {
                    break;
                }
                at = node.child(row) as usize;
            }
            for (&setting, outputs) in settings.iter().zip(outputs.chunks_exact_mut(n_outputs)) {
                let splits = |node: &usize| setting.splits(totals.rows[*node]);
                let stop = path.iter().position(|node| !splits(node)).unwrap_or(path.len() - 1);
                if setting.shrinkage == 0.0 {
                    totals.add(path[stop], 1.0, outputs);
                    continue;
                }
                kept.clear();
                kept.push(1.0);
                kept.extend(path[..stop].iter().map(|&node| setting.kept(totals.rows[node])));
                for (depth, &node) in path[..=stop].iter().enumerate() {
                    let next = if depth < stop { kept[depth + 1] } else { 0.0 };
                    totals.add(node, kept[depth] - next, outputs);
                }
            }
        }
        let nodes = settings.iter().map(|setting| setting.count_nodes(grown, &totals)).collect();
        Votes { rows, outputs, nodes }
    }

    /// The losses of a setting, calibrated if that is wanted. Rows that all trees have seen are left out.
    fn score(
        &self,
        setting: Setting,
        mut sums: Vec<f64>,
        n_votes: &[u32],
        nodes: u64,
        n_outputs: usize,
    ) -> Tried {
        let covered: Vec<usize> = (0..n_votes.len()).filter(|&row| n_votes[row] > 0).collect();
        for (to, &row) in covered.iter().enumerate() {
            for output in 0..n_outputs {
                sums[to * n_outputs + output] =
                    sums[row * n_outputs + output] / f64::from(n_votes[row]);
            }
        }
        sums.truncate(covered.len() * n_outputs);
        let total: f64 = covered.iter().map(|&row| self.weights[row]).sum();
        let scale = covered.len() as f64 / total;
        let weights: Vec<f64> = covered.iter().map(|&row| self.weights[row] * scale).collect();
        let (losses, calibration) = match &self.response {
            Response::Values(values, exponent) => {
                let values: Vec<f64> = covered.iter().map(|&row| values[row]).collect();
                let predicted = sums.iter().map(|sum| libm::ldexp(*sum, -exponent));
                (squared_errors(&values, predicted, &weights), [0.0; 2])
            }
            Response::Codes(codes) => {
                let codes: Vec<u32> = covered.iter().map(|&row| codes[row]).collect();
                let (weights, prior) = (&weights[..], self.prior);
                let rows = OobShares { shares: &sums, codes: &codes, weights, prior };
                match self.params.calibrate {
                    Calibrate::Auto => {
                        let fit = rows.fit();
                        (fit.losses, [fit.alpha, fit.gamma])
                    }
                    Calibrate::By([alpha, gamma]) => (rows.losses(alpha, gamma), [alpha, gamma]),
                    // So little that it only keeps the logarithm finite.
                    Calibrate::None => (rows.losses(1e-9, 1.0), [0.0, 1.0]),
                }
            }
        };
        let losses: Vec<f64> = losses.iter().zip(&weights).map(|(loss, w)| loss * w).collect();
        let loss = losses.iter().sum::<f64>() / losses.len().max(1) as f64;
        // Leaves that are drawn towards the root have a share of every class.
        let is_dense = setting.shrinkage > 0.0 && n_outputs > 2;
        let size = if is_dense { nodes + nodes / 2 * n_outputs as u64 } else { nodes };
        Tried { setting, nodes, size, losses, loss, calibration }
    }
}

/// What a tree says.
struct Votes {
    /// Positions in the sample.
    rows: Vec<usize>,
    /// Rows × settings × outputs.
    outputs: Vec<f64>,
    /// The nodes that are left with each setting.
    nodes: Vec<u64>,
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
    let unit = if variance > 0.0 { variance } else { 1.0 };
    targets.iter().zip(predicted).map(|(y, p)| (y - p) * (y - p) / unit).collect()
}
