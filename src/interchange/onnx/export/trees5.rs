//! Trees as `TreeEnsemble` of ai.onnx.ml 5, in `f64`.
//!
//! A leaf of this operator says something of one class. A leaf that has shares of several needs further trees: tree 0
//! has the first share of each leaf, tree 1 the second, and so on, each without the branches below which no leaf has as
//! many. So a class gets its shares in the order of the trees, and sums are those of the model to the bit.

use std::collections::VecDeque;

use prost::bytes::Bytes;

use super::graph::{doubles, int, ints, raw_tensor, tensor};
use crate::Forest;
use crate::forest::leaves::Leaves;
use crate::interchange::onnx::messages::element;
use crate::tree::Tree;

pub(super) const OPERATOR: &str = "TreeEnsemble";

/// Branches and leaves of all trees.
#[derive(Default)]
struct Lists {
    roots: Vec<i64>,
    features: Vec<i64>,
    thresholds: Vec<f64>,
    missing_left: Vec<i64>,
    /// For each side, left first: children among the branches, or among the leaves …
    children: [Vec<i64>; 2],
    /// … and which of both.
    leaf_children: [Vec<i64>; 2],
    classes: Vec<i64>,
    weights: Vec<f64>,
}

pub(super) fn attributes(forest: &Forest) -> Vec<Bytes> {
    let mut lists = Lists::default();
    for tree in &forest.trees {
        // Nodes come after their parents.
        let mut most_entries = vec![0; tree.nodes.len()];
        for (index, node) in tree.nodes.iter().enumerate().rev() {
            most_entries[index] = if node.is_leaf() {
                n_entries(&forest.leaves, node.code)
            } else {
                most_entries[node.next as usize].max(most_entries[node.next as usize + 1])
            };
        }
        for layer in 0..most_entries[0] {
            lists.push_layer(forest, tree, &most_entries, layer);
        }
    }
    let Lists { roots, features, thresholds, missing_left, classes, weights, .. } = lists;
    let ([lefts, rights], [leaf_lefts, leaf_rights]) = (lists.children, lists.leaf_children);
    let doubles = |values: &[f64]| doubles(&[values.len()], values);
    vec![
        ints("tree_roots", roots),
        ints("nodes_featureids", features),
        // All are `<=`.
        tensor(
            "nodes_modes",
            raw_tensor(element::UINT8, &[thresholds.len()], vec![0; thresholds.len()]),
        ),
        tensor("nodes_splits", doubles(&thresholds)),
        ints("nodes_truenodeids", lefts),
        ints("nodes_trueleafs", leaf_lefts),
        ints("nodes_falsenodeids", rights),
        ints("nodes_falseleafs", leaf_rights),
        ints("nodes_missing_value_tracks_true", missing_left),
        ints("leaf_targetids", classes),
        tensor("leaf_weights", doubles(&weights)),
        int("n_targets", forest.n_outputs() as i64),
        // Sums, as they are.
        int("aggregate_function", 1),
        int("post_transform", 0),
    ]
}

fn n_entries(leaves: &Leaves, leaf: u32) -> usize {
    match leaves {
        Leaves::Means { .. } => 1,
        Leaves::Classes { shares, .. } => shares.get(leaf).count(),
    }
}

/// The class and share at a place among those of a leaf, nothing if it has fewer.
fn entry(leaves: &Leaves, leaf: u32, place: usize) -> (u32, f64) {
    match leaves {
        Leaves::Means { means, .. } => (0, means[leaf as usize]),
        Leaves::Classes { shares, .. } => shares.get(leaf).nth(place).unwrap_or_default(),
    }
}

impl Lists {
    /// A tree that says what is at place `layer` in each leaf.
    fn push_layer(&mut self, forest: &Forest, tree: &Tree, most_entries: &[usize], layer: usize) {
        let is_branch = |index: usize| !tree.nodes[index].is_leaf() && most_entries[index] > layer;
        self.roots.push(self.features.len() as i64);
        let mut to_place = VecDeque::from([0]);
        while let Some(index) = to_place.pop_front() {
            let node = tree.nodes[index];
            // A tree of one leaf is a branch with it on both sides.
            let is_lone = node.is_leaf();
            self.features.push(if is_lone { 0 } else { node.feature() as i64 });
            self.thresholds.push(if is_lone { 0.0 } else { f64::from(node.threshold) });
            self.missing_left.push(if is_lone { 0 } else { i64::from(node.code & 1) });
            for side in 0..2 {
                let child = if is_lone { index } else { node.next as usize + side };
                self.leaf_children[side].push(i64::from(!is_branch(child)));
                if is_branch(child) {
                    to_place.push_back(child);
                    // Those that wait have the places behind all that there are.
                    let place = self.features.len() + to_place.len() - 1;
                    self.children[side].push(place as i64);
                    continue;
                }
                if !(is_lone && side == 1) {
                    let (class, weight) = if tree.nodes[child].is_leaf() {
                        entry(&forest.leaves, tree.nodes[child].code, layer)
                    } else {
                        Default::default()
                    };
                    self.classes.push(i64::from(class));
                    self.weights.push(weight);
                }
                self.children[side].push(self.weights.len() as i64 - 1);
            }
        }
    }
}
