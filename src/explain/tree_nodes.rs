//! A tree's nodes, to be read.

use crate::{Error, Forest, Result};

/// A node of a tree.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TreeNode {
    /// How many branches lead to it.
    pub depth: usize,
    /// Its split; a leaf has none.
    pub split: Option<TreeSplit>,
    /// What its training rows weigh: their in-bag draws, times their weights. `None` where that is not known.
    pub cover: Option<f64>,
    /// What the tree says of its training rows on average: the share of each class, or the value in units of the target.
    /// Of a branch it is known where the training rows are.
    pub outputs: Option<Vec<f64>>,
}

/// A split: a row goes left if its value of the feature is at most the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TreeSplit {
    /// The number of the feature.
    pub feature: usize,
    /// Finite, or infinity where only missing values go right.
    pub threshold: f32,
    /// Whether a missing value goes left.
    pub missing_left: bool,
    /// The left child and the right one among the nodes that are given; `None` if they are too deep.
    pub children: Option<[usize; 2]>,
}

/// The nodes of a tree of a forest, breadth first, down to a depth.
///
/// ```
/// use forest::explain::tree_nodes;
/// use forest::{ForestParams, Target};
/// use ndarray::array;
///
/// let x = array![[0.0_f32], [1.0], [2.0], [3.0]];
/// let target = Target::Values(&[1.0, 1.0, 5.0, 5.0]);
/// let params = ForestParams::plain().n_trees(1).bootstrap(false);
/// let forest = params.fitter().fit_forest(x.view(), target)?;
/// let nodes = tree_nodes(&forest, 0, usize::MAX)?;
/// assert_eq!(nodes[0].split.map(|split| split.threshold), Some(1.5));
/// assert_eq!((nodes[0].cover, &nodes[0].outputs), (Some(4.0), &Some(vec![3.0])));
/// assert_eq!(nodes[2].outputs, Some(vec![5.0]));
/// # Ok::<(), forest::Error>(())
/// ```
///
/// # Errors
/// There is no such tree.
pub fn tree_nodes(forest: &Forest, tree: usize, max_depth: usize) -> Result<Vec<TreeNode>> {
    let n_trees = forest.n_trees();
    let Some(nodes) = forest.trees.get(tree).map(|tree| &tree.nodes) else {
        return Err(Error::setting(format!(
            "there is no tree {tree}: the forest has {n_trees}, numbered from 0"
        )));
    };
    let covers = forest.covers.as_ref().map(|covers| covers.of_tree(&forest.trees, tree));
    let mut depths = vec![0; nodes.len()];
    let mut parents = vec![0; nodes.len()];
    for (index, node) in nodes.iter().enumerate().filter(|(_, node)| !node.is_leaf()) {
        for child in [node.next as usize, node.next as usize + 1] {
            depths[child] = depths[index] + 1;
            parents[child] = index;
        }
    }
    // Nodes stand breadth first, so that those that are given come first.
    let n_given = depths.partition_point(|&depth| depth <= max_depth);

    let n_outputs = forest.n_outputs();
    let mut outputs: Vec<Vec<f64>> = vec![vec![0.0; n_outputs]; n_given];
    if let Some(covers) = &covers {
        // The deepest of the given nodes above a node, or itself.
        let mut given: Vec<usize> = (0..nodes.len()).collect();
        for index in n_given..nodes.len() {
            given[index] = given[parents[index]];
        }
        let mut says = vec![0.0; n_outputs];
        let add = |sums: &mut Vec<f64>, says: &[f64], part: f64| {
            sums.iter_mut().zip(says).for_each(|(sum, says)| *sum += part * says);
        };
        for (index, node) in nodes.iter().enumerate().filter(|(_, node)| node.is_leaf()) {
            says.fill(0.0);
            forest.leaves.add(node.code, &mut says);
            let part =
                if given[index] == index { 1.0 } else { covers[index] / covers[given[index]] };
            add(&mut outputs[given[index]], &says, part);
        }
        for index in (1..n_given).rev() {
            let says = outputs[index].clone();
            add(&mut outputs[parents[index]], &says, covers[index] / covers[parents[index]]);
        }
    } else {
        for (node, outputs) in nodes.iter().zip(&mut outputs).filter(|(node, _)| node.is_leaf()) {
            forest.leaves.add(node.code, outputs);
        }
    }
    let split = |index: usize| {
        let (node, left) = (nodes[index], nodes[index].next as usize);
        (!node.is_leaf()).then(|| TreeSplit {
            feature: node.feature(),
            threshold: node.threshold,
            missing_left: node.code & 1 == 1,
            children: (left < n_given).then_some([left, left + 1]),
        })
    };
    let node = |(index, outputs): (usize, Vec<f64>)| TreeNode {
        depth: depths[index],
        split: split(index),
        cover: covers.as_ref().map(|covers| covers[index]),
        outputs: (covers.is_some() || nodes[index].is_leaf()).then_some(outputs),
    };
    Ok(outputs.into_iter().enumerate().map(node).collect())
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::{ForestParams, Target};

    #[test]
    fn what_a_node_says_is_the_mean_of_its_rows_however_deep_the_tree_is_shown() {
        let x = Array2::from_shape_fn((60, 2), |(row, j)| ((row * (3 + 4 * j)) % 23) as f32);
        let codes: Vec<u32> = (0..60).map(|row| (row * row) % 3).collect();
        let target = Target::Classes { codes: &codes, n_classes: 3 };
        let params = ForestParams::plain().n_trees(2).bootstrap(false);
        let forest = params.fitter().fit_forest(x.view(), target).unwrap();
        let all = tree_nodes(&forest, 1, usize::MAX).unwrap();
        assert_eq!(all.len(), forest.trees[1].nodes.len());
        let share = |class| codes.iter().filter(|&&code| code == class).count() as f64 / 60.0;
        for depth in [0, 2, 4] {
            let nodes = tree_nodes(&forest, 1, depth).unwrap();
            assert!(nodes.iter().all(|node| node.depth <= depth));
            assert_eq!(nodes[0].cover, Some(60.0));
            for (class, said) in (0..3).zip(nodes[0].outputs.as_ref().unwrap()) {
                assert!((said - share(class)).abs() < 1e-12);
            }
            for (node, same) in nodes.iter().zip(&all) {
                let pairs = node.outputs.iter().flatten().zip(same.outputs.iter().flatten());
                pairs.for_each(|(found, expected)| assert!((found - expected).abs() < 1e-12));
                let has_children = node.split.is_some_and(|split| split.children.is_some());
                assert_eq!(has_children, node.split.is_some() && node.depth < depth);
            }
        }
        assert!(tree_nodes(&forest, 2, 0).is_err());
    }
}
