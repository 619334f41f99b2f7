//! Trees as `TreeEnsembleClassifier` or `TreeEnsembleRegressor` of ai.onnx.ml 3: parallel lists, a place for each node.
//!
//! These operators add in `f32`. So leaves keep their shares, which are divided by the number of trees later: where
//! leaves are pure, sums are counts, which an `f32` holds exactly. And the values of a regression are those above a
//! centre, which is added later: far from zero the digits that tell them apart would be lost.

use prost::bytes::Bytes;

use super::graph::{floats, int, ints, text, texts};
use crate::forest::leaves::Leaves;
use crate::{Error, Forest, Result};

/// What leaves say: for each entry its tree, its node, its class and its weight.
#[derive(Default)]
struct Weights {
    trees: Vec<i64>,
    nodes: Vec<i64>,
    classes: Vec<i64>,
    values: Vec<f32>,
}

impl Weights {
    fn push(&mut self, tree: usize, node: usize, class: u32, weight: f32) {
        self.trees.push(tree as i64);
        self.nodes.push(node as i64);
        self.classes.push(i64::from(class));
        self.values.push(weight);
    }

    /// What the leaf numbered `leaf` says, in a regression above `centre`.
    fn push_leaf(&mut self, leaves: &Leaves, leaf: u32, centre: f64, tree: usize, node: usize) {
        match leaves {
            Leaves::Means { means, .. } => {
                self.push(tree, node, 0, (means[leaf as usize] - centre) as f32);
            }
            // Of two classes all is said: where only one is, onnxruntime takes its shares for those of the other.
            Leaves::Classes { n_classes: 2, shares } => {
                let mut both = [0.0; 2];
                shares.get(leaf).for_each(|(class, share)| both[class as usize] = share);
                (0..).zip(both).for_each(|(class, share)| {
                    self.push(tree, node, class, share as f32);
                });
            }
            Leaves::Classes { shares, .. } => shares.get(leaf).for_each(|(class, share)| {
                self.push(tree, node, class, share as f32);
            }),
        }
    }
}

/// Midway between the least and the greatest value of a regression's leaves.
///
/// # Errors
/// Sums of what they have above it do not fit an `f32`.
pub(super) fn centre(forest: &Forest) -> Result<Option<f64>> {
    let Some(means) = forest.leaves.means() else { return Ok(None) };
    let least = means.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // A zero without a sign.
    let centre = f64::midpoint(least, greatest) + 0.0;
    if (greatest - centre) * forest.n_trees() as f64 > f64::from(f32::MAX) {
        let message = format!(
            "values from {least:e} to {greatest:e} cannot be added in 32 bits, as ai.onnx.ml 3 does"
        );
        return Err(Error::setting(message).with_help("choose ai.onnx.ml 5"));
    }
    Ok(Some(centre))
}

/// The operator's name with its attributes; values of a regression are those above `centre`.
pub(super) fn operator(forest: &Forest, centre: f64) -> (&'static str, Vec<Bytes>) {
    let n_nodes = forest.n_nodes();
    let list = || Vec::with_capacity(n_nodes);
    let (mut trees, mut numbers, mut features) = (list(), list(), list());
    let (mut lefts, mut rights, mut missing_left) = (list(), list(), list());
    let (mut values, mut modes) = (Vec::with_capacity(n_nodes), Vec::with_capacity(n_nodes));
    let mut weights = Weights::default();
    let (branch, leaf) = (Bytes::from_static(b"BRANCH_LEQ"), Bytes::from_static(b"LEAF"));
    for (tree, nodes) in forest.trees.iter().map(|tree| &tree.nodes).enumerate() {
        for (number, &node) in nodes.iter().enumerate() {
            trees.push(tree as i64);
            numbers.push(number as i64);
            if node.is_leaf() {
                weights.push_leaf(&forest.leaves, node.code, centre, tree, number);
                for list in [&mut features, &mut lefts, &mut rights, &mut missing_left] {
                    list.push(0);
                }
                values.push(0.0);
                modes.push(leaf.clone());
            } else {
                features.push(node.feature() as i64);
                lefts.push(i64::from(node.next));
                rights.push(i64::from(node.next) + 1);
                missing_left.push(i64::from(node.code & 1));
                values.push(node.threshold);
                modes.push(branch.clone());
            }
        }
    }
    let n_classes = forest.n_classes();
    let (op, prefix) = if n_classes > 0 {
        ("TreeEnsembleClassifier", "class")
    } else {
        ("TreeEnsembleRegressor", "target")
    };
    let mut attributes = vec![
        ints("nodes_treeids", trees),
        ints("nodes_nodeids", numbers),
        ints("nodes_featureids", features),
        texts("nodes_modes", modes),
        floats("nodes_values", values),
        ints("nodes_truenodeids", lefts),
        ints("nodes_falsenodeids", rights),
        ints("nodes_missing_value_tracks_true", missing_left),
        ints(&format!("{prefix}_treeids"), weights.trees),
        ints(&format!("{prefix}_nodeids"), weights.nodes),
        ints(&format!("{prefix}_ids"), weights.classes),
        floats(&format!("{prefix}_weights"), weights.values),
        text("post_transform", "NONE"),
    ];
    attributes.push(if n_classes > 0 {
        // Codes: the labels come after the decision.
        ints("classlabels_int64s", (0..n_classes as i64).collect())
    } else {
        int("n_targets", 1)
    });
    (op, attributes)
}
