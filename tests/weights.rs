//! Weights of rows.

use forest::Criterion::{Entropy, Gini, SquaredError};
use forest::{ClassWeight, ErrorKind, Forest, ForestParams, MaxFeatures, Target, oob_score};
use linfa::ParamGuard;
use linfa::prelude::*;
use ndarray::{Array2, Axis, array, concatenate};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::reference::{Kind, Table, assert_close, one_tree, rows_around};

#[test]
fn a_row_of_a_whole_weight_is_as_good_as_so_many_rows() {
    for (criterion, seeds) in [(Gini, 0..600), (Entropy, 600..900), (SquaredError, 900..1500)] {
        for seed in seeds {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let table = Table::with_ties(criterion, Kind::WeightedWithGaps, &mut rng);
            // Drawn features are the same ones if the trees are.
            let params = [one_tree(), ForestParams::new().n_trees(3).bootstrap(false)];
            for params in params.map(|params| params.criterion(criterion).seed(seed)) {
                assert_same(&table, &table.repeated(), &params, &format!("{criterion:?} {seed}"));
            }
        }
    }
}

#[test]
fn balanced_classes_count_weights_as_rows() {
    for seed in 0..200 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let table = Table::with_ties(Gini, Kind::WeightedWithGaps, &mut rng);
        for class_weight in [ClassWeight::Balanced, ClassWeight::BalancedSubsample] {
            let params = one_tree().class_weight(class_weight);
            assert_same(&table, &table.repeated(), &params, &format!("seed {seed}"));
        }
    }
}

#[track_caller]
fn assert_same(weighted: &Table, repeated: &Table, params: &ForestParams, case: &str) {
    let [ours, theirs] = [weighted, repeated].map(|table| table.fit(params));
    let shape = |forest: &Forest| (forest.n_nodes(), forest.depth());
    assert_eq!(shape(&ours), shape(&theirs), "{case}");
    assert_close(ours.importances(), theirs.importances(), case);
    // Where a node has no row without a value, the more rows decide where others go: these are counted,
    // not weighed, as in scikit-learn. So gaps are looked at where trees have seen them.
    let mut rows = rows_around(&repeated.x, 200, &mut ChaCha8Rng::seed_from_u64(0));
    rows.mapv_inplace(|value| if value.is_nan() { 0.5 } else { value });
    let rows = concatenate![Axis(0), rows, repeated.x];
    if weighted.n_classes == 0 {
        let [ours, theirs] = [ours, theirs].map(|f| f.predict_values(rows.view()).unwrap());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!((ours - theirs).abs() <= 1e-12 * theirs.abs().max(1.0), "{case}");
        }
    } else {
        let [ours, theirs] = [ours, theirs].map(|f| f.predict_proba(rows.view()).unwrap());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!((ours - theirs).abs() <= 1e-12, "{case}");
        }
    }
}

#[test]
fn weights_that_are_all_the_same_are_none() {
    let (x, y) = table(80, 3);
    let fit = |weights: Option<&[f64]>| {
        let params = ForestParams::new().n_trees(10);
        params.fitter().weights(weights).fit_forest(x.view(), Target::Values(&y)).unwrap()
    };
    assert!(fit(Some(&[0.3; 80])) == fit(None));
}

#[test]
fn how_large_weights_are_together_does_not_matter_even_at_the_ends_of_what_numbers_can_say() {
    let (x, y) = table(60, 4);
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let weights: Vec<f64> = (0..60).map(|_| rng.gen_range(0.5..4.0)).collect();
    let codes: Vec<u32> = y.iter().map(|&y| u32::from(y > 0.0)).collect();
    let fit = |target: Target, exponent: i32| {
        let scaled: Vec<f64> = weights.iter().map(|weight| weight * 2_f64.powi(exponent)).collect();
        let params = ForestParams::new().n_trees(5);
        params.fitter().weights(Some(&scaled)).fit_forest(x.view(), target).unwrap()
    };
    for target in [Target::Values(&y), Target::Classes { codes: &codes, n_classes: 2 }] {
        for exponent in [-1000, 3, 1010] {
            assert!(fit(target, exponent) == fit(target, 0), "2^{exponent}");
        }
    }
}

#[test]
fn rows_of_weight_0_leave_no_trace() {
    let (mut x, mut y) = table(100, 6);
    let weights: Vec<f64> = (0..100).map(|row| f64::from(row % 3)).collect();
    let params = ForestParams::new().n_trees(20).keep_quantiles(true);
    let fit = |x: &Array2<f32>, y: &[f64]| {
        params.fitter().weights(Some(&weights)).fit_forest(x.view(), Target::Values(y)).unwrap()
    };
    let forest = fit(&x, &y);
    for row in (0..100).step_by(3) {
        x.row_mut(row).fill(77.0);
        y[row] = 1e9;
    }
    let other = fit(&x, &y);
    assert_eq!(other.n_nodes(), forest.n_nodes());
    let rows = table(200, 8).0;
    let quantiles = |forest: &Forest| forest.predict_quantiles(rows.view(), &[0.1, 0.5]).unwrap();
    assert_eq!(quantiles(&other), quantiles(&forest));
    assert_eq!(
        other.predict_values(rows.view()).unwrap(),
        forest.predict_values(rows.view()).unwrap()
    );
    assert_close(other.importances(), forest.importances(), "importances");
}

#[test]
fn a_bootstrap_that_draws_rows_of_weight_0_only_draws_on() {
    let (x, y) = table(50, 7);
    let mut weights = vec![0.0; 50];
    (weights[11], weights[30]) = (1.0, 2.0);
    let params = ForestParams::new().n_trees(40).max_samples(forest::MaxSamples::Count(1));
    let params = params.check().unwrap();
    let target = Target::Values(&y);
    let forest = params.fitter().weights(Some(&weights)).fit_forest(x.view(), target).unwrap();
    // Each tree has seen one of the two rows, and says its target.
    let values = forest.predict_values(x.view()).unwrap();
    let mut possible = (0..=40).map(|n| (f64::from(n) * y[11] + f64::from(40 - n) * y[30]) / 40.0);
    assert!(possible.any(|value| (values[0] - value).abs() < 1e-12), "{}", values[0]);
    let score = oob_score(&forest, &params, x.view(), target, Some(&weights)).unwrap().unwrap();
    assert_eq!((score.rows, score.covered), (50, 50));
}

#[test]
fn weights_that_are_none_are_refused_with_their_row() {
    let (x, y) = table(4, 8);
    let refused: [(&[f64], &str); 7] = [
        (&[1.0, -0.5, 1.0, 1.0], "row 1 has the weight -0.5"),
        (&[1.0, 1.0, f64::NAN, 1.0], "row 2 has the weight NaN"),
        (&[f64::INFINITY, 1.0, 1.0, 1.0], "row 0 has the weight inf"),
        (&[0.0; 4], "add up to 0"),
        (&[1e308; 4], "add up to inf"),
        (&[1.0; 3], "3 weights for 4 rows"),
        (&[0.0, 0.0, 2.0, 0.0], "the same target"),
    ];
    let params = ForestParams::new();
    for (weights, words) in refused {
        let target = Target::Values(&y);
        let error =
            params.fitter().weights(Some(weights)).fit_forest(x.view(), target).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

#[test]
fn a_data_set_of_linfa_brings_its_weights() {
    // Without weights the leaf at 0 has one row of each class; with them the second is three.
    let x = array![[0.0_f32], [0.0], [5.0]];
    let dataset = Dataset::new(x.clone(), array![0_usize, 1, 1]);
    let proba = |dataset: &Dataset<f32, usize, ndarray::Ix1>| {
        let forest = one_tree().fit(dataset).unwrap();
        forest.predict_proba(&array![[0.0_f32]]).unwrap()
    };
    assert_eq!(proba(&dataset), array![[0.5, 0.5]]);
    assert_eq!(proba(&dataset.clone().with_weights(array![1.0, 3.0, 1.0])), array![[0.25, 0.75]]);
    let error = one_tree().fit(&dataset.with_weights(array![1.0_f32])).unwrap_err();
    assert!(error.to_string().contains("1 weights for 3 rows"), "{error}");
}

/// Rows with the sum of their features and a bit of chance.
fn table(n_rows: usize, seed: u64) -> (Array2<f32>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let x = Array2::from_shape_fn((n_rows, 3), |_| rng.gen_range(-1.0..1.0));
    let y = x.outer_iter().map(|row| f64::from(row.sum()) + rng.gen_range(-0.1..0.1)).collect();
    (x, y)
}

#[test]
fn out_of_bag_accuracy_is_a_share_of_weight() {
    let (x, y) = table(60, 9);
    let codes: Vec<u32> = y.iter().map(|&y| u32::from(y > 0.2)).collect();
    let weights: Vec<f64> = (0..60).map(|row| f64::from(1 + row % 4)).collect();
    let params = ForestParams::new().n_trees(3).max_features(MaxFeatures::All).check().unwrap();
    let target = Target::Classes { codes: &codes, n_classes: 2 };
    let forest = params.fitter().weights(Some(&weights)).fit_forest(x.view(), target).unwrap();
    let score = |weights| oob_score(&forest, &params, x.view(), target, weights).unwrap().unwrap();
    // The same forest and bags: only how much rows count differs. The weights are whole, so that
    // their sums are.
    let (weighted, plain) = (score(Some(&weights[..])), score(None));
    assert_eq!((weighted.rows, weighted.covered), (plain.rows, plain.covered));
    assert!(plain.covered < 60);
    let forest::OobErrors::Classification { weight, correct } = weighted.score else {
        panic!("{weighted:?}");
    };
    assert!(correct < weight && weight > plain.covered as f64 && weight.fract() == 0.0);
}
