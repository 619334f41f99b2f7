//! The forest section: every check that lets trees be walked and leaves be looked up without one.

use super::super::v1::{WireDistributions, WireForest, WireLeaves, WireTargets};
use super::{all_numbers, ensure, numbers, words};
use crate::forest::MAX_CLASSES;
use crate::forest::leaves::{Leaves, Targets};
use crate::tree::distribution::Distributions;
use crate::tree::{LEAF, MAX_FEATURES, Node, Tree};
use crate::{Error, Forest, Result};

/// How far from 1 rounding may carry the sum of a distribution's shares.
const SUM_TOLERANCE: f64 = 1e-6;

pub(super) fn read(wire: &WireForest) -> Result<Forest> {
    let n_features = wire.n_features as usize;
    ensure((1..=MAX_FEATURES).contains(&n_features), || {
        format!("the forest has {n_features} features")
    })?;
    let leaves = read_leaves(&wire.leaves)?;
    let importances = numbers("importances", wire.importances, n_features, f64::from_le_bytes)?;
    ensure(importances.iter().all(|importance| (0.0..=1.0).contains(importance)), || {
        "an importance is not between 0 and 1".to_owned()
    })?;
    Ok(Forest { n_features, trees: read_trees(wire, leaves.len())?, leaves, importances })
}

fn read_leaves(wire: &WireLeaves) -> Result<Leaves> {
    match wire {
        WireLeaves::Classes { n_classes, shares } => {
            let n_classes = *n_classes as usize;
            ensure((1..=MAX_CLASSES).contains(&n_classes), || {
                format!("the forest has {n_classes} classes")
            })?;
            Ok(Leaves::Classes { n_classes, shares: read_distributions(shares, n_classes)? })
        }
        WireLeaves::Means { means, targets } => {
            let means = all_numbers("means", means, f64::from_le_bytes)?;
            ensure(means.iter().all(|mean| mean.is_finite()), || {
                "the mean of a leaf is no number".to_owned()
            })?;
            let targets = match targets {
                Some(targets) => Some(read_targets(targets, means.len())?),
                None => None,
            };
            Ok(Leaves::Means { means, targets })
        }
    }
}

fn read_targets(wire: &WireTargets, n_leaves: usize) -> Result<Targets> {
    let values = all_numbers("targets", wire.values, f64::from_le_bytes)?;
    ensure(
        values.iter().all(|value| value.is_finite()) && values.is_sorted_by(|a, b| a < b),
        || "the targets do not ascend".to_owned(),
    )?;
    let shares = read_distributions(&wire.shares, values.len())?;
    ensure(shares.len() == n_leaves, || {
        format!("{n_leaves} leaves have the targets of {}", shares.len())
    })?;
    Ok(Targets { values, shares })
}

/// Distributions of items below `n_items`.
fn read_distributions(wire: &WireDistributions, n_items: usize) -> Result<Distributions> {
    let ends = all_numbers("distribution ends", wire.ends, u32::from_le_bytes)?;
    let n_entries = ends.last().map_or(0, |&end| end as usize);
    let items = numbers("distribution items", wire.items, n_entries, u32::from_le_bytes)?;
    let shares = numbers("distribution shares", wire.shares, n_entries, f64::from_le_bytes)?;

    let mut start = 0;
    for (number, &end) in ends.iter().enumerate() {
        let sound = start < end && {
            let range = start as usize..end as usize;
            // The last end is the number of entries, and the ends ascend up to it: checked as we go.
            items.get(range.clone()).zip(shares.get(range)).is_some_and(|(items, shares)| {
                let sum: f64 = shares.iter().sum();
                items.is_sorted_by(|a, b| a < b)
                    && items.iter().all(|&item| (item as usize) < n_items)
                    && shares.iter().all(|&share| share > 0.0 && share <= 1.0)
                    && (sum - 1.0).abs() <= SUM_TOLERANCE
            })
        };
        ensure(sound, || format!("distribution {number} is none"))?;
        start = end;
    }
    Ok(Distributions { ends, items, shares })
}

fn read_trees(wire: &WireForest, n_leaves: usize) -> Result<Vec<Tree>> {
    let sizes = all_numbers("tree sizes", wire.tree_sizes, u32::from_le_bytes)?;
    ensure(!sizes.is_empty(), || "the forest has no trees".to_owned())?;
    let n_nodes: u64 = sizes.iter().map(|&size| u64::from(size)).sum();
    let n_nodes = usize::try_from(n_nodes).unwrap_or(usize::MAX);
    let features = words("node features", wire.node_features, n_nodes)?;
    let values = words("node values", wire.node_values, n_nodes)?;

    let mut rest = features.iter().zip(values);
    sizes
        .iter()
        .enumerate()
        .map(|(number, &size)| {
            let nodes = rest.by_ref().take(size as usize);
            let nodes = nodes.map(|(code, value)| (u32::from_le_bytes(*code), *value));
            read_tree(nodes, size, wire.n_features as usize, n_leaves)
                .ok_or_else(|| Error::model(format!("tree {number} is no tree")))
        })
        .collect()
}

/// A tree of `size` nodes, breadth first: the children of its k-th branch are nodes 2k + 1 and
/// 2k + 2. So each node but the root has one parent, and all that is left to check is that parents
/// come first and that there are as many nodes as branches ask for. `None` if any of it is wrong.
fn read_tree(
    wire_nodes: impl Iterator<Item = (u32, [u8; 4])>,
    size: u32,
    n_features: usize,
    n_leaves: usize,
) -> Option<Tree> {
    let mut nodes = Vec::with_capacity(size as usize);
    // How many nodes the branches so far, and the root's being there, account for.
    let mut n_named: u32 = 1;
    for (code, value) in wire_nodes {
        if nodes.len() >= n_named as usize {
            return None;
        }
        nodes.push(if code == LEAF {
            let leaf = u32::from_le_bytes(value);
            if leaf as usize >= n_leaves {
                return None;
            }
            Node::leaf(leaf)
        } else {
            let threshold = f32::from_le_bytes(value);
            let node = Node { code, threshold, next: n_named };
            // All values are below infinity, and only missing ones are not.
            if node.feature() >= n_features || !(f32::MIN..=f32::INFINITY).contains(&threshold) {
                return None;
            }
            n_named = n_named.checked_add(2)?;
            node
        });
    }
    (size > 0 && n_named == size).then_some(Tree { nodes })
}
