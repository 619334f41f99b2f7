//! Our own learner grows, node for node, the trees of a plain reference.

use forest::Criterion::{self, Entropy, Gini, SquaredError};
use forest::{Forest, ForestParams, MaxFeatures, Target};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[test]
fn cart_grows_the_trees_of_a_plain_reference_by_gini() {
    assert_reference(Gini, Kind::Complete, 0..1000);
}

#[test]
fn cart_grows_the_trees_of_a_plain_reference_by_entropy() {
    assert_reference(Entropy, Kind::Complete, 1000..2000);
}

#[test]
fn cart_grows_the_trees_of_a_plain_reference_by_squared_error() {
    assert_reference(SquaredError, Kind::Complete, 2000..3000);
}

#[test]
fn with_missing_values_cart_grows_the_trees_of_a_plain_reference() {
    assert_reference(Gini, Kind::WithGaps, 3000..4000);
    assert_reference(Entropy, Kind::WithGaps, 4000..4500);
    assert_reference(SquaredError, Kind::WithGaps, 5000..6000);
}

#[test]
fn with_weights_and_missing_values_cart_grows_the_trees_of_a_plain_reference() {
    assert_reference(Gini, Kind::WeightedWithGaps, 6000..7000);
    assert_reference(Entropy, Kind::WeightedWithGaps, 7000..7500);
    assert_reference(SquaredError, Kind::WeightedWithGaps, 8000..9000);
}

/// One tree on all rows and features, of random small tables under random limits.
fn assert_reference(criterion: Criterion, kind: Kind, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let table = Table::with_ties(criterion, kind, &mut rng);
        let limits = Limits::random(criterion, &mut rng);
        let forest = table.fit(&limits.params());
        let (reference, importances) = Cart::fit(&table, &limits);
        let case = format!("seed {seed}: {} × {}, {limits:?}", table.x.nrows(), table.x.ncols());
        assert_eq!(forest.n_nodes(), reference.n_nodes(), "{case}");
        assert_close(forest.importances(), &importances, &case);
        let mut rows = rows_around(&table.x, 500, &mut rng);
        rows.mapv_inplace(|value| if rng.gen_bool(0.1) { f32::NAN } else { value });
        if criterion == SquaredError {
            let values = forest.predict_values(rows.view()).unwrap();
            for (row, value) in rows.outer_iter().zip(values) {
                let expected = reference.predict(&row.to_vec())[0];
                assert!((value - expected).abs() < 1e-12, "{case}, {row}: {value}, {expected}");
            }
        } else {
            let proba = forest.predict_proba(rows.view()).unwrap();
            for (row, proba) in rows.outer_iter().zip(proba.outer_iter()) {
                assert_eq!(proba.to_vec(), reference.predict(&row.to_vec()), "{case}, {row}");
            }
        }
    }
}

/// One tree on all rows that looks at all features.
pub(crate) fn one_tree() -> ForestParams {
    ForestParams::new().n_trees(1).bootstrap(false).max_features(MaxFeatures::All)
}

#[track_caller]
pub(crate) fn assert_close(ours: &[f64], theirs: &[f64], case: &str) {
    let close = ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-9);
    assert!(close && ours.len() == theirs.len(), "{case}: {ours:?} is not {theirs:?}");
}

/// Random rows, each of whose cells is the midpoint of two values of its column (perhaps twice the
/// same), where thresholds are, or the next number above it; missing where one of the two is.
pub(crate) fn rows_around(x: &Array2<f32>, n_rows: usize, rng: &mut ChaCha8Rng) -> Array2<f32> {
    Array2::from_shape_fn((n_rows, x.ncols()), |(_, feature)| {
        let [low, high] = [(); 2].map(|()| x[[rng.gen_range(0..x.nrows()), feature]]);
        let midpoint = f64::midpoint(low.into(), high.into()) as f32;
        if rng.gen_bool(0.5) { midpoint } else { midpoint.next_up() }
    })
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Complete,
    WithGaps,
    WeightedWithGaps,
}

/// Rows whose targets and weights are whole numbers.
pub(crate) struct Table {
    pub(crate) x: Array2<f32>,
    /// Class codes or values.
    pub(crate) y: Vec<i32>,
    /// 0 for values.
    pub(crate) n_classes: usize,
    pub(crate) weights: Vec<u32>,
    is_weighted: bool,
}

impl Table {
    /// Up to 60 rows, now and then up to 600, of whole numbers, or of numbers that repeat less, and of
    /// random targets.
    pub(crate) fn with_ties(criterion: Criterion, kind: Kind, rng: &mut ChaCha8Rng) -> Self {
        let most_rows = if rng.gen_bool(0.1) { 600 } else { 60 };
        let (n_rows, n_features) = (rng.gen_range(4..=most_rows), rng.gen_range(1..=4));
        let most_classes = if kind == Kind::WeightedWithGaps { 30 } else { 5 };
        let n_targets =
            if criterion == SquaredError { 40 } else { rng.gen_range(2..=most_classes) };
        let denominator = [1.0, 16.0, 1e6][rng.gen_range(0..3)];
        let mut x = Array2::from_shape_fn((n_rows, n_features), |_| {
            (rng.gen_range(-3.0_f32..3.0) * denominator).round() / denominator
        });
        if kind != Kind::Complete {
            for mut column in x.columns_mut() {
                let share = [0.0, 0.1, 0.5, 1.0][rng.gen_range(0..4)];
                column.mapv_inplace(|value| if rng.gen_bool(share) { f32::NAN } else { value });
            }
        }
        let mut y: Vec<i32> = (0..n_rows).map(|_| rng.gen_range(0..n_targets)).collect();
        (y[0], y[1]) = (0, 1);
        let is_weighted = kind == Kind::WeightedWithGaps;
        let mut weights = vec![1; n_rows];
        if is_weighted {
            weights.iter_mut().skip(2).for_each(|weight| *weight = rng.gen_range(0..5));
            weights[0] = rng.gen_range(1..5);
        }
        let n_classes = if criterion == SquaredError { 0 } else { n_targets as usize };
        Self { x, y, n_classes, weights, is_weighted }
    }

    pub(crate) fn fit(&self, params: &ForestParams) -> Forest {
        let weights: Vec<f64> = self.weights.iter().map(|&weight| weight.into()).collect();
        let weights = self.is_weighted.then_some(weights.as_slice());
        self.with_target(|target| {
            params.fitter().weights(weights).fit_forest(self.x.view(), target)
        })
        .unwrap()
    }

    /// The same with each row as often as it weighs.
    pub(crate) fn repeated(&self) -> Self {
        let times = |row: usize| std::iter::repeat_n(row, self.weights[row] as usize);
        let rows: Vec<usize> = (0..self.y.len()).flat_map(times).collect();
        Self {
            x: self.x.select(ndarray::Axis(0), &rows),
            y: rows.iter().map(|&row| self.y[row]).collect(),
            n_classes: self.n_classes,
            weights: vec![1; rows.len()],
            is_weighted: false,
        }
    }

    fn with_target<T>(&self, f: impl FnOnce(Target) -> T) -> T {
        if self.n_classes == 0 {
            f(Target::Values(&self.y.iter().map(|&y| y.into()).collect::<Vec<_>>()))
        } else {
            let codes: Vec<u32> = self.y.iter().map(|&y| y as u32).collect();
            f(Target::Classes { codes: &codes, n_classes: self.n_classes })
        }
    }
}

#[derive(Debug)]
struct Limits {
    criterion: Criterion,
    max_depth: usize,
    min_samples_split: usize,
    min_samples_leaf: usize,
    min_impurity_decrease: f64,
}

impl Limits {
    fn random(criterion: Criterion, rng: &mut ChaCha8Rng) -> Self {
        Self {
            criterion,
            max_depth: [60, 3][rng.gen_range(0..2)],
            min_samples_split: [2, 7][rng.gen_range(0..2)],
            min_samples_leaf: rng.gen_range(1..4),
            min_impurity_decrease: [0.0, if criterion == SquaredError { 1.37 } else { 0.0137 }]
                [rng.gen_range(0..2)],
        }
    }

    fn params(&self) -> ForestParams {
        one_tree()
            .criterion(self.criterion)
            .max_depth(Some(self.max_depth))
            .min_samples_split(self.min_samples_split)
            .min_samples_leaf(self.min_samples_leaf)
            .min_impurity_decrease(self.min_impurity_decrease)
    }
}

/// CART as it is defined (Breiman et al. 1984), one definition after the other, slowly. Of equally
/// good splits the one of the lowest feature wins, then the one with missing values on the right,
/// then that of the lowest threshold; which are equally good is decided without rounding.
struct Cart<'a> {
    table: &'a Table,
    limits: &'a Limits,
    importances: Vec<f64>,
}

enum Tree {
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
    fn fit(table: &Table, limits: &Limits) -> (Tree, Vec<f64>) {
        let mut cart = Cart { table, limits, importances: vec![0.0; table.x.ncols()] };
        let rows: Vec<usize> = (0..table.y.len()).filter(|&row| table.weights[row] > 0).collect();
        let tree = cart.grow(&rows, 0);
        let total: f64 = cart.importances.iter().sum();
        let normalised = cart.importances.iter().map(|i| if total > 0.0 { i / total } else { 0.0 });
        (tree, normalised.collect())
    }

    fn grow(&mut self, rows: &[usize], depth: usize) -> Tree {
        let sums = self.sums(rows);
        if rows.iter().any(|&row| self.table.y[row] != self.table.y[rows[0]])
            && depth < self.limits.max_depth
            && rows.len() >= self.limits.min_samples_split
            && let Some(split) = self.best_split(rows)
        {
            let remaining: f64 = split.sums.iter().map(|side| self.weighted_impurity(side)).sum();
            let total = self.table.weights.iter().sum::<u32>();
            let decrease = (self.weighted_impurity(&sums) - remaining) / f64::from(total);
            // What is less is rounding.
            let decrease = if decrease > 1e-12 { decrease } else { 0.0 };
            if decrease + f64::EPSILON >= self.limits.min_impurity_decrease {
                let Split { feature, threshold, missing_left, rows, .. } = split;
                self.importances[feature] += decrease;
                let children = Box::new(rows.map(|side| self.grow(&side, depth + 1)));
                return Tree::Branch { feature, threshold, missing_left, children };
            }
        }
        let weight = self.weight(&sums) as f64;
        Tree::Leaf(match self.limits.criterion {
            SquaredError => vec![sums[1] as f64 / weight],
            _ => sums.iter().map(|&count| count as f64 / weight).collect(),
        })
    }

    fn best_split(&self, rows: &[usize]) -> Option<Split> {
        let mut best: Option<Split> = None;
        for feature in 0..self.table.x.ncols() {
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
    fn n_nodes(&self) -> usize {
        match self {
            Self::Leaf(_) => 1,
            Self::Branch { children, .. } => 1 + children.iter().map(Self::n_nodes).sum::<usize>(),
        }
    }

    fn predict(&self, row: &[f32]) -> &[f64] {
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
