//! Grows a large tree in parts, which may be on several threads: below a node of many rows, either
//! side grows on its own, with random numbers of its own. What grows does not depend on the threads.

use super::Node;
use super::grower::{Grower, OpenNode, Setting, Subtree};
use super::grown::{Grown, LeafMass};
use super::leaves::LeavesBuilder;
use super::random::TreeRng;
use super::sample::Sample;
use super::split::node_stats::NodeStats;
use crate::threads;

/// The maximum number of rows of a subtree that grows in one piece.
const ONE_PIECE: usize = 1 << 13;

/// The maximum depth at which a subtree is divided again: this is a recursion.
const MAX_DEPTH: usize = 64;

/// Grows a tree; `stats` makes what each part needs of its own.
pub(super) fn grow<S: NodeStats>(
    tree: Setting,
    stats: &(impl Fn() -> S + Sync),
    samples: &mut [Sample],
    rng: &mut TreeRng,
) -> Grown {
    let mut root = stats();
    root.enter(samples);
    let tree = Setting { total_weight: root.weight(), ..tree };
    let Subtree { nodes, masses, leaves, importances } =
        match grow_parts(tree, stats, samples, rng, 0) {
            Parts::One(part) => part,
            parts @ Parts::Branch(_) => parts.join(tree),
        };
    Grown::new(&nodes, &masses, leaves, importances)
}

/// A part of a tree, in one piece or in several.
enum Parts {
    One(Subtree),
    Branch(Box<Branch>),
}

struct Branch {
    node: Node,
    decrease: f64,
    sides: [Parts; 2],
}

fn grow_parts<S: NodeStats>(
    tree: Setting,
    stats: &(impl Fn() -> S + Sync),
    samples: &mut [Sample],
    rng: &mut TreeRng,
    depth: usize,
) -> Parts {
    // Best first, each node waits for all others.
    let one_piece =
        samples.len() <= ONE_PIECE || depth >= MAX_DEPTH || tree.settings.max_leaf_nodes.is_some();
    if one_piece {
        return Parts::One(Grower::new(tree, stats(), samples, rng).grow(depth));
    }
    let root = match Grower::new(tree, stats(), samples, rng).root(depth) {
        Ok(root) => root,
        Err(leaf) => return Parts::One(*leaf),
    };
    let OpenNode { feature, missing_left, partitioned, decrease, .. } = root;
    let threshold = tree.ranks.column(feature).threshold(partitioned.border);
    let mut rngs = [rng.fork(), rng.fork()];
    let (left, right) = samples.split_at_mut(partitioned.n_left);
    let [left_rng, right_rng] = &mut rngs;
    let mut left = || grow_parts(tree, stats, left, left_rng, depth + 1);
    let mut right = || grow_parts(tree, stats, right, right_rng, depth + 1);
    let (left, right) =
        if tree.on_threads { threads::join(left, right) } else { (left(), right()) };
    let node = Node::branch(feature, threshold, missing_left, 0);
    Parts::Branch(Box::new(Branch { node, decrease, sides: [left, right] }))
}

/// Parts that have been joined so far.
struct Joined {
    nodes: Vec<Node>,
    masses: Vec<LeafMass>,
    leaves: LeavesBuilder,
    importances: Vec<f64>,
}

impl Parts {
    /// All parts in one.
    fn join(self, tree: Setting) -> Subtree {
        let mut joined = Joined {
            nodes: vec![Node::leaf(0)],
            masses: vec![LeafMass::default()],
            leaves: LeavesBuilder::default(),
            importances: vec![0.0; tree.ranks.n_columns()],
        };
        self.join_at(0, &mut joined);
        let Joined { nodes, masses, leaves, importances } = joined;
        Subtree { nodes, masses, leaves: leaves.finish(), importances }
    }

    /// Makes these parts node `at` and what is below it.
    fn join_at(self, at: usize, joined: &mut Joined) {
        match self {
            Self::Branch(branch) => {
                let Branch { node, decrease, sides } = *branch;
                let left = joined.nodes.len();
                joined.importances[node.feature()] += decrease;
                joined.nodes[at] = Node { next: left as u32, ..node };
                joined.nodes.extend([Node::leaf(0); 2]);
                joined.masses.extend([LeafMass::default(); 2]);
                for (at, side) in (left..).zip(sides) {
                    side.join_at(at, joined);
                }
            }
            Self::One(part) => {
                let Joined { nodes, masses, leaves, importances } = joined;
                let numbers = leaves.copy_all(&part.leaves);
                // The root takes its place, all others come after the nodes that are there.
                let offset = nodes.len() as u32 - 1;
                let mut moved = part.nodes.into_iter().map(|node| {
                    if node.is_leaf() {
                        Node::leaf(numbers[node.code as usize])
                    } else {
                        Node { next: node.next + offset, ..node }
                    }
                });
                nodes[at] = moved.next().unwrap_or(nodes[at]);
                nodes.extend(moved);
                masses[at] = part.masses[0];
                masses.extend(&part.masses[1..]);
                for (sum, importance) in importances.iter_mut().zip(part.importances) {
                    *sum += importance;
                }
            }
        }
    }
}
