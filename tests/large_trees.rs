//! Trees of so many rows that they grow in parts, and may grow on several threads.

use forest::Criterion::{Gini, SquaredError};
use forest::{Criterion, Forest, ForestParams, MaxFeatures, Splitter, Target};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const N_ROWS: usize = 30_000;

/// Columns of many values, of few, and of many with gaps; classes and values that hang on them.
struct Large {
    x: Array2<f32>,
    codes: Vec<u32>,
    values: Vec<f64>,
    weights: Vec<f64>,
}

impl Large {
    fn new() -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let x = Array2::from_shape_fn((N_ROWS, 3), |(_, column)| match column {
            0 => rng.gen_range(-1.0_f32..1.0),
            1 => rng.gen_range(0..7_u8).into(),
            _ if rng.gen_bool(0.2) => f32::NAN,
            _ => rng.gen_range(0.0..1.0),
        });
        let noise: Vec<f64> = (0..N_ROWS).map(|_| rng.gen_range(-0.3..0.3)).collect();
        let clean = |row: usize| f64::from(x[[row, 0]] * x[[row, 1]]);
        let values: Vec<f64> = (0..N_ROWS).map(|row| clean(row) + noise[row]).collect();
        // One class in ten is any, so that no two splits of many rows both tell all classes apart; by their weights
        // no two are as good as each other.
        let any = |code: u32, rng: &mut ChaCha8Rng| {
            if rng.gen_bool(0.1) { rng.gen_range(0..3) } else { code }
        };
        let codes = values.iter().map(|value| any(value.abs().min(2.9) as u32, &mut rng)).collect();
        let weights = (0..N_ROWS).map(|_| rng.gen_range(1.0..2.0)).collect();
        Self { x, codes, values, weights }
    }

    fn fit(&self, params: &ForestParams, criterion: Criterion) -> Forest {
        let target = match criterion {
            SquaredError => Target::Values(&self.values),
            _ => Target::Classes { codes: &self.codes, n_classes: 3 },
        };
        let params = params.clone().criterion(criterion);
        params.fitter().weights(Some(&self.weights)).fit_forest(self.x.view(), target).unwrap()
    }

    fn outputs(&self, forest: &Forest, criterion: Criterion) -> Vec<f64> {
        match criterion {
            SquaredError => forest.predict_values(self.x.view()).unwrap(),
            _ => forest.predict_proba(self.x.view()).unwrap().into_raw_vec_and_offset().0,
        }
    }
}

#[test]
fn a_large_tree_is_the_same_on_any_number_of_threads() {
    let table = Large::new();
    for criterion in [Gini, SquaredError] {
        for splitter in [Splitter::Best, Splitter::Random] {
            let params = ForestParams::new().n_trees(2).splitter(splitter);
            let fit = |n_threads| table.fit(&params.clone().n_threads(n_threads), criterion);
            let forest = fit(1);
            for n_threads in [2, 7] {
                let case = format!("{criterion:?}, {splitter:?}, {n_threads} threads");
                assert!(fit(n_threads) == forest, "{case}");
            }
        }
    }
}

/// Best first, a tree grows in one piece.
#[test]
fn a_tree_grown_in_parts_is_the_one_grown_in_one_piece() {
    let table = Large::new();
    for criterion in [Gini, SquaredError] {
        let params = ForestParams::new().n_trees(1).bootstrap(false).min_samples_leaf(100);
        let params = params.max_features(MaxFeatures::All);
        let in_parts = table.fit(&params, criterion);
        let in_one = table.fit(&params.clone().max_leaf_nodes(Some(N_ROWS)), criterion);
        assert_eq!(in_parts.n_nodes(), in_one.n_nodes());
        assert_eq!(table.outputs(&in_parts, criterion), table.outputs(&in_one, criterion));
        for (a, b) in in_parts.importances().iter().zip(in_one.importances()) {
            assert!((a - b).abs() < 1e-12, "{a}, {b}");
        }
    }
}
