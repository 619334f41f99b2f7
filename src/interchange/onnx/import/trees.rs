//! Trees out of the lists of an operator, and a forest out of trees.

use crate::forest::assemble::{AnyNode, Assembler, threshold};
use crate::{Calibration, Error, Forest, Result};

/// How far the shares of a leaf may be from adding up to 1.
const TOLERANCE: f64 = 1e-6;

/// A tree as a file has it.
#[derive(Default)]
pub(super) struct RawTree {
    /// The root first.
    pub(super) nodes: Vec<AnyNode>,
    /// What leaves say, ascending by node.
    pub(super) weights: Vec<Weight>,
}

/// What a leaf says of a class, or of the target of a regression.
#[derive(Clone, Copy)]
pub(super) struct Weight {
    pub(super) node: usize,
    pub(super) class: i64,
    pub(super) value: f64,
}

/// What trees are made into.
pub(super) enum Outcome {
    /// So many classes; `one_sided` if weights are shares of the second of two.
    Classes {
        n_classes: usize,
        one_sided: bool,
    },
    Values,
}

/// All trees of a file.
pub(super) struct Ensemble {
    pub(super) trees: Vec<RawTree>,
    pub(super) outcome: Outcome,
    /// The labels of classes, if the operator says them.
    pub(super) labels: Vec<String>,
    /// Whether the operator divides the sums by the number of trees.
    pub(super) is_mean: bool,
}

/// The threshold of a branch.
pub(super) fn branch_threshold(value: f64) -> Result<f32> {
    threshold(value).ok_or_else(|| Error::model(format!("a branch compares with {value}")))
}

impl Ensemble {
    /// The number of features that the branches compare, as far as can be told from them.
    pub(super) fn n_features(&self) -> usize {
        let nodes = self.trees.iter().flat_map(|tree| &tree.nodes);
        let features = nodes.map(|node| match node {
            AnyNode::Leaf => 0,
            AnyNode::Branch { feature, .. } => feature + 1,
        });
        features.max().unwrap_or(0)
    }

    /// The forest whose means the sums of these trees are, divided by `divisor` and, in a regression, with `centre` added.
    pub(super) fn forest(
        self,
        n_features: usize,
        divisor: f64,
        centre: f64,
        calibration: Option<Calibration>,
    ) -> Result<Forest> {
        let n_trees = self.trees.len() as f64;
        let scale = if self.is_mean { 1.0 } else { n_trees } / divisor;
        if !scale.is_finite() || scale <= 0.0 {
            return Err(Error::model(format!("the sums over trees are divided by {divisor}")));
        }
        let mut assembler = match self.outcome {
            Outcome::Classes { n_classes, .. } => Assembler::classes(n_features, n_classes)?,
            Outcome::Values => Assembler::values(n_features)?,
        };
        for RawTree { nodes, weights } in &self.trees {
            let node = |index: usize| Ok(nodes[index]);
            match self.outcome {
                Outcome::Values => {
                    let value = |leaf| match of_leaf(weights, leaf) {
                        [only] if only.class == 0 => Ok(only.value * scale + centre),
                        _ => Err(Error::model(format!("leaf {leaf} does not have one value"))),
                    };
                    assembler.add_value_tree(nodes.len(), node, value)?;
                }
                Outcome::Classes { one_sided, .. } => {
                    let shares = |leaf, shares: &mut Vec<(u32, f64)>| {
                        fill_shares(of_leaf(weights, leaf), scale, one_sided, shares)
                    };
                    assembler.add_class_tree(nodes.len(), node, shares)?;
                }
            }
        }
        assembler.finish(None, calibration)
    }
}

/// The weights of a leaf.
pub(super) fn of_leaf(weights: &[Weight], leaf: usize) -> &[Weight] {
    let start = weights.partition_point(|weight| weight.node < leaf);
    let end = weights.partition_point(|weight| weight.node <= leaf);
    &weights[start..end]
}

/// A share that was divided in the file, and rounded to an `f32`: it may have been all, and can be a bit more than that.
fn share(share: f64, scale: f64) -> f64 {
    let is_rounded = scale != 1.0 && (share - 1.0).abs() <= f64::from(f32::EPSILON);
    if is_rounded { 1.0 } else { share.min(1.0) }
}

fn fill_shares(
    weights: &[Weight],
    scale: f64,
    one_sided: bool,
    shares: &mut Vec<(u32, f64)>,
) -> Result<()> {
    let sum: f64 = weights.iter().fold(0.0, |sum, weight| sum + weight.value) * scale;
    let is_whole = if one_sided {
        (-TOLERANCE..=1.0 + TOLERANCE).contains(&sum)
    } else {
        (sum - 1.0).abs() <= TOLERANCE
    };
    if !is_whole {
        let message = format!("the shares of the classes in a leaf add up to {sum}, not to 1");
        return Err(Error::model(message).with_help(
            "boosted trees cannot be imported, only those whose mean is a probability",
        ));
    }
    if one_sided {
        let second = share(sum, scale).max(0.0);
        shares.extend([(0, 1.0 - second), (1, second)]);
    } else {
        for weight in weights {
            let class = u32::try_from(weight.class)
                .map_err(|_| Error::model(format!("there is no class {}", weight.class)))?;
            shares.push((class, share(weight.value * scale, scale)));
        }
        shares.sort_by_key(|(class, _)| *class);
    }
    shares.retain(|(_, share)| *share != 0.0);
    Ok(())
}
