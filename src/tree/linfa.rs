//! Grows one tree with linfa-trees and flattens it into our arrays.
//!
//! linfa-trees 0.8.1 has traps, and each is kept shut here:
//! - it takes values closer than 1e-5 for equal, and a row equal to the threshold changes side
//!   between training and prediction: it is given ranks instead of values, whose midpoints no row
//!   equals, and the threshold is made from the values that the node's rows have;
//! - the label of a tied leaf is drawn by chance, and siblings of one label are merged: here a tied
//!   leaf counts as having all its labels, which merges all that linfa-trees may have merged
//!   ([`Flattened::merge_agreeing_siblings`]), and classes are counted anew in every leaf;
//! - it recurses: [`MAX_DEPTH`] bounds it.
//!
//! Three traps stay open. Where values repeat, it skips valid splits. It adds up the impurities of three
//! classes and more in an order that changes from run to run, and with it the last bits by which it
//! chooses among splits that are about equally good: such a forest is as good as another, but not
//! reproducible (`ForestValidParams::is_reproducible`). And its entropy takes the platform's logarithm,
//! so that another platform may choose another one of two such splits.

use std::collections::BTreeMap;

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_trees::{DecisionTree, SplitQuality, TreeNode};
use ndarray::{Array1, Array2, Ix1};

use super::Node;
use super::grower::GrowSettings;
use super::grown::Grown;
use super::leaves::LeavesBuilder;
use super::partition::partition;
use super::random::TreeRng;
use super::ranks::Ranks;
use super::sample::Sample;
use super::split::criterion::{Criterion, Entropy, Gini, Impurity};
use crate::Result;

/// The greatest depth of a tree: linfa-trees grows, prunes and frees trees by recursion.
const MAX_DEPTH: usize = 256;

/// The least impurity decrease of a split: linfa-trees wants more than its `f32` sums can get wrong.
const MIN_IMPURITY_DECREASE: f64 = f32::EPSILON as f64;

/// Grows a tree on `samples`, of which there is at least one, and which it reorders.
/// `max_features` features are drawn once for the whole tree.
pub(crate) fn grow(
    ranks: &Ranks,
    samples: &mut [Sample],
    settings: &GrowSettings,
    rng: &mut TreeRng,
) -> Result<Grown> {
    let features: Vec<LocalRanks> = draw_features(ranks.n_columns(), settings.max_features, rng)
        .into_iter()
        .map(|feature| LocalRanks::new(feature as u32, ranks, samples))
        .collect();
    let by_entropy = settings.criterion == Criterion::Entropy;
    let tree = DecisionTree::<f64, usize>::params()
        .split_quality(if by_entropy { SplitQuality::Entropy } else { SplitQuality::Gini })
        .max_depth(Some(settings.max_depth.unwrap_or(MAX_DEPTH).min(MAX_DEPTH)))
        .min_weight_split(settings.min_samples_split as f32)
        .min_weight_leaf(settings.min_samples_leaf as f32)
        .min_impurity_decrease(MIN_IMPURITY_DECREASE)
        .fit(&dataset(&features, samples))?;

    let mut flat = Flattened::new(tree.root_node(), &features, samples);
    flat.merge_agreeing_siblings();
    Ok(if by_entropy {
        flat.into_grown::<Entropy>(ranks.n_columns())
    } else {
        flat.into_grown::<Gini>(ranks.n_columns())
    })
}

/// `n` features in ascending order, drawn without replacement.
fn draw_features(n_features: usize, n: usize, rng: &mut TreeRng) -> Vec<usize> {
    let mut features: Vec<usize> = (0..n_features).collect();
    if n < n_features {
        for drawn in 0..n {
            features.swap(drawn, drawn + rng.below((n_features - drawn) as u32) as usize);
        }
        features.truncate(n);
        features.sort_unstable();
    }
    features
}

/// A column whose ranks are numbered anew for one tree's samples, without gaps.
struct LocalRanks<'a> {
    feature: u32,
    ranks: &'a Ranks<'a>,
    /// The column's rank for each local rank.
    present: Vec<u32>,
}

impl<'a> LocalRanks<'a> {
    fn new(feature: u32, ranks: &'a Ranks<'a>, samples: &[Sample]) -> Self {
        let mut present: Vec<u32> = samples.iter().map(|s| ranks.rank(s.row, feature)).collect();
        present.sort_unstable();
        present.dedup();
        Self { feature, ranks, present }
    }

    fn rank(&self, sample: &Sample) -> u32 {
        self.ranks.rank(sample.row, self.feature)
    }

    fn local_rank(&self, sample: &Sample) -> usize {
        let rank = self.rank(sample);
        self.present.partition_point(|&other| other < rank)
    }
}

/// The samples' local ranks, with the bootstrap's draws as weights.
fn dataset(features: &[LocalRanks], samples: &[Sample]) -> Dataset<f64, usize, Ix1> {
    let records = Array2::from_shape_fn((samples.len(), features.len()), |(sample, feature)| {
        features[feature].local_rank(&samples[sample]) as f64
    });
    let targets: Array1<usize> = samples.iter().map(|sample| usize::from(sample.class)).collect();
    let weights: Array1<f32> = samples.iter().map(|sample| f32::from(sample.draws)).collect();
    Dataset::new(records, targets).with_weights(weights)
}

/// A tree of linfa-trees as arrays, parents before children, with how often the bootstrap drew each
/// class that is in a node.
struct Flattened {
    nodes: Vec<Node>,
    draws: Vec<BTreeMap<u16, u64>>,
}

impl Flattened {
    /// Follows the samples down the tree, so that each threshold lies between two values that are
    /// present in its node.
    fn new(root: &TreeNode<f64, usize>, features: &[LocalRanks], samples: &mut [Sample]) -> Self {
        let mut flat = Self { nodes: vec![Node::leaf(0)], draws: vec![draws(samples)] };
        let mut stack = vec![(root, 0, samples)];
        while let Some((linfa_node, node, samples)) = stack.pop() {
            let [Some(left_child), Some(right_child)] = linfa_node.children()[..] else {
                continue;
            };
            let (position, midpoint, _) = linfa_node.split();
            let feature = &features[position];
            // The midpoint of two neighbouring local ranks: rounded down, the left one.
            let last = feature.present[midpoint as usize];
            let ranks: Vec<u32> = samples.iter().map(|sample| feature.rank(sample)).collect();
            let n_left = partition(samples, &ranks, |rank, _| rank <= last, &mut Vec::new());
            let (left, right) = samples.split_at_mut(n_left);
            let greatest_left = left.iter().max_by_key(|sample| feature.rank(sample));
            let least_right = right.iter().min_by_key(|sample| feature.rank(sample));
            let (Some(greatest_left), Some(least_right)) = (greatest_left, least_right) else {
                continue;
            };

            let child = flat.nodes.len();
            let threshold =
                feature.ranks.column(feature.feature).midpoint(greatest_left.row, least_right.row);
            let missing_left = left.len() > right.len();
            flat.nodes[node] = Node::branch(feature.feature, threshold, missing_left, child as u32);
            flat.nodes.extend([Node::leaf(0); 2]);
            flat.draws.extend([draws(left), draws(right)]);
            stack.push((right_child, child + 1, right));
            stack.push((left_child, child, left));
        }
        flat
    }

    /// Makes a leaf of every branch whose children are leaves that could be given one label.
    ///
    /// A leaf's label is a class that no other outnumbers in it. Where two leaves have such classes in
    /// common, just these are their parent's. So whatever labels chance gave to tied leaves,
    /// linfa-trees merged some of these and none but these.
    fn merge_agreeing_siblings(&mut self) {
        for node in (0..self.nodes.len()).rev() {
            if self.nodes[node].is_leaf() {
                continue;
            }
            let children = [0, 1].map(|side| self.nodes[node].next as usize + side);
            if children.iter().all(|&child| self.nodes[child].is_leaf()) {
                let [left, right] = children.map(|child| labels(&self.draws[child]));
                if left.iter().any(|label| right.contains(label)) {
                    self.nodes[node] = Node::leaf(0);
                }
            }
        }
    }

    fn into_grown<C: Impurity>(mut self, n_features: usize) -> Grown {
        let weight = |node: usize| self.draws[node].values().sum::<u64>() as f64;
        let purity = |node: usize| {
            let sum = self.draws[node].values().map(|&draws| C::term(draws as f64)).sum();
            C::purity(sum, weight(node))
        };
        let mut importances = vec![0.0; n_features];
        let mut leaves = LeavesBuilder::default();
        for (index, node) in self.nodes.iter_mut().enumerate() {
            if node.is_leaf() {
                let weight = weight(index);
                let shares = self.draws[index]
                    .iter()
                    .map(|(&class, &draws)| (u32::from(class), draws as f64 / weight));
                *node = Node::leaf(leaves.classes(shares));
            } else {
                let left = node.next as usize;
                let decrease = purity(left) + purity(left + 1) - purity(index);
                importances[node.feature()] += (decrease * C::UNIT / weight(0)).max(0.0);
            }
        }
        Grown::new(&self.nodes, &[], leaves.finish(), importances)
    }
}

/// How often the bootstrap drew each class that is there.
fn draws(samples: &[Sample]) -> BTreeMap<u16, u64> {
    let mut draws = BTreeMap::new();
    for sample in samples {
        *draws.entry(sample.class).or_insert(0) += u64::from(sample.draws);
    }
    draws
}

/// The classes that no other outnumbers.
fn labels(draws: &BTreeMap<u16, u64>) -> Vec<u16> {
    let most = draws.values().max();
    draws.iter().filter(|(_, n)| Some(*n) == most).map(|(&class, _)| class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::column::ColumnView;
    use crate::tree::split::splitter::Splitter;

    const N_ROWS: u32 = 60;

    /// The samples walk down the tree. Each threshold is the midpoint of two neighbours among the values
    /// that are in its node; each leaf says what the samples in it are, and has as many as it has to;
    /// no two sibling leaves could be given one label.
    #[test]
    fn a_tree_of_many_classes_is_right_whatever_linfa_chose() {
        for seed in 0..20 {
            let mut rng = TreeRng::new(seed, 0);
            let table =
                [(); 3].map(|()| (0..N_ROWS).map(|_| rng.below(40) as f32).collect::<Vec<f32>>());
            let views = table.iter().map(|values| ColumnView::new(values, None));
            let ranks = Ranks::new(&views.collect::<Vec<_>>(), None, Splitter::Best);
            let n_classes = [3, 10, 40][seed as usize % 3];
            let samples: Vec<Sample> = (0..N_ROWS)
                .map(|row| (row, rng.below(n_classes) as u16, 1 + rng.below(3) as u16))
                .map(|(row, class, draws)| Sample { row, class, draws })
                .collect();
            for (max_depth, min_samples_leaf) in [(None, 1), (Some(3), 1), (None, 6)] {
                let settings = GrowSettings {
                    criterion: [Criterion::Gini, Criterion::Entropy][seed as usize % 2],
                    max_depth,
                    min_samples_split: 2,
                    min_samples_leaf,
                    max_features: 3,
                    max_leaf_nodes: None,
                    min_impurity_decrease: 0.0,
                };
                let grown = grow(&ranks, &mut samples.clone(), &settings, &mut rng).unwrap();
                let mut leaves = LeavesBuilder::default();
                let numbers = grown.number_leaves(&mut leaves);
                let (tree, leaves) = (grown.into_tree(&numbers), leaves.finish());
                assert!(tree.nodes.len() > 1 && tree.depth() <= max_depth.unwrap_or(MAX_DEPTH));
                let mut stack = vec![(0, samples.clone())];
                while let Some((index, here)) = stack.pop() {
                    let node: Node = tree.nodes[index];
                    let counts = draws(&here);
                    let weight: u64 = counts.values().sum();
                    if node.is_leaf() {
                        assert!(weight >= min_samples_leaf as u64);
                        let shares = counts.iter().map(|(&class, &draws)| {
                            (u32::from(class), draws as f64 / weight as f64)
                        });
                        assert!(leaves.shares.get(node.code).eq(shares), "seed {seed}, {here:?}");
                        continue;
                    }
                    let value = |sample: &Sample| table[node.feature()][sample.row as usize];
                    let (left, right): (Vec<Sample>, Vec<Sample>) =
                        here.into_iter().partition(|sample| value(sample) <= node.threshold);
                    let last = left.iter().map(value).reduce(f32::max).unwrap();
                    let next = right.iter().map(value).reduce(f32::min).unwrap();
                    assert_eq!(node.threshold, last.midpoint(next), "seed {seed}");
                    let child = node.next as usize;
                    if tree.nodes[child].is_leaf() && tree.nodes[child + 1].is_leaf() {
                        let [left, right] = [&left, &right].map(|side| labels(&draws(side)));
                        assert!(left.iter().all(|label| !right.contains(label)), "seed {seed}");
                    }
                    stack.extend([(child, left), (child + 1, right)]);
                }
            }
        }
    }
}
