//! The trees.

use super::leaves::{CheckedLeaves, JsonLeaves, leaf_targets};
use super::place::wrong;
use super::wire::{JsonThreshold, JsonTree};
use crate::data::Schema;
use crate::forest::assemble::{AnyNode, Assembler, threshold};
use crate::forest::covers::{Covers, is_weight};
use crate::forest::leaves::Leaves;
use crate::{Calibration, Error, Forest, Result};

pub(super) fn read_forest(
    schema: &Schema,
    leaves: JsonLeaves,
    trees: Vec<JsonTree>,
    importances: Vec<f64>,
    calibration: Option<Calibration>,
) -> Result<Forest> {
    let (n_features, n_classes) = (schema.features.len(), schema.classes().len());
    let leaves = leaves.check(schema.task(), n_classes)?;
    let mut assembler = match &leaves {
        CheckedLeaves::Shares(_) => Assembler::classes(n_features, n_classes)?,
        CheckedLeaves::Values { .. } => Assembler::values(n_features)?,
    };
    // Of each leaf, in the order in which the forest has them, if all trees say so.
    let has_covers = trees.iter().all(|tree| tree.cover.is_some());
    let mut covers = Vec::new();
    for (number, tree) in trees.into_iter().enumerate() {
        let nodes = TreeNodes { number, tree, n_features, n_leaves: leaves.len() };
        let n_nodes = nodes.check()?;
        let node = |index| nodes.node(index);
        match &leaves {
            CheckedLeaves::Shares(shares) => {
                assembler.add_class_tree(n_nodes, node, |index, of_leaf| {
                    of_leaf.extend(&shares[nodes.leaf(index)?]);
                    covers.extend(nodes.cover(index));
                    Ok(())
                })?;
            }
            // Leaves of one value may have different targets: the number stands for the leaf until all are there.
            CheckedLeaves::Values { .. } => {
                assembler.add_value_tree(n_nodes, node, |index| {
                    covers.extend(nodes.cover(index));
                    Ok(nodes.leaf(index)? as f64)
                })?;
            }
        }
    }
    let mut forest = assembler.finish(Some(importances), calibration)?;
    if has_covers {
        forest.covers = Covers::new(&covers);
    }
    if let CheckedLeaves::Values { values, targets } = leaves {
        let numbers = forest.leaves.means().unwrap_or_default().iter();
        let numbers: Vec<usize> = numbers.map(|&number| number as usize).collect();
        let means = numbers.iter().map(|&number| values[number]).collect();
        let targets = targets
            .map(|(values, shares)| leaf_targets(values, &shares, numbers.iter().copied()))
            .transpose()?;
        forest.leaves = Leaves::Means { means, targets };
    }
    Ok(forest)
}

/// The nodes of a tree, and what they may name.
struct TreeNodes {
    number: usize,
    tree: JsonTree,
    n_features: usize,
    n_leaves: usize,
}

impl TreeNodes {
    /// How many nodes there are, each of which is a branch or a leaf.
    fn check(&self) -> Result<usize> {
        let JsonTree { feature, threshold, missing_left, left, right, leaf, cover } = &self.tree;
        let n_nodes = feature.len();
        for (name, found) in [
            ("threshold", threshold.len()),
            ("missing_left", missing_left.len()),
            ("left", left.len()),
            ("right", right.len()),
            ("leaf", leaf.len()),
            ("cover", cover.as_ref().map_or(n_nodes, Vec::len)),
        ] {
            if found != n_nodes {
                let problem = format!("has {found} entries, and feature has {n_nodes}");
                return Err(wrong(&format!("trees[{}].{name}", self.number), problem));
            }
        }
        for index in 0..n_nodes {
            if let AnyNode::Leaf = self.node(index)? {
                self.leaf(index)?;
                if let Some(cover) = self.cover(index).filter(|cover| !is_weight(*cover)) {
                    let problem = format!("is {cover}, which no training rows weigh");
                    return Err(wrong(&self.place("cover", index), problem));
                }
            }
        }
        Ok(n_nodes)
    }

    fn node(&self, index: usize) -> Result<AnyNode> {
        let JsonTree { feature, threshold: thresholds, missing_left, left, right, leaf, .. } =
            &self.tree;
        let branch =
            (feature[index], &thresholds[index], missing_left[index], left[index], right[index]);
        match (branch, leaf[index]) {
            ((None, None, None, None, None), Some(_)) => Ok(AnyNode::Leaf),
            (
                (
                    Some(feature),
                    Some(JsonThreshold(value)),
                    Some(missing_left),
                    Some(left),
                    Some(right),
                ),
                None,
            ) => {
                let (feature, left, right) = (feature as usize, left as usize, right as usize);
                if feature >= self.n_features {
                    return Err(self.too_great("feature", index, feature, self.n_features));
                }
                let child = [("left", left), ("right", right)];
                let n_nodes = thresholds.len();
                if let Some((name, child)) = child.into_iter().find(|(_, child)| *child >= n_nodes)
                {
                    return Err(self.too_great(name, index, child, n_nodes));
                }
                let threshold = threshold(*value).ok_or_else(|| {
                    wrong(
                        &self.place("threshold", index),
                        format!("is {value}, below all numbers of 32 bits"),
                    )
                })?;
                Ok(AnyNode::Branch { feature, threshold, missing_left, left, right })
            }
            _ => Err(Error::model(format!(
                "trees[{}]: node {index} has to have either feature, threshold, missing_left, left and right, or leaf, and \
                 null for the others",
                self.number
            ))),
        }
    }

    /// The number of the leaf that a node is.
    fn leaf(&self, index: usize) -> Result<usize> {
        let leaf = self.tree.leaf[index].unwrap_or_default() as usize;
        if leaf >= self.n_leaves {
            return Err(self.too_great("leaf", index, leaf, self.n_leaves));
        }
        Ok(leaf)
    }

    /// What the training rows of a node weigh, if that is known.
    fn cover(&self, index: usize) -> Option<f64> {
        self.tree.cover.as_ref().map(|covers| covers[index])
    }

    fn too_great(&self, name: &str, index: usize, found: usize, n: usize) -> Error {
        wrong(&self.place(name, index), format!("is {found}, and there are {n}, counted from 0"))
    }

    fn place(&self, name: &str, index: usize) -> String {
        format!("trees[{}].{name}[{index}]", self.number)
    }
}
