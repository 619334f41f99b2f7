//! `TreeEnsembleClassifier` and `TreeEnsembleRegressor` of ai.onnx.ml 1 to 3: parallel lists, with names for trees and
//! nodes.

use super::attributes::OperatorAttributes;
use super::trees::{Ensemble, Outcome, RawTree, Weight, branch_threshold};
use crate::forest::assemble::AnyNode;
use crate::message::shorten;
use crate::{Error, Result};

/// The lists of nodes.
struct Lists {
    trees: Vec<i64>,
    numbers: Vec<i64>,
    features: Vec<i64>,
    is_leaf: Vec<bool>,
    thresholds: Vec<f64>,
    lefts: Vec<i64>,
    rights: Vec<i64>,
    /// Empty if missing values go right everywhere.
    missing_left: Vec<i64>,
}

/// Reads the operator, a classifier or a regressor.
pub(super) fn read(mut attributes: OperatorAttributes, is_classifier: bool) -> Result<Ensemble> {
    refuse_boosted(&mut attributes)?;
    let is_mean = match attributes.text("aggregate_function") {
        b"" | b"SUM" => false,
        b"AVERAGE" => true,
        other => {
            let other = shorten(&String::from_utf8_lossy(other));
            return Err(attributes.refuse(format!("takes the {other} of the trees, not the mean")));
        }
    };
    let lists = Lists::read(&mut attributes)?;
    let prefix = if is_classifier { "class" } else { "target" };
    let mut ids = |list: &str| attributes.ints(&format!("{prefix}_{list}"));
    let (trees, nodes, classes) = (ids("treeids"), ids("nodeids"), ids("ids"));
    let weights = attributes.numbers(&format!("{prefix}_weights"))?;
    let n = weights.len();
    if [trees.len(), nodes.len(), classes.len()] != [n; 3] {
        return Err(attributes.refuse("has lists of weights of different lengths"));
    }
    let (outcome, labels) = if is_classifier {
        let labels = labels(&mut attributes)?;
        let n_classes = labels.len();
        // The weights of one of two classes are the shares of the second, whichever it is said to be.
        let one_sided = n_classes == 2 && classes.iter().all(|class| *class == classes[0]);
        (Outcome::Classes { n_classes, one_sided }, labels)
    } else {
        if attributes.int("n_targets").unwrap_or(1) != 1 {
            return Err(attributes.refuse("has several targets, and only one can be imported"));
        }
        (Outcome::Values, Vec::new())
    };
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&at| (trees[at], nodes[at]));
    let mut left = &order[..];
    let trees = lists.trees(|tree, node_of| {
        let skipped = left.partition_point(|&at| trees[at] < tree);
        let n_weights = left.partition_point(|&at| trees[at] <= tree);
        let of_tree = &left[skipped..n_weights];
        left = &left[n_weights..];
        let weight = |&at: &usize| {
            let node = node_of(nodes[at])?;
            Ok(Weight { node, class: classes[at], value: weights[at] })
        };
        of_tree.iter().map(weight).collect()
    })?;
    Ok(Ensemble { trees, outcome, labels, is_mean })
}

/// What only boosted trees have.
fn refuse_boosted(attributes: &mut OperatorAttributes) -> Result<()> {
    let transform = attributes.text("post_transform");
    if ![b"".as_slice(), b"NONE"].contains(&transform) {
        let transform = shorten(&String::from_utf8_lossy(transform));
        return Err(attributes.refuse(format!(
            "applies {transform} to the sums, as boosted trees do: only forests can be imported"
        )));
    }
    if attributes.numbers("base_values")?.iter().any(|value| *value != 0.0) {
        return Err(attributes
            .refuse("begins from base_values, as boosted trees do: only forests can be imported"));
    }
    Ok(())
}

fn labels(attributes: &mut OperatorAttributes) -> Result<Vec<String>> {
    let labels = attributes.texts("classlabels_strings")?;
    if !labels.is_empty() {
        return Ok(labels);
    }
    Ok(attributes.ints("classlabels_int64s").iter().map(i64::to_string).collect())
}

impl Lists {
    fn read(attributes: &mut OperatorAttributes) -> Result<Self> {
        let mut is_leaf = Vec::new();
        for mode in attributes.strings("nodes_modes") {
            is_leaf.push(match &mode[..] {
                b"LEAF" => true,
                b"BRANCH_LEQ" => false,
                other => {
                    let other = shorten(&String::from_utf8_lossy(other));
                    let what = format!("has branches of the kind {other}, not BRANCH_LEQ");
                    return Err(attributes.refuse(what));
                }
            });
        }
        let lists = Self {
            is_leaf,
            trees: attributes.ints("nodes_treeids"),
            numbers: attributes.ints("nodes_nodeids"),
            features: attributes.ints("nodes_featureids"),
            thresholds: attributes.numbers("nodes_values")?,
            lefts: attributes.ints("nodes_truenodeids"),
            rights: attributes.ints("nodes_falsenodeids"),
            missing_left: attributes.ints("nodes_missing_value_tracks_true"),
        };
        let n = lists.trees.len();
        let lengths = [&lists.numbers, &lists.features, &lists.lefts, &lists.rights].map(Vec::len);
        if lengths != [n; 4]
            || [lists.is_leaf.len(), lists.thresholds.len()] != [n; 2]
            || ![0, n].contains(&lists.missing_left.len())
        {
            return Err(attributes.refuse("has lists of nodes of different lengths"));
        }
        Ok(lists)
    }

    /// The trees, ascending by their numbers; `weights` gives those of a tree, with what finds its nodes by their numbers.
    fn trees(
        &self,
        mut weights: impl FnMut(i64, &dyn Fn(i64) -> Result<usize>) -> Result<Vec<Weight>>,
    ) -> Result<Vec<RawTree>> {
        let mut order: Vec<usize> = (0..self.trees.len()).collect();
        order.sort_by_key(|&at| (self.trees[at], self.numbers[at]));
        let mut trees = Vec::new();
        for of_tree in order.chunk_by(|&a, &b| self.trees[a] == self.trees[b]) {
            let tree = self.trees[of_tree[0]];
            let number = |at: &usize| self.numbers[*at];
            if !of_tree.is_sorted_by(|a, b| number(a) < number(b)) {
                return Err(Error::model(format!("tree {tree} has two nodes of one number")));
            }
            let find = |number: i64| {
                of_tree
                    .binary_search_by_key(&number, |&at| self.numbers[at])
                    .map_err(|_| Error::model(format!("tree {tree} has no node {number}")))
            };
            let nodes = of_tree.iter().map(|&at| self.node(at, find)).collect::<Result<_>>()?;
            trees.push(RawTree { nodes, weights: weights(tree, &find)? });
        }
        Ok(trees)
    }

    fn node(&self, at: usize, find: impl Fn(i64) -> Result<usize>) -> Result<AnyNode> {
        if self.is_leaf[at] {
            return Ok(AnyNode::Leaf);
        }
        let feature = usize::try_from(self.features[at])
            .map_err(|_| Error::model(format!("there is no feature {}", self.features[at])))?;
        Ok(AnyNode::Branch {
            feature,
            threshold: branch_threshold(self.thresholds[at])?,
            missing_left: self.missing_left.get(at).is_some_and(|&left| left != 0),
            left: find(self.lefts[at])?,
            right: find(self.rights[at])?,
        })
    }
}
