//! Forests that predict numbers, and their quantiles.

use forest::{ErrorKind, Forest, ForestParams, OobErrors, Target, Task, oob_score};
use linfa::ParamGuard;
use ndarray::{Array2, array};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::reference::one_tree;

fn fit(params: &ForestParams, x: &Array2<f32>, y: &[f64]) -> Forest {
    params.fitter().fit_forest(x.view(), Target::Values(y)).unwrap()
}

/// Rows of three features, and a bent function of them with some noise.
fn bent(n_rows: usize, seed: u64) -> (Array2<f32>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let x = Array2::from_shape_fn((n_rows, 3), |_| rng.gen_range(-1.0..1.0));
    let noise = |row: ndarray::ArrayView1<f32>, rng: &mut ChaCha8Rng| {
        f64::from(row[0] * row[1] + row[2].abs()) + rng.gen_range(-0.1..0.1)
    };
    let y = x.outer_iter().map(|row| noise(row, &mut rng)).collect();
    (x, y)
}

#[test]
fn a_leaf_says_the_mean_of_its_targets() {
    // The split at 1.5: 0² / 2 + 9² / 2 by sums; its sides have the means 0 and 4.5.
    let x = array![[0.0], [1.0], [2.0], [3.0]];
    let forest = fit(&one_tree().max_depth(Some(1)), &x, &[-1.0, 1.0, 4.0, 5.0]);
    assert_eq!(forest.predict_values(x.view()).unwrap(), [0.0, 0.0, 4.5, 4.5]);
    assert_eq!((forest.task(), forest.n_classes(), forest.n_outputs()), (Task::Regression, 0, 1));
}

#[test]
fn a_leaf_of_equal_targets_says_exactly_that() {
    // 0.1 is no sum of three 0.1 by three.
    let x = array![[0.0], [0.0], [0.0], [9.0], [9.0], [9.0]];
    let y = [0.1, 0.1, 0.1, 1e150, 1e150, 1e150];
    let forest = fit(&one_tree(), &x, &y);
    assert_eq!(forest.predict_values(x.view()).unwrap(), y);
    let tiny = [-f64::from_bits(1), f64::from_bits(3)];
    let forest = fit(&one_tree(), &array![[0.0], [1.0]], &tiny);
    assert_eq!(forest.predict_values(array![[0.0_f32], [1.0]].view()).unwrap(), tiny);
}

#[test]
fn large_targets_do_not_hide_small_differences() {
    // The differences are a ten-millionth of the targets; 2³⁰ is added without rounding.
    let (x, y) = bent(60, 1);
    let rounded: Vec<f64> = y.iter().map(|y| (y * 64.0).round() / 64.0).collect();
    let shifted: Vec<f64> = rounded.iter().map(|y| y + 2_f64.powi(30)).collect();
    let [plain, far] = [&rounded, &shifted].map(|y| fit(&one_tree(), &x, y));
    assert_eq!(plain.n_nodes(), far.n_nodes());
    let values = far.predict_values(x.view()).unwrap();
    assert_eq!(values, shifted);
}

#[test]
fn the_same_seed_is_the_same_regression_on_any_number_of_threads() {
    let (x, y) = bent(300, 2);
    let params = ForestParams::new().n_trees(15).keep_quantiles(true);
    let forest = fit(&params.clone().n_threads(1), &x, &y);
    for n_threads in [2, 7] {
        assert!(forest == fit(&params.clone().n_threads(n_threads), &x, &y));
    }
}

#[test]
fn values_are_not_asked_of_classifiers_nor_classes_of_regressions() {
    let (x, y) = bent(20, 3);
    let regression = fit(&one_tree(), &x, &y);
    let codes: Vec<u32> = y.iter().map(|&y| u32::from(y > 0.5)).collect();
    let target = Target::Classes { codes: &codes, n_classes: 2 };
    let params = one_tree();
    let classifier = params.fitter().fit_forest(x.view(), target).unwrap();
    let errors = [
        regression.predict_proba(x.view()).unwrap_err(),
        regression.predict_classes(x.view()).unwrap_err(),
        regression.predict_quantiles(x.view(), &[0.5]).unwrap_err(),
        classifier.predict_values(x.view()).unwrap_err(),
        classifier.predict_quantiles(x.view(), &[0.5]).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Setting, "{error}");
    }
}

#[test]
fn targets_that_are_no_numbers_or_all_the_same_are_refused() {
    let x = array![[0.0_f32], [1.0], [2.0]];
    let params = ForestParams::new();
    for (y, words) in [
        ([1.0, f64::NAN, 2.0], "row 1 has the target NaN"),
        ([1.0, 2.0, f64::NEG_INFINITY], "row 2 has the target -inf"),
        ([1.1e150, 2.0, 3.0], "row 0 has the target 11000"),
        ([0.5; 3], "all rows to train on have the same target"),
    ] {
        let error = params.fitter().fit_forest(x.view(), Target::Values(&y)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(words), "{words}: {error}");
        let help = error.help().unwrap().to_string();
        assert!(help.contains("from -1e150 to 1e150") || y == [0.5; 3], "{help}");
    }
}

#[test]
fn out_of_bag_errors_are_those_of_trees_that_have_not_seen_the_row() {
    // One tree: a row that is not in its bag is predicted by it, as by the forest.
    let (x, y) = bent(200, 4);
    let params = ForestParams::plain().n_trees(1).check().unwrap();
    let forest = params.fitter().fit_forest(x.view(), Target::Values(&y)).unwrap();
    let score = oob_score(&forest, &params, x.view(), Target::Values(&y), None).unwrap().unwrap();
    // A full tree gives a row that it has seen its target back, as no two rows are alike.
    let values = forest.predict_values(x.view()).unwrap();
    let unseen: Vec<(f64, f64)> =
        y.iter().copied().zip(values).filter(|(y, value)| y != value).collect();
    assert_eq!((score.rows, score.covered), (200, unseen.len() as u64));
    // The share of rows that 200 draws of 200 leave out is about 1/e.
    assert!((60..90).contains(&unseen.len()), "{}", unseen.len());

    let n = unseen.len() as f64;
    let mean =
        |of: &dyn Fn(f64, f64) -> f64| unseen.iter().map(|&(y, v)| of(y, v)).sum::<f64>() / n;
    let average = mean(&|y, _| y);
    let squared = mean(&|y, value| (y - value).powi(2));
    let expected = [
        mean(&|y, value| (y - value).abs()),
        squared.sqrt(),
        1.0 - squared / mean(&|y, _| (y - average).powi(2)),
    ];
    let OobErrors::Regression { mae, rmse, r2 } = score.score else { panic!("{score:?}") };
    for (ours, expected) in [mae, rmse, r2].into_iter().zip(expected) {
        assert!((ours.unwrap() - expected).abs() < 1e-12, "{ours:?}, {expected}");
    }
}

#[test]
fn quantiles_of_one_leaf_are_those_of_its_targets() {
    // Leaves {1, 2} and {10, 20, 30, 40}; weights 1/2 each and 1/4 each.
    let x = array![[0.0], [0.0], [5.0], [5.0], [5.0], [5.0]];
    let params = one_tree().keep_quantiles(true);
    let forest = fit(&params, &x, &[2.0, 1.0, 30.0, 10.0, 40.0, 20.0]);
    let rows = array![[0.0_f32], [5.0]];
    let quantiles =
        forest.predict_quantiles(rows.view(), &[0.0, 0.25, 0.5, 0.500_001, 0.75, 1.0]).unwrap();
    let expected = array![[1.0, 1.0, 1.0, 2.0, 2.0, 2.0], [10.0, 10.0, 20.0, 30.0, 30.0, 40.0]];
    assert_eq!(quantiles, expected);
    assert_eq!(forest.predict_quantiles(rows.view(), &[]).unwrap().dim(), (2, 0));
}

#[test]
fn keeping_targets_does_not_change_what_is_predicted() {
    let (x, y) = bent(200, 5);
    let params = ForestParams::new().n_trees(10).min_samples_leaf(3);
    let [without, with] =
        [false, true].map(|keep| fit(&params.clone().keep_quantiles(keep), &x, &y));
    let [plain, kept] = [&without, &with].map(|forest| forest.predict_values(x.view()).unwrap());
    assert_eq!(plain, kept);
    assert_eq!([without.keeps_quantiles(), with.keeps_quantiles()], [false, true]);
}

/// From the definition (Meinshausen 2006, section 2): without the bootstrap a training row weighs, in
/// a tree, one by the rows of the leaf, if it is in the leaf that the new row falls into; which rows
/// share a leaf is found by forests of one tree each, which say a mean that tells leaves apart.
#[test]
fn quantiles_are_those_of_the_definition() {
    let (x, y) = bent(60, 6);
    let (rows, _) = bent(25, 7);
    let weights: Vec<f64> = (0..60).map(|row| f64::from(row % 4)).collect();
    let params = ForestParams::new().bootstrap(false).min_samples_leaf(4);
    let grow = |params: ForestParams| {
        params.fitter().weights(Some(&weights)).fit_forest(x.view(), Target::Values(&y)).unwrap()
    };
    let quantiles = [0.0, 0.05, 0.3, 0.5, 0.9, 1.0];
    let n_trees = 7;
    let forest = grow(params.clone().n_trees(n_trees).keep_quantiles(true));
    let ours = forest.predict_quantiles(rows.view(), &quantiles).unwrap();

    // What tree t says is t + 1 times the mean of t + 1 trees, less what the trees before it say.
    let means: Vec<[Vec<f64>; 2]> = (1..=n_trees)
        .map(|n| {
            let forest = grow(params.clone().n_trees(n));
            [x.view(), rows.view()].map(|rows| {
                let values = forest.predict_values(rows).unwrap();
                values.iter().map(|value| value * n as f64).collect()
            })
        })
        .collect();
    let says = |tree: usize, part: usize, row: usize| {
        means[tree][part][row] - if tree > 0 { means[tree - 1][part][row] } else { 0.0 }
    };
    let mut ascending: Vec<usize> = (0..60).filter(|&row| weights[row] > 0.0).collect();
    ascending.sort_by(|&a, &b| y[a].total_cmp(&y[b]));
    for (row, ours) in ours.outer_iter().enumerate() {
        let mut shares = [0.0; 60];
        for tree in 0..n_trees {
            let with = |&other: &usize| (says(tree, 0, other) - says(tree, 1, row)).abs() < 1e-9;
            let leaf = || ascending.iter().copied().filter(with);
            let total: f64 = leaf().map(|other| weights[other]).sum();
            for other in leaf() {
                shares[other] += weights[other] / total / n_trees as f64;
            }
        }
        let expected = quantiles.map(|q| {
            let mut sum = 0.0;
            let reaches = |&&other: &&usize| {
                sum += shares[other];
                shares[other] > 0.0 && sum >= q - 1e-9
            };
            y[*ascending.iter().find(reaches).unwrap()]
        });
        assert_eq!(ours.to_vec(), expected, "row {row}");
    }
}

#[test]
fn quantiles_outside_of_0_to_1_are_refused() {
    let (x, y) = bent(20, 8);
    let forest = fit(&one_tree().keep_quantiles(true), &x, &y);
    for q in [-0.01, 1.01, f64::NAN] {
        let error = forest.predict_quantiles(x.view(), &[0.5, q]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setting, "{error}");
    }
    let plain = fit(&one_tree(), &x, &y);
    let error = plain.predict_quantiles(x.view(), &[0.5]).unwrap_err();
    let help = error.help().unwrap().to_string();
    assert!(help.contains("`keep_quantiles`"), "{error}: {help}");
}
