//! Weights of classes: in the draws of the bootstrap, or in splits and leaves.

use forest::{
    ClassWeight, ClassWeightIn, ErrorKind, Forest, ForestParams, MaxSamples, OobErrors, Target,
    oob_score,
};
use linfa::ParamGuard;
use ndarray::Array2;

use serde_json::Value;

use crate::support::Folder;

/// Class codes of so many rows each, class by class.
fn codes(counts: &[usize]) -> Vec<u32> {
    (0..).zip(counts).flat_map(|(class, &n)| vec![class; n]).collect()
}

/// Fits on rows that differ in nothing but their class, so that a tree is one leaf: the shares of its draws.
fn fit_leaves(params: &ForestParams, counts: &[usize], weights: Option<&[f64]>) -> Forest {
    let codes = codes(counts);
    let x = Array2::zeros((codes.len(), 1));
    let target = Target::Classes { codes: &codes, n_classes: counts.len() };
    params.fitter().weights(weights).fit_forest(x.view(), target).unwrap()
}

fn shares(forest: &Forest) -> Vec<f64> {
    forest.predict_proba(Array2::zeros((1, 1)).view()).unwrap().into_raw_vec_and_offset().0
}

#[track_caller]
fn assert_shares(forest: &Forest, expected: &[f64], tolerance: f64) {
    let shares = shares(forest);
    assert_eq!(shares.len(), expected.len());
    let close = shares.iter().zip(expected).all(|(a, b)| (a - b).abs() < tolerance);
    assert!(close, "{shares:?}, not {expected:?}");
}

#[test]
fn leaves_have_the_shares_that_weights_say_wherever_these_count() {
    let balanced = ForestParams::new().n_trees(2000).class_weight(ClassWeight::Balanced);
    // 100 draws a tree: the share of a class deviates by 1/20, the mean of 2,000 by 0.0011.
    assert_shares(&fit_leaves(&balanced, &[950, 50], None), &[0.5; 2], 0.005);
    // 35.64 draws but for the last class, which has a sixth by its weight (`class_draws`), drawn four times;
    // a leaf's shares are a ratio of chances, and biased.
    let rare = fit_leaves(&balanced, &[1000, 1000, 1000, 1000, 1000, 2], None);
    assert_shares(&rare, &[1.0 / 6.0; 6], 0.02);
    // Rows of the first class weigh three times as much, and balanced weights a third; of the second, rows of
    // weight 0 are none.
    let weights: Vec<f64> =
        (0..400).map(|row| if row < 100 { 3.0 } else { f64::from(row % 2) }).collect();
    assert_shares(&fit_leaves(&balanced, &[100, 300], Some(&weights)), &[0.5; 2], 0.005);
    let once = ForestParams::new().n_trees(2000);
    let weighted = once.class_weight(ClassWeight::PerClass(vec![1.0, 3.0]));
    assert_shares(&fit_leaves(&weighted, &[600, 100], None), &[2.0 / 3.0, 1.0 / 3.0], 0.005);
    // A row that weighs as much as all others.
    let heavy: Vec<f64> = (0..700).map(|row| if row == 0 { 699.0 } else { 1.0 }).collect();
    let by_rows = fit_leaves(&weighted, &[600, 100], Some(&heavy));
    let splits = weighted.class_weight_in(ClassWeightIn::Splits);
    let expected = shares(&fit_leaves(&splits, &[600, 100], Some(&heavy)));
    assert_shares(&by_rows, &expected, 0.05);
}

#[test]
fn a_class_that_weighs_next_to_nothing_is_learned_all_the_same() {
    let codes = codes(&[200, 200]);
    let x = Array2::from_shape_fn((400, 1), |(row, _)| row as f32);
    let target = Target::Classes { codes: &codes, n_classes: 2 };
    let weights = ClassWeight::PerClass(vec![1e-25, 1e25]);
    let params = ForestParams::plain().class_weight(weights);
    let params = params.class_weight_in(ClassWeightIn::Draws);
    let forest = params.fitter().fit_forest(x.view(), target).unwrap();
    // Its 20 draws of 400 part the classes somewhere between the last of them and row 200.
    let classes = forest.predict_classes(x.view()).unwrap();
    assert_eq!((classes[0], classes[100], classes[300]), (0, 0, 1));
}

#[test]
fn the_rows_of_a_rare_class_are_out_of_bag_as_often_as_without_weights() {
    // Drawn as often as it has rows, a row is left out with 0.99^100 = 0.366: of 20 trees by none with
    // 0.634^20 = 0.0001. By 2,000 draws of which it gets half it would be in all bags.
    let codes = codes(&[1900, 100]);
    let x = Array2::from_shape_fn((2000, 1), |(row, _)| row as f32);
    let target = Target::Classes { codes: &codes, n_classes: 2 };
    let params = ForestParams::new().n_trees(20).class_weight(ClassWeight::Balanced);
    let params = params.check().unwrap();
    let forest = params.fitter().fit_forest(x.view(), target).unwrap();
    let score = |codes: &[u32], n_classes| {
        let target = Target::Classes { codes, n_classes };
        oob_score(&forest, &params, x.view(), target, None)
    };
    let found = score(&codes, 2).unwrap().unwrap();
    assert_eq!((found.rows, found.covered), (2000, 2000));
    let OobErrors::Classification { weight, correct } = found.score else { panic!("{found:?}") };
    assert!(weight == 2000.0 && correct > 1950.0, "{found:?}");
    // What the fit ruled out is an error, and no draw of a class that is none.
    let error = score(&vec![2; 2000], 2).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
}

#[test]
fn max_samples_says_how_many_draws_there_are() {
    // One draw a tree: all of it is of one class, each of which comes as often.
    let params = ForestParams::new().n_trees(2000).class_weight(ClassWeight::Balanced);
    let one = params.clone().max_samples(MaxSamples::Count(1));
    assert_shares(&fit_leaves(&one, &[950, 50], None), &[0.5; 2], 0.04);
    // Of 100 draws a hundredth is one: the same.
    let part = params.max_samples(MaxSamples::Fraction(0.01));
    assert!(fit_leaves(&part, &[950, 50], None) == fit_leaves(&one, &[950, 50], None));
}

#[test]
fn classes_of_the_same_number_of_rows_are_balanced_already() {
    let fit = |params: ForestParams| fit_leaves(&params, &[40, 40, 40], None);
    let params = ForestParams::new().n_trees(10);
    assert!(fit(params.clone().class_weight(ClassWeight::Balanced)) == fit(params));
}

#[test]
fn a_model_records_where_class_weights_count_only_if_that_is_in_the_draws() {
    let folder = Folder::new();
    let train = "train --trees 3 --weights 0.9 --out m.bin --force";
    for (flags, expected) in [
        ("", "splits"),
        ("--class-weight-in draws", "splits"),
        ("--class-weight 0=2,1=2", "splits"),
        ("--class-weight balanced_subsample", "splits"),
        ("--class-weight balanced --no-bootstrap", "splits"),
        ("--class-weight balanced --class-weight-in splits", "splits"),
        ("--class-weight balanced", "draws"),
        ("--class-weight 1=9 --class-weight-in draws", "draws"),
    ] {
        folder.forest(&format!("{train} {flags}")).succeeds();
        let bytes = folder.read("m.bin");
        let is_recorded = bytes.windows(15).any(|name| name == b"class_weight_in");
        assert_eq!(is_recorded, expected == "draws", "{flags}");
        let ran = folder.forest("inspect m.bin --json").succeeds();
        let model: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(model["metadata"]["settings"]["class_weight_in"], expected, "{flags}");
    }
}
