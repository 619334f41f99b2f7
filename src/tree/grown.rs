//! A tree as its learner hands it over.

use std::collections::VecDeque;

use super::leaves::{LeafTable, LeavesBuilder};
use super::{Node, Tree};

/// A tree breadth first, with what its leaves say.
#[derive(Clone)]
pub(crate) struct Grown {
    /// A leaf is numbered by its place in `leaf_order`.
    nodes: Vec<Node>,
    /// The numbers of the different leaves in `leaves`, in the order in which they come in the tree.
    leaf_order: Vec<u32>,
    leaves: LeafTable,
    /// For each leaf, in the order of the nodes.
    masses: Vec<LeafMass>,
    /// For each feature, the impurity decrease of its splits, weighted by the share of the tree's
    /// weight that each split saw.
    pub(crate) importances: Vec<f64>,
}

/// How many rows are in a leaf, and what they weigh together: their draws, times their weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct LeafMass {
    pub(crate) rows: u32,
    /// Rounded to half the memory.
    pub(crate) weight: f32,
}

impl LeafMass {
    /// A weight that is too small for half the memory is the smallest that is not: no leaf weighs nothing.
    pub(crate) fn new(rows: u32, weight: f64) -> Self {
        Self { rows, weight: (weight as f32).max(f32::MIN_POSITIVE) }
    }
}

impl Grown {
    /// Of nodes in the order in which they were made, children side by side. What becomes of them
    /// depends on the tree's shape alone, not on that order. `masses` are those of the nodes, or none if
    /// the learner does not say.
    pub(crate) fn new(
        nodes: &[Node],
        masses: &[LeafMass],
        leaves: LeafTable,
        importances: Vec<f64>,
    ) -> Self {
        let mut masses_in_order = Vec::new();
        let mut places = vec![None; leaves.len()];
        let mut leaf_order = Vec::new();
        let mut ordered = Vec::with_capacity(nodes.len());
        let mut queue = VecDeque::from([0]);
        let mut last = 0;
        while let Some(index) = queue.pop_front() {
            let node: Node = nodes[index as usize];
            ordered.push(if node.is_leaf() {
                masses_in_order.extend(masses.get(index as usize));
                let place = places[node.code as usize].get_or_insert_with(|| {
                    leaf_order.push(node.code);
                    leaf_order.len() as u32 - 1
                });
                Node::leaf(*place).at(ordered.len() as u32)
            } else {
                queue.extend([node.next, node.next + 1]);
                let left = last + 1;
                last += 2;
                Node { next: left, ..node }
            });
        }
        Self { nodes: ordered, leaf_order, leaves, masses: masses_in_order, importances }
    }

    /// The nodes, breadth first; a leaf's code is its place in [`leaf`](Self::leaf).
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// For each leaf, in the order of the nodes, its mass.
    pub(crate) fn masses(&self) -> &[LeafMass] {
        &self.masses
    }

    /// The mean of a leaf node, 0 if it has none, and its shares.
    pub(crate) fn leaf(&self, node: Node) -> (f64, impl Iterator<Item = (u32, f64)>) {
        let number = self.leaf_order[node.code as usize];
        let LeafTable { means, shares } = &self.leaves;
        let shares = (shares.len() > 0).then(|| shares.get(number));
        (means.get(number as usize).copied().unwrap_or(0.0), shares.into_iter().flatten())
    }

    /// Moves the leaves into the forest's table; gives their numbers there.
    pub(crate) fn number_leaves(&self, table: &mut LeavesBuilder) -> Vec<u32> {
        self.leaf_order.iter().map(|&leaf| table.copy(&self.leaves, leaf)).collect()
    }

    /// The tree, whose leaves have these numbers.
    pub(crate) fn into_tree(self, leaf_numbers: &[u32]) -> Tree {
        let mut nodes = self.nodes;
        for node in nodes.iter_mut().filter(|node| node.is_leaf()) {
            node.code = leaf_numbers[node.code as usize];
        }
        Tree { nodes: nodes.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_kept_breadth_first_and_its_leaves_in_order_of_appearance() {
        // Root, its right child a branch: five nodes, made in another order than they are kept.
        let nodes = [
            Node::branch(0, 0.5, true, 3),
            Node::leaf(2),
            Node::leaf(1),
            Node::branch(1, f32::INFINITY, false, 1),
            Node::leaf(0),
        ];
        let mut leaves = LeavesBuilder::default();
        for class in 0..3 {
            leaves.classes([(class, 1.0)].into_iter());
        }
        let grown = Grown::new(&nodes, &[], leaves.finish(), vec![0.5, 0.5]);

        let mut table = LeavesBuilder::default();
        table.classes([(7, 1.0)].into_iter());
        let numbers = grown.number_leaves(&mut table);
        let expected = [
            Node::branch(0, 0.5, true, 1),
            Node::branch(1, f32::INFINITY, false, 3),
            Node::leaf(1).at(2),
            Node::leaf(2).at(3),
            Node::leaf(3).at(4),
        ];
        let tree = grown.into_tree(&numbers);
        assert_eq!(*tree.nodes, expected);
        assert_eq!(table.finish().shares.items, [7, 0, 2, 1]);
        assert_eq!(tree.depth(), 2);
    }
}
