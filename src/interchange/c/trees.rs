//! The trees and their leaves as arrays, and the loops over them.

use super::arrays::{array, signed, unsigned};
use super::literal::{double, float};
use crate::forest::leaves::Leaves;
use crate::tree::Node;
use crate::tree::distribution::Distributions;
use crate::{Error, Forest, Result};

/// Writes the trees, and the function that finds a row's leaf in one.
///
/// Branches are numbered through all trees. A child is the number of a branch, or −1 less the number of a leaf.
///
/// # Errors
/// More nodes than numbers of 32 bits tell apart.
pub(super) fn write_trees(c: &mut String, forest: &Forest) -> Result<()> {
    let n_branches = forest.n_nodes() - forest.n_leaves();
    let n_numbers = n_branches.max(forest.leaves.len());
    if i32::try_from(n_numbers).is_err() {
        return Err(Error::model(format!("{n_numbers} branches are too many for C")));
    }
    let number = signed(n_numbers);
    let mut roots = Vec::with_capacity(forest.trees.len());
    let mut children: Vec<i64> = Vec::with_capacity(2 * n_branches);
    for tree in &forest.trees {
        // The k-th branch has the children 2k + 1 and 2k + 2: in their order, the root apart, they are all nodes.
        let mut next_branch = (children.len() / 2) as i64;
        let mut numbers = tree.nodes.iter().map(|node| {
            if node.is_leaf() {
                return -1 - i64::from(node.code);
            }
            next_branch += 1;
            next_branch - 1
        });
        roots.extend(numbers.next());
        children.extend(numbers);
    }
    let branches = || {
        let nodes = forest.trees.iter().flat_map(|tree| &tree.nodes);
        nodes.filter(|node| !node.is_leaf())
    };
    let text = |number: &i64| number.to_string();
    c.push_str(
        "\n/* Of each tree its root: the number of a branch, or -1 less the number of a leaf. */\n",
    );
    array(c, number, "root", roots.iter().map(text));
    c.push_str(
        "\n/* Of each branch twice the feature that it compares, plus 1 if a missing value goes left; */\n",
    );
    let code = |node: &Node| node.code.to_string();
    array(c, unsigned(2 * forest.n_features() - 1), "code", branches().map(code));
    c.push_str("\n/* the threshold: values up to it go left; */\n");
    array(c, "float", "threshold", branches().map(|node| float(node.threshold)));
    c.push_str("\n/* and its children, left and right, as roots are. */\n");
    array(c, number, "child", children.iter().map(text));
    c.push_str(FIND_LEAF);
    Ok(())
}

const FIND_LEAF: &str = "
/* The number of the leaf that a row falls into. */
static size_t forest_leaf(const float row[FOREST_N_FEATURES], size_t tree)
{
    int32_t node = forest_root[tree];

    while (node >= 0) {
        const uint32_t code = forest_code[node];
        const float value = row[code >> 1];
        /* What is not a number is not equal to itself. */
        const int is_left =
            value != value ? (code & 1u) != 0 : value <= forest_threshold[node];

        node = forest_child[2 * (size_t)node + (is_left ? 0 : 1)];
    }
    return (size_t)(-(node + 1));
}
";

/// Writes what leaves say.
pub(super) fn write_leaves(c: &mut String, leaves: &Leaves) {
    match leaves {
        Leaves::Classes { n_classes, shares } => write_shares(c, *n_classes, shares),
        Leaves::Means { means, .. } => {
            c.push_str("\n/* The value of each leaf. */\n");
            array(c, "double", "mean", means.iter().copied().map(double));
        }
    }
}

fn write_shares(c: &mut String, n_classes: usize, shares: &Distributions) {
    let Distributions { ends, items, shares } = shares;
    c.push_str("\n/* Of each leaf where its classes begin; they end where those of the next leaf begin. */\n");
    let starts = [0].into_iter().chain(ends.iter().copied());
    array(c, unsigned(items.len()), "start", starts.map(|start| start.to_string()));
    c.push_str("\n/* The classes of leaves, and their shares. */\n");
    array(c, unsigned(n_classes - 1), "class", items.iter().map(u32::to_string));
    array(c, "double", "share", shares.iter().copied().map(double));
}
