//! Shapley values by the shares of the training rows: what a tree says of a row of which some features are known is the
//! mean of its leaves, where a branch on a feature that is not known goes both ways, by the training rows that did
//! (Lundberg et al. 2020, Nature Machine Intelligence 2:56–67, algorithm 1).
//!
//! Of a leaf of value `v`, whose path compares the features `i`, that is `v` times, for each of them, `one` if it is known
//! and `zero` if it is not: `one` is 1 if the row takes all of the path's branches on it, else 0; `zero` is the product
//! of the shares of training rows that do. The Shapley value of such a product is an integral (Owen 1972, Management
//! Science 18:P64–79):
//!
//! ```text
//! φᵢ = v (oneᵢ − zeroᵢ) ∫₀¹ Π_{j≠i} (zeroⱼ (1 − t) + oneⱼ t) dt
//! ```
//!
//! which quadrature gives exactly, since its degree is known. So nothing is divided by what may be 0, and no terms of
//! different signs cancel, as where polynomials are taken apart by their coefficients (algorithm 2 of that paper). What
//! leaves have in common is calculated once, from the root down, and added up on the way back (as
//! Yu et al. 2022 do). It takes time by nodes × points.

use std::ops::Range;

use super::quadrature::{Point, points};
use crate::forest::leaves::Leaves;
use crate::tree::{Node, Tree};

/// How many rows go through a tree side by side.
pub(super) const LANES: usize = 8;

/// A number for each of these rows.
pub(super) type Lanes = [f64; LANES];

/// All bits of a row that does, and none of one that does not.
type Mask = [u64; LANES];

/// What there is to know of a tree besides.
pub(super) struct TreePaths {
    /// For each node its share of its parent's training rows.
    shares: Vec<f64>,
    points: Vec<Point>,
    depth: usize,
}

impl TreePaths {
    /// `covers` are the training rows of each node, `n_points` what the tree [needs](n_points).
    pub(super) fn new(tree: &Tree, covers: &[f64], n_points: usize) -> Self {
        let mut shares = vec![1.0; covers.len()];
        for (index, node) in tree.nodes.iter().enumerate().filter(|(_, node)| !node.is_leaf()) {
            for child in [node.next as usize, node.next as usize + 1] {
                shares[child] = covers[child] / covers[index];
            }
        }
        Self { shares, points: points(n_points), depth: tree.depth() }
    }

    /// How many numbers a walk down the tree keeps for each row, and as many for each row and output.
    pub(super) fn size(&self) -> usize {
        size(self.points.len(), self.depth)
    }
}

/// The size of a tree of this depth.
pub(super) fn size(n_points: usize, depth: usize) -> usize {
    n_points.saturating_mul(depth + 1)
}

/// The points that a tree's integrals need: an integrand has a factor for each other feature of a path.
pub(super) fn n_points(tree: &Tree, n_features: usize) -> usize {
    most_features(tree, n_features).div_ceil(2).max(1)
}

/// The most different features that a path compares.
fn most_features(tree: &Tree, n_features: usize) -> usize {
    let mut times = vec![0_u32; n_features];
    let (mut here, mut most) = (0, 0);
    // Branches on the way, each with the child that comes next.
    let mut path: Vec<(Node, u32)> = Vec::new();
    let mut at = 0;
    loop {
        let node: Node = tree.nodes[at as usize];
        if node.is_leaf() {
            most = most.max(here);
            loop {
                let Some((branch, side)) = path.last_mut() else { return most };
                if *side == 0 {
                    *side = 1;
                    at = branch.next + 1;
                    break;
                }
                times[branch.feature()] -= 1;
                here -= usize::from(times[branch.feature()] == 0);
                path.pop();
            }
        } else {
            here += usize::from(times[node.feature()] == 0);
            times[node.feature()] += 1;
            path.push((node, 0));
            at = node.next;
        }
    }
}

/// What the path so far makes of a feature that is not known, and of one that is.
#[derive(Clone, Copy)]
struct Fraction {
    zero: f64,
    one: Mask,
}

impl Fraction {
    /// No branch yet.
    const WHOLE: Self = Self { zero: 1.0, one: [u64::MAX; LANES] };

    fn then(self, share: f64, goes: &Mask) -> Self {
        let mut one = self.one;
        one.iter_mut().zip(goes).for_each(|(one, goes)| *one &= goes);
        Self { zero: self.zero * share, one }
    }
}

/// A branch on the way down.
struct Level {
    node: Node,
    /// How many of its children are done.
    n_done: u8,
    left: Mask,
    /// The feature that leads here, and its fraction above.
    feature: usize,
    above: Fraction,
    /// For each point the product over the features of the path, times the point's weight.
    product: Vec<Lanes>,
    /// For each point what a product below is multiplied with for the feature that leads here.
    factors: Vec<Lanes>,
    /// For each output and point, the products of the leaves below, times their values.
    sums: Vec<Lanes>,
}

/// What a walk down a tree needs, for several walks.
pub(super) struct Walk {
    levels: Vec<Level>,
    /// For each feature.
    fractions: Vec<Fraction>,
    product: Vec<Lanes>,
    factors: Vec<Lanes>,
    values: Vec<(usize, f64)>,
}

impl Walk {
    pub(super) fn new(n_features: usize) -> Self {
        Self {
            levels: Vec::new(),
            fractions: vec![Fraction::WHOLE; n_features],
            product: Vec::new(),
            factors: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Makes a level that of a branch, with so many sums.
    fn enter(&mut self, depth: usize, branch: Node, rows: &[&[f32]; LANES], n_sums: usize) {
        if depth == self.levels.len() {
            self.levels.push(Level {
                node: branch,
                n_done: 0,
                left: [0; LANES],
                feature: 0,
                above: Fraction::WHOLE,
                product: Vec::new(),
                factors: Vec::new(),
                sums: Vec::new(),
            });
        }
        let level = &mut self.levels[depth];
        level.node = branch;
        level.n_done = 0;
        level.left = rows.map(|row| if branch.child(row) == branch.next { u64::MAX } else { 0 });
        level.sums.clear();
        level.sums.resize(n_sums, [0.0; LANES]);
    }

    /// Adds the Shapley values of some rows to `sums`, for each feature and output one. `outputs` are those of the leaves
    /// that are asked for.
    pub(super) fn add(
        &mut self,
        (tree, paths): (&Tree, &TreePaths),
        leaves: &Leaves,
        outputs: &Range<usize>,
        rows: &[&[f32]; LANES],
        sums: &mut [Lanes],
    ) {
        let n_outputs = outputs.len();
        if tree.nodes[0].is_leaf() {
            return;
        }
        self.enter(0, tree.nodes[0], rows, n_outputs * paths.points.len());
        let product = &mut self.levels[0].product;
        product.clear();
        product.extend(paths.points.iter().map(|point| [point.weight; LANES]));
        let mut depth = 0;
        loop {
            let level = &mut self.levels[depth];
            if level.n_done == 2 {
                if depth == 0 {
                    return;
                }
                self.leave(depth, n_outputs, sums);
                depth -= 1;
                continue;
            }
            let is_right = level.n_done == 1;
            level.n_done += 1;
            let goes = if is_right { level.left.map(|left| !left) } else { level.left };
            let index = level.node.next as usize + usize::from(is_right);
            let (child, feature): (Node, _) = (tree.nodes[index], level.node.feature());
            let above = self.fractions[feature];
            let here = above.then(paths.shares[index], &goes);
            let step = Step::new(above, here, paths.shares[index]);
            step.take(&paths.points, &level.product, &mut self.product, &mut self.factors);
            if child.is_leaf() {
                values(leaves, child.code, outputs, &mut self.values);
                let sums = &mut sums[feature * n_outputs..][..n_outputs];
                add_leaf(&self.values, &self.product, &self.factors, &mut level.sums, sums);
                continue;
            }
            depth += 1;
            self.fractions[feature] = here;
            self.enter(depth, child, rows, n_outputs * paths.points.len());
            let level = &mut self.levels[depth];
            level.feature = feature;
            level.above = above;
            std::mem::swap(&mut level.product, &mut self.product);
            std::mem::swap(&mut level.factors, &mut self.factors);
        }
    }

    /// Hands the sums of a branch to the one above.
    fn leave(&mut self, depth: usize, n_outputs: usize, sums: &mut [Lanes]) {
        let (upper, lower) = self.levels.split_at_mut(depth);
        let (above, here) = (&mut upper[depth - 1], &lower[0]);
        let n_points = here.factors.len();
        let of_feature = &mut sums[here.feature * n_outputs..][..n_outputs];
        for (sum, below) in of_feature.iter_mut().zip(here.sums.chunks_exact(n_points)) {
            for (below, factors) in below.iter().zip(&here.factors) {
                for lane in 0..LANES {
                    sum[lane] += below[lane] * factors[lane];
                }
            }
        }
        for (sum, below) in above.sums.iter_mut().zip(&here.sums) {
            for lane in 0..LANES {
                sum[lane] += below[lane];
            }
        }
        self.fractions[here.feature] = here.above;
    }
}

/// What a leaf says of the outputs that are asked for, but for zeros.
fn values(leaves: &Leaves, leaf: u32, outputs: &Range<usize>, values: &mut Vec<(usize, f64)>) {
    values.clear();
    match leaves {
        Leaves::Means { means, .. } => values.push((0, means[leaf as usize])),
        Leaves::Classes { shares, .. } => {
            let asked = shares.get(leaf).filter(|(class, _)| outputs.contains(&(*class as usize)));
            values.extend(asked.map(|(class, share)| (class as usize - outputs.start, share)));
        }
    }
}

/// Adds a leaf to the sums of the branch above and of the feature that leads to it.
fn add_leaf(
    values: &[(usize, f64)],
    product: &[Lanes],
    factors: &[Lanes],
    above: &mut [Lanes],
    sums: &mut [Lanes],
) {
    let mut integral = [0.0; LANES];
    for (product, factors) in product.iter().zip(factors) {
        for lane in 0..LANES {
            integral[lane] += product[lane] * factors[lane];
        }
    }
    for &(output, value) in values {
        for lane in 0..LANES {
            sums[output][lane] += value * integral[lane];
        }
        let above = &mut above[output * product.len()..][..product.len()];
        for (sum, product) in above.iter_mut().zip(product) {
            for lane in 0..LANES {
                sum[lane] += value * product[lane];
            }
        }
    }
}

/// From a branch to a child.
struct Step {
    above: f64,
    here: f64,
    share: f64,
    /// Rows that take all branches on the feature, this one too; that took all but this; that had not.
    takes: Mask,
    turns: Mask,
    away: Mask,
}

impl Step {
    fn new(above: Fraction, here: Fraction, share: f64) -> Self {
        let (mut turns, mut away) = (above.one, above.one);
        turns.iter_mut().zip(here.one).for_each(|(above, here)| *above &= !here);
        for above in &mut away {
            *above = !*above;
        }
        Self { above: above.zero, here: here.zero, share, takes: here.one, turns, away }
    }

    /// For each point, the products of the child, and what products below it are multiplied with for the feature: what its
    /// new fraction makes of them, less what its fraction above made of them.
    fn take(
        &self,
        points: &[Point],
        above: &[Lanes],
        product: &mut Vec<Lanes>,
        factors: &mut Vec<Lanes>,
    ) {
        product.resize(points.len(), [0.0; LANES]);
        factors.resize(points.len(), [0.0; LANES]);
        let is_first = self.above == 1.0;
        let next = product.iter_mut().zip(factors);
        for ((point, above), (product, factors)) in points.iter().zip(above).zip(next) {
            let &Point { t, rest, .. } = point;
            let inverse = if is_first { 1.0 } else { 1.0 / (self.above * rest + t) };
            let of_above = (1.0 - self.above) * inverse;
            let taken = self.here * rest + t;
            let ratios = [taken * inverse, self.here * rest * inverse, self.share];
            let gains = [(1.0 - self.here) / taken - of_above, -1.0 / rest - of_above];
            for lane in 0..LANES {
                let [takes, turns, away] = [self.takes[lane], self.turns[lane], self.away[lane]];
                let ratio = ratios[0].to_bits() & takes
                    | ratios[1].to_bits() & turns
                    | ratios[2].to_bits() & away;
                product[lane] = above[lane] * f64::from_bits(ratio);
                let gain = gains[0].to_bits() & takes | gains[1].to_bits() & turns;
                factors[lane] = f64::from_bits(gain);
            }
        }
    }
}
