//! Our own learner grows, node for node, the trees of a plain reference.

pub(crate) mod cart;

use forest::Criterion::{self, Entropy, Gini, SquaredError};
use forest::{Forest, ForestParams, MaxFeatures, Target};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use cart::{Cart, Draws, Limits};

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
        let (reference, importances) = Cart::fit(&table, &limits, Draws::new(table.x.ncols()));
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
    pub(crate) is_weighted: bool,
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
