//! A plain CART, and the limits of its trees.

use forest::Criterion::{self, Entropy, Gini, SquaredError};
use forest::ForestParams;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Table, one_tree};

#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) criterion: Criterion,
    pub(crate) max_depth: usize,
    pub(crate) min_samples_split: usize,
    pub(crate) min_samples_leaf: usize,
    pub(crate) min_impurity_decrease: f64,
}

impl Limits {
    pub(super) fn random(criterion: Criterion, rng: &mut ChaCha8Rng) -> Self {
        Self {
            criterion,
            max_depth: [60, 3][rng.gen_range(0..2)],
            min_samples_split: [2, 7][rng.gen_range(0..2)],
            min_samples_leaf: rng.gen_range(1..4),
            min_impurity_decrease: [0.0, if criterion == SquaredError { 1.37 } else { 0.0137 }]
                [rng.gen_range(0..2)],
        }
    }

    pub(crate) fn params(&self) -> ForestParams {
        one_tree()
            .criterion(self.criterion)
            .max_depth(Some(self.max_depth))
            .min_samples_split(self.min_samples_split)
            .min_samples_leaf(self.min_samples_leaf)
            .min_impurity_decrease(self.min_impurity_decrease)
    }
}

/// CART as it is defined (Breiman et al. 1984), one definition after the other, slowly. Of equally
/// good splits the one of the feature that is drawn first wins, then the one with missing values on the right,
/// then that of the lowest threshold; which are equally good is decided without rounding.
pub(crate) struct Cart<'a> {
    table: &'a Table,
    limits: &'a Limits,
    importances: Vec<f64>,
    draws: Draws,
}

/// The order in which a node's features are looked at.
pub(crate) enum Draws {
    /// That of the table.
    None,
    /// Fisher and Yates' shuffle, going on from the node before.
    Shuffled(Box<ChaCha8Rng>, Vec<usize>),
}

impl Draws {
    /// Those of the first tree of the seed 42.
    pub(super) fn new(n_features: usize) -> Self {
        Self::Shuffled(Box::new(tree_rng(0)), (0..n_features).collect())
    }

    fn features(&mut self, n_features: usize) -> Vec<usize> {
        let Self::Shuffled(rng, features) = self else { return (0..n_features).collect() };
        for at in 0..n_features {
            features.swap(at, at + below(rng, n_features - at));
        }
        features.clone()
    }
}

/// The random stream of a tree of the seed 42, which is the key.
pub(crate) fn tree_rng(tree: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[0] = 42;
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(tree);
    rng
}

/// The high word of the product with a random word (Lemire 2019), whose bias at small bounds, because of which
/// some words are drawn again, hardly ever shows.
pub(crate) fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    ((u64::from(rng.next_u32()) * bound as u64) >> 32) as usize
}

/// A node whose split is known, or that is a leaf.
enum OpenNode {
    Leaf(Vec<f64>),
    Branch(Split),
}

pub(crate) enum Tree {
    Leaf(Vec<f64>),
    Branch { feature: usize, threshold: f32, missing_left: bool, children: Box<[Tree; 2]> },
}

/// What some rows add up to: the weight of each class; or the weight, the targets and their squares.
type Sums = Vec<i128>;

struct Split {
    feature: usize,
    threshold: f32,
    missing_left: bool,
    rows: [Vec<usize>; 2],
    sums: [Sums; 2],
}

impl Cart<'_> {
    /// The tree, and its importances normalised to a sum of 1.
    pub(crate) fn fit(table: &Table, limits: &Limits, draws: Draws) -> (Tree, Vec<f64>) {
        let importances = vec![0.0; table.x.ncols()];
        let mut cart = Cart { table, limits, importances, draws };
        let rows: Vec<usize> = (0..table.y.len()).filter(|&row| table.weights[row] > 0).collect();
        let root = cart.open(&rows, 0);
        let tree = cart.grow(root, 0);
        let total: f64 = cart.importances.iter().sum();
        let normalised = cart.importances.iter().map(|i| if total > 0.0 { i / total } else { 0.0 });
        (tree, normalised.collect())
    }

    /// Both children are opened before either grows, and the right one grows first.
    fn grow(&mut self, open: OpenNode, depth: usize) -> Tree {
        match open {
            OpenNode::Leaf(says) => Tree::Leaf(says),
            OpenNode::Branch(Split { feature, threshold, missing_left, rows, .. }) => {
                let [left, right] = rows.map(|side| self.open(&side, depth + 1));
                let right = self.grow(right, depth + 1);
                let left = self.grow(left, depth + 1);
                Tree::Branch { feature, threshold, missing_left, children: Box::new([left, right]) }
            }
        }
    }

    fn open(&mut self, rows: &[usize], depth: usize) -> OpenNode {
        let sums = self.sums(rows);
        if rows.iter().any(|&row| self.table.y[row] != self.table.y[rows[0]])
            && depth < self.limits.max_depth
            && rows.len() >= self.limits.min_samples_split
            && rows.len() >= 2 * self.limits.min_samples_leaf
            && let Some(split) = self.best_split(rows)
        {
            let remaining: f64 = split.sums.iter().map(|side| self.weighted_impurity(side)).sum();
            let total = self.table.weights.iter().sum::<u32>();
            let decrease = (self.weighted_impurity(&sums) - remaining) / f64::from(total);
            // What is less is rounding.
            let decrease = if decrease > 1e-12 { decrease } else { 0.0 };
            if decrease + f64::EPSILON >= self.limits.min_impurity_decrease {
                self.importances[split.feature] += decrease;
                return OpenNode::Branch(split);
            }
        }
        let weight = self.weight(&sums) as f64;
        OpenNode::Leaf(match self.limits.criterion {
            SquaredError => vec![sums[1] as f64 / weight],
            _ => sums.iter().map(|&count| count as f64 / weight).collect(),
        })
    }

    fn best_split(&mut self, rows: &[usize]) -> Option<Split> {
        let mut best: Option<Split> = None;
        for feature in self.draws.features(self.table.x.ncols()) {
            for (greatest_left, threshold, missing_left) in self.candidates(feature, rows) {
                let goes_left = |row: &&usize| {
                    let value = self.table.x[[**row, feature]];
                    if value.is_nan() { missing_left } else { value <= greatest_left }
                };
                let (left, right): (Vec<usize>, Vec<usize>) = rows.iter().partition(goes_left);
                let sums = [self.sums(&left), self.sums(&right)];
                if left.len().min(right.len()) >= self.limits.min_samples_leaf
                    && best.as_ref().is_none_or(|best| self.is_better(&sums, &best.sums))
                {
                    let any_missing = rows.iter().any(|&row| self.table.x[[row, feature]].is_nan());
                    let missing_left =
                        if any_missing { missing_left } else { left.len() > right.len() };
                    let rows = [left, right];
                    best = Some(Split { feature, threshold, missing_left, rows, sums });
                }
            }
        }
        best
    }

    /// The splits of a feature: the greatest value that goes left, the threshold, and whether missing
    /// values go left.
    fn candidates(&self, feature: usize, rows: &[usize]) -> Vec<(f32, f32, bool)> {
        let all = rows.iter().map(|&row| self.table.x[[row, feature]]);
        let mut values: Vec<f32> = all.filter(|value| !value.is_nan()).collect();
        let any_missing = values.len() < rows.len();
        values.sort_by(f32::total_cmp);
        values.dedup();
        let between = |missing_left| {
            let pairs = values.windows(2);
            pairs.map(move |pair| {
                let midpoint = f64::midpoint(pair[0].into(), pair[1].into()) as f32;
                (pair[0], midpoint, missing_left)
            })
        };
        let mut candidates: Vec<_> = between(false).collect();
        if any_missing {
            candidates.extend(values.last().map(|&last| (last, f32::INFINITY, false)));
            candidates.extend(between(true));
        }
        candidates
    }

    fn sums(&self, rows: &[usize]) -> Sums {
        let mut sums = vec![0; self.table.n_classes.max(3)];
        for &row in rows {
            let (y, weight) = (self.table.y[row], i128::from(self.table.weights[row]));
            if self.limits.criterion == SquaredError {
                let y = i128::from(y);
                for (sum, term) in sums.iter_mut().zip([1, y, y * y]) {
                    *sum += weight * term;
                }
            } else {
                sums[y as usize] += weight;
            }
        }
        if self.limits.criterion != SquaredError {
            sums.truncate(self.table.n_classes);
        }
        sums
    }

    fn weight(&self, sums: &Sums) -> i128 {
        match self.limits.criterion {
            SquaredError => sums[0],
            _ => sums.iter().sum(),
        }
    }

    /// Whether the impurity that remains is less.
    fn is_better(&self, split: &[Sums; 2], best: &[Sums; 2]) -> bool {
        match self.limits.criterion {
            Gini | SquaredError => {
                let [(a, b), (c, d)] = [split, best].map(|sums| self.purity(sums));
                a * d > c * b // a/b > c/d
            }
            Entropy => {
                let [split, best] = [split, best]
                    .map(|sums| sums.iter().map(|side| self.weighted_impurity(side)).sum::<f64>());
                let gain = best - split;
                // What is not equal differs visibly at this size, which is checked.
                assert!(gain.abs() < 1e-11 || gain.abs() > 1e-7, "{gain:e}: a tie or not?");
                gain > 1e-7
            }
            other => panic!("no reference for {other}"),
        }
    }

    /// The impurity times the weight.
    fn weighted_impurity(&self, sums: &Sums) -> f64 {
        let weight = self.weight(sums) as f64;
        let shares = sums.iter().filter(|sum| **sum > 0).map(|&sum| sum as f64 / weight);
        match self.limits.criterion {
            Gini => weight * (1.0 - shares.map(|share| share * share).sum::<f64>()),
            Entropy => -weight * shares.map(|share| share * share.log2()).sum::<f64>(),
            SquaredError => sums[2] as f64 - (sums[1] * sums[1]) as f64 / weight,
            other => panic!("no reference for {other}"),
        }
    }

    /// `s_l / w_l + s_r / w_r` as a fraction: the less of it, the more impurity remains. `s` is the
    /// sum of the squares of the classes' weights, or the square of the sum of the targets.
    fn purity(&self, sums: &[Sums; 2]) -> (i128, i128) {
        let [l, r] = [0, 1].map(|side| self.weight(&sums[side]));
        let square = |side: usize| match self.limits.criterion {
            SquaredError => sums[side][1] * sums[side][1],
            _ => sums[side].iter().map(|count| count * count).sum(),
        };
        (r * square(0) + l * square(1), l * r)
    }
}

impl Tree {
    pub(crate) fn n_nodes(&self) -> usize {
        match self {
            Self::Leaf(_) => 1,
            Self::Branch { children, .. } => 1 + children.iter().map(Self::n_nodes).sum::<usize>(),
        }
    }

    pub(crate) fn predict(&self, row: &[f32]) -> &[f64] {
        match self {
            Self::Leaf(says) => says,
            Self::Branch { feature, threshold, missing_left, children } => {
                let value = row[*feature];
                let goes_left = if value.is_nan() { *missing_left } else { value <= *threshold };
                children[usize::from(!goes_left)].predict(row)
            }
        }
    }
}
