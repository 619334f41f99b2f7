//! What the training rows weigh that reached each leaf: their in-bag draws, times their weights. Explanations need it,
//! predictions do not. scikit-learn's name for it is `weighted_n_node_samples`, shap's is cover.

use crate::tree::grown::Grown;
use crate::tree::{Node, Tree};

/// The greatest whole number up to which an `f64` holds all.
pub(crate) const MAX_COUNT: u64 = 1 << 53;

/// Weights from 1 / this to this can be added up and divided by each other, whatever the tree. It is 2 to the power of 400.
const MAX_WEIGHT: f64 = f64::from_bits((1023 + 400) << 52);

/// Weights that are multiples of a power of two, of at most this many of it, become whole numbers.
const MAX_MULTIPLE: f64 = 4_194_304.0;

/// The weight of each leaf of all trees, in the order of the trees and of their nodes, in the least memory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Covers {
    /// Whole numbers from 1 to [`MAX_COUNT`], each as LEB128: seven bits a byte, the lowest first, and the highest bit of
    /// a byte set where more follow.
    Counts(Vec<u8>),
    Singles(Vec<f32>),
    Doubles(Vec<f64>),
}

impl Covers {
    /// Of the weights of leaves. `None` if one of them is none.
    pub(crate) fn new(weights: &[f64]) -> Option<Self> {
        if weights.is_empty() || !weights.iter().all(|&weight| is_weight(weight)) {
            return None;
        }
        let is_count =
            |&weight: &f64| weight.trunc() == weight && (1.0..=MAX_COUNT as f64).contains(&weight);
        if weights.iter().all(is_count) {
            let mut bytes = Vec::with_capacity(weights.len());
            for &weight in weights {
                push_count(weight as u64, &mut bytes);
            }
            return Some(Self::Counts(bytes));
        }
        let singles = weights.iter().map(|&weight| weight as f32);
        if singles.clone().zip(weights).all(|(single, &weight)| f64::from(single) == weight) {
            return Some(Self::Singles(singles.collect()));
        }
        Some(Self::Doubles(weights.to_vec()))
    }

    /// Of trees that were grown here. How large weights are together counts as little as in the forest: where that makes whole
    /// numbers of them, they are multiplied by a power of two. `None` if a learner does not say how many rows are in its
    /// leaves.
    pub(super) fn of_grown(grown: &[Grown]) -> Option<Self> {
        if grown.iter().any(|tree| tree.masses().is_empty()) {
            return None;
        }
        let masses = grown.iter().flat_map(Grown::masses);
        let mut weights: Vec<f64> = masses.map(|mass| f64::from(mass.weight)).collect();
        let unit = weights.iter().fold(1.0, |unit: f64, &weight| unit.min(lowest_bit(weight)));
        if weights.iter().all(|weight| weight / unit <= MAX_MULTIPLE) {
            for weight in &mut weights {
                *weight /= unit;
            }
        }
        Self::new(&weights)
    }

    /// The weights, leaf by leaf.
    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = f64> + '_> {
        match self {
            Self::Counts(bytes) => {
                let mut rest = bytes.as_slice();
                Box::new(std::iter::from_fn(move || read_count(&mut rest).map(|n| n as f64)))
            }
            Self::Singles(weights) => Box::new(weights.iter().copied().map(f64::from)),
            Self::Doubles(weights) => Box::new(weights.iter().copied()),
        }
    }

    /// For each tree the weight of each of its nodes: a branch has that of its two children.
    pub(crate) fn of_nodes(&self, trees: &[Tree]) -> Vec<Vec<f64>> {
        let mut leaves = self.iter();
        trees.iter().map(|tree| of_tree(tree, &mut leaves)).collect()
    }

    /// Likewise, of one of the trees.
    pub(crate) fn of_tree(&self, trees: &[Tree], number: usize) -> Vec<f64> {
        // A tree of n nodes has (n + 1) / 2 leaves.
        let before = trees[..number].iter().map(|tree| tree.nodes.len().div_ceil(2)).sum();
        of_tree(&trees[number], &mut self.iter().skip(before))
    }
}

/// The weights of a tree's nodes, by those of its leaves and of others after them.
fn of_tree(tree: &Tree, leaves: &mut impl Iterator<Item = f64>) -> Vec<f64> {
    let leaf = |node: &Node| if node.is_leaf() { leaves.next().unwrap_or_default() } else { 0.0 };
    let mut weights: Vec<f64> = tree.nodes.iter().map(leaf).collect();
    for (index, node) in tree.nodes.iter().enumerate().rev().filter(|(_, n)| !n.is_leaf()) {
        let left = node.next as usize;
        weights[index] = weights[left] + weights[left + 1];
    }
    weights
}

/// The greatest power of two that a number above 0 is a multiple of.
fn lowest_bit(number: f64) -> f64 {
    let (part, exponent) = libm::frexp(number);
    // A whole number of 53 bits.
    let whole = libm::ldexp(part, 53) as u64;
    libm::ldexp(1.0, exponent - 53 + whole.trailing_zeros() as i32)
}

/// Whether leaves can weigh so much.
pub(crate) fn is_weight(weight: f64) -> bool {
    (1.0 / MAX_WEIGHT..=MAX_WEIGHT).contains(&weight)
}

fn push_count(mut count: u64, bytes: &mut Vec<u8>) {
    while count >= 0x80 {
        bytes.push(count as u8 | 0x80);
        count >>= 7;
    }
    bytes.push(count as u8);
}

/// Takes a count from the beginning of some bytes. `None` if there is none of at most eight bytes, or one that could be
/// shorter, or that is not from 1 to [`MAX_COUNT`].
pub(crate) fn read_count(bytes: &mut &[u8]) -> Option<u64> {
    let len = bytes.iter().take(8).position(|byte| *byte < 0x80)? + 1;
    let (number, rest) = bytes.split_at(len);
    *bytes = rest;
    let count = number.iter().rev().fold(0, |count, byte| count << 7 | u64::from(byte & 0x7f));
    (number[len - 1] != 0 && count <= MAX_COUNT).then_some(count)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::{Forest, ForestParams, Target};

    #[test]
    fn weights_come_back_from_the_least_memory() {
        let counts = [1.0, 127.0, 128.0, 300.0, MAX_COUNT as f64];
        let covers = Covers::new(&counts).unwrap();
        // LEB128 of 300 is ac 02.
        let Covers::Counts(bytes) = &covers else { panic!("{covers:?}") };
        assert_eq!(bytes[..6], [1, 127, 0x80, 1, 0xac, 2]);
        assert!(covers.iter().eq(counts));
        for (weights, is_single) in [([1.0, 0.5], true), ([1.0, 0.1], false)] {
            let covers = Covers::new(&weights).unwrap();
            assert_eq!(matches!(covers, Covers::Singles(_)), is_single);
            assert!(covers.iter().eq(weights));
        }
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
            assert_eq!(Covers::new(&[1.0, wrong]), None);
        }
    }

    #[test]
    fn what_is_no_count_is_none() {
        for bytes in [&[][..], &[0], &[0x80], &[0x80, 0], &[0xff; 9], &[1, 0x80][1..]] {
            assert_eq!(read_count(&mut &*bytes), None, "{bytes:?}");
        }
        let mut two: &[u8] = &[0x81, 0x01, 7];
        assert_eq!((read_count(&mut two), read_count(&mut two)), (Some(129), Some(7)));
    }

    /// A tree of the whole table, whose rows walk down it once more.
    #[test]
    fn a_node_weighs_what_its_training_rows_do() {
        let x = Array2::from_shape_fn((90, 2), |(row, j)| ((row * (3 + 5 * j)) % 31) as f32);
        let y: Vec<f64> = (0..90).map(|row| f64::from((row * 7) % 10)).collect();
        let codes: Vec<u32> = (0..90).map(|row| (row * 7) % 3).collect();
        let plain = vec![1.0; 90];
        let weighted: Vec<f64> = (0..90).map(|row| f64::from(row % 4) * 2.5).collect();
        let targets = [Target::Values(&y), Target::Classes { codes: &codes, n_classes: 3 }];
        for (target, weights) in targets.iter().flat_map(|t| [(t, &plain), (t, &weighted)]) {
            let params = ForestParams::new().n_trees(1).bootstrap(false).max_depth(Some(4));
            let fitter = params.fitter().weights(Some(weights));
            let forest: Forest = fitter.fit_forest(x.view(), *target).unwrap();
            let nodes = &forest.trees[0].nodes;
            let mut expected = vec![0.0; nodes.len()];
            for (row, weight) in x.rows().into_iter().zip(weights) {
                let mut at = 0;
                loop {
                    expected[at] += weight;
                    if nodes[at].is_leaf() {
                        break;
                    }
                    let goes_left = row[nodes[at].feature()] <= nodes[at].threshold;
                    at = nodes[at].next as usize + usize::from(!goes_left);
                }
            }
            let covers = forest.covers.as_ref().unwrap();
            // Multiples of 2.5 are whole numbers, times 2.
            let scale = if weights[1] == 1.0 { 1.0 } else { 2.0 };
            for weight in &mut expected {
                *weight *= scale;
            }
            assert_eq!(covers.of_nodes(&forest.trees), [expected]);
            assert!(matches!(covers, Covers::Counts(_)));
        }
    }
}
