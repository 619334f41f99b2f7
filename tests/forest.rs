//! A forest, exactly: trees worked out by hand and by scikit-learn, threads, linfa, odd tables.

use forest::{
    ClassWeight, Criterion, ErrorKind, Forest, ForestParams, MAX_CLASSES, MaxFeatures, Target,
};
use linfa::prelude::*;
use linfa_trees::SplitQuality;
use ndarray::{Array2, Axis, array, concatenate};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::accuracy::{Classified, fixture, numbers, params};

/// One tree on all rows that looks at all features.
fn one_tree() -> ForestParams {
    ForestParams::new().n_trees(1).bootstrap(false).max_features(MaxFeatures::All)
}

fn fit(params: &ForestParams, x: &Array2<f32>, y: &[u32]) -> Forest {
    let n_classes = y.iter().max().unwrap() + 1;
    let target = Target::Classes { codes: y, n_classes: n_classes as usize };
    params.fitter().fit_forest(x.view(), target).unwrap()
}

#[track_caller]
fn assert_close<'a>(ours: impl IntoIterator<Item = &'a f64>, theirs: &[f64], case: &str) {
    let ours: Vec<f64> = ours.into_iter().copied().collect();
    let close = ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() <= 1e-12);
    assert!(close && ours.len() == theirs.len(), "{case}: {ours:?} is not {theirs:?}");
}

/// Two features, three classes. The purity Σ w²/w of the splits at the root: feature 0 at 4.5,
/// (1 + 1)/2 + 16/4 = 5; feature 1 at 2 or 4, 1/1 + (1 + 16)/5 = 4.4. In the left child only feature
/// 1 is left, with 1 and 5: the 3 in between is in the other child.
fn six_rows() -> (Array2<f32>, [u32; 6]) {
    let x = array![[0.0, 1.0], [0.0, 5.0], [9.0, 3.0], [9.0, 3.0], [9.0, 3.0], [9.0, 3.0]];
    (x, [0, 1, 2, 2, 2, 2])
}

#[test]
fn a_split_threshold_is_the_midpoint_of_two_values_present_in_the_node() {
    let (x, y) = six_rows();
    let forest = fit(&one_tree(), &x, &y);
    let rows = array![[4.5, 3.0], [4.5, 3.0_f32.next_up()], [4.5_f32.next_up(), 1.0]];
    assert_eq!(forest.predict_classes(rows.view()).unwrap(), [0, 1, 2]);
    assert_eq!((forest.n_nodes(), forest.n_leaves(), forest.depth()), (5, 3, 2));
}

#[test]
fn a_leaf_gives_the_shares_of_its_classes() {
    let (x, y) = six_rows();
    let forest = fit(&one_tree().max_depth(Some(1)), &x, &y);
    let proba = forest.predict_proba(array![[0.0_f32, 1.0], [9.0, 1.0]].view()).unwrap();
    assert_eq!(proba, array![[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]);
}

/// In small nodes many splits are equally good. If the first column had them all, its importance here would
/// be .19, and that of the last .10.
#[test]
fn no_column_of_noise_is_favoured_by_its_place() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let params = ForestParams::new().n_trees(50).max_features(MaxFeatures::All);
    let mut means = [0.0; 8];
    for _ in 0..6 {
        let x = Array2::from_shape_simple_fn((300, 8), || rng.gen_range(0.0..1.0));
        let y: Vec<u32> = (0..300).map(|_| rng.gen_range(0..2)).collect();
        let forest = fit(&params, &x, &y);
        means.iter_mut().zip(forest.importances()).for_each(|(mean, share)| *mean += share / 6.0);
    }
    assert!(means.iter().all(|mean| (0.105..0.145).contains(mean)), "{means:?}");
}

#[test]
fn the_importance_of_a_feature_is_its_share_of_the_impurity_decrease() {
    let (x, y) = six_rows();
    // Gini: 1 − (1 + 1 + 16)/36 = 1/2 at the root, 1/2 in the left child, which has 2 of 6 rows.
    // Feature 0 decreases it by 1/2 − 2/6 · 1/2 = 1/3, feature 1 by 2/6 · 1/2 = 1/6.
    let gini = fit(&one_tree(), &x, &y);
    assert_close(gini.importances(), &[2.0 / 3.0, 1.0 / 3.0], "gini");
    // Entropy: 1/6 log₂ 6 twice and 2/3 log₂ 3/2 at the root, 1 in the left child.
    let entropy = fit(&one_tree().criterion(SplitQuality::Entropy), &x, &y);
    let root = 6_f64.log2() / 3.0 + 1.5_f64.log2() * 2.0 / 3.0;
    let left = 1.0 / 3.0;
    assert_close(entropy.importances(), &[(root - left) / root, left / root], "entropy");
}

#[test]
fn of_equally_good_splits_the_lowest_threshold_wins_and_any_feature() {
    // Purity at 0.5: 1 + (1 + 4)/3; at 1.5: 2/2 + 2/2; at 2.5 as at 0.5. Both features are the same.
    let x = array![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]];
    for criterion in [SplitQuality::Gini, SplitQuality::Entropy] {
        let stump = one_tree().criterion(criterion).max_depth(Some(1));
        let mut n_first = 0;
        for seed in 0..40 {
            let forest = fit(&stump.clone().seed(seed), &x, &[0, 1, 1, 0]);
            let is_first = forest.importances()[0] == 1.0;
            n_first += usize::from(is_first);
            assert_eq!(forest.importances(), if is_first { [1.0, 0.0] } else { [0.0, 1.0] });
            let proba = forest.predict_proba(array![[0.5_f32, 0.5], [0.6, 0.6]].view()).unwrap();
            assert_eq!(proba, array![[1.0, 0.0], [1.0 / 3.0, 2.0 / 3.0]]);
        }
        // 20 ± 3.
        assert!((10..=30).contains(&n_first), "{n_first}");
    }
}

/// `m = DecisionTreeClassifier(max_depth=2, random_state=4).fit(x, y)`, x the columns of iris.csv as
/// float32. Petal length and width are equally good at the root: this seed of scikit-learn's takes
/// the lower one, as we do.
#[test]
fn a_tree_of_iris_is_scikit_learns() {
    let iris = Classified::new("iris");
    let forest = fit(&one_tree().max_depth(Some(2)), &iris.features, &iris.labels);
    // m.feature_importances_
    let importances = [0.0, 0.0, 0.561_990_950_226_244_3, 0.438_009_049_773_755_6];
    assert_close(forest.importances(), &importances, "importances");
    // m.predict_proba(x[[0, 60, 120]])
    let rows = [0, 60, 120];
    let proba = forest.predict_proba(iris.rows(&rows).0.view()).unwrap();
    let of_60 = [0.0, 0.907_407_407_407_407_4, 0.092_592_592_592_592_59];
    let of_120 = [0.0, 0.021_739_130_434_782_608, 0.978_260_869_565_217_4];
    assert_close(&proba, &[[1.0, 0.0, 0.0], of_60, of_120].concat(), "probabilities");
}

#[test]
fn trees_that_grow_best_first_are_scikit_learns() {
    assert_scikit_learns_trees("best_first");
}

#[test]
fn trees_under_limits_are_scikit_learns() {
    assert_scikit_learns_trees("limited");
}

#[test]
fn trees_of_weighted_classes_are_scikit_learns() {
    assert_scikit_learns_trees("weighted");
}

/// Also checked in fractions: the best split of the root is 2 units of purity better than the next.
#[test]
fn trees_of_classes_weighted_a_hundred_million_to_one_are_scikit_learns() {
    assert_scikit_learns_trees("far_apart");
}

#[test]
fn classes_that_all_weigh_the_same_are_as_good_as_unweighted() {
    let iris = Classified::new("iris");
    let grow = |params| fit(&params, &iris.features, &iris.labels);
    let unweighted = grow(ForestParams::new());
    for weight in [4.0, 0.3, 1e-200, 1e200, 1e308, f64::MIN_POSITIVE] {
        let weights = ClassWeight::PerClass(vec![weight; 3]);
        assert!(grow(ForestParams::new().class_weight(weights)) == unweighted, "{weight:e}");
    }
}

#[test]
fn only_the_ratios_of_class_weights_count() {
    let iris = Classified::new("iris");
    for criterion in [Criterion::Gini, Criterion::Entropy] {
        let grow = |exponent: i32| {
            let scale = 2_f64.powi(exponent);
            let weights = [1.0, 5.0, 0.5].map(|weight: f64| weight * scale).to_vec();
            let params = ForestParams::new().n_trees(5).criterion(criterion);
            let params = params.class_weight(ClassWeight::PerClass(weights));
            fit(&params, &iris.features, &iris.labels)
        };
        for exponent in [-1020, 7, 1020] {
            assert!(grow(exponent) == grow(0), "2^{exponent}");
        }
    }
}

#[test]
fn class_weights_too_far_apart_to_be_multiplied_are_refused() {
    let weights = |weights: [f64; 2]| {
        ForestParams::new().class_weight(ClassWeight::PerClass(weights.to_vec())).check()
    };
    assert!(weights([1e-25, 1e25]).is_ok());
    let error = weights([1e-30, 1e30]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setting);
    assert!(error.to_string().contains("from 1e-30 to 1e30"), "{error}");

    let params = weights([1e-40, 1.0]).unwrap();
    let x = array![[0.0_f32], [1.0]];
    let target = Target::Classes { codes: &[0, 1], n_classes: 2 };
    let error =
        params.fitter().weights(Some(&[1e-300, 1.0])).fit_forest(x.view(), target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains("far apart"), "{error}");
}

#[test]
fn targets_that_do_not_fit_the_table_are_refused_with_their_row() {
    let x = array![[0.0_f32], [1.0], [2.0]];
    let params = one_tree();
    for (codes, n_classes, words) in [
        (&[0, 65_536, 1][..], 2, "row 1 has the class code 65536"),
        (&[0, 1, 5], 2, "row 2 has the class code 5"),
        (&[0, 1, 0], 0, "row 0 has the class code 0"),
        (&[0, 1], 2, "2 targets for 3 rows"),
        (&[0, 1, 0, 1], 2, "4 targets for 3 rows"),
    ] {
        let target = Target::Classes { codes, n_classes };
        let error = params.fitter().fit_forest(x.view(), target).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data, "{words}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

#[track_caller]
fn assert_scikit_learns_trees(group: &str) {
    for case in fixture("trees.json")[group].as_array().unwrap() {
        let table = Classified::new(case["table"].as_str().unwrap());
        let is_in = |&row: &usize| case["rows"] == "all" || table.labels[row] == 2 || row % 4 == 0;
        let (x, y) = table.rows(&(0..table.n_rows()).filter(is_in).collect::<Vec<_>>());
        let name = format!("{}, {}", case["table"], case["params"]);

        let settings = params(&case["params"]).n_trees(1).bootstrap(false);
        let forest = fit(&settings.max_features(MaxFeatures::All), &x, &y);
        assert_eq!(json!(forest.n_leaves()), case["n_leaves"], "{name}");
        if let Some(importances) = case["importances"].as_array() {
            assert_close(forest.importances(), &numbers(importances), &name);
        }
        let proba = forest.predict_proba(x.view()).unwrap();
        let numbers_of_rows = case["distribution_of_row"].as_str().unwrap().bytes();
        for (proba, number) in proba.outer_iter().zip(numbers_of_rows) {
            let distribution = &case["distributions"][usize::from(number - b'0')];
            assert_close(proba, &numbers(distribution.as_array().unwrap()), &name);
        }
    }
}

#[test]
fn the_same_seed_is_the_same_forest_on_any_number_of_threads() {
    let wine = Classified::new("wine");
    let grow = |params: ForestParams| fit(&params, &wine.features, &wine.labels);
    let params = ForestParams::new().n_trees(25).seed(7);
    let forest = grow(params.clone().n_threads(1));
    for n_threads in [1, 2, 7] {
        assert!(forest == grow(params.clone().n_threads(n_threads)), "{n_threads} threads");
    }
    assert!(forest != grow(params.seed(8)));
}

#[test]
fn the_trees_of_a_forest_are_different_ones() {
    let wine = Classified::new("wine");
    let grow = |n_trees| fit(&ForestParams::new().n_trees(n_trees), &wine.features, &wine.labels);
    let proba = |forest: Forest| forest.predict_proba(wine.features.view()).unwrap();
    assert_ne!(proba(grow(1)), proba(grow(2)));
}

#[test]
fn identical_rows_of_different_classes_give_their_shares() {
    let x = array![[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [3.0, 2.0]];
    let forest = fit(&one_tree(), &x, &[0, 1, 1, 1, 0]);
    let proba = forest.predict_proba(array![[1.0_f32, 2.0], [3.0, 2.0]].view()).unwrap();
    assert_eq!(proba, array![[0.25, 0.75], [1.0, 0.0]]);
}

#[test]
fn constant_features_make_a_forest_of_leaves() {
    let x = Array2::from_elem((5, 3), 0.1);
    let y = [2, 0, 2, 2, 0];
    let forest = fit(&one_tree().n_trees(3), &x, &y);
    assert_eq!((forest.n_nodes(), forest.n_leaves(), forest.depth()), (3, 3, 0));
    assert_eq!(forest.importances(), [0.0; 3]);
    let proba = forest.predict_proba(array![[7.0_f32, 0.1, -7.0]].view()).unwrap();
    assert_close(&proba, &[0.4, 0.0, 0.6], "shares");
    let sampled = fit(&ForestParams::new(), &x, &y);
    assert_eq!((sampled.depth(), sampled.importances()), (0, [0.0; 3].as_slice()));
}

#[test]
fn one_feature_is_enough_and_constant_ones_beside_it_do_not_hide_it() {
    let y: Vec<u32> = (0..30).map(|row| u32::from(row > 12)).collect();
    let one = Array2::from_shape_fn((30, 1), |(row, _)| row as f32);
    let beside_constants = concatenate![Axis(1), Array2::ones((30, 8)), one];
    for x in [one, beside_constants] {
        // No bootstrap: each row decides. Two of nine features are drawn a split, or more until one
        // of them varies.
        let forest = fit(&ForestParams::new().bootstrap(false), &x, &y);
        assert_eq!(forest.predict_classes(x.view()).unwrap(), y);
        assert_eq!(forest.n_nodes(), 300);
    }
}

#[test]
fn the_least_and_the_greatest_numbers_are_told_apart_and_the_two_zeros_are_not() {
    let tiny = f32::from_bits(1);
    let column =
        [f32::MIN, -1.0, -tiny, -0.0, 0.0, tiny, 2.0 * tiny, 1.0, 1.0_f32.next_up(), f32::MAX];
    let y = [0, 1, 2, 3, 3, 4, 5, 6, 7, 8];
    let x = Array2::from_shape_vec((10, 1), column.to_vec()).unwrap();
    let forest = fit(&one_tree(), &x, &y);
    assert_eq!(forest.predict_classes(x.view()).unwrap(), y);
    assert_eq!(forest.n_leaves(), 9);

    let zeros = array![[-0.0], [0.0], [5.0]];
    let forest = fit(&one_tree(), &zeros, &[0, 1, 1]);
    let proba = forest.predict_proba(zeros.view()).unwrap();
    assert_eq!(proba, array![[0.5, 0.5], [0.5, 0.5], [0.0, 1.0]]);
}

#[test]
fn three_hundred_classes_are_told_apart() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let y: Vec<u32> = (0..1500).map(|row| row % 300).collect();
    let x = Array2::from_shape_fn((1500, 3), |_| rng.gen_range(-1.0..1.0));
    // No two rows are alike, so a full tree knows each.
    let tree = fit(&one_tree(), &x, &y);
    assert_eq!(tree.predict_classes(x.view()).unwrap(), y);
    let forest = fit(&ForestParams::new().n_trees(5), &x, &y);
    for proba in forest.predict_proba(x.view()).unwrap().outer_iter() {
        assert_close(&[proba.sum()], &[1.0], "sum");
    }
}

#[test]
fn as_many_classes_as_there_may_be_are_learned_and_one_more_is_refused() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let y: Vec<u32> = (0..2 * MAX_CLASSES as u32).map(|row| row / 2).collect();
    let x = Array2::from_shape_fn((y.len(), 2), |_| rng.gen_range(-1.0..1.0));
    let forest = fit(&one_tree(), &x, &y);
    let some: Vec<usize> = (0..y.len()).step_by(1021).collect();
    let classes = forest.predict_classes(x.select(Axis(0), &some).view()).unwrap();
    assert_eq!(classes, some.iter().map(|&row| y[row]).collect::<Vec<_>>());

    let params = one_tree();
    let target = Target::Classes { codes: &y, n_classes: MAX_CLASSES + 1 };
    let error = params.fitter().fit_forest(x.view(), target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
}
