//! Both learners grow the trees they should: cart those of a plain reference, linfa those of cart.

use forest::{ClassWeight, ErrorKind, Forest, ForestParams, Learner, MaxFeatures, Target};
use linfa::ParamGuard;
use linfa_trees::SplitQuality::{self, Entropy, Gini};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[test]
fn cart_grows_the_trees_of_a_plain_reference_by_gini() {
    assert_reference(Gini, 0..1000);
}

#[test]
fn cart_grows_the_trees_of_a_plain_reference_by_entropy() {
    assert_reference(Entropy, 1000..2000);
}

/// One tree on all rows and features, of random small tables under random limits.
fn assert_reference(quality: SplitQuality, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let table = Table::with_ties(&mut rng);
        let limits = Limits::random(quality, &mut rng);
        let forest = table.fit(&limits.params());
        let (reference, importances) = Cart::fit(&table, &limits);
        let case = format!("seed {seed}: {} × {}, {limits:?}", table.x.nrows(), table.x.ncols());
        assert_eq!(forest.n_nodes(), reference.n_nodes(), "{case}");
        assert_close(forest.importances(), &importances, &case);
        let rows = table.rows_around(500, &mut rng);
        let proba = forest.predict_proba(rows.view()).unwrap();
        for (row, proba) in rows.outer_iter().zip(proba.outer_iter()) {
            assert_eq!(proba.to_vec(), reference.predict(&row.to_vec()), "{case}, {row}");
        }
    }
}

/// linfa-trees adds up impurities in `f32`. Of equally good splits, which are common in small nodes,
/// rounding may make it take another than the first: a tree as good as ours, but not ours. And where
/// limits leave impure leaves, it makes one leaf of two that predict the same class. The seeds are
/// the first ones from 0 up whose tables meet neither.
#[test]
fn linfa_grows_the_trees_of_cart_where_values_never_repeat() {
    let bags = one_tree().bootstrap(true).n_trees(10);
    let cases: [(usize, ForestParams, &[u64]); 7] = [
        (60, bags.clone(), &[4, 6, 7, 8, 9, 10, 12, 13]),
        (60, bags.criterion(Entropy), &[7, 13, 14, 20, 30, 33, 49]),
        (200, one_tree(), &[0, 1, 2, 3, 4, 6, 8, 12]),
        (200, one_tree().criterion(Entropy), &[0, 1, 3, 4, 5, 6, 8, 9]),
        (60, one_tree().max_depth(Some(3)), &[0, 3, 4, 6, 7, 9]),
        (60, one_tree().min_samples_split(10), &[3, 7, 10, 15, 18]),
        (60, one_tree().min_samples_leaf(3), &[0, 21, 44]),
    ];
    for (n_rows, params, seeds) in cases {
        for &seed in seeds {
            assert_same_trees(&Table::without_ties(n_rows, seed), &params);
        }
    }
}

/// Merging leaves changes distributions, not classes. The seeds are chosen as above.
#[test]
fn linfa_predicts_the_classes_of_limited_trees_of_cart() {
    for seed in [1, 2, 3, 5, 9, 11, 12, 18] {
        let table = Table::without_ties(200, seed);
        for params in [one_tree().max_depth(Some(4)), one_tree().min_samples_leaf(3)] {
            let [cart, linfa] = fit_both(&table, &params);
            let rows = table.rows_around(1000, &mut ChaCha8Rng::seed_from_u64(seed));
            let [of_cart, of_linfa] =
                [&cart, &linfa].map(|forest| forest.predict_classes(rows.view()).unwrap());
            assert_eq!(of_cart, of_linfa, "seed {seed}, {params:?}");
            assert!(linfa.n_nodes() <= cart.n_nodes());
        }
    }
}

/// The same number of nodes, the same depth, the same importances, and the same probabilities to the
/// bit, on the training rows and on rows that lie on and beside the midpoints of their values.
#[track_caller]
fn assert_same_trees(table: &Table, params: &ForestParams) {
    let [cart, linfa] = fit_both(table, params);
    let shape = |forest: &Forest| (forest.n_nodes(), forest.n_leaves(), forest.depth());
    assert_eq!(shape(&linfa), shape(&cart));
    assert_close(linfa.importances(), cart.importances(), "importances");
    let rows = table.rows_around(4000, &mut ChaCha8Rng::seed_from_u64(0));
    for rows in [table.x.view(), rows.view()] {
        assert_eq!(linfa.predict_proba(rows).unwrap(), cart.predict_proba(rows).unwrap());
    }
}

fn fit_both(table: &Table, params: &ForestParams) -> [Forest; 2] {
    [Learner::Cart, Learner::Linfa].map(|learner| table.fit(&params.clone().learner(learner)))
}

#[test]
fn where_values_repeat_cart_finds_the_splits_that_linfa_misses() {
    // 400 rows of 4 whole numbers, all rows different: an exact tree tells every one apart.
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let digit = |(row, place)| (row / [1, 5, 25, 125][place] % 5) as f32;
    let x = Array2::from_shape_fn((400, 4), digit);
    let y = (0..400).map(|_| rng.gen_range(0..2)).collect();
    let table = Table { x, y, n_classes: 2 };
    let right = |forest: &Forest| {
        let classes = forest.predict_classes(table.x.view()).unwrap();
        classes.iter().zip(&table.y).filter(|(ours, truth)| ours == truth).count()
    };
    let [cart, linfa] = fit_both(&table, &one_tree());
    assert_eq!(right(&cart), 400);
    assert!(right(&linfa) < 400);
}

#[test]
fn linfa_grows_the_same_forest_again_on_any_number_of_threads() {
    let mut table = Table::without_ties(100, 3);
    // Repeated values, as most tables have.
    table.x.mapv_inplace(|value| (value * 10.0).round());
    let fit = |threads| table.fit(&ForestParams::new().learner(Learner::Linfa).n_threads(threads));
    let first = fit(1);
    assert!(first == fit(1) && first == fit(2) && first == fit(7));
}

/// linfa-trees labels a tied leaf by chance, and leaves of one label become one.
#[test]
fn tied_leaves_of_linfa_are_the_same_twenty_times_in_a_row() {
    let mut n_tied = 0;
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let x = Array2::from_shape_fn((12, 2), |_| rng.gen_range(0_u8..3).into());
        let table = Table { x, y: [0, 1].repeat(6), n_classes: 2 };
        let params = one_tree().max_depth(Some(2));
        let [cart, first] = fit_both(&table, &params);
        assert!((1..20).all(|_| fit_both(&table, &params)[1] == first), "seed {seed}");
        let proba = cart.predict_proba(table.x.view()).unwrap();
        n_tied += usize::from(proba.iter().any(|&p| p == 0.5));
    }
    assert!(n_tied >= 10, "{n_tied} tables with a tied leaf");
}

#[test]
fn small_features_do_not_stop_linfa() {
    // linfa-trees takes values closer than 1e-5 for equal. 2⁻²⁰ ≈ 1e-6 scales without rounding.
    let table = Table::without_ties(100, 5);
    let scale = 2_f32.powi(-20);
    let small = Table { x: &table.x * scale, y: table.y.clone(), n_classes: 2 };
    let params = ForestParams::new().learner(Learner::Linfa).n_trees(10);
    let (forest, forest_of_small) = (table.fit(&params), small.fit(&params));
    assert_eq!(forest_of_small.importances(), forest.importances());
    let rows = table.rows_around(2000, &mut ChaCha8Rng::seed_from_u64(0));
    let small_rows = &rows * scale;
    let proba = forest.predict_proba(rows.view()).unwrap();
    assert_eq!(forest_of_small.predict_proba(small_rows.view()).unwrap(), proba);
}

#[test]
fn linfa_refuses_what_it_cannot_do_and_names_the_other_learner() {
    let table = Table::without_ties(30, 0);
    let three = Table { x: table.x.clone(), y: [0, 1, 2].repeat(10), n_classes: 3 };
    let linfa = ForestParams::new().learner(Learner::Linfa);
    let refused = [
        ("two classes, the table has 3", three.try_fit(&linfa)),
        ("--max-leaf-nodes", table.try_fit(&linfa.clone().max_leaf_nodes(Some(4)))),
        ("--class-weight", table.try_fit(&linfa.clone().class_weight(ClassWeight::Balanced))),
        ("--min-impurity-decrease", table.try_fit(&linfa.min_impurity_decrease(1e-9))),
    ];
    for (what, result) in refused {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setting, "{what}");
        let text = error.to_string();
        assert!(text.contains(what) && text.contains("--learner cart"), "{what}: {text}");
    }
}

fn one_tree() -> ForestParams {
    ForestParams::new().n_trees(1).bootstrap(false).max_features(MaxFeatures::All)
}

#[track_caller]
fn assert_close(ours: &[f64], theirs: &[f64], case: &str) {
    let close = ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-9);
    assert!(close && ours.len() == theirs.len(), "{case}: {ours:?} is not {theirs:?}");
}

struct Table {
    x: Array2<f32>,
    y: Vec<u32>,
    n_classes: usize,
}

impl Table {
    /// Up to 60 rows of whole numbers, or of numbers that repeat less, and of random classes.
    fn with_ties(rng: &mut ChaCha8Rng) -> Self {
        let (n_rows, n_features) = (rng.gen_range(4..=60), rng.gen_range(1..=4));
        let n_classes = rng.gen_range(2..=5);
        let denominator = [1.0, 16.0, 1e6][rng.gen_range(0..3)];
        let x = Array2::from_shape_fn((n_rows, n_features), |_| {
            (rng.gen_range(-3.0_f32..3.0) * denominator).round() / denominator
        });
        let mut y: Vec<u32> = (0..n_rows).map(|_| rng.gen_range(0..n_classes as u32)).collect();
        (y[0], y[1]) = (0, 1);
        Self { x, y, n_classes }
    }

    /// Two classes on both sides of a bent surface in four features.
    fn without_ties(n_rows: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let x = Array2::from_shape_fn((n_rows, 4), |_| rng.gen_range(-1.0..1.0));
        let y = x.outer_iter().map(|row| u32::from(row[0] + row[1] * row[2] > 0.1)).collect();
        Self { x, y, n_classes: 2 }
    }

    fn try_fit(&self, params: &ForestParams) -> forest::Result<Forest> {
        let target = Target::Classes { codes: &self.y, n_classes: self.n_classes };
        Forest::fit(params.check_ref()?, self.x.view(), target, None, &|| ())
    }

    fn fit(&self, params: &ForestParams) -> Forest {
        self.try_fit(params).unwrap()
    }

    /// Random rows, each of whose cells is the midpoint of two values of its column (perhaps twice
    /// the same), where thresholds are, or the next number above it.
    fn rows_around(&self, n_rows: usize, rng: &mut ChaCha8Rng) -> Array2<f32> {
        Array2::from_shape_fn((n_rows, self.x.ncols()), |(_, feature)| {
            let [low, high] = [(); 2].map(|()| self.x[[rng.gen_range(0..self.y.len()), feature]]);
            let midpoint = f64::midpoint(low.into(), high.into()) as f32;
            if rng.gen_bool(0.5) { midpoint } else { midpoint.next_up() }
        })
    }
}

#[derive(Debug)]
struct Limits {
    quality: SplitQuality,
    max_depth: usize,
    min_samples_split: usize,
    min_samples_leaf: usize,
    min_impurity_decrease: f64,
}

impl Limits {
    fn random(quality: SplitQuality, rng: &mut ChaCha8Rng) -> Self {
        Self {
            quality,
            max_depth: [60, 3][rng.gen_range(0..2)],
            min_samples_split: [2, 7][rng.gen_range(0..2)],
            min_samples_leaf: rng.gen_range(1..4),
            min_impurity_decrease: [0.0, 0.0137][rng.gen_range(0..2)],
        }
    }

    fn params(&self) -> ForestParams {
        one_tree()
            .criterion(self.quality)
            .max_depth(Some(self.max_depth))
            .min_samples_split(self.min_samples_split)
            .min_samples_leaf(self.min_samples_leaf)
            .min_impurity_decrease(self.min_impurity_decrease)
    }
}

/// CART as it is defined (Breiman et al. 1984), one definition after the other, slowly. Of equally
/// good splits the one of the lowest feature, then of the lowest threshold, wins; which are equally
/// good is decided without rounding.
struct Cart<'a> {
    table: &'a Table,
    limits: &'a Limits,
    importances: Vec<f64>,
}

enum Tree {
    Leaf(Vec<f64>),
    Branch { feature: usize, threshold: f32, children: Box<[Tree; 2]> },
}

/// The rows of each class on the two sides of a split.
type Counts = [Vec<i128>; 2];

struct Split {
    feature: usize,
    threshold: f32,
    rows: [Vec<usize>; 2],
    counts: Counts,
}

impl Cart<'_> {
    /// The tree, and its importances normalised to a sum of 1.
    fn fit(table: &Table, limits: &Limits) -> (Tree, Vec<f64>) {
        let mut cart = Cart { table, limits, importances: vec![0.0; table.x.ncols()] };
        let tree = cart.grow(&(0..table.y.len()).collect::<Vec<_>>(), 0);
        let total: f64 = cart.importances.iter().sum();
        let normalised = cart.importances.iter().map(|i| if total > 0.0 { i / total } else { 0.0 });
        (tree, normalised.collect())
    }

    fn grow(&mut self, rows: &[usize], depth: usize) -> Tree {
        let counts = self.count(rows);
        if !counts.contains(&(rows.len() as i128))
            && depth < self.limits.max_depth
            && rows.len() >= self.limits.min_samples_split
            && let Some(Split { feature, threshold, rows: sides, counts: of_sides }) =
                self.best_split(rows)
        {
            let before = self.weighted_impurity(&counts);
            let decrease = (before - self.remaining(&of_sides)) / self.table.y.len() as f64;
            if decrease + f64::EPSILON >= self.limits.min_impurity_decrease {
                self.importances[feature] += decrease;
                let children = Box::new(sides.map(|side| self.grow(&side, depth + 1)));
                return Tree::Branch { feature, threshold, children };
            }
        }
        Tree::Leaf(counts.iter().map(|&count| count as f64 / rows.len() as f64).collect())
    }

    fn best_split(&self, rows: &[usize]) -> Option<Split> {
        let mut best: Option<Split> = None;
        for feature in 0..self.table.x.ncols() {
            let value = |row: usize| self.table.x[[row, feature]];
            let mut values: Vec<f32> = rows.iter().map(|&row| value(row)).collect();
            values.sort_by(f32::total_cmp);
            values.dedup();
            for pair in values.windows(2) {
                let (left, right): (Vec<usize>, Vec<usize>) =
                    rows.iter().partition(|&&row| value(row) <= pair[0]);
                let counts = [self.count(&left), self.count(&right)];
                if left.len().min(right.len()) >= self.limits.min_samples_leaf
                    && best.as_ref().is_none_or(|best| self.is_better(&counts, &best.counts))
                {
                    let threshold = f64::midpoint(pair[0].into(), pair[1].into()) as f32;
                    best = Some(Split { feature, threshold, rows: [left, right], counts });
                }
            }
        }
        best
    }

    fn count(&self, rows: &[usize]) -> Vec<i128> {
        let mut counts = vec![0; self.table.n_classes];
        for &row in rows {
            counts[self.table.y[row] as usize] += 1;
        }
        counts
    }

    /// Whether the impurity that remains is less.
    fn is_better(&self, split: &Counts, best: &Counts) -> bool {
        match self.limits.quality {
            Gini => {
                let [(a, b), (c, d)] = [split, best].map(remaining_gini);
                a * d < c * b // a/b < c/d
            }
            Entropy => {
                let gain = self.remaining(best) - self.remaining(split);
                // What is not equal differs visibly at this size, which is checked.
                assert!(gain.abs() < 1e-11 || gain.abs() > 1e-6, "{gain:e}: a tie or not?");
                gain > 1e-6
            }
        }
    }

    fn remaining(&self, counts: &Counts) -> f64 {
        counts.iter().map(|side| self.weighted_impurity(side)).sum()
    }

    /// The impurity times the number of rows.
    fn weighted_impurity(&self, counts: &[i128]) -> f64 {
        let n = counts.iter().sum::<i128>() as f64;
        let shares = counts.iter().filter(|count| **count > 0).map(|&count| count as f64 / n);
        n * match self.limits.quality {
            Gini => 1.0 - shares.map(|share| share * share).sum::<f64>(),
            Entropy => -shares.map(|share| share * share.log2()).sum::<f64>(),
        }
    }
}

/// The two sides' Gini impurities, each times its rows, as a fraction:
/// `l · (1 − Σ l_c² / l²) + r · (1 − Σ r_c² / r²) = (l + r) − (r · Σ l_c² + l · Σ r_c²) / (l · r)`.
fn remaining_gini(counts: &Counts) -> (i128, i128) {
    let [l, r] = [0, 1].map(|side| counts[side].iter().sum::<i128>());
    let squares = |side: usize| counts[side].iter().map(|c| c * c).sum::<i128>();
    ((l + r) * l * r - r * squares(0) - l * squares(1), l * r)
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
            Self::Leaf(proba) => proba,
            Self::Branch { feature, threshold, children } => {
                children[usize::from(row[*feature] > *threshold)].predict(row)
            }
        }
    }
}
