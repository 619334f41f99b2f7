//! The forest on the wire.

use bincode::{BorrowDecode, Encode};

use super::{array, to_bytes};
use crate::forest::leaves::{LeafTargets, Leaves};
use crate::tree::distribution::Distributions;
use crate::{Calibration, Forest};

/// In how many bytes each of the numbers `0..n` is written.
pub(in crate::model::file) fn width(n: usize) -> usize {
    match n {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireForest<'a> {
    pub(in crate::model::file) n_features: u32,
    pub(in crate::model::file) tree_sizes: &'a [u8],
    /// A bit a node, the lowest of a byte first: 1 for a branch.
    pub(in crate::model::file) node_kinds: &'a [u8],
    /// Twice the feature, plus one if a missing value goes left, in the width of twice the features.
    pub(in crate::model::file) branch_features: &'a [u8],
    pub(in crate::model::file) branch_thresholds: &'a [u8],
    pub(in crate::model::file) leaf_numbers: &'a [u8],
    pub(in crate::model::file) leaves: WireLeaves<'a>,
    pub(in crate::model::file) importances: &'a [u8],
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) enum WireLeaves<'a> {
    Classes { n_classes: u32, shares: WireDistributions<'a> },
    Means { means: &'a [u8], targets: Option<WireTargets<'a>> },
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireTargets<'a> {
    pub(in crate::model::file) values: &'a [u8],
    pub(in crate::model::file) shares: WireDistributions<'a>,
}

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireDistributions<'a> {
    /// How many entries each has, less one; in the width of the items.
    pub(in crate::model::file) lengths: &'a [u8],
    pub(in crate::model::file) items: &'a [u8],
    pub(in crate::model::file) shares: &'a [u8],
}

/// What may follow the forest.
#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireCalibration<'a> {
    pub(in crate::model::file) alpha: f64,
    pub(in crate::model::file) gamma: f64,
    pub(in crate::model::file) prior: &'a [u8],
}

pub(in crate::model::file) fn encode_forest(forest: &Forest) -> Vec<u8> {
    let nodes = || forest.trees.iter().flat_map(|tree| &tree.nodes);
    let branches = || nodes().filter(|node| !node.is_leaf());
    let leaf_numbers = nodes().filter(|node| node.is_leaf()).map(|node| node.code.to_le_bytes());
    let codes = branches().map(|node| node.code);
    let (means, values, shares);
    let leaves = match &forest.leaves {
        Leaves::Classes { n_classes, shares: of_classes } => {
            shares = DistributionBytes::new(of_classes, *n_classes);
            WireLeaves::Classes { n_classes: *n_classes as u32, shares: shares.wire() }
        }
        Leaves::Means { means: of_leaves, targets } => {
            means = array(of_leaves.iter().map(|mean| mean.to_le_bytes()));
            let targets = match targets {
                Some(LeafTargets { values: of_rows, shares: of_leaves }) => {
                    values = array(of_rows.iter().map(|value| value.to_le_bytes()));
                    shares = DistributionBytes::new(of_leaves, of_rows.len());
                    Some(WireTargets { values: &values, shares: shares.wire() })
                }
                None => None,
            };
            WireLeaves::Means { means: &means, targets }
        }
    };
    let mut bytes = to_bytes(WireForest {
        n_features: forest.n_features as u32,
        tree_sizes: &array(forest.trees.iter().map(|tree| (tree.nodes.len() as u32).to_le_bytes())),
        // The children of the k-th branch are nodes 2k + 1 and 2k + 2, so none needs to be named.
        node_kinds: &bits(nodes().map(|node| !node.is_leaf())),
        branch_features: &narrow(codes, width(2 * forest.n_features)),
        branch_thresholds: &array(branches().map(|node| node.threshold.to_le_bytes())),
        leaf_numbers: &array(leaf_numbers),
        leaves,
        importances: &array(forest.importances.iter().map(|importance| importance.to_le_bytes())),
    });
    if let Some(Calibration { alpha, gamma, prior, .. }) = &forest.calibration {
        let prior = array(prior.iter().map(|share| share.to_le_bytes()));
        bytes.extend(to_bytes(WireCalibration { alpha: *alpha, gamma: *gamma, prior: &prior }));
    }
    bytes
}

/// Bits, eight a byte, the lowest first.
fn bits(bits: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (place, bit) in bits.enumerate() {
        if place % 8 == 0 {
            bytes.push(0);
        }
        if let Some(byte) = bytes.last_mut() {
            *byte |= u8::from(bit) << (place % 8);
        }
    }
    bytes
}

/// Numbers in so many bytes each, which hold them.
fn narrow(numbers: impl Iterator<Item = u32>, width: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in numbers {
        bytes.extend_from_slice(&number.to_le_bytes()[..width]);
    }
    bytes
}

/// Distributions whose bytes are owned until they are encoded.
struct DistributionBytes([Vec<u8>; 3]);

impl DistributionBytes {
    /// Of items below `n_items`.
    fn new(Distributions { ends, items, shares }: &Distributions, n_items: usize) -> Self {
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let lengths = ends.iter().zip(starts).map(|(end, start)| end - start - 1);
        let width = width(n_items);
        Self([
            narrow(lengths, width),
            narrow(items.iter().copied(), width),
            array(shares.iter().map(|share| share.to_le_bytes())),
        ])
    }

    fn wire(&self) -> WireDistributions<'_> {
        let Self([lengths, items, shares]) = self;
        WireDistributions { lengths, items, shares }
    }
}
