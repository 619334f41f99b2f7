//! One decision tree: how it is stored, and how rows find their leaf. Growing it is `grow` (our own
//! CART) or `linfa` (linfa-trees); both give the same arrays.

pub(crate) mod column;
pub(crate) mod distribution;
pub(crate) mod grow;
pub(crate) mod grown;
pub(crate) mod leaves;
pub(crate) mod linfa;
mod partition;
mod radix;
pub(crate) mod random;
pub(crate) mod ranks;
pub(crate) mod split;

/// The feature number that marks a leaf.
pub(crate) const LEAF: u32 = u32::MAX;

/// The bit of a branch's feature number that says that a missing value goes left.
pub(crate) const MISSING_LEFT: u32 = 1 << 31;

/// The most features that node can tell apart: with every bit set, the greatest number is [`LEAF`].
pub(crate) const MAX_FEATURES: usize = (MISSING_LEFT - 1) as usize;

/// How many rows walk down a tree side by side.
const LANES: usize = 8;

/// A branch, which sends `x[feature] <= threshold` to its left child, or a leaf. A missing value (not
/// a number) goes where the branch says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Node {
    /// The feature that is compared, with [`MISSING_LEFT`] or without; [`LEAF`] for a leaf.
    pub(crate) code: u32,
    /// Finite, or infinity where all values go left and only missing ones right.
    pub(crate) threshold: f32,
    /// The left child, whose right sibling is the next node; for a leaf, its number among the leaves of
    /// the forest.
    pub(crate) next: u32,
}

impl Node {
    pub(crate) fn leaf(number: u32) -> Self {
        Self { code: LEAF, threshold: 0.0, next: number }
    }

    pub(crate) fn branch(feature: u32, threshold: f32, missing_left: bool, left: u32) -> Self {
        let code = feature | if missing_left { MISSING_LEFT } else { 0 };
        Self { code, threshold, next: left }
    }

    /// The feature that a branch compares.
    pub(crate) fn feature(self) -> usize {
        (self.code & !MISSING_LEFT) as usize
    }

    /// Whether a branch sends a missing value left.
    pub(crate) fn missing_left(self) -> bool {
        self.code & MISSING_LEFT != 0
    }

    /// The child that a branch sends a value to.
    fn child(self, value: f32) -> u32 {
        // No short cut: a branch of the program for each branch of the tree would cost more.
        let goes_left = (value <= self.threshold) | (value.is_nan() & self.missing_left());
        self.next + 1 - u32::from(goes_left)
    }

    pub(crate) fn is_leaf(self) -> bool {
        self.code == LEAF
    }
}

/// The nodes of a tree, breadth first from the root: children stand together and after their parent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
}

impl Tree {
    /// For each row, the number of the leaf that it falls into.
    pub(crate) fn leaves<'a>(&'a self, rows: &'a [&[f32]]) -> impl Iterator<Item = u32> + 'a {
        let (groups, rest) = rows.as_chunks();
        let groups = groups.iter().flat_map(move |group| self.descend::<LANES>(*group));
        groups.chain(rest.iter().flat_map(move |&row| self.descend([row])))
    }

    /// Walks several rows down side by side: while one waits for its node from memory, the others
    /// go on. A row that has arrived stays where it is.
    fn descend<const N: usize>(&self, rows: [&[f32]; N]) -> [u32; N] {
        let mut at = [0_u32; N];
        let mut arrived = false;
        while !arrived {
            arrived = true;
            for (at, row) in at.iter_mut().zip(rows) {
                let node = self.nodes[*at as usize];
                if !node.is_leaf() {
                    *at = node.child(row[node.feature()]);
                    arrived = false;
                }
            }
        }
        at.map(|at| self.nodes[at as usize].next)
    }

    /// The longest way from the root to a leaf, in branches.
    pub(crate) fn depth(&self) -> usize {
        let mut depths = vec![0; self.nodes.len()];
        let mut deepest = 0;
        for (index, node) in self.nodes.iter().enumerate() {
            if node.is_leaf() {
                deepest = deepest.max(depths[index]);
            } else {
                let left = node.next as usize;
                depths[left] = depths[index] + 1;
                depths[left + 1] = depths[index] + 1;
            }
        }
        deepest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let nodes = vec![
            Node::branch(0, 0.5, true, 1),
            Node::branch(1, f32::INFINITY, false, 3),
            Node::leaf(0),
            Node::leaf(1),
            Node::leaf(2),
        ];
        Tree { nodes }
    }

    #[test]
    fn a_row_equal_to_the_threshold_goes_left_and_a_missing_value_where_the_branch_says() {
        let tree = tree();
        let nan = f32::NAN;
        let rows: [&[f32]; 4] = [&[0.5, f32::MAX], &[0.5, nan], &[0.6, nan], &[nan, -1.0]];
        assert_eq!(tree.leaves(&rows).collect::<Vec<_>>(), [1, 2, 0, 1]);
        let twelve = [rows, rows, rows].concat();
        assert_eq!(tree.leaves(&twelve).collect::<Vec<_>>(), [1, 2, 0, 1].repeat(3));
    }
}
