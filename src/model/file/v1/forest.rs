//! The forest on the wire.

use bincode::{BorrowDecode, Encode};

use super::{array, to_bytes};
use crate::forest::leaves::{LeafTargets, Leaves};
use crate::tree::distribution::Distributions;
use crate::{Calibration, Forest};

/// The feature number that marks a leaf.
pub(in crate::model::file) const LEAF: u32 = u32::MAX;

#[derive(Encode, BorrowDecode)]
pub(in crate::model::file) struct WireForest<'a> {
    pub(in crate::model::file) n_features: u32,
    pub(in crate::model::file) tree_sizes: &'a [u8],
    pub(in crate::model::file) node_features: &'a [u8],
    pub(in crate::model::file) node_values: &'a [u8],
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
    pub(in crate::model::file) ends: &'a [u8],
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
    let (means, values, shares);
    let leaves = match &forest.leaves {
        Leaves::Classes { n_classes, shares: of_classes } => {
            shares = DistributionBytes::new(of_classes);
            WireLeaves::Classes { n_classes: *n_classes as u32, shares: shares.wire() }
        }
        Leaves::Means { means: of_leaves, targets } => {
            means = array(of_leaves.iter().map(|mean| mean.to_le_bytes()));
            let targets = match targets {
                Some(LeafTargets { values: of_rows, shares: of_leaves }) => {
                    values = array(of_rows.iter().map(|value| value.to_le_bytes()));
                    shares = DistributionBytes::new(of_leaves);
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
        node_features: &array(nodes().map(|node| {
            // A branch's lowest bit, the side of missing values, is the highest in the file.
            if node.is_leaf() { LEAF } else { node.code.rotate_right(1) }.to_le_bytes()
        })),
        // The children of the k-th branch are nodes 2k + 1 and 2k + 2, so none needs to be named.
        node_values: &array(nodes().map(|node| {
            if node.is_leaf() { node.code.to_le_bytes() } else { node.threshold.to_le_bytes() }
        })),
        leaves,
        importances: &array(forest.importances.iter().map(|importance| importance.to_le_bytes())),
    });
    if let Some(Calibration { alpha, gamma, prior, .. }) = &forest.calibration {
        let prior = array(prior.iter().map(|share| share.to_le_bytes()));
        bytes.extend(to_bytes(WireCalibration { alpha: *alpha, gamma: *gamma, prior: &prior }));
    }
    bytes
}

/// Distributions whose bytes are owned until they are encoded.
struct DistributionBytes([Vec<u8>; 3]);

impl DistributionBytes {
    fn new(Distributions { ends, items, shares }: &Distributions) -> Self {
        let [ends, items] =
            [ends, items].map(|numbers| array(numbers.iter().map(|n| n.to_le_bytes())));
        Self([ends, items, array(shares.iter().map(|share| share.to_le_bytes()))])
    }

    fn wire(&self) -> WireDistributions<'_> {
        let Self([ends, items, shares]) = self;
        WireDistributions { ends, items, shares }
    }
}
