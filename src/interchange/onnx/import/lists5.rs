//! `TreeEnsemble` of ai.onnx.ml 5: branches and leaves in lists of their own, and leaves that say something of one class.

use super::attributes::OperatorAttributes;
use super::trees::{Ensemble, Outcome, RawTree, Weight, branch_threshold, of_leaf};
use crate::forest::assemble::AnyNode;
use crate::{Error, Result};

/// The lists of branches and of leaves.
struct Lists {
    features: Vec<i64>,
    thresholds: Vec<f64>,
    missing_left: Vec<i64>,
    children: [Vec<i64>; 2],
    leaf_children: [Vec<i64>; 2],
    classes: Vec<i64>,
    weights: Vec<f64>,
}

/// The least sum of shares that are all of a leaf's.
const WHOLE: f64 = 1.0 - 1e-6;

/// Reads the operator. `n_trees` is what its sums are divided by: where the operator has more trees, several make one,
/// each of which has one share of each leaf.
pub(super) fn read(mut attributes: OperatorAttributes, n_trees: Option<f64>) -> Result<Ensemble> {
    if attributes.int("post_transform").unwrap_or(0) != 0 {
        let what = "transforms the sums, as boosted trees do: only forests can be imported";
        return Err(attributes.refuse(what));
    }
    let is_mean = match attributes.int("aggregate_function") {
        None | Some(1) => false,
        Some(0) => true,
        Some(_) => return Err(attributes.refuse("does not take the mean of the trees")),
    };
    let n_classes = usize::try_from(attributes.int("n_targets").unwrap_or(1)).unwrap_or(0);
    let lists = Lists::read(&mut attributes)?;
    let mut n_left = lists.features.len();
    let mut trees: Vec<RawTree> = Vec::new();
    let roots = attributes.ints("tree_roots");
    let are_layers = n_trees.is_some_and(|n_trees| roots.len() as f64 > n_trees);
    let mut open: Option<Layers> = None;
    for root in roots {
        let tree = lists.tree(root, &mut n_left)?;
        if !are_layers {
            trees.push(tree);
            continue;
        }
        let layers = match open.take() {
            None => Layers::new(tree),
            Some(mut layers) => {
                layers.merge(&tree)?;
                layers
            }
        };
        if layers.n_open == 0 {
            trees.push(layers.finish());
        } else {
            open = Some(layers);
        }
    }
    trees.extend(open.map(Layers::finish));
    let outcome = match n_classes {
        1 => Outcome::Values,
        n_classes => Outcome::Classes { n_classes, one_sided: false },
    };
    Ok(Ensemble { trees, outcome, labels: Vec::new(), is_mean })
}

impl Lists {
    fn read(attributes: &mut OperatorAttributes) -> Result<Self> {
        let modes = attributes.numbers("nodes_modes")?;
        if modes.iter().any(|mode| *mode != 0.0) {
            return Err(attributes.refuse("has branches that do not compare by <="));
        }
        let mut ints = |name: &str| attributes.ints(name);
        let children = [ints("nodes_truenodeids"), ints("nodes_falsenodeids")];
        let leaf_children = [ints("nodes_trueleafs"), ints("nodes_falseleafs")];
        let lists = Self {
            features: ints("nodes_featureids"),
            missing_left: ints("nodes_missing_value_tracks_true"),
            classes: ints("leaf_targetids"),
            thresholds: attributes.numbers("nodes_splits")?,
            weights: attributes.numbers("leaf_weights")?,
            children,
            leaf_children,
        };
        let n = lists.features.len();
        let sides = lists.children.iter().chain(&lists.leaf_children);
        if sides.map(Vec::len).any(|len| len != n)
            || [lists.thresholds.len(), modes.len()] != [n; 2]
            || ![0, n].contains(&lists.missing_left.len())
            || lists.classes.len() != lists.weights.len()
        {
            return Err(attributes.refuse("has lists of different lengths"));
        }
        Ok(lists)
    }

    /// The tree from a root on. All trees have `n_left` branches left to have.
    fn tree(&self, root: i64, n_left: &mut usize) -> Result<RawTree> {
        let mut tree = RawTree { nodes: vec![AnyNode::Leaf], weights: Vec::new() };
        // Branches with their places among the nodes.
        let mut to_place = vec![(root, 0)];
        while let Some((branch, place)) = to_place.pop() {
            let at = usize::try_from(branch).ok().filter(|&at| at < self.features.len());
            let Some(at) = at else {
                return Err(Error::model(format!("there is no branch {branch}")));
            };
            *n_left = n_left.checked_sub(1).ok_or_else(|| {
                Error::model(format!("branch {branch} is part of two trees, or below itself"))
            })?;
            let is_leaf = [0, 1].map(|side| self.leaf_children[side][at] != 0);
            let children = [0, 1].map(|side| self.children[side][at]);
            // A branch with one leaf on both sides is that leaf.
            if is_leaf == [true, true] && children[0] == children[1] {
                tree.weights.push(self.leaf(children[0], place)?);
                continue;
            }
            let feature = usize::try_from(self.features[at])
                .map_err(|_| Error::model(format!("there is no feature {}", self.features[at])))?;
            let left = tree.nodes.len();
            tree.nodes.extend([AnyNode::Leaf; 2]);
            tree.nodes[place] = AnyNode::Branch {
                feature,
                threshold: branch_threshold(self.thresholds[at])?,
                missing_left: self.missing_left.get(at).is_some_and(|&left| left != 0),
                left,
                right: left + 1,
            };
            for side in 0..2 {
                if is_leaf[side] {
                    tree.weights.push(self.leaf(children[side], left + side)?);
                } else {
                    to_place.push((children[side], left + side));
                }
            }
        }
        tree.weights.sort_by_key(|weight| weight.node);
        Ok(tree)
    }

    fn leaf(&self, leaf: i64, node: usize) -> Result<Weight> {
        let at = usize::try_from(leaf).ok().filter(|&at| at < self.weights.len());
        let at = at.ok_or_else(|| Error::model(format!("there is no leaf {leaf}")))?;
        Ok(Weight { node, class: self.classes[at], value: self.weights[at] })
    }
}

/// A tree, and how much its leaves say so far.
struct Layers {
    tree: RawTree,
    /// For each node what its weights add up to.
    sums: Vec<f64>,
    /// How many leaves do not say all yet.
    n_open: usize,
}

impl Layers {
    fn new(tree: RawTree) -> Self {
        let sums = vec![0.0; tree.nodes.len()];
        let n_open = tree.nodes.iter().filter(|node| matches!(node, AnyNode::Leaf)).count();
        let mut layers = Self { tree, sums, n_open };
        for weight in std::mem::take(&mut layers.tree.weights) {
            layers.push(weight);
        }
        layers
    }

    fn push(&mut self, weight: Weight) {
        if weight.value == 0.0 {
            return;
        }
        let sum = &mut self.sums[weight.node];
        let was_open = *sum < WHOLE;
        *sum += weight.value;
        if was_open && *sum >= WHOLE {
            self.n_open -= 1;
        }
        self.tree.weights.push(weight);
    }

    fn finish(mut self) -> RawTree {
        self.tree.weights.sort_by_key(|weight| weight.node);
        self.tree
    }

    /// Adds what another tree says that has the same branches, or leaves in their place that say nothing.
    fn merge(&mut self, layer: &RawTree) -> Result<()> {
        let mut pairs = vec![(0, 0)];
        while let Some((node, of_layer)) = pairs.pop() {
            match (self.tree.nodes[node], layer.nodes[of_layer]) {
                (AnyNode::Leaf, AnyNode::Leaf) => {
                    for weight in of_leaf(&layer.weights, of_layer) {
                        self.push(Weight { node, ..*weight });
                    }
                }
                (AnyNode::Branch { .. }, AnyNode::Leaf)
                    if of_leaf(&layer.weights, of_layer).iter().all(|of| of.value == 0.0) => {}
                (
                    AnyNode::Branch { feature, threshold, missing_left, left, right },
                    AnyNode::Branch {
                        feature: other_feature,
                        threshold: other_threshold,
                        missing_left: other_missing_left,
                        left: other_left,
                        right: other_right,
                    },
                ) if (feature, threshold, missing_left)
                    == (other_feature, other_threshold, other_missing_left) =>
                {
                    pairs.extend([(left, other_left), (right, other_right)]);
                }
                _ => {
                    return Err(Error::model(
                        "there are more trees than their sums are divided by, and they do not fit together",
                    ));
                }
            }
        }
        Ok(())
    }
}
