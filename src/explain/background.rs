//! Shapley values against background rows: what a tree says of a row of which some features are known is what it says of a
//! background row that has these features of the row, on average over the background (Lundberg et al. 2020, Nature Machine
//! Intelligence 2:56–67, algorithm 3; the interventional expectation of Janzing, Minorics & Blöbaum 2020).
//!
//! With one background row, a leaf is reached by the row's values of some features, `p` of them, and the background row's
//! of others, `q`. A leaf of value `v` is worth `v (p − 1)! q! / (p + q)!` to each of the former, and
//! `− v p! (q − 1)! / (p + q)!` to each of the latter.

use std::ops::Range;

use crate::forest::leaves::Leaves;
use crate::tree::{Node, Tree};

/// Up to this many features a path's weights are kept.
const KEPT: usize = 64;

/// `(p − 1)! q! / (p + q)!`, for `p` from 1.
pub(super) struct PathWeights(Vec<f64>);

impl PathWeights {
    pub(super) fn new() -> Self {
        let weight = |at: usize| calculated((at / KEPT) + 1, at % KEPT);
        Self((0..KEPT * KEPT).map(weight).collect())
    }

    fn get(&self, p: usize, q: usize) -> f64 {
        if p <= KEPT && q < KEPT { self.0[(p - 1) * KEPT + q] } else { calculated(p, q) }
    }
}

/// 1 / p divided by the number of ways to choose `p` of `p + q`.
fn calculated(p: usize, q: usize) -> f64 {
    let (few, many) = (p.min(q), p.max(q));
    let ways = (1..=few).fold(1.0, |ways, k| ways * (many + k) as f64 / k as f64);
    1.0 / (p as f64 * ways)
}

/// Whose value of a feature led along the path.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    /// Either's, which were the same.
    Both,
    Row,
    Background,
}

/// What a walk down a tree needs, for several walks.
pub(super) struct PairWalk {
    /// For each feature.
    sides: Vec<Side>,
    /// The features on the path that have a side.
    path: Vec<usize>,
    /// Where the background row went otherwise: the node, the feature, and the path's length before it.
    open: Vec<(u32, usize, usize)>,
}

impl PairWalk {
    pub(super) fn new(n_features: usize) -> Self {
        Self { sides: vec![Side::Both; n_features], path: Vec::new(), open: Vec::new() }
    }

    /// Adds the Shapley values of a row against a background row to `sums`, for each feature and output one.
    pub(super) fn add(
        &mut self,
        (tree, leaves): (&Tree, &Leaves),
        outputs: &Range<usize>,
        weights: &PathWeights,
        [row, background]: [&[f32]; 2],
        sums: &mut [f64],
    ) {
        let (mut at, mut n_of_row) = (0, 0);
        loop {
            let node: Node = tree.nodes[at as usize];
            if !node.is_leaf() {
                let feature = node.feature();
                at = match self.sides[feature] {
                    Side::Row => node.child(row),
                    Side::Background => node.child(background),
                    Side::Both => {
                        let [of_row, of_background] = [row, background].map(|row| node.child(row));
                        if of_row != of_background {
                            self.open.push((of_background, feature, self.path.len()));
                            self.path.push(feature);
                            self.sides[feature] = Side::Row;
                            n_of_row += 1;
                        }
                        of_row
                    }
                };
                continue;
            }
            self.add_leaf(leaves, node.code, outputs, n_of_row, weights, sums);
            let next = self.open.pop();
            let len = next.map_or(0, |(_, _, len)| len);
            for feature in self.path.drain(len..) {
                n_of_row -= usize::from(self.sides[feature] == Side::Row);
                self.sides[feature] = Side::Both;
            }
            let Some((node, feature, _)) = next else { return };
            self.path.push(feature);
            self.sides[feature] = Side::Background;
            at = node;
        }
    }

    fn add_leaf(
        &self,
        leaves: &Leaves,
        leaf: u32,
        outputs: &Range<usize>,
        n_of_row: usize,
        weights: &PathWeights,
        sums: &mut [f64],
    ) {
        let n_of_background = self.path.len() - n_of_row;
        let of_row = if n_of_row > 0 { weights.get(n_of_row, n_of_background) } else { 0.0 };
        let of_background =
            if n_of_background > 0 { -weights.get(n_of_background, n_of_row) } else { 0.0 };
        for &feature in &self.path {
            let weight = if self.sides[feature] == Side::Row { of_row } else { of_background };
            let sums = &mut sums[feature * outputs.len()..][..outputs.len()];
            match leaves {
                Leaves::Means { means, .. } => sums[0] += weight * means[leaf as usize],
                Leaves::Classes { shares, .. } => {
                    for (class, share) in shares.get(leaf) {
                        if outputs.contains(&(class as usize)) {
                            sums[class as usize - outputs.start] += weight * share;
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_factorials() {
        let weights = PathWeights::new();
        let factorial = |n: usize| (1..=n).fold(1.0, |product, k| product * k as f64);
        for (p, q) in [(1, 0), (1, 1), (3, 2), (2, 7), (12, 9), (64, 63), (65, 2), (2, 65)] {
            let expected = factorial(p - 1) / factorial(p + q) * factorial(q);
            let ratio = weights.get(p, q) / expected;
            assert!((ratio - 1.0).abs() < 1e-13, "{p}, {q}: {ratio}");
        }
        assert_eq!(weights.get(5000, 5000), 0.0);
    }
}
