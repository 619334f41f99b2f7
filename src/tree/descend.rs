//! How rows find their leaves.

use super::{Node, Tree};

/// How many rows walk down a tree side by side.
const ROWS_ABREAST: usize = 8;

/// How many steps they take before it is asked whether all have arrived.
const STEPS: usize = 2;

/// About how many nodes a row meets that it alone would have to wait for.
const NODES_OF_ROW: usize = 8;

/// The number of nodes in a line of the cache.
const NODES_OF_LINE: usize = 64 / size_of::<Node>();

/// Rows as trees read them: each feature twice, first for branches that send a missing value right,
/// as it is, then for those that send it left, where it is less than any threshold. So a branch only
/// compares, whether values are missing or not.
pub(crate) struct RowBlock {
    values: Vec<f32>,
    /// Twice the number of features.
    width: usize,
}

impl RowBlock {
    /// Rows of zeros.
    pub(crate) fn zeros(n_rows: usize, n_features: usize) -> Self {
        let width = 2 * n_features;
        Self { values: vec![0.0; n_rows * width], width }
    }

    pub(crate) fn set(&mut self, row: usize, feature: usize, value: f32) {
        let at = row * self.width + 2 * feature;
        let if_missing_left = if value.is_nan() { f32::NEG_INFINITY } else { value };
        self.values[at..at + 2].copy_from_slice(&[value, if_missing_left]);
    }

    pub(crate) fn rows(&self) -> Vec<&[f32]> {
        self.values.chunks_exact(self.width.max(1)).collect()
    }
}

impl Tree {
    /// For each row of a [`RowBlock`], the number of the leaf that it falls into.
    pub(crate) fn leaves(&self, rows: &[&[f32]]) -> Vec<u32> {
        if rows.len() >= self.nodes.len() / NODES_OF_ROW {
            self.read_ahead();
        }
        let mut leaves = Vec::with_capacity(rows.len());
        let (groups, rest) = rows.as_chunks();
        for group in groups {
            leaves.extend(self.descend::<ROWS_ABREAST>(group));
        }
        for row in rest {
            leaves.extend(self.descend(&[row]));
        }
        leaves
    }

    /// Reads all nodes in their order, which memory is quick at: rows would ask for them here and there.
    fn read_ahead(&self) {
        let nodes = self.nodes.iter().step_by(NODES_OF_LINE);
        std::hint::black_box(nodes.fold(0, |sum, node| sum ^ node.next));
    }

    /// Walks several rows down side by side: while one waits for its node from memory, the others
    /// go on. A row that has arrived steps from its leaf onto its leaf, so that the program branches
    /// only when all have.
    fn descend<const N: usize>(&self, rows: &[&[f32]; N]) -> [u32; N] {
        let mut at = [0; N];
        loop {
            let mut last = at;
            for _ in 0..STEPS {
                last = at;
                for (at, row) in at.iter_mut().zip(rows) {
                    *at = self.nodes[*at as usize].child(row);
                }
            }
            if at == last {
                return at.map(|at| self.nodes[at as usize].code);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(rows: &[&[f32]]) -> RowBlock {
        let mut block = RowBlock::zeros(rows.len(), rows[0].len());
        for (number, row) in rows.iter().enumerate() {
            row.iter().enumerate().for_each(|(feature, &value)| block.set(number, feature, value));
        }
        block
    }

    /// A chain of branches on feature 0 at 0, 1, 2 and so on, whose left children are leaves.
    fn chain(n_branches: u32) -> Tree {
        let mut nodes = vec![];
        for number in 0..n_branches {
            nodes.push(Node::branch(0, number as f32, number % 2 == 0, 2 * number + 1));
            nodes.push(Node::leaf(number).at(2 * number + 1));
        }
        nodes.push(Node::leaf(n_branches).at(2 * n_branches));
        Tree { nodes: nodes.into() }
    }

    #[test]
    fn a_row_equal_to_the_threshold_goes_left_and_a_missing_value_where_the_branch_says() {
        let nodes = vec![
            Node::branch(0, 0.5, true, 1),
            Node::branch(1, f32::INFINITY, false, 3),
            Node::leaf(2).at(2),
            Node::leaf(0).at(3),
            Node::leaf(1).at(4),
        ];
        let tree = Tree { nodes: nodes.into() };
        let (nan, inf) = (f32::NAN, f32::INFINITY);
        let rows: [&[f32]; 6] =
            [&[0.5, f32::MAX], &[0.5, nan], &[0.6, nan], &[nan, -nan], &[-inf, inf], &[inf, 0.0]];
        let leaves = [0, 1, 2, 1, 0, 2];
        assert_eq!(tree.leaves(&block(&rows).rows()), leaves);
        assert_eq!(tree.leaves(&block(&rows.repeat(5)).rows()), leaves.repeat(5));
    }

    #[test]
    fn rows_of_any_depth_arrive_side_by_side() {
        for n_branches in [1, 2, 63, 200] {
            let tree = chain(n_branches);
            let values: Vec<f32> = (0..77).map(|row| row as f32 * 5.0 - 7.5).collect();
            let rows: Vec<&[f32]> = values.chunks(1).collect();
            let expected = values.iter().map(|value| value.ceil().max(0.0) as u32);
            let expected: Vec<u32> = expected.map(|leaf| leaf.min(n_branches)).collect();
            assert_eq!(tree.leaves(&block(&rows).rows()), expected);
        }
        assert_eq!(chain(9).leaves(&block(&[&[f32::NAN]]).rows()), [0]);
    }

    #[test]
    fn a_tree_of_one_leaf_says_its_number_whatever_the_row() {
        let tree = Tree { nodes: [Node::leaf(u32::MAX).at(0)].into() };
        let values = [f32::NAN, f32::INFINITY, 1.0, f32::NEG_INFINITY];
        let rows: Vec<&[f32]> = values.chunks(1).collect();
        assert_eq!(tree.leaves(&block(&rows.repeat(3)).rows()), [u32::MAX; 12]);
    }
}
