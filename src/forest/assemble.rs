//! A forest out of trees that another program grew.

use std::collections::VecDeque;

use super::leaves::Leaves;
use super::refine::Calibration;
use crate::tree::leaves::LeavesBuilder;
use crate::tree::{MAX_FEATURES, Node, Tree};
use crate::{Error, Forest, MAX_CLASSES, Result};

/// The greatest `f32` that is not above a threshold: it routes every `f32` as the threshold does. `None` for one that is
/// not a number, or below every finite `f32`.
pub(crate) fn threshold(value: f64) -> Option<f32> {
    let nearest = value as f32;
    let greatest = if f64::from(nearest) > value { nearest.next_down() } else { nearest };
    (greatest >= f32::MIN).then_some(greatest)
}

/// A node of such a tree. Children are nodes of the same tree, in any order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum AnyNode {
    Leaf,
    Branch { feature: usize, threshold: f32, missing_left: bool, left: usize, right: usize },
}

/// Trees that become a forest.
pub(crate) struct Assembler {
    n_features: usize,
    /// None for a regression.
    n_classes: Option<usize>,
    trees: Vec<Tree>,
    leaves: LeavesBuilder,
}

impl Assembler {
    /// Of trees that tell classes apart.
    pub(crate) fn classes(n_features: usize, n_classes: usize) -> Result<Self> {
        if !(1..=MAX_CLASSES).contains(&n_classes) {
            let message =
                format!("there are {n_classes} classes, and there can be 1 to {MAX_CLASSES}");
            return Err(Error::model(message));
        }
        Ok(Self { n_classes: Some(n_classes), ..Self::values(n_features)? })
    }

    /// Of regression trees.
    pub(crate) fn values(n_features: usize) -> Result<Self> {
        if !(1..=MAX_FEATURES).contains(&n_features) {
            return Err(Error::model(format!("there are {n_features} features")));
        }
        let leaves = LeavesBuilder::default();
        Ok(Self { n_features, n_classes: None, trees: Vec::new(), leaves })
    }

    /// Adds a tree of `n_nodes` nodes, of which node 0 is the root. `shares` fills in the class codes of a leaf, ascending,
    /// with their shares, which are above 0 and add up to 1.
    ///
    /// # Errors
    /// Those of `node` and `shares`; nodes that are no tree; features and classes that there are not.
    pub(crate) fn add_class_tree(
        &mut self,
        n_nodes: usize,
        node: impl FnMut(usize) -> Result<AnyNode>,
        mut shares: impl FnMut(usize, &mut Vec<(u32, f64)>) -> Result<()>,
    ) -> Result<()> {
        let n_classes = self.n_classes.unwrap_or_default();
        let mut of_leaf = Vec::new();
        self.add_tree(n_nodes, node, |leaves, leaf| {
            of_leaf.clear();
            shares(leaf, &mut of_leaf)?;
            let sound = of_leaf.is_sorted_by(|(a, _), (b, _)| a < b)
                && of_leaf.last().is_some_and(|(class, _)| (*class as usize) < n_classes)
                && of_leaf.iter().all(|(_, share)| *share > 0.0 && *share <= 1.0);
            if !sound {
                let message =
                    format!("the shares of the classes at node {leaf} are not between 0 and 1");
                return Err(Error::model(message));
            }
            Ok(leaves.classes(of_leaf.iter().copied()))
        })
    }

    /// Likewise, of a regression: `value` is that of a leaf.
    ///
    /// # Errors
    /// Those of `node` and `value`; nodes that are no tree; features that there are not; a value that is not finite.
    pub(crate) fn add_value_tree(
        &mut self,
        n_nodes: usize,
        node: impl FnMut(usize) -> Result<AnyNode>,
        mut value: impl FnMut(usize) -> Result<f64>,
    ) -> Result<()> {
        self.add_tree(n_nodes, node, |leaves, leaf| {
            let value = value(leaf)?;
            if !value.is_finite() {
                return Err(Error::model(format!("the value at node {leaf} is {value}")));
            }
            Ok(leaves.mean(value))
        })
    }

    /// Adds a tree, breadth first.
    fn add_tree(
        &mut self,
        n_nodes: usize,
        mut node: impl FnMut(usize) -> Result<AnyNode>,
        mut leaf: impl FnMut(&mut LeavesBuilder, usize) -> Result<u32>,
    ) -> Result<()> {
        let number = self.trees.len();
        let no_tree = |message: String| Error::model(format!("tree {number}: {message}"));
        let in_tree = |error: Error| no_tree(error.message().to_string());
        if n_nodes == 0 || u32::try_from(n_nodes).is_err() {
            return Err(no_tree(format!("there are {n_nodes} nodes")));
        }
        let mut nodes = Vec::with_capacity(n_nodes);
        let mut to_place = VecDeque::from([0]);
        let mut n_named = 1;
        while let Some(index) = to_place.pop_front() {
            let place = nodes.len() as u32;
            let placed = match node(index).map_err(in_tree)? {
                AnyNode::Leaf => {
                    Node::leaf(leaf(&mut self.leaves, index).map_err(in_tree)?).at(place)
                }
                AnyNode::Branch { feature, threshold, missing_left, left, right } => {
                    let child = [left, right].into_iter().find(|&child| child >= n_nodes);
                    if let Some(child) = child {
                        return Err(no_tree(format!(
                            "a child of node {index} is node {child} of {n_nodes}"
                        )));
                    }
                    if feature >= self.n_features || threshold.is_nan() || threshold < f32::MIN {
                        return Err(no_tree(format!(
                            "node {index} compares feature {feature} of {} with {threshold}",
                            self.n_features
                        )));
                    }
                    // Nodes that are named twice are more than there are.
                    n_named += 2;
                    if n_named > n_nodes {
                        return Err(no_tree(format!("node {index} is not part of a tree")));
                    }
                    to_place.extend([left, right]);
                    Node::branch(feature as u32, threshold, missing_left, n_named as u32 - 2)
                }
            };
            nodes.push(placed);
        }
        if nodes.len() < n_nodes {
            return Err(no_tree(format!("{} of {n_nodes} nodes can be reached", nodes.len())));
        }
        self.trees.push(Tree { nodes: nodes.into() });
        Ok(())
    }

    /// The forest. Without `importances` they are all 0.
    ///
    /// # Errors
    /// No tree; importances of other features, or which are no shares.
    pub(crate) fn finish(
        self,
        importances: Option<Vec<f64>>,
        calibration: Option<Calibration>,
    ) -> Result<Forest> {
        let Self { n_features, n_classes, trees, leaves } = self;
        if trees.is_empty() {
            return Err(Error::model("the forest has no trees"));
        }
        let importances = importances.unwrap_or_else(|| vec![0.0; n_features]);
        if importances.len() != n_features
            || !importances.iter().all(|importance| (0.0..=1.0).contains(importance))
        {
            return Err(Error::model("the importances are not shares, one for each feature"));
        }
        let leaves = leaves.finish();
        let leaves = match n_classes {
            Some(n_classes) => Leaves::Classes { n_classes, shares: leaves.shares },
            None => Leaves::Means { means: leaves.means, targets: None },
        };
        Ok(Forest { n_features, trees, leaves, importances, calibration, covers: None })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_threshold_in_64_bits_becomes_the_greatest_that_is_not_above_it() {
        let tiny = f32::from_bits(1);
        for (value, expected) in [
            (0.5, Some(0.5)),
            (0.1, Some(0.1_f32.next_down())),
            (f64::from(0.1_f32), Some(0.1)),
            (-0.1, Some(-0.1_f32)),
            (1e-60, Some(0.0)),
            (-1e-60, Some(-tiny)),
            (1e300, Some(f32::MAX)),
            (f64::INFINITY, Some(f32::INFINITY)),
            (-1e300, None),
            (f64::NAN, None),
        ] {
            assert_eq!(threshold(value), expected, "{value}");
        }
        assert!(f64::from(-0.1_f32) <= -0.1 && f64::from(0.1_f32) > 0.1);
    }

    /// Depth first, as scikit-learn has it: feature 1, then on the left feature 0.
    const NODES: [AnyNode; 5] = [
        AnyNode::Branch { feature: 1, threshold: 2.0, missing_left: true, left: 1, right: 4 },
        AnyNode::Branch { feature: 0, threshold: -1.0, missing_left: false, left: 2, right: 3 },
        AnyNode::Leaf,
        AnyNode::Leaf,
        AnyNode::Leaf,
    ];

    #[test]
    fn nodes_in_any_order_become_a_tree() {
        let mut assembler = Assembler::values(2).unwrap();
        let value = |leaf| Ok([0.0, 0.0, 10.0, 20.0, 30.0][leaf]);
        assembler.add_value_tree(5, |node| Ok(NODES[node]), value).unwrap();
        let forest = assembler.finish(None, None).unwrap();
        let x = array![
            [-2.0_f32, 2.0],
            [-1.0, f32::NAN],
            [0.0, 2.0],
            [f32::NAN, 1.0],
            [0.0, 2.1],
            [f32::NEG_INFINITY, f32::INFINITY]
        ];
        let values = forest.predict_values(x.view()).unwrap();
        assert_eq!(values, [10.0, 10.0, 20.0, 20.0, 30.0, 30.0]);
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        let branch = |left, right| AnyNode::Branch {
            feature: 0,
            threshold: 0.0,
            missing_left: false,
            left,
            right,
        };
        let alike = |node: AnyNode| move |_| Ok(node);
        let refused = |n_nodes, node: AnyNode| {
            let mut assembler = Assembler::values(1).unwrap();
            let added = assembler.add_value_tree(n_nodes, alike(node), |_| Ok(1.0));
            added.unwrap_err().to_string()
        };
        assert!(refused(3, branch(0, 0)).contains("is not part of a tree"));
        assert!(refused(3, branch(1, 3)).contains("node 3 of 3"));
        assert!(refused(0, AnyNode::Leaf).contains("0 nodes"));
        assert!(refused(3, AnyNode::Leaf).contains("1 of 3 nodes"));
        let feature =
            AnyNode::Branch { feature: 1, threshold: 0.0, missing_left: false, left: 1, right: 2 };
        assert!(refused(3, feature).contains("feature 1 of 1"));
        assert!(Assembler::values(1).unwrap().finish(None, None).is_err());

        let mut assembler = Assembler::classes(1, 2).unwrap();
        for shares in [&[(0, 0.5), (2, 0.5)][..], &[(1, 0.5), (0, 0.5)], &[(0, 0.0)], &[]] {
            let fill = |_, leaf: &mut Vec<(u32, f64)>| {
                leaf.extend(shares);
                Ok(())
            };
            assert!(assembler.add_class_tree(1, alike(AnyNode::Leaf), fill).is_err(), "{shares:?}");
        }
        assert!(Assembler::classes(1, 0).is_err() && Assembler::classes(0, 2).is_err());
    }
}
