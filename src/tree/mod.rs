//! One decision tree: how it is stored, and how rows find their leaf. Growing it is `grow` (our own
//! CART) or `linfa` (linfa-trees); both give the same arrays.

pub(crate) mod column;
pub(crate) mod descend;
pub(crate) mod distribution;
pub(crate) mod grow;
pub(crate) mod grower;
pub(crate) mod grown;
pub(crate) mod leaves;
#[cfg(feature = "linfa-trees")]
pub(crate) mod linfa;
#[cfg(not(feature = "linfa-trees"))]
#[path = "without_linfa.rs"]
pub(crate) mod linfa;
mod partition;
mod radix;
pub(crate) mod random;
pub(crate) mod ranks;
pub(crate) mod sample;
pub(crate) mod split;
mod subtree;

/// The most features that a node can tell apart.
pub(crate) const MAX_FEATURES: usize = (u32::MAX / 2) as usize;

/// A branch, which sends `x[feature] <= threshold` to its left child, or a leaf. A missing value (not
/// a number) goes where the branch says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Twice the feature that is compared, plus one if a missing value goes left: what to compare in a
    /// row of a [`RowBlock`](descend::RowBlock). For a leaf, its number among the leaves of the forest.
    pub(crate) code: u32,
    /// Finite, or infinity where all values go left and only missing ones right. A leaf's is not a
    /// number: whatever is compared with it goes right.
    pub(crate) threshold: f32,
    /// The left child, whose right sibling is the next node. A leaf's is the node before it, so that
    /// a row that goes right stays.
    pub(crate) next: u32,
}

impl Node {
    /// A leaf that does not yet stand in a tree.
    pub(crate) fn leaf(number: u32) -> Self {
        Self { code: number, threshold: f32::NAN, next: 0 }
    }

    /// This leaf as node `index` of a tree.
    pub(crate) fn at(self, index: u32) -> Self {
        Self { next: index.wrapping_sub(1), ..self }
    }

    pub(crate) fn branch(feature: u32, threshold: f32, missing_left: bool, left: u32) -> Self {
        Self { code: feature << 1 | u32::from(missing_left), threshold, next: left }
    }

    /// The feature that a branch compares.
    pub(crate) fn feature(self) -> usize {
        (self.code >> 1) as usize
    }

    /// The child that a branch sends a row of a [`RowBlock`](descend::RowBlock) to; the leaf itself
    /// for a leaf.
    pub(crate) fn child(self, row: &[f32]) -> u32 {
        // A leaf may compare any value.
        let value = row[(self.code as usize).min(row.len() - 1)];
        let goes_left = value <= self.threshold;
        self.next.wrapping_add(u32::from(goes_left) ^ 1)
    }

    pub(crate) fn is_leaf(self) -> bool {
        self.threshold.is_nan()
    }
}

/// Of the bits, since a leaf's threshold is not equal to itself.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        let bits = |node: &Self| (node.code, node.threshold.to_bits(), node.next);
        bits(self) == bits(other)
    }
}

/// The nodes of a tree, breadth first from the root: children stand together and after their parent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tree {
    pub(crate) nodes: Box<[Node]>,
}

impl Tree {
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
