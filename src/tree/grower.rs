//! Grows a tree, or a subtree, with a frontier of open nodes and no recursion.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::Node;
use super::grown::LeafMass;
use super::leaves::{LeafTable, LeavesBuilder};
use super::random::TreeRng;
use super::ranks::{Border, Ranks};
use super::sample::Sample;
use super::split::criterion::Criterion;
use super::split::node_stats::NodeStats;
use super::split::{NodeSplit, Partitioned, Search, SplitFinder};

/// When to stop, and what to look at: the settings of one tree, all checked.
#[derive(Clone, Debug)]
pub(crate) struct GrowSettings {
    pub(crate) criterion: Criterion,
    pub(crate) max_depth: Option<usize>,
    /// Counted in different rows, as in scikit-learn, however often the bootstrap drew each.
    pub(crate) min_samples_split: usize,
    /// Likewise.
    pub(crate) min_samples_leaf: usize,
    pub(crate) max_features: usize,
    /// With a limit the tree grows best first, by impurity decrease; else depth first.
    pub(crate) max_leaf_nodes: Option<usize>,
    pub(crate) min_impurity_decrease: f64,
}

/// What the parts of a tree share.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) ranks: &'a Ranks<'a>,
    pub(super) settings: &'a GrowSettings,
    /// What all rows of the tree weigh.
    pub(super) total_weight: f64,
    /// Whether parts may grow on several threads.
    pub(super) on_threads: bool,
}

/// Grows a tree, or a part of it.
pub(super) struct Grower<'a, S: NodeStats> {
    tree: Setting<'a>,
    samples: &'a mut [Sample],
    rng: &'a mut TreeRng,
    finder: SplitFinder<'a, S>,
    frontier: Frontier,
    nodes: Vec<Node>,
    /// For each node; a branch has none.
    masses: Vec<LeafMass>,
    /// For each branch, its number and where its threshold is.
    borders: Vec<(u32, Border)>,
    leaves: LeavesBuilder,
    importances: Vec<f64>,
}

/// Nodes in the order in which they were made, the root first.
pub(super) struct Subtree {
    pub(super) nodes: Vec<Node>,
    /// For each node; a branch has none.
    pub(super) masses: Vec<LeafMass>,
    pub(super) leaves: LeafTable,
    pub(super) importances: Vec<f64>,
}

/// A node whose best split is known, its rows in the order of that split, and not yet a branch.
pub(super) struct OpenNode {
    node: usize,
    rows: Range<usize>,
    depth: usize,
    pub(super) feature: u32,
    pub(super) missing_left: bool,
    pub(super) partitioned: Partitioned,
    /// Impurity decrease, weighted by the node's share of the tree's weight.
    pub(super) decrease: f64,
}

impl<'a, S: NodeStats> Grower<'a, S> {
    pub(super) fn new(
        tree: Setting<'a>,
        stats: S,
        samples: &'a mut [Sample],
        rng: &'a mut TreeRng,
    ) -> Self {
        let Setting { ranks, settings, .. } = tree;
        let search = Search {
            ranks,
            max_features: settings.max_features,
            min_samples_leaf: settings.min_samples_leaf,
        };
        Self {
            tree,
            samples,
            rng,
            finder: SplitFinder::new(search, stats),
            frontier: Frontier::new(settings.max_leaf_nodes.is_some()),
            nodes: vec![Node::leaf(0)],
            masses: vec![LeafMass::default()],
            borders: Vec::new(),
            leaves: LeavesBuilder::default(),
            importances: vec![0.0; ranks.n_columns()],
        }
    }

    /// Grows all of it, from a root at this depth.
    pub(super) fn grow(mut self, depth: usize) -> Subtree {
        self.open(0, 0..self.samples.len(), depth);
        let max_leaves = self.tree.settings.max_leaf_nodes.unwrap_or(usize::MAX);
        let mut n_leaves = 1;
        while n_leaves < max_leaves
            && let Some(open) = self.frontier.pop()
        {
            self.branch(&open);
            n_leaves += 1;
        }
        while let Some(open) = self.frontier.pop() {
            self.finder.enter(&self.samples[open.rows.clone()]);
            self.close(open.node, open.rows);
        }
        self.finish()
    }

    /// Looks at the root alone, at this depth: its split, or the leaf that it is.
    pub(super) fn root(mut self, depth: usize) -> Result<OpenNode, Box<Subtree>> {
        self.open(0, 0..self.samples.len(), depth);
        self.frontier.pop().ok_or_else(|| Box::new(self.finish()))
    }

    fn finish(mut self) -> Subtree {
        self.set_thresholds();
        let Self { nodes, masses, leaves, importances, .. } = self;
        Subtree { nodes, masses, leaves: leaves.finish(), importances }
    }

    /// All at the end: values lie far apart in memory, and this way they are waited for together.
    fn set_thresholds(&mut self) {
        for &(node, border) in &self.borders {
            let node = &mut self.nodes[node as usize];
            node.threshold = self.tree.ranks.column(node.feature() as u32).threshold(border);
        }
    }

    /// Puts a new node on the frontier with its best split, or makes it a leaf.
    fn open(&mut self, node: usize, rows: Range<usize>, depth: usize) {
        self.finder.enter(&self.samples[rows.clone()]);
        match self.find_split(rows.clone(), depth) {
            Some((split, decrease)) => {
                let partitioned = self.finder.part(&mut self.samples[rows.clone()], &split);
                // What a node cannot learn from its rows it leaves to the more of them.
                let n_right = rows.len() - partitioned.n_left;
                let missing_left = split.missing_left.unwrap_or(partitioned.n_left > n_right);
                let feature = split.feature;
                self.frontier.push(OpenNode {
                    node,
                    rows,
                    depth,
                    feature,
                    missing_left,
                    partitioned,
                    decrease,
                });
            }
            None => self.close(node, rows),
        }
    }

    /// The best split of the rows that the finder has entered, if they may be split at all, and
    /// its weighted impurity decrease.
    fn find_split(&mut self, rows: Range<usize>, depth: usize) -> Option<(NodeSplit, f64)> {
        let settings = self.tree.settings;
        if settings.max_depth.is_some_and(|max_depth| depth >= max_depth)
            || rows.len() < settings.min_samples_split
            || rows.len() / 2 < settings.min_samples_leaf
            || self.finder.stats().is_pure()
        {
            return None;
        }
        let split = self.finder.best_split(&self.samples[rows], self.rng)?;
        let stats = self.finder.stats();
        let gain = stats.gain(split.score);
        // A gain that rounding can make must not become the importance of a feature.
        let gain = if gain > stats.margin() { gain } else { 0.0 };
        let decrease = gain * S::UNIT / self.tree.total_weight;
        // The tolerance is scikit-learn's: rounding must not keep a split out that gains nothing
        // when none has to be gained.
        (decrease + f64::EPSILON >= settings.min_impurity_decrease).then_some((split, decrease))
    }

    /// Makes an open node a branch and opens its children.
    fn branch(&mut self, open: &OpenNode) {
        let OpenNode { node, rows, depth, feature, missing_left, partitioned, decrease } = open;
        let left = self.nodes.len();
        self.importances[*feature as usize] += decrease;
        self.nodes[*node] = Node::branch(*feature, 0.0, *missing_left, left as u32);
        self.nodes.extend([Node::leaf(0); 2]);
        self.masses.extend([LeafMass::default(); 2]);
        self.borders.push((*node as u32, partitioned.border));
        let middle = rows.start + partitioned.n_left;
        self.open(left, rows.start..middle, depth + 1);
        self.open(left + 1, middle..rows.end, depth + 1);
    }

    /// Makes a node a leaf with what the rows that the finder has entered add up to.
    fn close(&mut self, node: usize, rows: Range<usize>) {
        let stats = self.finder.stats();
        self.masses[node] = LeafMass::new(rows.len() as u32, stats.weight());
        let leaf = stats.leaf(&self.samples[rows], &mut self.leaves);
        self.nodes[node] = Node::leaf(leaf);
    }
}

/// The open nodes, in the order in which they are to be split.
enum Frontier {
    DepthFirst(Vec<OpenNode>),
    BestFirst(BinaryHeap<ByDecrease>),
}

impl Frontier {
    fn new(best_first: bool) -> Self {
        if best_first { Self::BestFirst(BinaryHeap::new()) } else { Self::DepthFirst(Vec::new()) }
    }

    fn push(&mut self, open: OpenNode) {
        match self {
            Self::DepthFirst(stack) => stack.push(open),
            Self::BestFirst(heap) => heap.push(ByDecrease(open)),
        }
    }

    fn pop(&mut self) -> Option<OpenNode> {
        match self {
            Self::DepthFirst(stack) => stack.pop(),
            Self::BestFirst(heap) => heap.pop().map(|ByDecrease(open)| open),
        }
    }
}

/// Orders open nodes by impurity decrease; of equal ones, the older is the greater.
struct ByDecrease(OpenNode);

impl Ord for ByDecrease {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.decrease.total_cmp(&other.0.decrease).then(other.0.node.cmp(&self.0.node))
    }
}

impl PartialOrd for ByDecrease {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByDecrease {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByDecrease {}
